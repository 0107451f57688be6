/**
 * Relays or locks with things behind them, for the simulated boards: what moves, what falls, what the sensor sees. The
 * boards' own simulators put their protocol in front of it.
 */
import type { Clock } from '../../app/ports.ts';
import type { DrawFault } from '../simulator/seeded-faults.ts';
import type { Wire, WireEvents } from '../transport/wire.ts';

export const ACTUATOR_FAULTS = [
  /** It moves, and nothing comes. */
  'jam',
  /** The board does not hear the command. */
  'deaf',
  /** The board acts, and its answer gets lost. */
  'lostReply',
  /** The answer has a wrong checksum. */
  'corrupt',
  /** Noise before the answer. */
  'garbage',
  /** The answer comes half a second late. */
  'lateReply',
  /** The board says no, and does nothing. */
  'refuse',
  /** The board acts, and says that it failed. */
  'doubt',
  /** The cable is pulled right after the command, or after its answer; it comes back by `cable` or after `for_ms`. */
  'pull',
  'pullAfterReply',
] as const;
export type ActuatorFaultKind = (typeof ACTUATOR_FAULTS)[number];

export interface ActuatorFault {
  readonly kind: ActuatorFaultKind;
  /** Null: whichever moves next. */
  readonly channel: number | null;
  times: number;
  readonly for_ms?: number | undefined;
}

export interface SimulatedUnit {
  readonly channel: number;
  stock: number;
  /** How often it was moved, and how many came out. */
  actuations: number;
  dropped: number;
  /** What its sensor sees now: a falling product, an open door. */
  seen: boolean;
}

export interface ActuatorSimulatorOptions {
  readonly channels: readonly number[];
  readonly stock?: number;
  /** From the command to the product at the sensor. */
  readonly travel_ms?: number;
  /** How long the sensor sees it. */
  readonly seen_ms?: number;
  readonly drawFault?: DrawFault<ActuatorFaultKind> | undefined;
}

/** The protocol in front of the machine. */
export interface SimulatedBoard {
  /** Bytes came; answers go through `reply`. */
  receive(bytes: Uint8Array): void;
}

/** Answers that are not a yes. */
export interface Noes {
  readonly refused: Uint8Array;
  /** After which nobody knows whether something moved. */
  readonly inDoubt: Uint8Array;
}

export interface ActuatorWorld {
  readonly units: ReadonlyMap<number, SimulatedUnit>;
  readonly clock: Clock;
  /** Moves a channel unless a fault says otherwise, and answers, as faults allow. `noes`: null where the protocol has none. */
  readonly command: (channel: number, pulse_ms: number, accepted: Uint8Array, noes: Noes | null) => void;
  /** An answer that no fault touches. */
  readonly reply: (bytes: Uint8Array) => void;
  /** Whether the channel's relay is closed now. */
  readonly closed: (channel: number) => boolean;
  readonly violate: (what: string) => void;
}

export interface ActuatorSimulator {
  attach(wire: Wire): WireEvents;
  state(): {
    readonly units: readonly SimulatedUnit[];
    readonly commands: readonly string[];
    readonly violations: readonly string[];
    readonly connected: boolean;
  };
  fault(fault: ActuatorFault): void;
  readonly cable: (connected: boolean) => void;
  stock(channel: number, count: number): void;
}

const LATE_MS = 500;
const KEPT_COMMANDS = 200;

export function createActuatorSimulator(
  options: ActuatorSimulatorOptions,
  clock: Clock,
  boardIn: (world: ActuatorWorld) => SimulatedBoard,
): ActuatorSimulator {
  const units = new Map(
    options.channels.map((channel) => [channel, { channel, stock: options.stock ?? 10, actuations: 0, dropped: 0, seen: false }]),
  );
  const closedUntil = new Map<number, number>();
  const violations: string[] = [];
  const commands: string[] = [];
  let faults: ActuatorFault[] = [];
  let wire: Wire | null = null;
  let connected = true;

  const setCable = (now: boolean, for_ms?: number) => {
    connected = now;
    if (!now && for_ms !== undefined) clock.setTimeout(() => setCable(true), for_ms);
  };
  const write = (bytes: Uint8Array) => {
    if (connected) wire?.write(bytes);
  };
  const takeFaults = (channel: number): Map<ActuatorFaultKind, ActuatorFault> => {
    const drawn = options.drawFault?.();
    if (drawn) faults.push({ ...drawn, channel });
    const active = new Map<ActuatorFaultKind, ActuatorFault>();
    for (const fault of faults) {
      if ((fault.channel !== null && fault.channel !== channel) || active.has(fault.kind)) continue;
      fault.times -= 1;
      active.set(fault.kind, fault);
    }
    faults = faults.filter((fault) => fault.times > 0);
    return active;
  };
  const move = (unit: SimulatedUnit, pulse_ms: number, jammed: boolean) => {
    unit.actuations += 1;
    closedUntil.set(unit.channel, clock.monotonic_ms() + pulse_ms);
    if (jammed || unit.stock === 0) return;
    clock.setTimeout(() => {
      unit.stock -= 1;
      unit.dropped += 1;
      unit.seen = true;
      clock.setTimeout(() => void (unit.seen = false), options.seen_ms ?? 400);
    }, options.travel_ms ?? 300);
  };
  const board = boardIn({
    units,
    clock,
    command: (channel, pulse_ms, accepted, noes) => {
      const unit = units.get(channel);
      const active = takeFaults(channel);
      if (active.has('deaf')) return;
      if (!unit || (noes && active.has('refuse'))) return noes ? write(noes.refused) : undefined;
      commands.push(`${channel} ${pulse_ms}`);
      if (commands.length > KEPT_COMMANDS) commands.shift();
      move(unit, pulse_ms, active.has('jam'));
      const pull = active.get('pull');
      if (pull) setCable(false, pull.for_ms);
      if (active.has('lostReply')) return;
      if (active.has('garbage')) write(Uint8Array.of(0xff, 0x01, 0x05, 0x8a, 0x00));
      const answer = (noes && active.has('doubt') ? noes.inDoubt : accepted).slice();
      if (active.has('corrupt')) answer[answer.length - 1] = (answer.at(-1) as number) ^ 0x21;
      if (active.has('lateReply')) clock.setTimeout(() => write(answer), LATE_MS);
      else write(answer);
      const pullAfter = active.get('pullAfterReply');
      if (pullAfter) setCable(false, pullAfter.for_ms);
    },
    reply: write,
    closed: (channel) => (closedUntil.get(channel) ?? 0) > clock.monotonic_ms(),
    violate: (what) => {
      if (violations.length < 100) violations.push(what);
    },
  });
  return {
    attach: (attached) => {
      wire = attached;
      return {
        data: (bytes) => {
          if (connected && wire === attached) board.receive(bytes);
        },
        closed: () => {
          if (wire === attached) wire = null;
        },
      };
    },
    state: () => ({
      units: [...units.values()].map((unit) => ({ ...unit })),
      commands: [...commands],
      violations: [...violations],
      connected,
    }),
    fault: (fault) => void faults.push({ ...fault }),
    cable: (now) => setCable(now),
    stock: (channel, count) => {
      const unit = units.get(channel);
      if (unit) unit.stock = count;
    },
  };
}
