/** `jihanki refund`: give money back for one order. */
import type { RefundOffer } from '../../app/operator/refund.ts';
import { type Command, confirm, needed, Refusal, wholeNumber, yen } from './command.ts';
import { findOrder } from './orders.ts';

export const refund: Command = {
  usage: `usage: jihanki refund ORDER --amount YEN --reason TEXT [--yes]

PayPay gives back once per payment: what is returned now can't be added to later. The rule and what is
left are shown before anything is sent.

  --yes   does not ask

examples:
  jihanki refund 1-000042 --amount 150 --reason "came out damaged"
  JIHANKI_STAFF=Sato jihanki refund 1-000042 --amount 150 --reason goodwill --yes --pin-file pin --json`,
  options: { amount: { type: 'string' }, reason: { type: 'string' }, yes: { type: 'boolean' } },
  async run(call) {
    const { door, args, values, terminal } = call;
    const refund_jpy = wholeNumber('--amount', needed('--amount', values['amount']), 1);
    const reason = needed('--reason', values['reason']);
    const order = await findOrder(door, args[0]);
    const offer = await door.ask<RefundOffer>({ ask: 'refund.offer', orderId: order.orderId });
    if (refund_jpy > offer.most_jpy)
      throw new Refusal(
        'refundImpossible',
        [
          `at most ${yen(offer.most_jpy)} of order ${order.orderNumber} can be returned`,
          ...offer.says.map((says) => says.en ?? says.ja),
        ].join('\n'),
      );
    if (values['yes'] !== true) for (const says of offer.says) terminal.err(says.en ?? says.ja);
    await confirm(call, `Return ${yen(refund_jpy)} of ${yen(order.total_jpy)}, order ${order.orderNumber}?`, 'nothing was returned');
    await door.perform({ do: 'order.refund', orderId: order.orderId, refund_jpy, reason });
    return {
      text: `${yen(refund_jpy)} of order ${order.orderNumber} is on its way back; \`jihanki orders show ${order.orderNumber}\` says when it is there`,
      json: { orderId: order.orderId, orderNumber: order.orderNumber, refund_jpy },
    };
  },
};
