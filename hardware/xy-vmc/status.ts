/** What the controller's status bytes mean for a sale (sections 4.3.1, 4.3.3, 4.3.6). The document writes them in hexadecimal. */
import type { MachineReason, SlotState, VendProgress } from '../../app/ports.ts';
import type { VendFailure } from '../../app/order/events.ts';

export type Dispensing =
  | { readonly means: 'progress'; readonly progress: VendProgress }
  | { readonly means: 'delivered' }
  | { readonly means: 'failed'; readonly why: VendFailure; readonly detail: string }
  /** Ended, without a word on the goods. */
  | { readonly means: 'terminated' }
  /** Not in the document; no end of anything. */
  | { readonly means: 'unrecognised' };

const progress = (what: VendProgress): Dispensing => ({ means: 'progress', progress: what });
const failed = (why: VendFailure, detail: string): Dispensing => ({ means: 'failed', why, detail });
const UNRECOGNISED: Dispensing = { means: 'unrecognised' };

const DISPENSING: Readonly<Record<number, Dispensing>> = {
  0x01: progress('moving'),
  0x02: { means: 'delivered' },
  0x03: failed('jam', 'selection jammed, nothing fell'),
  0x04: failed('motor', 'motor did not stop normally'),
  0x06: failed('motor', 'motor is not there'),
  0x07: failed('elevator', 'elevator error'),
  0x10: progress('elevator'),
  0x11: progress('elevator'),
  0x12: failed('elevator', 'elevator error on its way up'),
  0x13: failed('elevator', 'elevator error on its way down'),
  0x14: progress('delivering'),
  0x15: failed('elevator', 'microwave delivery door did not close'),
  0x16: progress('delivering'),
  0x17: failed('elevator', 'microwave inlet door did not open'),
  0x18: progress('delivering'),
  0x19: progress('delivering'),
  0x20: failed('elevator', 'microwave inlet door did not close'),
  // "No lunch box in the microwave": machines in the field go on after it, so it ends nothing.
  0x21: progress('heating'),
  0x22: progress('heating'),
  0x23: progress('heating'),
  // "Take out the lunch box": machines without a microwave send it too, after a real delivery.
  0x24: { means: 'delivered' },
  0x25: failed('elevator', 'pushing rod did not return'),
  0x26: progress('delivering'),
  0x28: failed('elevator', 'pushing rod did not push'),
  0x29: failed('elevator', 'elevator did not enter the microwave'),
  0x30: failed('elevator', 'elevator did not leave the microwave'),
  0x31: failed('elevator', 'rod in the microwave did not push'),
  0x32: failed('elevator', 'rod in the microwave did not return'),
  // "Purchase terminated": whether the motor turned before is not said.
  0xff: { means: 'terminated' },
};

export const dispensing = (status: number): Dispensing => DISPENSING[status] ?? UNRECOGNISED;

/** 0x02: can this selection sell? */
export function selectionState(status: number): SlotState | MachineReason {
  switch (status) {
    case 0x01:
      return 'ready';
    case 0x02:
      return 'empty';
    case 0x03:
      return 'missing';
    case 0x04:
      return 'paused';
    case 0x05:
    case 0x12:
    case 0x15:
      return 'productInOutlet';
    case 0x06:
      return 'doorOpen';
    case 0x13:
      return 'busy';
    default:
      // Elevator, rod, microwave and main motor faults, and whatever firmware adds: nothing moves.
      return status >= 0x07 && status <= 0x23 ? 'elevator' : 'unknown';
  }
}

/** 0x02 as the answer to 0x03: anything but 1 means that nothing will move. Null: it may be sold. */
export function refusal(status: number): { readonly why: VendFailure; readonly detail: string } | null {
  if (status === 0x01) return null;
  const detail = `the controller refused to sell: status 0x${status.toString(16).padStart(2, '0')}`;
  return { why: status === 0x02 ? 'empty' : 'notSent', detail };
}

/** 0x11: the state of a selection as pushed. Stock is no part of it: a controller that is driven directly need not count (4.0). */
export function pushedState(status: number): SlotState {
  if (status === 0) return 'ready';
  return status === 3 ? 'jammed' : 'paused';
}

/** 0x54: elevator and delivery door. Null: nothing is in the way. */
export function elevatorReason(status: number): MachineReason | null {
  if (status === 0) return null;
  if (status === 1) return 'productInOutlet';
  return status === 2 ? 'doorOpen' : 'elevator';
}
