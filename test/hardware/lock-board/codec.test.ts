import { describe, expect, test } from 'vitest';
import { findLockReply, lockFrame, openLock, queryLock } from '../../../hardware/lock-board/codec.ts';
import { bytesOf } from '../frames.ts';

const OPEN_1 = `
  8A  # open a lock
  01  # board 1
  01  # channel 1
  11  # the action
  9B  # xor
`;
const QUERY_1 = `
  80  # how is the lock?
  01  # board 1
  01  # channel 1
  33  # the action
  B3  # xor
`;

test('published frames', () => {
  expect(openLock(1, 1)).toEqual(bytesOf(OPEN_1));
  expect(queryLock(1, 1)).toEqual(bytesOf(QUERY_1));
  expect(lockFrame(0x8a, 1, 0, 0x11)).toEqual(bytesOf('8A 01 00 11 9A'));
  expect(lockFrame(0x80, 1, 0, 0x33)).toEqual(bytesOf('80 01 00 33 B2'));
});

describe('finding an answer', () => {
  const state = (last: number, channel = 1) => lockFrame(0x80, 1, channel, last);
  test('both states, behind noise and an unasked notice', () => {
    const bytes = Uint8Array.from([0x80, 0x01, ...lockFrame(0x82, 1, 1, 0x00), ...state(0x11)]);
    expect(findLockReply(queryLock(1, 1), bytes, () => undefined)).toEqual({ reply: 0x11, end: bytes.length });
    expect(findLockReply(queryLock(1, 1), state(0x00), () => undefined)).toEqual({ reply: 0x00, end: 5 });
  });
  test('other channels, other boards, unfinished and broken frames are none', () => {
    let bad = 0;
    const count = () => (bad += 1);
    expect(findLockReply(queryLock(1, 1), state(0x11, 2), count)).toBeNull();
    expect(findLockReply(queryLock(2, 1), state(0x11), count)).toBeNull();
    expect(findLockReply(queryLock(1, 1), state(0x11).slice(0, 4), count)).toBeNull();
    expect(bad).toBe(0);
    const broken = state(0x11);
    broken[4] = (broken[4] as number) ^ 1;
    expect(findLockReply(queryLock(1, 1), broken, count)).toBeNull();
    expect(bad).toBe(1);
  });
});
