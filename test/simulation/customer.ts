/** People in front of the kiosk: they see its screen and its code, touch it, pay with a phone, and pull the plug. */
import { pay, scan } from '../../main/paypay/simulator/codes.ts';
import { SKUS } from './config.ts';
import type { Random } from './random.ts';
import type { Outage, World } from './world.ts';

const HABITS = [
  ...(['pay', 'pay', 'pay', 'pay', 'pay', 'pay', 'pay', 'pay', 'payTwice', 'payLater', 'cancel', 'cancelAndPay'] as const),
  ...(['walkAway', 'scanAndWait', 'photograph', 'pullThePlug', 'pullThePlugAndPay'] as const),
];
export type Habit = (typeof HABITS)[number];

/** One customer, from coming to leaving. */
export async function visit(world: World, random: Random): Promise<void> {
  if (!(await shows(world, ['attract'], 90_000))) return;
  world.kiosk?.send({ do: 'start' });
  await world.sleep(random.between(500, 5_000));
  for (let items = random.pick([1, 1, 1, 2, 3, 5]); items > 0; items--) world.kiosk?.send({ do: 'add', sku: random.pick(SKUS) });
  world.kiosk?.send({ do: 'checkout' });
  await world.sleep(300);
  if (!(await shows(world, ['awaitingPayment'], 45_000))) return leave(world);
  const url = codeOn(world);
  if (url === null) return leave(world);
  await buy(world, random, url, random.pick(HABITS));
  if (random.chance(0.1) && world.screen.name === 'codeClosed') {
    world.kiosk?.send({ do: 'newCode' });
    await shows(world, ['awaitingPayment'], 45_000);
    const again = codeOn(world);
    if (again !== null) await buy(world, random, again, 'pay');
  }
  leave(world);
}

const codeOn = ({ screen }: World): string | null => (screen.name === 'awaitingPayment' ? screen.url : null);

async function buy(world: World, random: Random, url: string, habit: Habit): Promise<void> {
  world.trace(`customer: ${habit}`);
  const paypay = world.paypay.simulator.world;
  const confirm = () => {
    const paid = pay(paypay, url);
    world.trace(`customer confirms: ${'refused' in paid ? paid.refused : paid.status}`);
  };
  const pause = (low_ms: number, high_ms: number) => world.sleep(random.between(low_ms, high_ms));
  await pause(500, 12_000);
  const codeLifetime_ms = paypay.switches.codeLifetime_ms;
  switch (habit) {
    case 'walkAway':
      return;
    case 'photograph':
      // Pays from a picture, at home, when the order may be long over.
      scan(paypay, url);
      world.time.clock(0).setTimeout(confirm, random.between(0, 1.3 * codeLifetime_ms + 60_000));
      return;
    case 'pay':
      confirm();
      break;
    case 'payTwice':
      confirm();
      confirm();
      await pause(0, 5_000);
      confirm();
      break;
    case 'payLater':
      await pause(0, codeLifetime_ms);
      confirm();
      break;
    case 'scanAndWait':
      scan(paypay, url);
      await pause(codeLifetime_ms - 15_000, codeLifetime_ms + 20_000);
      confirm();
      break;
    case 'cancel':
      world.kiosk?.send({ do: 'cancel' });
      break;
    case 'cancelAndPay':
      scan(paypay, url);
      if (random.chance(0.5)) world.time.clock(0).setTimeout(confirm, random.between(0, 2_000));
      world.kiosk?.send({ do: 'cancel' });
      await pause(0, 30_000);
      confirm();
      break;
    case 'pullThePlug':
      world.crash(outageOf(random));
      break;
    case 'pullThePlugAndPay':
      scan(paypay, url);
      if (random.chance(0.5)) confirm();
      await pause(0, 5_000);
      world.crash(outageOf(random));
      await pause(0, 10_000);
      confirm();
      break;
  }
  await shows(world, ['thanks', 'refunding', 'codeClosed', 'attract', 'outOfService', 'dark'], 90_000);
  await pause(0, 3_000);
}

const outageOf = (random: Random): Outage => random.pick(['process', 'power', 'everything']);

function leave(world: World): void {
  world.kiosk?.send({ do: 'finish' });
}

/** Looks at the screen now and then. @returns whether one of the names came up in time */
async function shows(world: World, names: readonly string[], limit_ms: number): Promise<boolean> {
  const end_ms = world.time.now_ms + limit_ms;
  for (let pause_ms = 1_000; ; pause_ms = Math.min(2 * pause_ms, 20_000)) {
    const { screen } = world;
    checkScreen(world, screen);
    if (names.includes(screen.name)) return true;
    if (world.time.now_ms >= end_ms) return false;
    await world.sleep(pause_ms);
  }
}

/** What a screen claims stands in the journal. */
function checkScreen(world: World, screen: World['screen']): void {
  if (!('order' in screen)) return;
  const order = [...world.books.orders.values()].find(({ opened }) => opened.orderNumber === screen.order.orderNumber);
  const has = (fact: string) => order?.facts.has(fact) === true;
  const lie = (what: string) => world.violate(`${order?.orderId ?? '?'}: the screen ${screen.name} says ${what}`);
  if (screen.name === 'awaitingPayment') {
    const created = order?.rows.find(({ event }) => event.type === 'code.created')?.event;
    if (created?.type !== 'code.created' || created.url !== screen.url) lie('that its code may be paid');
    if (has('cancel.requested') || has('order.closed')) lie('that a closed code may be paid');
  }
  if (screen.name === 'thanks' && order?.opened.lines.every(({ line }) => has(`vend.succeeded:${line}`)) !== true)
    lie('that everything came out');
  if (screen.name === 'codeClosed' && screen.why !== 'stillChecking' && !has('payment.closed') && !has('code.rejected'))
    lie('that nothing was taken');
  if (screen.name === 'refunding') {
    const out_jpy = order?.opened.lines.reduce((sum, { line, price_jpy }) => (has(`vend.succeeded:${line}`) ? sum + price_jpy : sum), 0);
    if (screen.dispensed_jpy !== out_jpy) lie(`that ${screen.dispensed_jpy} came out`);
    if (screen.refund.state === 'completed' && !['refund.completed', 'revert.completed', 'capture.completed', 'payment.closed'].some(has))
      lie('that the money is back');
  }
}
