/** What is known about the kiosk's health is told also while what it is asked of does not answer. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { healthFacts } from '../../main/health.ts';
import { openShop, type TestShop } from '../app/shop.ts';

let shop: TestShop;
beforeEach(async () => (shop = await openShop()));
afterEach(() => shop.close());

test('an archive that hangs is waited for two seconds, and not asked again meanwhile', async () => {
  const { kiosk, clock, folder } = shop;
  const asked: (() => void)[] = [];
  const hangs = () => new Promise<never>((_, reject) => asked.push(() => reject(new Error('at last'))));
  const archive = { lastResults: hangs, state: hangs } as unknown as Parameters<typeof healthFacts>[0]['archive'];
  const facts = healthFacts({
    ...{ desk: kiosk.operator, archive, clock, version: 'test', dataFolder: folder },
    configurationProblems: () => [],
    selfCheck: () => null,
  });
  for (let looks = 0; looks < 3; looks++) {
    const began_ms = clock.monotonic_ms();
    expect(await clock.until(facts())).toMatchObject({ results: null, archiveBehind: null, journal: null });
    expect(clock.monotonic_ms() - began_ms).toBeLessThanOrEqual(2_000);
  }
  expect(asked).toHaveLength(2);
  asked.forEach((fail) => fail());
});

test('what tables that are being made anew say of the newest orders is of old ones, and counts for nothing', async () => {
  const { kiosk, clock, folder } = shop;
  const state = { behind: 0 };
  const archive = {
    lastResults: () => Promise.resolve({ closed: 50, complete: 10 }),
    state: () => Promise.resolve(state),
  } as unknown as Parameters<typeof healthFacts>[0]['archive'];
  const facts = healthFacts({
    ...{ desk: kiosk.operator, archive, clock, version: 'test', dataFolder: folder },
    configurationProblems: () => [],
    selfCheck: () => null,
  });
  expect(await clock.until(facts())).toMatchObject({ results: { complete: 10 } });
  state.behind = 100_000;
  expect(await clock.until(facts())).toMatchObject({ results: null });
});
