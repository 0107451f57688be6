import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ServerClock } from '../../../main/paypay/server-clock.ts';
import { VirtualClock } from './virtual-clock.ts';

const httpDate = (time_ms: number) => new Date(time_ms).toUTCString();

test('is the host’s time until PayPay has answered', () => {
  const clock = new VirtualClock();
  const time = new ServerClock(clock);
  expect(time.known).toBe(false);
  expect(time.now_ms()).toBe(clock.now_ms());
  expect(time.observe(undefined, 0)).toBe(0);
  expect(time.observe('yesterday', 0)).toBe(0);
  expect(time.known).toBe(false);
});

test('is never further from PayPay’s time than the way there and back, plus the second of the header', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: -1e9, max: 1e9 }),
      fc.array(fc.record({ there_ms: fc.nat(5000), back_ms: fc.nat(5000), pause_ms: fc.nat(100_000) }), { minLength: 1, maxLength: 5 }),
      async (skew_ms, exchanges) => {
        const clock = new VirtualClock();
        const time = new ServerClock(clock);
        let narrowest_ms = Infinity;
        for (const { there_ms, back_ms, pause_ms } of exchanges) {
          await clock.advance(pause_ms);
          const sent_ms = clock.monotonic_ms();
          await clock.advance(there_ms);
          const date = httpDate(clock.now_ms() + skew_ms);
          await clock.advance(back_ms);
          time.observe(date, sent_ms);
          narrowest_ms = Math.min(narrowest_ms, there_ms + back_ms + 1000);
          expect(Math.abs(time.now_ms() - (clock.now_ms() + skew_ms))).toBeLessThanOrEqual(there_ms + back_ms + 1000);
        }
        expect(time.known).toBe(true);
      },
    ),
    { numRuns: 200 },
  );
});

test('an exact host keeps its milliseconds', async () => {
  const clock = new VirtualClock();
  await clock.advance(123);
  const time = new ServerClock(clock);
  const sent_ms = clock.monotonic_ms();
  await clock.advance(40);
  expect(time.observe(httpDate(clock.now_ms()), sent_ms)).toBe(0);
  expect(time.offset_ms()).toBe(0);
});

test('somebody who sets the host’s clock does not move PayPay’s', () => {
  let wall_ms = 1_800_000_000_000;
  const clock = { now_ms: () => wall_ms, monotonic_ms: () => 5000, setTimeout: () => 0, clearTimeout: () => {} };
  const time = new ServerClock(clock);
  time.observe(httpDate(wall_ms), 5000);
  const before = time.now_ms();
  wall_ms -= 86_400_000;
  expect(time.now_ms()).toBe(before);
  expect(time.offset_ms()).toBe(86_400_000);
});
