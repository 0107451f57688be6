/** Every driver with its simulated machine, over a cable in memory, on a virtual clock, behind the same few levers. */
import type { Clock, VendingMachine } from '../../app/ports.ts';
import { createActuator } from '../../hardware/actuator/driver.ts';
import { lockBoard } from '../../hardware/lock-board/board.ts';
import { createLockSimulator } from '../../hardware/lock-board/simulator.ts';
import { createQibixx } from '../../hardware/mdb-qibixx/driver.ts';
import type { QibixxOptions } from '../../hardware/mdb-qibixx/options.ts';
import { createQibixxSimulator } from '../../hardware/mdb-qibixx/simulator.ts';
import type { MdbFaultKind } from '../../hardware/mdb-qibixx/simulator.ts';
import { modbusRelayBoard } from '../../hardware/modbus-relay/board.ts';
import { createRelaySimulator } from '../../hardware/modbus-relay/simulator.ts';
import { standAt } from '../../hardware/simulator/stand.ts';
import type { Peer } from '../../hardware/simulator/stand.ts';
import type { MachineOptions } from '../../hardware/machine.ts';
import { memoryCable } from '../../hardware/transport/memory.ts';
import type { MemoryCable } from '../../hardware/transport/memory.ts';
import type { Port } from '../../hardware/transport/wire.ts';
import { createXyVmc } from '../../hardware/xy-vmc/driver.ts';
import { createVmcSimulator } from '../../hardware/xy-vmc/simulator.ts';
import type { FaultKind } from '../../hardware/xy-vmc/simulator-types.ts';
import type { ActuatorFaultKind, ActuatorSimulator } from '../../hardware/actuator/simulator.ts';
import { silentLog } from './silent-log.ts';
import { createVirtualClock } from './virtual-clock.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface Plant {
  readonly clock: VirtualClock;
  readonly cable: MemoryCable;
  readonly machine: VendingMachine;
  /** Another driver at the same cable, as after a restart of the kiosk. */
  restartKiosk(): VendingMachine;
  whenReady(machine?: VendingMachine): Promise<void>;
  /** Whatever a customer must do at the machine before a vend of this slot: nothing, or press its key. */
  choose(slot: string, machine?: VendingMachine): Promise<void>;
  fault(kind: string, slot: string, for_ms?: number): void;
  dropped(slot: string): number;
  connectCable(connected: boolean): void;
  refill(): void;
  /** What the machine itself has stored of a slot. Only where it can be told. */
  readonly stored?: (slot: string) => { readonly price: number; readonly stock: number; readonly capacity: number } | undefined;
  /** The customer gives up at the machine; the machine starts anew. Only where it can begin a sale. */
  readonly giveUp?: () => void;
  readonly restartMachine?: () => void;
  violations(): readonly string[];
}

export interface PlantKind {
  readonly name: string;
  readonly driver: MachineOptions['driver'];
  /** What else the configuration says of this machine. */
  readonly options?: { readonly mode: QibixxOptions['mode'] };
  /** The customer chooses at the machine before anybody pays. */
  readonly choosesAtMachine?: boolean;
  readonly slots: readonly [string, string];
  /** Faults after which everything must add up, and how often goods fall with them. */
  readonly faults: readonly string[];
  /** How long a vend that was given up on may go on moving, and how many outcomes may stay unknown with every tenth vend faulty. */
  readonly soak: { readonly settle_ms: number; readonly unknownShare: number };
  readonly build: () => Plant;
}

export const PRICE_JPY = 150;

interface Levers {
  readonly peer: Peer;
  readonly drive: (port: Port) => VendingMachine;
  readonly rest: (
    clock: VirtualClock,
    machine: () => VendingMachine,
  ) => Pick<Plant, 'choose' | 'fault' | 'dropped' | 'connectCable' | 'refill' | 'stored' | 'giveUp' | 'restartMachine' | 'violations'>;
}

/** Resolves with the first state for which `holds`. */
export async function when(machine: VendingMachine, holds: () => boolean): Promise<void> {
  if (holds()) return;
  await new Promise<void>((resolve) => {
    const stop = machine.onState(() => {
      if (!holds()) return;
      stop();
      resolve();
    });
  });
}

function plant(build: (clock: Clock) => Levers): Plant {
  const clock = createVirtualClock();
  const cable = memoryCable();
  const { peer, drive, rest } = build(clock);
  standAt(cable.b, clock, peer);
  const machine = drive(cable.a);
  let current = machine;
  return {
    clock,
    cable,
    machine,
    restartKiosk: () => (current = drive(cable.a)),
    whenReady: (which = current) => clock.until(when(which, () => which.state().ready)),
    ...rest(clock, () => current),
  };
}

export const xyVmc: PlantKind = {
  name: 'xy-vmc',
  driver: 'xy-vmc',
  slots: ['3', '7'],
  faults: [
    ...['jam', 'empty', 'slow', 'motor', 'motorMissing', 'terminated', 'strangeStatus', 'boxSuccess'],
    ...['lostAck', 'deaf', 'lostStatus', 'duplicateStatus', 'lateStatus', 'corrupt', 'garbage'],
    ...['pullBeforeAck', 'pullMidVend', 'restartMidVend'],
  ],
  soak: { settle_ms: 12_000, unknownShare: 0.002 },
  build: () =>
    plant((clock) => {
      const slots = Array.from({ length: 8 }, (_, i) => ({ selection: i + 1, stock: 200, capacity: 255 }));
      const simulator = createVmcSimulator({ slots, pollInterval_ms: 200 }, clock);
      const options = { dropSensor: true, elevator: false, vendDeadline_ms: 12_000, padCheck: false, syncSettings: true } as const;
      const unit = (slot: string) => simulator.state().slots.find(({ selection }) => String(selection) === slot);
      return {
        peer: simulator,
        drive: (port) => createXyVmc(port, options, { clock, log: silentLog }),
        rest: () => ({
          stored: unit,
          choose: async () => undefined,
          fault: (kind, slot, for_ms) => simulator.fault({ kind: kind as FaultKind, selection: Number(slot), times: 1, for_ms }),
          dropped: (slot) => unit(slot)?.dropped ?? 0,
          connectCable: simulator.cable,
          refill: () => slots.forEach(({ selection }) => simulator.stock(selection, 200)),
          violations: () => simulator.state().violations,
        }),
      };
    }),
};

const MDB: QibixxOptions = {
  mode: 'alwaysIdle',
  address: 'cashless1',
  decimalPlaces: 0,
  scaleFactor: 1,
  responseTime_s: 240,
  vendDeadline_ms: 20_000,
};

const mdb = (mode: QibixxOptions['mode']): PlantKind => ({
  name: mode === 'alwaysIdle' ? 'mdb-qibixx' : 'mdb-qibixx, paid first',
  driver: 'mdb-qibixx',
  options: { mode },
  choosesAtMachine: mode === 'alwaysIdle',
  slots: ['3', '7'],
  faults: [
    'jam',
    'noWord',
    'noWordNoGoods',
    'resetBeforeDrop',
    'resetAfterDrop',
    'slow',
    'lostLine',
    'corruptLine',
    'deaf',
    'adapterReboot',
    'pull',
    'pullBeforeApproval',
  ],
  soak: { settle_ms: 20_000, unknownShare: 0.12 },
  build: () =>
    plant((clock) => {
      const slots = Array.from({ length: 8 }, (_, i) => ({ item: i + 1, price: PRICE_JPY, stock: 200 }));
      const simulator = createQibixxSimulator({ slots }, clock);
      let finger = 0;
      /** Paid first: the key is pressed as soon as the machine takes it, and by nobody any more when another was to be. */
      const press = (slot: string, mine: number, tries = 0): void => {
        if (mine !== finger || tries > 100 || simulator.press(Number(slot))) return;
        clock.setTimeout(() => press(slot, mine, tries + 1), 100);
      };
      return {
        peer: simulator,
        drive: (port) => {
          const machine = createQibixx(port, { ...MDB, mode }, { clock, log: silentLog });
          machine.onSelection(() => undefined);
          return machine;
        },
        rest: (virtual, current) => ({
          choose: async (slot, machine = current()) => {
            finger += 1;
            if (mode === 'authorizeFirst') return press(slot, finger);
            for (let tries = 0; !simulator.press(Number(slot)); tries += 1) {
              if (tries > 600) throw new Error(`the simulated machine does not take ${slot}: ${JSON.stringify(simulator.state())}`);
              await virtual.advance(100);
            }
            await virtual.until(when(machine, () => machine.state().slots.has(slot)));
          },
          fault: (kind, _, for_ms) => simulator.fault({ kind: kind as MdbFaultKind, times: 1, for_ms }),
          dropped: (slot) => simulator.state().slots.find(({ item }) => String(item) === slot)?.dropped ?? 0,
          connectCable: simulator.cable,
          refill: () => slots.forEach(({ item }) => simulator.stock(item, 200)),
          giveUp: simulator.cancel,
          restartMachine: simulator.restart,
          violations: () => simulator.state().violations,
        }),
      };
    }),
});

const board = (simulator: ActuatorSimulator, channelOf: (slot: string) => number): ReturnType<Levers['rest']> => ({
  choose: async () => undefined,
  fault: (kind, slot, for_ms) => simulator.fault({ kind: kind as ActuatorFaultKind, channel: channelOf(slot), times: 1, for_ms }),
  dropped: (slot) => simulator.state().units.find(({ channel }) => channel === channelOf(slot))?.dropped ?? 0,
  connectCable: simulator.cable,
  refill: () => simulator.state().units.forEach(({ channel }) => simulator.stock(channel, 200)),
  violations: () => simulator.state().violations,
});

/** Without a sensor nobody can tell a jam from a sale. */
const MUTE_FAULTS = ['deaf', 'lostReply', 'corrupt', 'garbage', 'lateReply', 'pull', 'pullAfterReply'];

const relayKind = (name: string, sensor: boolean): PlantKind => ({
  name,
  driver: 'modbus-relay',
  slots: ['3', '7'],
  faults: [...(sensor ? ['jam'] : []), ...MUTE_FAULTS, 'refuse', 'doubt'],
  soak: { settle_ms: 4000, unknownShare: 0.06 },
  build: () =>
    plant((clock) => {
      const simulator = createRelaySimulator({ relays: 8, stock: 200, activeLow: true }, clock);
      const wiring = (i: number) => ({ relay: i, ...(sensor && { input: i }), activeLow: true });
      const slots = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [String(i), wiring(i)]));
      const options = { unit: 1, pulse_ms: 700, sensorDeadline_ms: 6000, slots };
      return {
        peer: simulator,
        drive: (port) => createActuator(port, options, (inquiry) => modbusRelayBoard(options, inquiry), { clock, log: silentLog }),
        rest: () => board(simulator, Number),
      };
    }),
});

const lockKind = (name: string, sensor: boolean): PlantKind => ({
  name,
  driver: 'lock-board',
  slots: ['A3', 'A7'],
  faults: [...(sensor ? ['jam'] : []), ...MUTE_FAULTS],
  // Without a sensor a lost answer leaves nothing to ask.
  soak: { settle_ms: 4000, unknownShare: sensor ? 0.06 : 0.09 },
  build: () =>
    plant((clock) => {
      const simulator = createLockSimulator({ locks: 8, stock: 200, seen_ms: 900 }, clock);
      const channels = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`A${i + 1}`, i + 1]));
      const options = { board: 1, openState: '00', sensor, sensorDeadline_ms: 5000, channels } as const;
      return {
        peer: simulator,
        drive: (port) => createActuator(port, options, (inquiry) => lockBoard(options, inquiry), { clock, log: silentLog }),
        rest: () => board(simulator, (slot) => Number(slot.slice(1))),
      };
    }),
});

export const modbusRelay = relayKind('modbus-relay', true);
export const lock = lockKind('lock-board', true);

export const PLANTS: readonly PlantKind[] = [
  xyVmc,
  mdb('alwaysIdle'),
  mdb('authorizeFirst'),
  modbusRelay,
  relayKind('modbus-relay without sensors', false),
  lock,
  lockKind('lock-board without sensors', false),
];
