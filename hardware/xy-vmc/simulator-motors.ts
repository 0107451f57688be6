/** The inside of a simulated vending machine: springs, motors, drop sensor, door. It counts what really fell, whatever the wire says. */
import type { Clock } from '../../app/ports.ts';

export interface SimulatedSlot {
  readonly selection: number;
  price: number;
  product: number;
  /** What the controller believes, and what hangs in the spring. */
  stock: number;
  capacity: number;
  /** 0 normal, 1 paused, 3 jammed. */
  status: number;
  /** Units that fell, over all restarts. */
  dropped: number;
  /** Units that fell although the controller reported a jam. */
  fellLater: number;
}

/** What goes wrong with the goods or the motor. */
export const MOTOR_FAULTS = [
  /** The motor turns, the product hangs. */
  'jam',
  /** The spring is empty, though the stock says otherwise. */
  'empty',
  /** Six times slower. */
  'slow',
  /** The motor does not stop by itself; nothing falls. */
  'motor',
  'motorMissing',
  'elevatorUp',
  /** "Purchase terminated" before anything moved. */
  'terminated',
  /** A status that no document knows, before the real end. */
  'strangeStatus',
  /** Success as 0x24, as some machines report it. */
  'boxSuccess',
  /** A warm meal: elevator, microwave, and "take out the box" at the end. */
  'microwave',
  /** Jammed, and the product falls a while later. */
  'fallsLater',
] as const;
export type MotorFault = (typeof MOTOR_FAULTS)[number];

export interface MotorOptions {
  readonly motor_ms: number;
  /** The controller counts what it delivers by direct drive. Real ones need not. */
  readonly countsStock: boolean;
}

export interface Motors {
  readonly slots: ReadonlyMap<number, SimulatedSlot>;
  busy(): boolean;
  /** Turns a motor and reports its statuses; the last one is the end. */
  drive(selection: number, faults: ReadonlySet<string>, elevator: boolean, report: (status: number, last: boolean) => void): void;
  /** Power fails: the motor stops where it is. */
  stop(): void;
  door: { open: boolean };
  /** What the controller reports of itself (0x52, 0x54). */
  trouble: { temperature: boolean; elevator: number };
}

export function createMotors(slots: readonly SimulatedSlot[], options: MotorOptions, clock: Clock): Motors {
  const bySelection = new Map(slots.map((slot) => [slot.selection, slot]));
  const door = { open: false };
  const trouble = { temperature: false, elevator: 0 };
  let timer: unknown = null;

  const drop = (slot: SimulatedSlot) => {
    slot.dropped += 1;
    if (options.countsStock && slot.stock > 0) slot.stock -= 1;
  };
  return {
    slots: bySelection,
    door,
    trouble,
    busy: () => timer !== null,
    stop: () => {
      if (timer !== null) clock.clearTimeout(timer);
      timer = null;
    },
    drive: (selection, faults, elevator, report) => {
      const slot = bySelection.get(selection);
      if (!slot || faults.has('motorMissing')) return report(0x06, true);
      if (door.open || faults.has('terminated')) return report(0xff, true);
      const motor_ms = options.motor_ms * (faults.has('slow') ? 6 : 1);
      const steps: (() => void)[] = [];
      steps.push(() => report(0x01, false));
      if (faults.has('slow')) for (let i = 0; i < 4; i += 1) steps.push(() => report(0x01, false));
      if (elevator) steps.push(() => report(0x10, false));
      if (faults.has('microwave')) for (const status of [0x10, 0x16, 0x18, 0x19, 0x22, 0x23, 0x26]) steps.push(() => report(status, false));
      if (faults.has('strangeStatus')) steps.push(() => report(0x7e, false));
      steps.push(() => {
        if (faults.has('motor')) return report(0x04, true);
        if (faults.has('elevatorUp')) return report(0x12, true);
        if (faults.has('jam') || faults.has('empty') || faults.has('fallsLater') || slot.stock === 0) {
          slot.status = 3;
          report(0x03, true);
          if (!faults.has('fallsLater')) return;
          clock.setTimeout(() => {
            slot.fellLater += 1;
            drop(slot);
          }, 5000);
          return;
        }
        drop(slot);
        report(faults.has('boxSuccess') || faults.has('microwave') ? 0x24 : 0x02, true);
      });
      const step_ms = motor_ms / steps.length;
      const next = (i: number) => {
        timer = i < steps.length - 1 ? clock.setTimeout(() => next(i + 1), step_ms) : null;
        steps[i]?.();
      };
      timer = clock.setTimeout(() => next(0), Math.min(50, step_ms));
    },
  };
}
