/** A member of staff who looks after what the software left to a person, and sometimes gives money back for goodwill. */
import { goodsOf } from './checkers.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

/** Does what a careful person does: never refunds what is not offered, decides about holds after a look at the goods, settles what can not be refunded. */
export async function lookAfter(world: World, random: Random): Promise<void> {
  for (const { orderId, facts, rows } of [...world.books.orders.values()]) {
    const desk = world.kiosk?.operator;
    const closing = rows.at(-1)?.event;
    if (desk === undefined || closing?.type !== 'order.closed') continue;
    const wanted =
      closing.result === 'attention' || ((facts.has('payment.completed') || facts.has('capture.completed')) && random.chance(0.15));
    if (!wanted || world.life?.alive !== true) continue;
    world.trace(`staff: ${orderId}`);
    const work = async () => {
      const out = facts.has('payment.authorized') && closing.result === 'attention' ? cameOut(world, orderId, facts) : 'unclear';
      if (out !== 'unclear' && random.chance(0.7)) return desk.decide(orderId, { delivered: out === 'all', by: 'sato' });
      const { most_jpy, proposed_jpy } = await desk.refundOffer(orderId);
      if (most_jpy > 0 && random.chance(0.7))
        await desk.refund(orderId, { refund_jpy: random.pick([most_jpy, proposed_jpy, 1]), by: 'sato', reason: 'goodwill' });
      else if (closing.result === 'attention') await desk.settle(orderId, { by: 'sato', how: 'writtenOff', note: '' });
    };
    // A refusal is an answer; a kiosk that died in between gives none.
    await Promise.race([work().catch((error: unknown) => world.trace(`staff: ${String(error)}`)), world.sleep(30_000)]);
  }
}

/** What a look into the drop box says of the lines that nobody else can judge. */
function cameOut(world: World, orderId: string, facts: ReadonlySet<string>): 'all' | 'none' | 'unclear' {
  const machine = world.machine?.simulator.state() ?? null;
  const goods = goodsOf({ vends: world.books.vends, machine, violate: () => {} });
  const lines = [...facts].filter((fact) => fact.startsWith('vend.unknown:')).map((fact) => fact.slice('vend.unknown:'.length));
  const out = lines.filter((line) => goods.get(`${orderId} ${line}`)?.dropped === true).length;
  if (lines.length === 0) return 'unclear';
  return out === lines.length ? 'all' : out === 0 ? 'none' : 'unclear';
}
