/** An 8A/80 lock board: where its feedback is wired, each lock reports whether its door is open, so each slot has its sensor. */
import type { Board } from '../actuator/driver.ts';
import type { FindReply, Inquiry } from '../transport/inquiry.ts';
import { findLockReply, openLock, queryLock } from './codec.ts';
import type { LockState } from './codec.ts';
import type { LockBoardOptions } from './options.ts';

export function lockBoard(options: LockBoardOptions, inquiry: Inquiry): Board {
  const open = options.openState === '00' ? 0x00 : 0x11;
  const answerTo =
    (question: Uint8Array): FindReply<LockState> =>
    (bytes, onBadChecksum) =>
      findLockReply(question, bytes, onBadChecksum);
  const ask = (question: Uint8Array) => inquiry.ask(question, answerTo(question));
  // To open a lock is confirmed by the same bytes; a state (00 or 11) never is what a query ends with (33).
  const harmless = queryLock(options.board, Object.values(options.channels)[0] ?? 1);
  return {
    name: 'lock-board',
    // Where nobody sees the door, it gets time to spring open before the next command.
    rest_ms: options.sensor ? 0 : 1000,
    slots: new Map(Object.keys(options.channels).map((slot) => [slot, { sensor: options.sensor }])),
    actuate: async (slot) => {
      const channel = options.channels[slot];
      if (channel === undefined) return 'refused';
      return (await ask(openLock(options.board, channel))) === null ? null : 'done';
    },
    moving: async () => null,
    sensor: async (slot) => {
      const channel = options.channels[slot];
      const state = channel === undefined ? null : await ask(queryLock(options.board, channel));
      return state === null ? null : state === open;
    },
    probe: () => inquiry.probe(harmless, answerTo(harmless)),
  };
}
