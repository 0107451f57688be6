/** Age-restricted goods are sold only behind a check that says yes for this very sale. */
import { afterEach, expect, it } from 'vitest';
import type { AgeAnswer, AgeCheck } from '../../app/ports.ts';
import { openShop, type TestShop } from './shop.ts';

let shop: TestShop;
afterEach(() => shop.close());
const beer = () => shop.view().products.find(({ sku }) => sku === 'beer');
const codes = () => shop.simulator.world.codes.size;
const chooseBeer = () => shop.send({ do: 'start' }, { do: 'add', sku: 'beer' }, { do: 'checkout' });

/** Answers as told, and remembers what it was asked. */
function reader(answer: () => Promise<AgeAnswer>) {
  const asked: { orderId: string; skus: readonly string[]; signal: AbortSignal }[] = [];
  const ageCheck: AgeCheck = {
    check(sale) {
      asked.push(sale);
      return answer();
    },
  };
  return { asked, ageCheck };
}

it('without a check they are shown with the reason and not sold', async () => {
  shop = await openShop();
  expect(beer()).toMatchObject({ notForSale: 'ageCheckMissing', available: 0 });
  await chooseBeer();
  await shop.send({ do: 'buy', sku: 'beer' });
  expect(await shop.see('selecting')).toMatchObject({ cart: [] });
  expect(codes()).toBe(0);
});

it.each([
  ['no', () => Promise.resolve('refused' as const), 'ageRefused'],
  ['"unknown"', () => Promise.resolve('unknown' as const), 'ageUnknown'],
  ['an error', () => Promise.reject(new Error('no reader')), 'ageUnknown'],
  ['a word that is no answer', () => Promise.resolve('yes' as AgeAnswer), 'ageUnknown'],
  ['a bare true', () => Promise.resolve(true as unknown as AgeAnswer), 'ageUnknown'],
  [
    'an error at once',
    () => {
      throw new Error('broken');
    },
    'ageUnknown',
  ],
  ['nothing at all', () => new Promise<never>(() => {}), 'ageUnknown'],
])('on %s nothing is sold, with the reason', async (_, answer, problem) => {
  const { asked, ageCheck } = reader(answer);
  shop = await openShop({ ageCheck });
  expect(beer()).toMatchObject({ notForSale: null, ageCheck: true });
  await chooseBeer();
  expect(await shop.see('selecting', 61_000)).toMatchObject({ problem, cart: [{ sku: 'beer' }] });
  expect(asked).toMatchObject([{ skus: ['beer'] }]);
  expect(asked[0]?.signal.aborted).toBe(true);
  expect(codes()).toBe(0);
});

it('also for one that is bought past the cart', async () => {
  const answers: AgeAnswer[] = ['refused', 'allowed'];
  const { asked, ageCheck } = reader(() => Promise.resolve(answers.shift() ?? 'unknown'));
  shop = await openShop({ ageCheck });
  const buy = () => shop.send({ do: 'start' }, { do: 'buy', sku: 'beer' });
  await buy();
  expect(await shop.see('selecting')).toMatchObject({ problem: 'ageRefused', cart: [{ sku: 'beer', quantity: 1 }] });
  expect(codes()).toBe(0);
  await shop.send({ do: 'finish' });
  await buy();
  await shop.see('awaitingPayment');
  expect(asked).toMatchObject([{ skus: ['beer'] }, { skus: ['beer'] }]);
});

it('a yes sells this order, and the next customer is asked again', async () => {
  const answers: AgeAnswer[] = ['allowed', 'refused'];
  const { asked, ageCheck } = reader(() => Promise.resolve(answers.shift() ?? 'unknown'));
  shop = await openShop({ ageCheck });
  await chooseBeer();
  await shop.pay();
  await shop.see('thanks');
  await shop.send({ do: 'finish' });
  await chooseBeer();
  expect(await shop.see('selecting')).toMatchObject({ problem: 'ageRefused' });
  expect(new Set(asked.map(({ orderId }) => orderId)).size).toBe(2);
  expect(codes()).toBe(1);
});

it('a new code after an old one ran out is a new sale: asked again', async () => {
  const answers: AgeAnswer[] = ['allowed', 'unknown'];
  const { ageCheck } = reader(() => Promise.resolve(answers.shift() ?? 'unknown'));
  shop = await openShop({ ageCheck });
  await chooseBeer();
  await shop.see('awaitingPayment');
  await shop.see('codeClosed', 600_000);
  await shop.send({ do: 'newCode' });
  expect(await shop.see('selecting')).toMatchObject({ problem: 'ageUnknown' });
  expect(codes()).toBe(1);
});

it('a yes that comes too late, or after the customer gave up, sells nothing', async () => {
  const waiting: ((answer: AgeAnswer) => void)[] = [];
  const { asked, ageCheck } = reader(() => new Promise((resolve) => waiting.push(resolve)));
  shop = await openShop({ ageCheck });
  await chooseBeer();
  await shop.see('checkingAge');
  await shop.send({ do: 'cancel' });
  await shop.see('selecting');
  expect(asked[0]?.signal.aborted).toBe(true);
  waiting[0]?.('allowed');
  await shop.clock.advance(1_000);
  expect(shop.view().screen.name).toBe('selecting');

  await shop.send({ do: 'checkout' });
  await shop.see('checkingAge');
  await shop.see('selecting', 61_000);
  waiting[1]?.('allowed');
  await shop.clock.advance(1_000);
  expect(shop.view().screen).toMatchObject({ name: 'selecting', problem: 'ageUnknown' });
  expect(codes()).toBe(0);
});

it('asks nobody about tea', async () => {
  const { asked, ageCheck } = reader(() => Promise.resolve('refused'));
  shop = await openShop({ ageCheck });
  await shop.send({ do: 'start' }, { do: 'add', sku: 'tea' }, { do: 'checkout' });
  await shop.see('awaitingPayment');
  expect(asked).toEqual([]);
});
