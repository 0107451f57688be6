/** Somebody in front of a kiosk that may die at any moment; their phone is at the simulated PayPay. */
import type { VmcSimulator } from '../../hardware/xy-vmc/simulator-types.ts';
import { pay, scan } from '../../main/paypay/simulator/codes.ts';
import type { World } from '../../main/paypay/simulator/world.ts';
import { sleep, until } from '../hardware/pty.ts';
import type { Random } from '../simulation/random.ts';
import type { Guest } from './moments.ts';
import type { Screen } from './screen.ts';

export const PRODUCTS = [
  { sku: 'tea', name: { ja: 'お茶' }, price_jpy: 130 },
  { sku: 'coffee', name: { ja: 'コーヒー' }, price_jpy: 150 },
];

export interface Scene {
  readonly screen: Screen;
  readonly dead: () => boolean;
  readonly paypay: World;
  readonly machine: VmcSimulator;
  readonly random: Random;
}

const PATIENCE_ms = 60_000;

const HABITS = {
  anybody: ['pay', 'pay', 'pay', 'pay', 'cancel', 'cancelAndPay', 'leave'],
  pays: ['pay'],
  paysForThree: ['pay'],
  paysForJam: ['pay'],
  leaves: ['cancel', 'cancel', 'cancelAndPay'],
} as const;

/** From the first touch to the last screen, or to the end of the process. */
export async function visit({ screen, dead, paypay, machine, random }: Scene, guest: Guest): Promise<void> {
  const shows = async (...names: string[]) => {
    const holds = () => dead() || names.includes(screen.view()?.screen.name ?? '');
    await until(holds, names.join(' or '), PATIENCE_ms).catch((error: unknown) => {
      throw new Error(`the screen stayed at ${JSON.stringify(screen.view()?.screen)}`, { cause: error });
    });
  };
  if (guest === 'paysForJam') machine.fault({ selection: null, kind: 'jam', times: 1 });
  else if (random.chance(0.25))
    machine.fault({ selection: null, kind: random.pick(['jam', 'lostStatus', 'lateStatus', 'lostAck']), times: 1 });
  const patience_ms = performance.now() + PATIENCE_ms;
  screen.send({ do: 'start' });
  await shows('selecting');
  let items = guest === 'paysForThree' ? 3 : guest === 'paysForJam' ? 1 : random.pick([1, 1, 2, 3]);
  for (; items > 0; items--) screen.send({ do: 'add', sku: random.pick(PRODUCTS).sku });
  // A machine that still looks at its last vend, or a PayPay out of reach, may say no at first; people press again.
  do {
    screen.send({ do: 'checkout' });
    await sleep(100);
    await shows('awaitingPayment', 'codeClosed', 'selecting');
  } while (!dead() && screen.view()?.screen.name === 'selecting' && performance.now() < patience_ms);
  const shown = screen.view()?.screen;
  if (dead() || shown?.name === 'codeClosed') return;
  if (shown?.name !== 'awaitingPayment') throw new Error(`no code in ${PATIENCE_ms} ms, but ${JSON.stringify(shown)}`);
  const habit = random.pick<(typeof HABITS)[Guest][number]>(HABITS[guest]);
  scan(paypay, shown.url);
  if (habit === 'leave') return;
  if (habit === 'pay') pay(paypay, shown.url);
  else screen.send({ do: 'cancel' });
  if (habit === 'cancelAndPay') setTimeout(() => pay(paypay, shown.url), random.between(0, 3_000));
  await shows('thanks', 'refunding', 'codeClosed', 'outOfService');
}
