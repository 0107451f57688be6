/** The whole story of one order in plain words, from its rows in the journal. */
import { impossible } from '../errors.ts';
import type { CancelReason, LocalText, OrderEvent, OrderLine, VendFailure } from '../order/events.ts';
import type { OrderRow, PaymentFacts } from '../ports.ts';
import { dateTime, timeOfDay } from './japan-time.ts';

export interface StoryLine {
  readonly at_ms: number;
  /** Whose doing it was. */
  readonly who: 'customer' | 'kiosk' | 'paypay' | 'machine' | 'staff';
  readonly says: LocalText;
}

const yen = (amount_jpy: number): string => `¥${amount_jpy.toLocaleString('en-US')}`;
const both = (ja: string, en: string): LocalText => ({ ja, en });

const LEFT: Readonly<Record<CancelReason, LocalText>> = {
  customer: both('お客様がやめました', 'the customer stopped'),
  expired: both('QRコードの期限が切れました', 'the code expired'),
  restarted: both('キオスクが再起動しました', 'the kiosk restarted'),
  codeUnknown: both('QRコードの作成結果がわかりませんでした', 'nobody knows whether the code was created'),
  notReady: both('自販機の準備ができていませんでした', 'the machine was not ready'),
  rejected: both('PayPayが支払いを断りました', 'PayPay declined the payment'),
};
export const FAILURES: Readonly<Record<VendFailure, LocalText>> = {
  jam: both('商品が詰まりました', 'the product jammed'),
  empty: both('商品がありませんでした', 'the slot was empty'),
  motor: both('モーターが動きませんでした', 'the motor failed'),
  elevator: both('エレベーターが動きませんでした', 'the elevator failed'),
  notSent: both('自販機に指示が届きませんでした', 'the machine was not told'),
};
const SETTLED = {
  refundedByHand: both('別の方法で返金した', 'money returned by other means'),
  delivered: both('商品は渡っていた', 'the goods had been delivered'),
  writtenOff: both('処理済みとした', 'written off'),
} as const;
const RESULTS = {
  vended: both('すべて出ました', 'everything came out'),
  partlyVended: both('一部が出て、残りは返金されました', 'part of it came out, the rest was returned'),
  refunded: both('全額を返しました', 'all of the money was returned'),
  abandoned: both('支払いなしで終わりました', 'nobody paid'),
  attention: both('確認が必要です', 'a person must look at it'),
} as const;

/** One line an event; those that say nothing to a person are left out. */
export function storyOf(rows: readonly OrderRow[]): StoryLine[] {
  let lines: readonly OrderLine[] = [];
  return rows.flatMap(({ at_ms, event }) => {
    if (event.type === 'order.opened') lines = event.lines;
    const told = tell(event, lines);
    return told === null ? [] : [{ at_ms, who: told[0], says: both(told[1], told[2]) }];
  });
}

type Told = readonly [who: StoryLine['who'], ja: string, en: string];

function tell(event: OrderEvent, lines: readonly OrderLine[]): Told | null {
  const item = (line: number): { ja: string; en: string } => {
    const found = lines[line];
    const slot = found?.slot ?? '?';
    return {
      ja: `${found?.name.ja ?? '?'}（スロット${slot}）`,
      en: `${found?.name.en ?? found?.name.ja ?? '?'} (slot ${slot})`,
    };
  };
  switch (event.type) {
    case 'order.opened': {
      const names = (language: 'ja' | 'en') =>
        event.lines.map((line) => `${line.name[language] ?? line.name.ja} ${yen(line.price_jpy)}`).join(language === 'ja' ? '、' : ', ');
      return ['customer', `注文 ${yen(event.total_jpy)}：${names('ja')}`, `Ordered for ${yen(event.total_jpy)}: ${names('en')}`];
    }
    case 'code.requested':
      return ['kiosk', 'PayPayにQRコードを頼みました', 'Asked PayPay for a code'];
    case 'code.created':
      return [
        'paypay',
        `QRコードができました（${timeOfDay(event.expiresAt_ms)}まで有効）`,
        `Made the code, valid until ${timeOfDay(event.expiresAt_ms)}`,
      ];
    case 'code.rejected':
      return ['paypay', `QRコードを作れませんでした（${event.code}）`, `Made no code (${event.code})`];
    case 'payment.completed':
      return [
        'paypay',
        `${yen(event.amount_jpy)}の支払いが完了しました（${dateTime(event.paidAt_ms)}、決済番号 ${event.paymentId}）`,
        `${yen(event.amount_jpy)} was paid (${dateTime(event.paidAt_ms)}, payment ${event.paymentId})`,
      ];
    case 'payment.authorized':
      return [
        'paypay',
        `${yen(event.amount_jpy)}を確保しました（決済番号 ${event.paymentId}）`,
        `${yen(event.amount_jpy)} is held (payment ${event.paymentId})`,
      ];
    case 'cancel.requested': {
      const why = LEFT[event.reason];
      return ['kiosk', `${why.ja}。支払いを止めるようPayPayに頼みます`, `Closed the payment: ${why.en}`];
    }
    case 'cancel.accepted':
      return ['paypay', 'キャンセルを受け付けました', 'Accepted the cancellation'];
    case 'payment.closed':
      return event.how === 'unpaid'
        ? ['paypay', '支払われていないことを確認しました', 'Confirmed that nothing was paid']
        : ['paypay', '支払いは取り消され、お金は戻りました', 'Reversed the payment: the money went back'];
    case 'vend.requested':
      return ['kiosk', `${item(event.line).ja}を出すよう指示しました`, `Told the machine to vend ${item(event.line).en}`];
    case 'vend.succeeded': {
      if (event.proof === 'handedOver') return ['staff', `${item(event.line).ja}を渡しました`, `Handed over ${item(event.line).en}`];
      const proof = PROOFS[event.proof];
      return ['machine', `${item(event.line).ja}が出ました（確認：${proof.ja}）`, `${item(event.line).en} came out (proof: ${proof.en})`];
    }
    case 'vend.failed':
      return [
        'machine',
        `${item(event.line).ja}は出ませんでした：${FAILURES[event.why].ja}${event.detail && `（${event.detail}）`}`,
        `${item(event.line).en} did not come out: ${FAILURES[event.why].en}${event.detail && ` (${event.detail})`}`,
      ];
    case 'vend.unknown': {
      const likely = {
        delivered: ['出た可能性が高い', 'probably'],
        notDelivered: ['出ていない可能性が高い', 'probably not'],
        none: ['手がかりなし', 'no evidence'],
      }[event.likely];
      return [
        'machine',
        `${item(event.line).ja}が出たかどうかわかりません（${likely[0]}：${event.evidence}）`,
        `Nobody knows whether ${item(event.line).en} came out (${likely[1]}: ${event.evidence})`,
      ];
    }
    case 'capture.requested':
      return [
        'kiosk',
        `出た分の${yen(event.amount_jpy)}を売上として確定するよう頼みました`,
        `Asked to capture ${yen(event.amount_jpy)} for what came out`,
      ];
    case 'capture.completed':
      return ['paypay', `${yen(event.amount_jpy)}の売上が確定しました`, `Captured ${yen(event.amount_jpy)}`];
    case 'capture.rejected':
      return ['paypay', `売上を確定できませんでした（${event.code}）`, `Refused the capture (${event.code})`];
    case 'revert.requested':
      return ['kiosk', '確保した金額を放すよう頼みました', 'Asked to let go of what was held'];
    case 'revert.completed':
      return ['paypay', '確保した金額を放しました', 'Let go of what was held'];
    case 'revert.rejected':
      return ['paypay', `確保した金額を放せませんでした（${event.code}）`, `Did not let go of what was held (${event.code})`];
    case 'refund.requested':
      return ['kiosk', `${yen(event.amount_jpy)}の返金をPayPayに頼みました`, `Asked PayPay to refund ${yen(event.amount_jpy)}`];
    case 'refund.accepted':
      return ['paypay', '返金を受け付けました（まだ完了していません）', 'Accepted the refund; it is not final yet'];
    case 'refund.completed':
      return ['paypay', '返金が完了しました', 'The refund is done'];
    case 'refund.rejected':
      return ['paypay', `返金を断りました（${event.code}）`, `Refused the refund (${event.code})`];
    case 'order.closed': {
      const result = RESULTS[event.result];
      return [
        'kiosk',
        `終了：${result.ja}。受取${yen(event.taken_jpy)} = 商品${yen(event.dispensed_jpy)} + 返金${yen(event.returned_jpy)}${event.taken_jpy === event.dispensed_jpy + event.returned_jpy ? '' : ' ではありません'}`,
        `Closed: ${result.en}. Taken ${yen(event.taken_jpy)} ${event.taken_jpy === event.dispensed_jpy + event.returned_jpy ? '=' : '≠'} goods ${yen(event.dispensed_jpy)} + returned ${yen(event.returned_jpy)}`,
      ];
    }
    case 'order.reopened':
      if (event.hold !== undefined)
        return event.hold.delivered
          ? [
              'staff',
              `${event.by}が確認しました：商品は出ていました。代金を受け取ります`,
              `${event.by} looked: it came out, so it is charged`,
            ]
          : [
              'staff',
              `${event.by}が確認しました：商品は出ていません。代金は受け取りません`,
              `${event.by} looked: it did not come out, so nothing is charged`,
            ];
      return [
        'staff',
        `${event.by}が${yen(event.refund_jpy)}の返金を決めました：${event.reason}`,
        `${event.by} decided to return ${yen(event.refund_jpy)}: ${event.reason}`,
      ];
    case 'attention.settled': {
      const how = SETTLED[event.how];
      const note = event.note === '' ? ['', ''] : [`（${event.note}）`, ` (${event.note})`];
      return ['staff', `${event.by}が確認しました：${how.ja}${note[0]}`, `${event.by} settled it: ${how.en}${note[1]}`];
    }
    default:
      return impossible(event);
  }
}

const PROOFS = {
  dropSensor: both('落下センサー', 'drop sensor'),
  machine: both('自販機の報告', "the machine's report"),
  actuated: both('モーターの動作のみ', 'the motor turned'),
  evidence: both('再起動後の自販機の記録', "the machine's memory after a restart"),
} as const;

/** PayPay's side in one sentence. */
export function payPayWords(facts: PaymentFacts): LocalText {
  const statuses: Readonly<Record<PaymentFacts['status'], LocalText>> = {
    absent: both('PayPayにこの支払いはありません', 'PayPay knows no such payment'),
    created: both('まだ支払われていません', 'not paid yet'),
    authorized: both('金額を確保しています', 'held'),
    reauthorizing: both('金額の変更を確認中です', 'waiting for the payer to agree to a change'),
    completed: both('支払い完了', 'paid'),
    refunded: both('返金済み', 'refunded'),
    failed: both('失敗または取消済み', 'failed or cancelled'),
    canceled: both('取消済み', 'cancelled'),
    expired: both('期限切れ', 'expired'),
    unrecognised: both('PayPayの新しい状態です（この版では読めません）', 'a status that this version does not know'),
  };
  const status = statuses[facts.status];
  const amount = facts.amount_jpy === null ? '' : ` ${yen(facts.amount_jpy)}`;
  const refunds = facts.refunds.filter((refund) => refund.status !== 'absent');
  const ja = refunds.map((refund) => `返金${yen(refund.amount_jpy)}（${refund.status === 'refunded' ? '完了' : '処理中'}）`).join('、');
  const en = refunds
    .map((refund) => `refund ${yen(refund.amount_jpy)} (${refund.status === 'refunded' ? 'done' : 'under way'})`)
    .join(', ');
  return both(`${status.ja}${amount}${ja && `、${ja}`}`, `${status.en}${amount}${en && `, ${en}`}`);
}
