/** PayPay on HTTP and a controller behind a pair of ptys. They outlive the kiosk, and tell of what reaches them before they do anything. */
import { serialPort } from '../../hardware/transport/serial.ts';
import { standAt } from '../../hardware/simulator/stand.ts';
import { COMMAND, type Frame } from '../../hardware/xy-vmc/codec.ts';
import { createDeframer } from '../../hardware/xy-vmc/deframer.ts';
import type { VmcSimulator } from '../../hardware/xy-vmc/simulator-types.ts';
import { createVmcSimulator } from '../../hardware/xy-vmc/simulator.ts';
import type { ApiRequest } from '../../main/paypay/simulator/answer.ts';
import type { PayPaySimulator } from '../../main/paypay/simulator/core.ts';
import { ROUTES } from '../../main/paypay/simulator/routes.ts';
import { startSimulator } from '../../main/paypay/simulator/server.ts';
import { systemClock, systemIds } from '../../main/system.ts';
import { openPtyPair } from '../hardware/pty.ts';

export const KEYS = { apiKey: 'power', apiSecret: 'cut' };
export const MERCHANT = 'power-cut';
export const SELECTIONS = Array.from({ length: 24 }, (_, i) => i + 1);
export const STOCK = 200;

export interface Watch {
  request(operation: string, request: ApiRequest): void;
  drive(frame: Frame): void;
}

export interface FarEnds {
  readonly paypay: PayPaySimulator;
  readonly paypayUrl: string;
  readonly machine: VmcSimulator;
  readonly serialPath: string;
  close(): Promise<void>;
}

export async function openFarEnds(watch: Watch): Promise<FarEnds> {
  const clock = systemClock();
  const server = await startSimulator({
    port: 0,
    clock,
    ids: systemIds(clock),
    keys: KEYS,
    merchantId: MERCHANT,
    switches: { codeLifetime_ms: 20_000, multipleRefunds: 'allow' },
  });
  const { simulator } = server;
  const handle = simulator.handle.bind(simulator);
  simulator.handle = (request) => {
    watch.request(operationOf(request), request);
    return handle(request);
  };
  const ptys = await openPtyPair();
  const slots = SELECTIONS.map((selection) => ({ selection, stock: STOCK, capacity: 255 }));
  const machine = createVmcSimulator({ slots, motor_ms: 400, keep: 100_000 }, clock);
  const stand = standAt(serialPort(ptys.b, 57_600), clock, {
    attach(wire) {
      const events = machine.attach(wire);
      const deframer = createDeframer({ badChecksums: 0, garbageBytes: 0 });
      return {
        ...events,
        data(bytes) {
          for (const frame of deframer.push(bytes))
            if (frame.command === COMMAND.drive || frame.command === COMMAND.buy) watch.drive(frame);
          events.data(bytes);
        },
      };
    },
  });
  return {
    paypay: simulator,
    paypayUrl: server.url,
    machine,
    serialPath: ptys.a,
    async close() {
      stand.close();
      machine.stop();
      await Promise.all([ptys.close(), server.close()]);
    },
  };
}

function operationOf({ method, target }: ApiRequest): string {
  const path = target.split('?', 1)[0] ?? '';
  return ROUTES.find((route) => route.method === method && route.path.test(path))?.operation ?? `${method} ${path}`;
}
