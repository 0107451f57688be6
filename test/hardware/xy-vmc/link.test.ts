/** The exchange, frame by frame: who speaks when, what is repeated, and what is never sent again. */
import { describe, expect, test } from 'vitest';
import { ACK, COMMAND, encodeFrame } from '../../../hardware/xy-vmc/codec.ts';
import type { Frame } from '../../../hardware/xy-vmc/codec.ts';
import { createLink } from '../../../hardware/xy-vmc/link.ts';
import type { Fate } from '../../../hardware/xy-vmc/link.ts';

const NONE = new Uint8Array(0);
const poll: Frame = { command: COMMAND.poll, packNo: 0, text: NONE };
const ack: Frame = { command: COMMAND.ack, packNo: 0, text: NONE };
const synchronise: Frame = { command: COMMAND.synchronise, packNo: 1, text: NONE };
const status = (packNo: number, code: number): Frame => ({ command: COMMAND.dispensing, packNo, text: Uint8Array.of(code, 0, 3) });

function line() {
  const written: Uint8Array[] = [];
  const told: string[] = [];
  const link = createLink({
    write: (bytes) => written.push(bytes),
    data: (frame) => told.push(`data ${frame.packNo}`),
    synchronised: () => told.push('synchronised'),
    restarted: () => told.push('restarted'),
    resent: () => told.push('resent'),
    repeated: () => told.push('repeated'),
  });
  /** What is answered to this frame. */
  const to = (frame: Frame) => {
    written.length = 0;
    link.receive(frame);
    return [...written];
  };
  const fates: Fate[] = [];
  const drive = { command: COMMAND.drive, text: [1, 0, 0, 3], onFate: (fate: Fate) => fates.push(fate) };
  const start = () => {
    link.opened();
    expect(to(poll)).toEqual([encodeFrame(COMMAND.synchronise, 1)]);
    expect(to(ack)).toEqual([]);
  };
  return { link, to, told, fates, drive, start };
}
const driveFrame = (packNo: number) => encodeFrame(COMMAND.drive, packNo, [1, 0, 0, 3]);

describe('who speaks when', () => {
  test('synchronise first, then commands, one an ask; an ACK when there is nothing to say', () => {
    const { link, to, drive, start, told } = line();
    start();
    expect(told).toEqual(['synchronised']);
    expect(to(poll)).toEqual([ACK]);
    link.enqueue(drive);
    expect(to(poll)).toEqual([driveFrame(2)]);
    expect(to(ack)).toEqual([]);
    expect(to(poll)).toEqual([ACK]);
  });
  test('nothing is said that was not asked for', () => {
    const { link, to, drive, start } = line();
    start();
    link.enqueue(drive);
    expect(to(ack)).toEqual([]);
    expect(to(status(9, 1))).toEqual([ACK]);
    expect(to(poll)).toEqual([driveFrame(2)]);
  });
  test('what was queued before the port opened is not sent', () => {
    const { link, drive, fates } = line();
    link.enqueue(drive);
    link.opened();
    expect(fates).toEqual(['notSent']);
  });
  test('data is acknowledged at once, also while a command waits for its ACK', () => {
    const { link, to, drive, start } = line();
    start();
    link.enqueue(drive);
    to(poll);
    expect(to(status(9, 1))).toEqual([ACK]);
    expect(to(poll)).toEqual([driveFrame(2)]);
  });
});

describe('repeating', () => {
  test('a command goes out six times at most, the same bytes each time', () => {
    const { link, to, drive, start, fates } = line();
    start();
    link.enqueue(drive);
    for (let i = 0; i < 6; i += 1) expect(to(poll)).toEqual([driveFrame(2)]);
    expect(fates).toEqual([]);
    expect(to(poll)).toEqual([ACK]);
    expect(fates).toEqual(['unanswered']);
  });
  test('a packNo is never used for two commands: a controller that heard the first would drop the second', () => {
    const { link, to, drive, start } = line();
    start();
    link.enqueue(drive);
    for (let i = 0; i < 6; i += 1) to(poll);
    link.enqueue({ command: COMMAND.checkSelection, text: [0, 3] });
    expect(to(poll)).toEqual([encodeFrame(COMMAND.checkSelection, 3, [0, 3])]);
  });
  test('a status shows that the command was heard: it is not sent again', () => {
    const { link, to, drive, start, fates } = line();
    start();
    link.enqueue(drive);
    to(poll);
    to(status(9, 1));
    link.answered(drive);
    expect(to(poll)).toEqual([ACK]);
    expect(fates).toEqual(['acknowledged']);
  });
  test("the controller's repetition is acknowledged and told once, even when other frames came between", () => {
    const { to, start, told } = line();
    start();
    told.length = 0;
    to(status(9, 2));
    to(status(10, 1));
    expect(to(status(9, 2))).toEqual([ACK]);
    to(status(11, 2));
    expect(told).toEqual(['data 9', 'data 10', 'repeated', 'data 11']);
  });
  test('packNo runs from 1 to 255 and on with 1', () => {
    const { link, to, start } = line();
    start();
    const seen: number[] = [];
    for (let i = 0; i < 260; i += 1) {
      link.enqueue({ command: COMMAND.askMachine, text: [] });
      seen.push(to(poll)[0]?.[4] ?? 0);
      to(ack);
    }
    expect(seen.slice(0, 3)).toEqual([2, 3, 4]);
    expect(seen.slice(252, 256)).toEqual([254, 255, 1, 2]);
    expect(seen).not.toContain(0);
  });
});

describe('what ends the permission to send', () => {
  test.each(['closed', 'opened', 'synchronise'] as const)(
    '%s: what was sent is lost, what waited is not sent, nothing leaves again',
    (how) => {
      const { link, to, drive, start, fates } = line();
      start();
      const waiting: Fate[] = [];
      link.enqueue(drive);
      to(poll);
      link.enqueue({ ...drive, onFate: (fate) => waiting.push(fate) });
      if (how === 'synchronise') expect(to(synchronise)).toEqual([ACK]);
      else link[how]();
      expect([fates, waiting]).toEqual([['lost'], ['notSent']]);
      if (how === 'closed') link.opened();
      for (let i = 0; i < 20; i += 1) for (const frame of to(poll)) expect([COMMAND.synchronise, COMMAND.ack]).toContain(frame[2]);
    },
  );
  test('synchronise is repeated for ever, with a new packNo after six', () => {
    const { link, to } = line();
    link.opened();
    const packNos = Array.from({ length: 14 }, () => to(poll)[0]?.[4]);
    expect(packNos).toEqual([1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3]);
  });
  test('withdrawn in time is never sent; too late is said', () => {
    const { link, to, drive, start, fates } = line();
    start();
    link.enqueue(drive);
    expect(link.withdraw(drive)).toBe(true);
    expect(to(poll)).toEqual([ACK]);
    link.enqueue(drive);
    to(poll);
    expect(link.withdraw(drive)).toBe(false);
    expect(fates).toEqual([]);
  });
  test("abandoned: what waits for its ACK is not repeated, its packNo is not used again, and a late ACK is nobody's", () => {
    const { link, to, drive, start, fates } = line();
    start();
    link.enqueue(drive);
    expect(to(poll)).toEqual([driveFrame(2)]);
    link.abandon(drive);
    expect(to(poll)).toEqual([ACK]);
    expect(to(ack)).toEqual([]);
    link.enqueue({ command: COMMAND.checkSelection, text: [0, 3] });
    expect(to(poll)).toEqual([encodeFrame(COMMAND.checkSelection, 3, [0, 3])]);
    expect(fates).toEqual([]);
  });
  test('a full queue takes nothing', () => {
    const { link, drive, start, fates } = line();
    start();
    for (let i = 0; i < 600; i += 1) link.enqueue({ command: COMMAND.askMachine, text: [] });
    link.enqueue(drive, true);
    expect(fates).toEqual(['notSent']);
  });
});
