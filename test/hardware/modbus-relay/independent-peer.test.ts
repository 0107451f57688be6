/** Our idea of Modbus RTU against modbus-serial, which others wrote: as a master of our simulated board, and as a board for our driver. */
import modbus, { ServerSerial } from 'modbus-serial';
import { afterEach, expect, test } from 'vitest';
import { openMachine } from '../../../hardware/machine.ts';
import { createRelaySimulator } from '../../../hardware/modbus-relay/simulator.ts';
import { standAt } from '../../../hardware/simulator/stand.ts';
import { serialPort } from '../../../hardware/transport/serial.ts';
import { systemClock } from '../../../main/system.ts';
import { openPtyPair, until } from '../pty.ts';
import { silentLog } from '../silent-log.ts';

const clock = systemClock();
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

test('modbus-serial reads and pulses our simulated board', async () => {
  const pty = await openPtyPair();
  const simulator = createRelaySimulator({ relays: 8, stock: 3, travel_ms: 20, seen_ms: 5000 }, clock);
  const stand = standAt(serialPort(pty.b, 9600), clock, simulator);
  const master = new modbus.default();
  closers.push(
    pty.close,
    () => stand.close(),
    () => new Promise<void>((closed) => master.close(() => closed())),
  );
  await master.connectRTUBuffered(pty.a, { baudRate: 9600 });
  master.setID(1);
  master.setTimeout(1000);
  expect((await master.readDiscreteInputs(0, 8)).data).toEqual(Array(8).fill(false));
  await master.customFunction(5, [0x02, 0x03, 0x00, 0x07]);
  expect((await master.readCoils(0, 8)).data[3]).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect((await master.readDiscreteInputs(0, 8)).data[3]).toBe(true);
  await expect(master.readDiscreteInputs(0, 9)).rejects.toMatchObject({ modbusCode: 2 });
  expect(simulator.state().units[3]).toMatchObject({ dropped: 1, stock: 2 });
});

test('our driver pulses a board made of modbus-serial', async () => {
  const pty = await openPtyPair();
  const pulses: [number, boolean][] = [];
  let seen = false;
  const board = new ServerSerial(
    {
      getDiscreteInput: (address: number) => address === 2 && seen,
      getCoil: () => false,
      setCoil: (address: number, value: boolean) => {
        pulses.push([address, value]);
        seen = true;
      },
    },
    { path: pty.b, baudRate: 9600, unitID: 7 },
  );
  board.on('error', () => undefined);
  closers.push(pty.close, () => new Promise<void>((closed) => board.close(() => closed())));
  const machine = openMachine(
    {
      ...{ driver: 'modbus-relay', port: pty.a, baud: 9600, unit: 7, pulse_ms: 700, sensorDeadline_ms: 2000 },
      slots: { C: { relay: 2, input: 2, activeLow: false } },
    },
    { clock, log: silentLog },
  );
  closers.push(() => machine.close());
  await until(() => machine.state().ready, 'ready');
  expect(await machine.check('C')).toEqual({ ready: true });
  expect(await machine.vend({ vendId: 'v1', slot: 'C', price_jpy: 1 }, () => undefined)).toEqual({
    outcome: 'succeeded',
    proof: 'dropSensor',
  });
  expect(pulses.map(([address]) => address)).toEqual([0x0202]);
});
