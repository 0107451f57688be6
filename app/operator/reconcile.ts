/**
 * PayPay's transaction file against our orders: only what differs, each with what to do about it. Pure.
 * The file is the transaction history of PayPay for Business (https://paypay.ne.jp/help-online-merchant/B0058, columns as
 * in https://integration.paypay.ne.jp/hc/en-us/articles/4414105109647); they are found by name, so that new ones and
 * another order do no harm.
 */
import type { LocalText } from '../order/events.ts';
import { dayNamed, dayStart_ms, japanDay, type JapanDay } from './japan-time.ts';
import { moneyOf, type OrderSummary } from './summary.ts';

/** One movement of money, as PayPay has it. */
export interface PayPayRow {
  readonly paymentId: string;
  readonly merchantPaymentId: string;
  readonly terminalId: string;
  readonly at_ms: number;
  /** Negative when it went back. */
  readonly amount_jpy: number;
}

const COLUMNS = {
  paymentId: ['取引番号', '決済番号', 'Payment number', 'Transaction number'],
  merchantPaymentId: ['加盟店決済ID', 'Merchant payment ID'],
  terminalId: ['端末番号/PosID', 'Terminal number/PosID'],
  status: ['取引ステータス', 'Transaction status'],
  at: ['取引日時', 'Transaction date and time'],
  amount: ['取引金額', 'Transaction amount'],
} as const;
type Column = keyof typeof COLUMNS;
const NEEDED: readonly Column[] = ['paymentId', 'status', 'at', 'amount'];

/** One line below the names of the columns. */
export interface Line {
  /** null when it can't be read; every line that has one tells which days the file covers. */
  readonly at_ms: number | null;
  /** null when the line moved no money, or can't be read. */
  readonly row: PayPayRow | null;
  /** What is wrong with it. */
  readonly problem: string | null;
}

export interface Reader {
  line(cells: readonly string[]): Line;
}

/** @returns a reader for the lines below this one, or null when it is not the line with the names of the columns */
export function readerFor(header: readonly string[]): Reader | null {
  const names = header.map((name) => name.replace(/^\uFEFF/, '').trim());
  const at = (column: Column) => names.findIndex((name) => (COLUMNS[column] as readonly string[]).includes(name));
  if (NEEDED.some((column) => at(column) < 0)) return null;
  return {
    line(cells) {
      const cell = (column: Column) => cells[at(column)]?.trim() ?? '';
      const status = cell('status');
      const at_ms = time(cell('at'));
      // Failed and cancelled payments moved nothing; an accepted one is only held.
      if (/失敗|キャンセル|取消|受付|FAIL|CANCEL|AUTHORIZED|EXPIRED/i.test(status)) return { at_ms, row: null, problem: null };
      const unreadable = (column: Column) => ({ at_ms, row: null, problem: `${COLUMNS[column][0]} "${cell(column).slice(0, 100)}"` });
      const written_jpy = amount(cell('amount'));
      const back = /返金|REFUND/i.test(status);
      if (written_jpy === null) return unreadable('amount');
      if (at_ms === null) return unreadable('at');
      if (!back && !/完了|COMPLETED/i.test(status)) return unreadable('status');
      if (cell('paymentId') === '') return unreadable('paymentId');
      const id = cell('merchantPaymentId');
      const row: PayPayRow = {
        paymentId: cell('paymentId'),
        merchantPaymentId: /^[-–]?$/.test(id) ? '' : id,
        terminalId: cell('terminalId'),
        at_ms,
        // The status says which way it went, whatever sign stands before the amount.
        amount_jpy: back ? -Math.abs(written_jpy) : written_jpy,
      };
      return { at_ms, row, problem: null };
    },
  };
}

function amount(text: string): number | null {
  const plain = text.replace(/[¥￥円,\s]/g, '').replace(/^[−－▲△]/, '-');
  return /^[+-]?\d{1,12}$/.test(plain) ? Number(plain) : null;
}

/** `2023/10/01 19:00:00`, in Japan; seconds may be missing. */
function time(text: string): number | null {
  const parts = /^(\d{4})[/-](\d{1,2})[/-](\d{1,2})[T ](\d{1,2}):(\d{2})(?::(\d{2}))?/.exec(text);
  if (parts === null) return null;
  const [, year = '', month = '', date = '', hour = '', minute = '', second = '0'] = parts;
  const day = dayNamed(`${year}-${month.padStart(2, '0')}-${date.padStart(2, '0')}`);
  return day === null ? null : dayStart_ms(day) + (Number(hour) * 3600 + Number(minute) * 60 + Number(second)) * 1000;
}

export interface Difference {
  readonly kind: 'notOurs' | 'notInFile' | 'taken' | 'returned' | 'refundNotInFile';
  readonly orderId: string | null;
  readonly orderNumber: string | null;
  readonly paymentId: string;
  readonly at_ms: number;
  readonly ours_jpy: number;
  readonly payPay_jpy: number;
  readonly says: LocalText;
  /** What to do about it. */
  readonly action: LocalText;
}

export interface PayPaySums {
  readonly paymentId: string;
  readonly merchantPaymentId: string;
  /** Whether a row of it names another terminal. */
  readonly elsewhere: boolean;
  readonly rows: number;
  readonly at_ms: number;
  readonly taken_jpy: number;
  readonly returned_jpy: number;
}

/** Adds a row to what the file says of its payment. */
export function addRow(before: PayPaySums | undefined, row: PayPayRow, terminalId: string | undefined): PayPaySums {
  const { paymentId, merchantPaymentId, at_ms, amount_jpy } = row;
  return {
    paymentId,
    merchantPaymentId: before?.merchantPaymentId || merchantPaymentId,
    elsewhere: before?.elsewhere === true || (terminalId !== undefined && row.terminalId !== '' && row.terminalId !== terminalId),
    rows: (before?.rows ?? 0) + 1,
    at_ms: Math.min(before?.at_ms ?? at_ms, at_ms),
    taken_jpy: (before?.taken_jpy ?? 0) + Math.max(0, amount_jpy),
    returned_jpy: (before?.returned_jpy ?? 0) + Math.max(0, -amount_jpy),
  };
}

/** What a file says, and how it differs from our orders. */
export interface Comparison {
  /** Lines of this kiosk. */
  readonly rows: number;
  /** Lines of other terminals that are not about an order of ours. */
  readonly others: number;
  /** The first and the last day of any line; null when none could be read. */
  readonly from: string | null;
  readonly to: string | null;
  /** The first of them; `differ` counts them all. */
  readonly differences: readonly Difference[];
  readonly differ: number;
  /** Lines that could not be read, the first of them with why; `unread` counts them all. */
  readonly problems: readonly string[];
  readonly unread: number;
  /** There were lines of this kiosk, every line could be read, and nothing differs. */
  readonly agrees: boolean;
}

const both = (ja: string, en: string): LocalText => ({ ja, en });
const yen = (amount_jpy: number): string => `¥${amount_jpy.toLocaleString('en-US')}`;

/**
 * One payment on both sides.
 * @param theirs null when the file does not have it
 * @param ours null when we know no such order
 */
export function compare(theirs: PayPaySums | null, ours: OrderSummary | null, days: { from: JapanDay; to: JapanDay }): Difference[] {
  const within = (at_ms: number | null): boolean => at_ms !== null && japanDay(at_ms) >= days.from && japanDay(at_ms) <= days.to;
  if (ours === null) {
    if (theirs === null) return [];
    return [
      {
        ...{ kind: 'notOurs', orderId: null, orderNumber: null, paymentId: theirs.paymentId, at_ms: theirs.at_ms },
        ...{ ours_jpy: 0, payPay_jpy: theirs.taken_jpy - theirs.returned_jpy },
        says: both(
          `PayPayには${yen(theirs.taken_jpy)}の支払いがありますが、このキオスクの記録にありません`,
          `PayPay has a payment of ${yen(theirs.taken_jpy)} that is not in this kiosk's journal`,
        ),
        action: both(
          'ほかのキオスクや店頭の売上でないか確認してください。どちらでもなければ、加盟店決済IDを添えてPayPayに問い合わせてください',
          "See whether another kiosk or the shop's till took it. If not, ask PayPay with the merchant payment ID",
        ),
      },
    ];
  }
  const money = moneyOf(ours);
  const differences: Difference[] = [];
  const differ = (kind: Difference['kind'], ours_jpy: number, payPay_jpy: number, says: LocalText, action: LocalText) =>
    differences.push({
      ...{ kind, orderId: ours.orderId, orderNumber: ours.orderNumber, at_ms: theirs?.at_ms ?? ours.openedAt_ms },
      ...{ paymentId: theirs?.paymentId ?? ours.payment?.paymentId ?? '', ours_jpy, payPay_jpy, says, action },
    });

  const taken_jpy = theirs?.taken_jpy ?? 0;
  const weTook = within(money.takenAt_ms);
  // A reversed payment never reaches the file, and that is as it should be.
  const reversed = ours.reversedAt_ms !== null && taken_jpy === 0;
  if (weTook && taken_jpy === 0 && !reversed)
    differ(
      'notInFile',
      money.taken_jpy,
      0,
      both(
        `記録では${yen(money.taken_jpy)}が支払われましたが、PayPayのファイルにありません`,
        `We recorded a payment of ${yen(money.taken_jpy)}; the file does not have it`,
      ),
      both(
        '注文を開き「PayPayに確認」を押してください。それでも支払い済みなら、ファイルの期間を確かめてください',
        'Open the order and ask PayPay again. If it is paid there, check which days the file covers',
      ),
    );
  else if (taken_jpy > 0 && taken_jpy !== money.taken_jpy)
    differ(
      'taken',
      money.taken_jpy,
      taken_jpy,
      both(
        `受取額が違います：記録は${yen(money.taken_jpy)}、PayPayは${yen(taken_jpy)}`,
        `Taken differs: ${yen(money.taken_jpy)} in our journal, ${yen(taken_jpy)} at PayPay`,
      ),
      money.taken_jpy === 0
        ? both(
            '注文を開き「PayPayに確認」を押してください。支払い済みで商品が出ていなければ、PayPay for Businessで返金してください',
            'Open the order and ask PayPay again. If it is paid and nothing came out, refund it in PayPay for Business',
          )
        : both(
            '注文の記録とPayPay for Businessの取引を見比べてください',
            "Compare the order's story with the transaction in PayPay for Business",
          ),
    );

  const returned_jpy = theirs?.returned_jpy ?? 0;
  if (returned_jpy > 0 && returned_jpy !== money.returned_jpy)
    differ(
      'returned',
      money.returned_jpy,
      returned_jpy,
      both(
        `返金額が違います：記録は${yen(money.returned_jpy)}、PayPayは${yen(returned_jpy)}`,
        `Returned differs: ${yen(money.returned_jpy)} in our journal, ${yen(returned_jpy)} at PayPay`,
      ),
      both(
        'PayPay for Businessで誰かが返金していないか確認し、注文が「要確認」なら「別の方法で返金した」として処理してください',
        'See whether somebody refunded it in PayPay for Business; if the order waits for a person, settle it as returned by other means',
      ),
    );
  else if (returned_jpy === 0 && money.returned_jpy > 0 && within(money.returnedAt_ms) && !reversed)
    differ(
      'refundNotInFile',
      money.returned_jpy,
      0,
      both(
        `記録では${yen(money.returned_jpy)}を返金しましたが、PayPayのファイルにありません`,
        `We recorded a refund of ${yen(money.returned_jpy)}; the file does not have it`,
      ),
      both(
        '翌日のファイルに載ることがあります。翌日もなければPayPayに問い合わせてください',
        "It may be in the next day's file. If it is not, ask PayPay",
      ),
    );
  return differences;
}
