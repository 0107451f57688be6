/** The machines that can stand on the corner: each a simulator of its own, spoken to in the street's words. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseDocument } from 'yaml';
import type { Config } from '../../app/config.ts';
import type { SimulatedUnit } from '../../hardware/actuator/simulator.ts';
import type { QibixxSimulatorState } from '../../hardware/mdb-qibixx/simulator.ts';
import type { VmcSimulatorState } from '../../hardware/xy-vmc/simulator-types.ts';
import { pictureFiles } from '../pictures.ts';
import type { Child } from './child.ts';
import { callSimulator, startProgram } from './simulators.ts';
import { type MachineKind, MACHINES, type Mishap } from './street.ts';

/** What lies behind a slot, and what really fell. */
export interface SimulatedSlot {
  readonly slot: string;
  readonly stock: number;
  readonly dropped: number;
  readonly jammed: boolean;
}

export interface SimulatedState {
  readonly connected: boolean;
  readonly doorOpen: boolean | null;
  readonly running: boolean;
  /** How often something moved, or was meant to. */
  readonly drives: number;
  readonly slots: readonly SimulatedSlot[];
}

export interface SimulatedMachine {
  readonly kind: MachineKind;
  readonly child: Child;
  readonly port: string;
  readonly mishaps: readonly Mishap[];
  readonly hasButtons: boolean;
  state(): Promise<SimulatedState>;
  mishap(mishap: Mishap, for_ms: number): Promise<void>;
  cable(connected: boolean): Promise<void>;
  door(open: boolean): Promise<void>;
  press(slot: string): Promise<void>;
  stock(slot: string, count: number): Promise<void>;
}

interface Kind {
  readonly name: string;
  readonly file: string;
  /** The fault of the simulator that a mishap of the street is. */
  readonly faults: Readonly<Partial<Record<Mishap, string>>>;
  readonly door: boolean;
  readonly buttons: boolean;
  arguments_(config: Config): readonly string[];
  /** The machine's own number of a slot. */
  numberOf(config: Config, slot: string): number;
  read(state: unknown): Omit<SimulatedState, 'doorOpen' | 'slots'> & {
    readonly doorOpen?: boolean;
    readonly slots: readonly (Omit<SimulatedSlot, 'slot'> & { readonly number: number })[];
  };
}

/** The controller's word for a jammed selection. */
const JAMMED = 3;
const most = (config: Config, numberOf: Kind['numberOf']) => String(Math.max(1, ...config.slots.map(({ slot }) => numberOf(config, slot))));
const ownNumber = (_: Config, slot: string) => Number(slot);

const selection = ({ machine }: Config, slot: string): number =>
  (machine.driver === 'xy-vmc' ? machine.selections?.[slot] : undefined) ?? Number(slot);
const relay = ({ machine }: Config, slot: string): number =>
  (machine.driver === 'modbus-relay' ? machine.slots[slot]?.relay : undefined) ?? Number(slot);
const channel = ({ machine }: Config, slot: string): number =>
  (machine.driver === 'lock-board' ? machine.channels[slot] : undefined) ?? Number(slot);

function readBoard(state: unknown): ReturnType<Kind['read']> {
  const { units, connected } = state as { readonly units: readonly SimulatedUnit[]; readonly connected: boolean };
  return {
    connected,
    running: units.some(({ seen }) => seen),
    drives: units.reduce((sum, { actuations }) => sum + actuations, 0),
    slots: units.map(({ channel: number, stock, dropped }) => ({ number, stock, dropped, jammed: false })),
  };
}

const KINDS: Readonly<Record<MachineKind, Kind>> = {
  'xy-vmc': {
    name: 'vmc',
    file: 'hardware/xy-vmc/simulator-cli.ts',
    faults: { jam: 'jam', empty: 'empty', slow: 'slow', pullMidVend: 'pullMidVend' },
    door: true,
    buttons: false,
    arguments_: (config) => ['--slots', most(config, selection)],
    numberOf: selection,
    read(state) {
      const { connected, doorOpen, running, counters, slots } = state as VmcSimulatorState;
      const units = slots.map(({ selection: number, stock, dropped, status }) => ({ number, stock, dropped, jammed: status === JAMMED }));
      return { connected, doorOpen, running, drives: counters.drives, slots: units };
    },
  },
  'mdb-qibixx': {
    name: 'mdb',
    file: 'hardware/mdb-qibixx/simulator-cli.ts',
    faults: { jam: 'jam', slow: 'slow', pullMidVend: 'pull' },
    door: false,
    buttons: true,
    arguments_(config) {
      const count = Number(most(config, ownNumber));
      const price = (item: number) => {
        const sku = config.slots.find(({ slot }) => Number(slot) === item)?.sku;
        return config.products.find((product) => product.sku === sku)?.price_jpy ?? 100;
      };
      return ['--slots', String(count), '--prices', Array.from({ length: count }, (_, i) => price(i + 1)).join(',')];
    },
    numberOf: ownNumber,
    read(state) {
      const { connected, machine, approvals, slots } = state as QibixxSimulatorState;
      const units = slots.map(({ item: number, stock, dropped }) => ({ number, stock, dropped, jammed: false }));
      return { connected, running: machine === 'vending', drives: approvals.length, slots: units };
    },
  },
  'modbus-relay': {
    name: 'relay',
    file: 'hardware/modbus-relay/simulator-cli.ts',
    faults: { jam: 'jam', pullMidVend: 'pull' },
    door: false,
    buttons: false,
    arguments_: (config) => ['--relays', String(Number(most(config, relay)) + 1)],
    numberOf: relay,
    read: readBoard,
  },
  'lock-board': {
    name: 'lock',
    file: 'hardware/lock-board/simulator-cli.ts',
    faults: { jam: 'jam', pullMidVend: 'pull' },
    door: false,
    buttons: false,
    arguments_: (config) => ['--locks', most(config, channel)],
    numberOf: channel,
    read: readBoard,
  },
};

export const isMachineKind = (driver: string): driver is MachineKind => (MACHINES as readonly string[]).includes(driver);

/** What the shop's file says under `machine` when this machine stands there. */
function machineSection(kind: MachineKind, { machine, slots }: Config): object {
  if (machine.driver === kind) return machine;
  const numbered = <T>(of: (i: number) => T) => Object.fromEntries(slots.map(({ slot }, i) => [slot, of(i)]));
  const port = 'simulated';
  if (kind === 'modbus-relay') return { driver: kind, port, slots: numbered((i) => ({ relay: i, input: i })) };
  if (kind === 'lock-board') return { driver: kind, port, channels: numbered((i) => i + 1) };
  return { driver: kind, port };
}

/** The shop's file with another machine, for another folder: what it names beside it is named in full. */
export function configWith(kind: MachineKind, configFile: string, config: Config): string {
  const document = parseDocument(readFileSync(configFile, 'utf8'));
  document.set('machine', document.createNode(machineSection(kind, config)));
  for (const { key, file } of pictureFiles(config, path.dirname(configFile))) document.setIn(key, file);
  return document.toString();
}

/** Shelves as the configuration says, so that kiosk and machine agree at the start. */
export async function startMachine(config: Config): Promise<SimulatedMachine> {
  const { driver } = config.machine;
  if (!isMachineKind(driver)) throw new Error(`there is no simulated machine for ${driver}`);
  const { name, file, faults, door, buttons, arguments_, numberOf, read } = KINDS[driver];
  const { child, found } = await startProgram(
    file,
    ['--tcp', '0', '--control', '0', ...arguments_(config)],
    [new RegExp(`^${name} control: (http:\\S+)`), new RegExp(`^${name} simulator: (tcp:\\S+)`)],
  );
  const [controlUrl, port] = found as [string, string];
  const control = async (call: string, body: object) => void (await callSimulator(`${controlUrl}/${call}`, body));
  const stock = (slot: string, count: number) => control('stock', { slot: numberOf(config, slot), count: Math.min(count, 255) });
  for (const { slot, stock: count } of config.slots) await stock(slot, count);
  return {
    kind: driver,
    child,
    port,
    mishaps: Object.keys(faults) as Mishap[],
    hasButtons: buttons,
    async state() {
      const { doorOpen = null, slots, ...rest } = read(await callSimulator(`${controlUrl}/state`));
      const byNumber = new Map(slots.map((unit) => [unit.number, unit]));
      const known = config.slots.flatMap(({ slot }): SimulatedSlot[] => {
        const unit = byNumber.get(numberOf(config, slot));
        return unit === undefined ? [] : [{ slot, stock: unit.stock, dropped: unit.dropped, jammed: unit.jammed }];
      });
      return { ...rest, doorOpen, slots: known };
    },
    async mishap(mishap, for_ms) {
      const kind = faults[mishap];
      if (kind !== undefined) await control('fault', { slot: null, kind, ...(mishap === 'pullMidVend' ? { for_ms } : {}) });
    },
    cable: (connected) => control('cable', { connected }),
    door: async (open) => (door ? control('door', { open }) : undefined),
    press: async (slot) => (buttons ? control('press', { slot: numberOf(config, slot) }) : undefined),
    stock,
  };
}
