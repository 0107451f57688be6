/** `jihanki orders`: find sales, and read the story of one. */
import { dateTime } from '../../app/operator/japan-time.ts';
import type { OrderPage } from '../../app/operator/archive.ts';
import { isNamed } from '../../app/operator/search.ts';
import type { OrderSummary } from '../../app/operator/summary.ts';
import type { AskedView, StoryView } from '../../app/operator/view.ts';
import { type Call, type Command, confirm, needed, Refusal, type Shown, table, UsageError, wholeNumber, yen } from './command.ts';
import type { Door } from './door.ts';

const HOW = ['delivered', 'refundedByHand', 'writtenOff'] as const;
const RESULTS = ['open', 'vended', 'partlyVended', 'refunded', 'abandoned', 'attention'] as const;

export const orders: Command = {
  usage: `usage: jihanki orders [TEXT] [--from DAY] [--to DAY] [--result RESULT] [--attention] [--limit N]
       jihanki orders show ORDER
       jihanki orders ask ORDER
       jihanki orders settle ORDER --how HOW --note TEXT
       jihanki orders decide ORDER --came-out yes|no [--yes]
       jihanki orders release     # those that broke a rule were looked at: sell again

  TEXT          an order number or its last digits, an amount, PayPay's paymentId or the merchantPaymentId
  --result      ${RESULTS.join(', ')}
  --attention   only those that wait for a person
  --from, --to  a day, or a minute: 2026-11-23T14:05 (Japan)
  show          the whole story; ask: PayPay's word on it, now
  settle        says what a person did about an order that waits for one; no money moves
  --how         ${HOW.join(', ')}
  decide        about money that is only held, because nobody knows whether the goods came out: look at slot,
                outlet and camera first. yes takes the price, no lets go of it; it can't be changed afterwards
  --yes         does not ask

examples:
  jihanki orders --from 2026-11-01 --to 2026-11-30 --result refunded
  jihanki orders 1-000042
  jihanki orders show 1-000042 --json
  jihanki orders ask 1-000042
  jihanki orders settle 1-000042 --how refundedByHand --note "gave 150 yen back in cash"
  jihanki orders decide 1-000042 --came-out no`,
  options: {
    from: { type: 'string' },
    to: { type: 'string' },
    result: { type: 'string' },
    attention: { type: 'boolean' },
    limit: { type: 'string' },
    how: { type: 'string' },
    note: { type: 'string' },
    'came-out': { type: 'string' },
    yes: { type: 'boolean' },
  },
  async run(call) {
    if (call.args[0] === 'show') return show(call);
    if (call.args[0] === 'ask') return askPayPay(call);
    if (call.args[0] === 'settle') return settle(call);
    if (call.args[0] === 'decide') return decide(call);
    if (call.args[0] === 'release') {
      await call.door.perform({ do: 'kiosk.release' });
      return { text: 'selling goes on', json: {} };
    }
    if (call.args.length > 1) throw new UsageError('one text is searched for; put it in quotes');
    const { from, to, attention, limit } = call.values as Record<string, string | undefined> & { attention?: boolean };
    const result = RESULTS.find((one) => one === call.values['result']);
    if (call.values['result'] !== undefined && result === undefined) throw new UsageError(`--result: allowed: ${RESULTS.join(', ')}`);
    const page = await call.door.ask<OrderPage>({
      ask: 'orders',
      text: call.args[0] ?? '',
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      ...(result === undefined ? {} : { result }),
      attention: attention === true,
      limit: limit === undefined ? 50 : Math.min(200, wholeNumber('--limit', limit, 1)),
    });
    const rows = page.orders.map((order) => [
      order.orderNumber,
      dateTime(order.openedAt_ms),
      order.lines.map(({ name }) => name.ja).join('、'),
      yen(order.total_jpy),
      order.closed?.result ?? 'open',
    ]);
    const text = rows.length === 0 ? 'no order fits' : table([['order', 'time (JST)', 'products', 'amount', 'result'], ...rows], [3]);
    return { text: page.next === null ? text : `${text}\n… and older ones (--limit, --to)`, json: page };
  },
};

async function askPayPay({ door, args }: Call): Promise<Shown> {
  const { orderId, orderNumber } = await findOrder(door, args[1]);
  const asked = await door.perform<AskedView>({ do: 'order.ask', orderId });
  const agrees = asked.agrees === null ? '' : asked.agrees ? '; our books agree' : '; our books DIFFER';
  return {
    text: `order ${orderNumber}: ${asked.says.en ?? asked.says.ja}${agrees}`,
    json: asked,
    ...(asked.agrees === false ? { code: 1 } : {}),
  };
}

async function settle({ door, args, values }: Call): Promise<Shown> {
  const how = HOW.find((one) => one === values['how']);
  if (how === undefined) throw new UsageError(`--how: allowed: ${HOW.join(', ')}`);
  const note = needed('--note', values['note']);
  const { orderId, orderNumber } = await findOrder(door, args[1]);
  await door.perform({ do: 'order.settle', orderId, how, note });
  return { text: `order ${orderNumber} is settled: ${how}`, json: { orderId, how } };
}

async function decide(call: Call): Promise<Shown> {
  const { door, args, values } = call;
  const cameOut = values['came-out'];
  if (cameOut !== 'yes' && cameOut !== 'no') throw new UsageError('--came-out: allowed: yes, no');
  const { orderId, orderNumber } = await findOrder(door, args[1]);
  const { hold } = await door.ask<StoryView>({ ask: 'order.story', orderId });
  if (hold === null)
    throw new Refusal(
      'nothingWaits',
      `no money of order ${orderNumber} is held for a person to decide; \`jihanki orders show\` says how it stands`,
    );
  const delivered = cameOut === 'yes';
  const capture_jpy = delivered ? hold.capture_jpy : 0;
  const [question, done] = delivered
    ? [`Take ${yen(capture_jpy)}`, `${yen(capture_jpy)} is being taken`]
    : ['Take nothing and let go of the hold', 'the hold is being let go of, nothing is taken'];
  await confirm(call, `${question}, order ${orderNumber}? It can't be changed afterwards.`, 'nothing was decided');
  await door.perform({ do: 'order.decide', orderId, delivered });
  return {
    text: `order ${orderNumber}: ${done}; \`jihanki orders show ${orderNumber}\` says when PayPay has done it`,
    json: { orderId, orderNumber, delivered, capture_jpy },
  };
}

async function show({ door, args }: Call) {
  const order = await findOrder(door, args[1]);
  const story = await door.ask<StoryView>({ ask: 'order.story', orderId: order.orderId });
  const { taken_jpy, dispensed_jpy, returned_jpy } = story.ledger;
  const lines = story.lines.map(({ at_ms, says }) => `${dateTime(at_ms)}  ${says.en ?? says.ja}`);
  return {
    text: [
      `order ${story.summary.orderNumber}, ${story.summary.closed?.result ?? 'open'}${story.waitsForPerson ? ', waits for a person' : ''}`,
      ...lines,
      `taken ${yen(taken_jpy)}, dispensed ${yen(dispensed_jpy)}, returned ${yen(returned_jpy)}`,
      `paymentId ${story.summary.payment?.paymentId ?? '–'}, merchantPaymentId ${story.summary.merchantPaymentId}`,
    ].join('\n'),
    json: story,
  };
}

/**
 * @param text order number, its last digits, or merchantPaymentId
 * @throws UsageError | Refusal
 */
export async function findOrder(door: Door, text: string | undefined): Promise<OrderSummary> {
  if (text === undefined) throw new UsageError('ORDER is missing: its number or merchantPaymentId');
  const page = await door.ask<OrderPage>({ ask: 'orders', text, attention: false, limit: 200 });
  const named = page.orders.filter((order) => isNamed(order, text));
  const [found] = named;
  if (found !== undefined && named.length === 1) return found;
  throw new Refusal(
    'noSuchOrder',
    found !== undefined
      ? `${text} may be any of ${named.map(({ orderNumber, merchantPaymentId }) => `${orderNumber} (${merchantPaymentId})`).join(', ')}`
      : // So many cost what the digits say that the order may be further down.
        `there is no order ${text}${page.next === null ? '' : ' among the newest ones that fit: give its whole number, as 1-000042'}`,
  );
}
