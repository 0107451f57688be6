/** What a test, the demo or a person can see of a simulated VMC and do to it. */
import type { DrawFault } from '../simulator/seeded-faults.ts';
import type { Wire, WireEvents } from '../transport/wire.ts';
import type { Setting } from './codec.ts';
import { MOTOR_FAULTS } from './simulator-motors.ts';
import type { SimulatedSlot } from './simulator-motors.ts';

/** What goes wrong on the wire around one vend. */
export const WIRE_FAULTS = [
  /** The drive command is executed, its ACK gets lost. */
  'lostAck',
  /** The drive command is not heard once. */
  'deaf',
  /** The last status never leaves. */
  'lostStatus',
  /** The last status comes twice, as after a lost ACK. */
  'duplicateStatus',
  /** The last status comes 3 s late. */
  'lateStatus',
  /** The checksum of the next data frame is wrong. */
  'corrupt',
  /** Noise, and a false header, before the next data frame. */
  'garbage',
  /** The cable is pulled before the ACK, or while the motor runs; it comes back by `cable` or after `for_ms`. */
  'pullBeforeAck',
  'pullMidVend',
  /** The controller loses power while the motor runs, and starts again. */
  'restartMidVend',
] as const;
export const FAULTS = [...MOTOR_FAULTS, ...WIRE_FAULTS] as const;
export type FaultKind = (typeof FAULTS)[number];

export interface Fault {
  readonly kind: FaultKind;
  /** Null: whichever selection is driven next. */
  readonly selection: number | null;
  times: number;
  /** How long a pulled cable stays out; without it until `cable(true)`. */
  readonly for_ms?: number | undefined;
}

export interface VmcSimulatorOptions {
  readonly slots: readonly { readonly selection: number; readonly stock: number; readonly capacity?: number; readonly price?: number }[];
  readonly pollInterval_ms?: number;
  readonly motor_ms?: number;
  readonly boot_ms?: number;
  readonly countsStock?: boolean;
  /** false: firmware that tells of its selections (0x11) when it was synchronised, and not by itself when one changes. */
  readonly tellsChanges?: boolean;
  /** false: firmware that does not know the menu commands, and leaves them unanswered. */
  readonly answersMenu?: boolean;
  /** Firmware that acknowledges 0x12–0x15 and does nothing, or does not even acknowledge them. */
  readonly settings?: 'ignored' | 'unheard';
  readonly drawFault?: DrawFault<FaultKind> | undefined;
  /** Length of the ledger of drives; the counters know all. */
  readonly keep?: number;
}

/** One 0x06 that was taken, and what became of it. */
export interface DriveEntry {
  readonly at_ms: number;
  readonly selection: number;
  readonly packNo: number;
  readonly frame: string;
  readonly dropSensor: boolean;
  readonly elevator: boolean;
  result: number | null;
  dropped: boolean;
}

export interface VmcSimulatorState {
  readonly slots: readonly SimulatedSlot[];
  readonly drives: readonly DriveEntry[];
  readonly counters: {
    polls: number;
    drives: number;
    resentToUs: number;
    resentByUs: number;
    lateAnswers: number;
    missedPolls: number;
    dropped: number;
    restarts: number;
    badChecksums: number;
    garbageBytes: number;
  };
  readonly violations: readonly string[];
  readonly connected: boolean;
  readonly doorOpen: boolean;
  readonly synchronised: boolean;
  readonly running: boolean;
}

export interface VmcSimulator {
  /** A peer is at the other end of this wire now. */
  attach(wire: Wire): WireEvents;
  state(): VmcSimulatorState;
  fault(fault: Fault): void;
  readonly cable: (connected: boolean) => void;
  restart(): void;
  stock(selection: number, count: number): void;
  pause(selection: number, paused: boolean): void;
  door(open: boolean): void;
  /** What the controller reports of itself from now on: a cooling fault (0x52), its elevator's status (0x54). */
  trouble(what: { readonly temperature?: boolean; readonly elevator?: number }): void;
  /** Staff call the controller's menu; press "fully loaded" there; set something of a selection. */
  menu(): void;
  filled(): void;
  set(setting: Setting): void;
  /** The customer pressed a selection on the keypad; 0 cancels. */
  keypad(selection: number): void;
  stop(): void;
}
