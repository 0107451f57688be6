import { expect, test } from 'vitest';
import { createRecorder } from '../../../hardware/recorder.ts';
import { createInquiry } from '../../../hardware/transport/inquiry.ts';
import { createVirtualClock } from '../virtual-clock.ts';

/** Answers are a letter behind an exclamation mark. */
const find = (bytes: Uint8Array) => {
  const at = Buffer.from(bytes).indexOf('!');
  return at >= 0 && at + 1 < bytes.length ? { reply: String.fromCharCode(bytes[at + 1] as number), end: at + 2 } : null;
};
const text = (letters: string) => Uint8Array.from(Buffer.from(letters, 'ascii'));

function board() {
  const clock = createVirtualClock();
  const asked: string[] = [];
  const recorder = createRecorder('test', 'memory', clock);
  const inquiry = createInquiry((bytes) => asked.push(Buffer.from(bytes).toString()), clock, recorder);
  const ask = (question: string) => inquiry.ask(text(question), find);
  return { clock, asked, inquiry, ask, recorder };
}

test('one question at a time, each with its answer, noise skipped', async () => {
  const { clock, asked, inquiry, ask } = board();
  const answers = Promise.all([ask('a'), ask('b')]);
  await clock.advance(10);
  expect(asked).toEqual(['a']);
  inquiry.receive(text('..!'));
  inquiry.receive(text('A'));
  await clock.advance(10);
  expect(asked).toEqual(['a', 'b']);
  inquiry.receive(text('!B'));
  expect(await clock.until(answers)).toEqual(['A', 'B']);
});

test('a spoilt frame is counted once, however its neighbours come in', async () => {
  const { clock, inquiry, recorder } = board();
  // Spoilt frames are question marks.
  const answer = inquiry.ask(text('a'), (bytes, onBadChecksum) => {
    for (const byte of bytes) if (byte === 0x3f) onBadChecksum();
    return find(bytes);
  });
  await clock.advance(1);
  for (const piece of ['?', '.', '.', '?.', '!', 'A']) inquiry.receive(text(piece));
  expect(await clock.until(answer)).toBe('A');
  expect(recorder.counters.badChecksums).toBe(2);
});

test('an answer that comes too late is nobody’s', async () => {
  const { clock, inquiry, ask } = board();
  const first = ask('a');
  const second = ask('b');
  await clock.advance(300);
  inquiry.receive(text('!A'));
  await clock.advance(200);
  inquiry.receive(text('!B'));
  expect([await clock.until(first), await clock.until(second)]).toEqual([null, 'B']);
});

test('an answer that was here in time is read after the timer, when this process was busy', async () => {
  const { clock, inquiry, ask } = board();
  const answer = ask('a');
  await clock.advance(250);
  inquiry.receive(text('!A'));
  expect(await clock.until(answer, 1)).toBe('A');
});

test('a lost port answers at once, and noise is bounded', async () => {
  const { clock, inquiry, ask, recorder } = board();
  const answer = ask('a');
  await clock.advance(1);
  for (let i = 0; i < 100; i += 1) inquiry.receive(text('x'.repeat(100)));
  expect(recorder.counters.garbageBytes).toBeGreaterThanOrEqual(10_000 - 600);
  inquiry.lost();
  expect(await clock.until(answer, 1)).toBeNull();
});
