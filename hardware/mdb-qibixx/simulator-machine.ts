/** The MDB machine behind a simulated adapter: its controller polls the reader block by block, its keypad is pressed by a test. */
import type { Clock } from '../../app/ports.ts';
import { ALWAYS_IDLE, BUS_ACK, openBlock, vmcBlock } from '../mdb/codec.ts';
import type { Reader } from '../mdb/reader.ts';

export interface MdbSlot {
  readonly item: number;
  readonly price: number;
  stock: number;
  dropped: number;
}

export const MDB_MACHINE_FAULTS = [
  /** Nothing falls, and the machine says so. */
  'jam',
  /** Something falls, and the machine ends the session without a word. */
  'noWord',
  /** Nothing falls, and the machine ends the session without a word. */
  'noWordNoGoods',
  /** The controller restarts between approval and motor, or after the drop. */
  'resetBeforeDrop',
  'resetAfterDrop',
  'slow',
] as const;

export interface MdbMachineOptions {
  readonly slots: readonly { readonly item: number; readonly price: number; readonly stock: number }[];
  readonly poll_ms?: number;
  readonly motor_ms?: number;
  /** Between the end of a vend and the end of its session. */
  readonly session_ms?: number;
}

export interface MdbMachine {
  readonly slots: ReadonlyMap<number, MdbSlot>;
  phase(): string;
  /** How often the reader kept the machine waiting for longer than it had announced (Z7). */
  overdue(): number;
  /** The customer presses a selection; false when the machine does not take it now. */
  press(item: number, faults: ReadonlySet<string>): boolean;
  /** The customer gives up at the machine. */
  readonly cancel: () => void;
  readonly restart: () => void;
  readonly stop: () => void;
}

type Phase = 'reset' | 'setup' | 'ready' | 'asking' | 'vending' | 'ending' | 'outOfUse';

/** An answer to POLL may hold several messages; these are the lengths at level 3. */
const MESSAGE_LENGTH: Readonly<Record<number, number>> = { 0x00: 1, 0x03: 10, 0x04: 1, 0x05: 3, 0x06: 1, 0x07: 1, 0x08: 1, 0x0b: 1 };

/** What stands on the bus: a reader and its address, or nobody while the adapter's reader is switched off. */
export interface OnBus {
  readonly reader: Reader;
  readonly address: number;
}

export function createMdbMachine(options: MdbMachineOptions, clock: Clock, onBus: () => OnBus | null): MdbMachine {
  const slots = new Map(options.slots.map((slot) => [slot.item, { ...slot, dropped: 0 }]));
  const poll_ms = options.poll_ms ?? 125;
  let phase: Phase = 'reset';
  let funds = 0;
  let chosen: { slot: MdbSlot; faults: ReadonlySet<string> } | null = null;
  let cancelling = false;
  let responseTime_ms = 5000;
  let askedAt_ms = 0;
  let endsAt_ms = 0;
  let alwaysIdle = false;
  let overdue = 0;
  let timer: unknown = null;
  let motor: unknown = null;

  const send = (block: (address: number) => Uint8Array): Uint8Array | null => {
    const there = onBus();
    return there ? there.reader.receive(block(there.address)) : null;
  };
  const enter = (next: Phase) => {
    phase = next;
  };
  const setUp = () => {
    responseTime_ms = (send((address) => vmcBlock.setupConfig(3, 16, 2, 1, address))?.[6] ?? 5) * 1000;
    send((address) => vmcBlock.setupPrices(0xffff, 0, address));
    // 7.4.16: manufacturer, serial, model and version come before what the reader offers.
    const offered = send((address) => vmcBlock.identify('VMC', '1', 'SIMULATED', address))?.[33] ?? 0;
    alwaysIdle = (offered & ALWAYS_IDLE) !== 0;
    if (alwaysIdle) send((address) => vmcBlock.enableOptions(ALWAYS_IDLE, address));
    if (send(vmcBlock.enable) !== null) enter('ready');
  };
  const vend = (slot: MdbSlot, faults: ReadonlySet<string>) => {
    enter('vending');
    if (faults.has('resetBeforeDrop')) return restart();
    motor = clock.setTimeout(
      () => {
        motor = null;
        const falls = !faults.has('jam') && !faults.has('noWordNoGoods') && slot.stock > 0;
        if (falls) {
          slot.stock -= 1;
          slot.dropped += 1;
        }
        if (faults.has('resetAfterDrop')) return restart();
        if (!faults.has('noWord') && !faults.has('noWordNoGoods'))
          send((address) => (falls ? vmcBlock.vendSuccess(slot.item, address) : vmcBlock.vendFailure(address)));
        // The session goes on for a moment; the goods come first.
        endsAt_ms = clock.monotonic_ms() + (options.session_ms ?? 500);
        enter('ending');
      },
      (options.motor_ms ?? 1500) * (faults.has('slow') ? 6 : 1),
    );
  };
  const complete = () => {
    send(vmcBlock.sessionComplete);
    chosen = null;
    funds = 0;
    enter('ready');
  };
  const restart = () => {
    if (motor !== null) clock.clearTimeout(motor);
    motor = null;
    chosen = null;
    funds = 0;
    cancelling = false;
    enter('reset');
  };
  const take = (body: Uint8Array) => {
    switch (body[0]) {
      case 0x00:
        // "Just reset": whatever was agreed before is gone, so it is set up anew.
        funds = 0;
        chosen = null;
        return enter('setup');
      case 0x03:
        funds = ((body[1] ?? 0) << 8) | (body[2] ?? 0);
        return;
      case 0x04:
        return complete();
      case 0x05:
        return phase === 'asking' && chosen ? vend(chosen.slot, chosen.faults) : undefined;
      case 0x06:
        return phase === 'asking' ? complete() : undefined;
      case 0x0b:
        return restart();
      default:
    }
  };
  const turn = () => {
    timer = clock.setTimeout(turn, poll_ms);
    if (phase === 'vending') return;
    if (phase === 'reset' && send(vmcBlock.reset) === null) return;
    if (phase === 'setup') return setUp();
    if (phase === 'asking' && clock.monotonic_ms() - askedAt_ms > responseTime_ms) {
      overdue += 1;
      return restart();
    }
    if (phase === 'ending' && clock.monotonic_ms() >= endsAt_ms) return complete();
    if (cancelling && phase === 'asking') {
      cancelling = false;
      send(vmcBlock.vendCancel);
    }
    const answer = send(vmcBlock.poll);
    if (answer === null) return phase === 'reset' ? undefined : restart();
    if (answer.length === 1 && answer[0] === BUS_ACK) return;
    let messages = openBlock(answer) ?? new Uint8Array(0);
    while (messages.length > 0) {
      take(messages);
      // What else was said belongs to a session that is over.
      if (phase === 'reset' && messages[0] === 0x0b) return;
      messages = messages.subarray(MESSAGE_LENGTH[messages[0] as number] ?? messages.length);
    }
  };
  timer = clock.setTimeout(turn, poll_ms);
  return {
    slots,
    phase: () => phase,
    overdue: () => overdue,
    press: (item, faults) => {
      const slot = slots.get(item);
      if (phase !== 'ready' || !slot || slot.stock === 0) return false;
      // Without Always Idle a session with enough credit must be open.
      if (!alwaysIdle && funds === 0) return false;
      if (funds !== 0 && funds !== 0xffff && funds < slot.price) return false;
      const answer = send((address) => vmcBlock.vendRequest(slot.price, slot.item, address));
      if (answer === null || onBus()?.reader.state() !== 'vend') return false;
      chosen = { slot, faults };
      askedAt_ms = clock.monotonic_ms();
      enter('asking');
      return true;
    },
    cancel: () => {
      cancelling = true;
    },
    restart,
    stop: () => {
      if (timer !== null) clock.clearTimeout(timer);
      if (motor !== null) clock.clearTimeout(motor);
    },
  };
}
