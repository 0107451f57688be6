/**
 * The cashless reader's side of an MDB dialogue (chapter 7), as a machine of states without wire and clock: a block in, a
 * block out. An adapter has one of these inside; ours is in the simulated adapter.
 */
import { ALWAYS_IDLE, BUS_ACK, CASHLESS_1, LONGEST_BLOCK, openBlock, readerBlock, readVmcCommand, sealBlock } from './codec.ts';
import type { VmcCommand } from './codec.ts';

/** A controller that commands without ever polling does not fill our memory. */
const MOST_PENDING = 16;

export type ReaderState = 'inactive' | 'disabled' | 'enabled' | 'sessionIdle' | 'vend';

/** What the reader's owner gets to know. */
export type ReaderEvent =
  | { readonly event: 'state'; readonly state: ReaderState }
  | { readonly event: 'vendRequest'; readonly price: number; readonly item: number }
  | { readonly event: 'vendCancel' }
  | { readonly event: 'vendSuccess'; readonly item: number }
  | { readonly event: 'vendFailure' }
  /** With an approval standing and no word on the goods: the standard counts it as a success (7.4.7). */
  | { readonly event: 'reset'; readonly approvalStood: boolean }
  | { readonly event: 'cashSale'; readonly price: number; readonly item: number };

export interface ReaderConfig {
  readonly address?: number;
  readonly currency: number;
  readonly scale: number;
  readonly decimals: number;
  readonly responseTime_s: number;
  readonly alwaysIdle: boolean;
}

export interface Reader {
  /** Null: no answer at all, as after a wrong checksum or another device's address. */
  receive(block: Uint8Array): Uint8Array | null;
  state(): ReaderState;
  /** Each tells whether it was allowed now. The block leaves with the next POLL. */
  approve(amount: number): boolean;
  deny(): boolean;
  begin(funds: number): boolean;
  endSession(): boolean;
}

export function createReader(config: ReaderConfig, emit: (event: ReaderEvent) => void): Reader {
  const address = config.address ?? CASHLESS_1;
  let state: ReaderState = 'inactive';
  let level = 1;
  let configured = 0;
  let alwaysIdle = false;
  let approved = false;
  /** Taken out of use in the middle of a session: it is finished first (7.4.12). */
  let disableAfter = false;
  let requested: { price: number; item: number } | null = null;
  let justReset = true;
  /** Answers for the next POLL, oldest first. */
  let pending: number[][] = [];

  const ACK = Uint8Array.of(BUS_ACK);
  const enter = (next: ReaderState) => {
    if (state === next) return;
    state = next;
    emit({ event: 'state', state });
  };
  const later = (...block: number[]) => {
    if (pending.length < MOST_PENDING) pending.push(block);
    return ACK;
  };
  const outOfSequence = () => later(...readerBlock.outOfSequence);

  const answer = (told: VmcCommand): Uint8Array => {
    // An open vend is not interruptible (7.4.7): anything but its end is out of sequence.
    const ends = ['reset', 'poll', 'vendRequest', 'vendCancel', 'vendSuccess', 'vendFailure', 'sessionComplete', 'disable'];
    if (state === 'vend' && !ends.includes(told.command)) return outOfSequence();
    switch (told.command) {
      case 'reset':
        emit({ event: 'reset', approvalStood: approved });
        justReset = true;
        pending = [];
        configured = 0;
        alwaysIdle = false;
        approved = false;
        disableAfter = false;
        requested = null;
        enter('inactive');
        return ACK;
      case 'poll': {
        if (justReset) {
          justReset = false;
          return sealBlock(...readerBlock.justReset);
        }
        if (pending.length === 0) return ACK;
        // As many as fit into one block; the others wait for the next POLL (2.2).
        const blocks: number[] = [];
        while (pending[0] && blocks.length + pending[0].length < LONGEST_BLOCK) blocks.push(...(pending.shift() as number[]));
        return sealBlock(...blocks);
      }
      case 'setupConfig':
        level = Math.min(3, told.level);
        configured |= 1;
        return sealBlock(...readerBlock.config(config.currency, config.scale, config.decimals, config.responseTime_s, level));
      case 'setupPrices':
        configured |= 2;
        if (configured === 3 && state === 'inactive') enter('disabled');
        return ACK;
      case 'identify':
        return sealBlock(...readerBlock.identity('JHK', '000000000001', 'QR-KIOSK-001', config.alwaysIdle ? ALWAYS_IDLE : 0));
      case 'enableOptions':
        alwaysIdle = config.alwaysIdle && (told.options & ALWAYS_IDLE) !== 0;
        return ACK;
      case 'enable':
        if (state === 'inactive') return outOfSequence();
        disableAfter = false;
        if (state === 'disabled') enter('enabled');
        return ACK;
      case 'disable':
        if (state === 'enabled') enter('disabled');
        disableAfter = state === 'sessionIdle' || state === 'vend';
        return ACK;
      case 'cancel':
        return state === 'enabled' ? later(...readerBlock.cancelled) : outOfSequence();
      case 'vendRequest': {
        // The same request again is a repetition after a lost ACK, not a second sale.
        if (state === 'vend') return requested?.price === told.price && requested.item === told.item ? ACK : outOfSequence();
        if (state !== 'sessionIdle' && !(state === 'enabled' && alwaysIdle)) return outOfSequence();
        requested = { price: told.price, item: told.item };
        enter('vend');
        emit({ event: 'vendRequest', price: told.price, item: told.item });
        return ACK;
      }
      case 'vendCancel':
        if (state !== 'vend' || approved) return outOfSequence();
        requested = null;
        emit({ event: 'vendCancel' });
        enter('sessionIdle');
        return later(...readerBlock.denied);
      case 'vendSuccess':
      case 'vendFailure':
        if (state !== 'vend' || !approved) return outOfSequence();
        approved = false;
        requested = null;
        emit(told.command === 'vendSuccess' ? { event: 'vendSuccess', item: told.item } : { event: 'vendFailure' });
        enter('sessionIdle');
        return ACK;
      case 'sessionComplete':
        approved = false;
        requested = null;
        enter(disableAfter ? 'disabled' : 'enabled');
        disableAfter = false;
        return later(...readerBlock.endSession);
      case 'writeTime':
      case 'dataEntry':
        return ACK;
      case 'diagnostics':
        return sealBlock(...readerBlock.diagnostics);
      case 'cashSale':
        emit({ event: 'cashSale', price: told.price, item: told.item });
        return ACK;
      case 'revalueRequest':
      case 'revalueLimit':
        return later(...readerBlock.revalueDenied);
      case 'notUnderstood':
        return outOfSequence();
    }
  };

  return {
    receive: (block) => {
      const body = openBlock(block);
      const told = body && readVmcCommand(body, address);
      return told ? answer(told) : null;
    },
    state: () => state,
    approve: (amount) => {
      if (state !== 'vend' || approved) return false;
      approved = true;
      later(...readerBlock.approved(amount));
      return true;
    },
    deny: () => {
      if (state !== 'vend' || approved) return false;
      requested = null;
      later(...readerBlock.denied);
      enter('sessionIdle');
      return true;
    },
    begin: (funds) => {
      if (state !== 'enabled') return false;
      later(...readerBlock.beginSession(funds, level));
      enter('sessionIdle');
      return true;
    },
    endSession: () => {
      if (state !== 'sessionIdle') return false;
      later(...readerBlock.cancelRequest);
      return true;
    },
  };
}
