/** What can still be given back for a closed order, and what staff must know before they do. Pure. */
import type { LocalText } from '../order/events.ts';
import { dispensed_jpy, ledger, lineOf, linesHeld, type Order } from '../order/order.ts';

export interface RefundOffer {
  /** 0: nothing can be refunded through PayPay; `says` tells why. */
  readonly most_jpy: number;
  /** What did not come out and has not gone back: the amount to propose. */
  readonly proposed_jpy: number;
  readonly says: readonly LocalText[];
}

const yen = (amount_jpy: number): string => `¥${amount_jpy.toLocaleString('en-US')}`;

/** The hold of a closed order that waits for a person. */
export interface HoldOffer {
  /** What will be taken when the doubtful goods came out; when they did not, the hold is let go of. */
  readonly capture_jpy: number;
}

export function holdOffer(order: Order): HoldOffer | null {
  const lines = linesHeld(order);
  const doubtful_jpy = lines.reduce((sum, line) => sum + lineOf(order, line).price_jpy, 0);
  return lines.length === 0 ? null : { capture_jpy: dispensed_jpy(order) + doubtful_jpy };
}

export function refundOffer(order: Order): RefundOffer {
  const nothing = (ja: string, en: string): RefundOffer => ({ most_jpy: 0, proposed_jpy: 0, says: [{ ja, en }] });
  const { taken_jpy, returned_jpy } = ledger(order);
  const kept_jpy = taken_jpy - returned_jpy;
  if (order.closed === null)
    return nothing(
      'この注文はまだ処理中です。終わるまで返金できません。',
      'This order is still being settled. It can be refunded when that has ended.',
    );
  if (linesHeld(order).length > 0)
    return nothing(
      '代金は確保されているだけで、まだ受け取っていません。商品が出たかどうかを確かめて決めてください。',
      'The money is only held, not taken. Look whether the goods came out, and decide.',
    );
  if (taken_jpy === 0) return nothing('代金は支払われていません。', 'Nothing was paid.');
  if (order.paymentClosed === 'reversed') return nothing('全額がすでに返っています。', 'All of it has been returned already.');
  if (order.refund.state !== 'none')
    return nothing(
      `PayPayの返金は1回の支払いにつき1回です。この支払いではすでに${yen(order.refund.amount_jpy)}の返金に使われました。残りを返すときはPayPay以外の方法（現金など）で返してください。`,
      `PayPay accepts one refund per payment, and it was used here for ${yen(order.refund.amount_jpy)}. Return the rest by other means, for example cash.`,
    );
  if (kept_jpy <= 0) return nothing('返せる金額はありません。', 'There is nothing left to return.');
  const undelivered_jpy = Math.max(0, kept_jpy - dispensed_jpy(order));
  return {
    most_jpy: kept_jpy,
    // Of a hold only what came out was taken: nothing of it is owed.
    proposed_jpy: order.payment?.kind === 'authorized' ? undelivered_jpy : undelivered_jpy || kept_jpy,
    says: [
      ...(order.payment?.kind === 'authorized' && undelivered_jpy === 0
        ? [
            {
              ja: '受け取ったのは、出た商品の代金だけです。ほかの商品の代金は受け取っていません。',
              en: 'Only what came out was taken. Nothing was taken for the rest.',
            },
          ]
        : []),
      {
        ja: `PayPayの返金は1回の支払いにつき1回です。${yen(kept_jpy)}より少なく返すと、残りはあとからPayPayでは返せません。`,
        en: `PayPay accepts one refund per payment. If you return less than ${yen(kept_jpy)} now, the rest can't be returned through PayPay later.`,
      },
      {
        ja: '返金はPayPayが受け付けると取り消せません。お客様のPayPay残高に戻ります。',
        en: "A refund can't be taken back once PayPay has it. It goes to the customer's PayPay balance.",
      },
    ],
  };
}
