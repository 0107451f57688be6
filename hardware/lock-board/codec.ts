/** Five-byte frames of the common 8A/80 lock boards: command, board, channel, state or action, xor of the four before. */
export const LOCK = { open: 0x8a, query: 0x80, notice: 0x82 } as const;
const ACTION = { [LOCK.open]: 0x11, [LOCK.query]: 0x33 } as const;

export function lockFrame(command: number, board: number, channel: number, last: number): Uint8Array {
  return Uint8Array.of(command, board, channel, last, command ^ board ^ channel ^ last);
}

export const openLock = (board: number, channel: number) => lockFrame(LOCK.open, board, channel, ACTION[LOCK.open]);
export const queryLock = (board: number, channel: number) => lockFrame(LOCK.query, board, channel, ACTION[LOCK.query]);

/** 0x00 or 0x11; which of them means an open door depends on the wiring. */
export type LockState = 0x00 | 0x11;

/** Finds the answer to `question` in `bytes`: same command, board and channel, a state, a right checksum. Notices (0x82) and noise are skipped. */
export function findLockReply(
  question: Uint8Array,
  bytes: Uint8Array,
  onBadChecksum: () => void,
): { reply: LockState; end: number } | null {
  for (let at = 0; at + 5 <= bytes.length; at += 1) {
    if (bytes[at] !== question[0] || bytes[at + 1] !== question[1] || bytes[at + 2] !== question[2]) continue;
    const last = bytes[at + 3] as number;
    if (last !== 0x00 && last !== 0x11) continue;
    if (((bytes[at] as number) ^ (bytes[at + 1] as number) ^ (bytes[at + 2] as number) ^ last) !== bytes[at + 4]) {
      onBadChecksum();
      continue;
    }
    return { reply: last, end: at + 5 };
  }
  return null;
}
