/** What screens, paper and e-receipts say of an order is what the journal knows of it, and no more. */
import { describe, expect, it } from 'vitest';
import type { Config } from '../../app/config.ts';
import type { OrderEvent } from '../../app/order/events.ts';
import type { Order } from '../../app/order/order.ts';
import { lastSaleView } from '../../app/project.ts';
import { receiptOf, receiptUrl } from '../../app/receipt.ts';
import type { ScreenView } from '../../app/view.ts';
import { receiptDocument } from '../../main/printer.ts';
import { createTexts } from '../../renderer/texts.ts';
import { said, spoken as voiced } from '../../renderer/said.ts';
import { fixtures } from '../renderer/fixtures.ts';
import { cancelled, codeCreated, held, jammed, opened, paid, screenOfOrder, tell, unknown, vended } from './order/orders.ts';
import { configOf } from './shop.ts';

const texts = createTexts();
const config: Config = configOf({ shop: { receiptUrl: 'https://shop.example/receipt.html#{data}' } });

const spoken = (shown: ScreenView): string => said({ ...fixtures.attract, screen: shown }, texts('ja'));

const PRICES = [100, 200];
const sold = [opened(PRICES), ...codeCreated, paid(300)];
const refund = (amount_jpy: number): OrderEvent => ({ type: 'refund.requested', amount_jpy });
const attention = (dispensed_jpy: number): OrderEvent => ({
  ...{ type: 'order.closed', closing: 1, result: 'attention', taken_jpy: 300, returned_jpy: 0, dispensed_jpy },
});

interface Case {
  readonly order: Order;
  readonly fates: readonly string[];
  readonly refund: readonly [amount_jpy: number, state: string];
  readonly says: string;
  readonly paper: readonly string[];
}
const refundCases: Readonly<Record<string, Case>> = {
  'nothing came out, the refund is being asked for': {
    order: tell(...sold, ...jammed(0), ...jammed(1), refund(300)),
    fates: ['failed', 'failed'],
    refund: [300, 'requested'],
    says: '商品が出ませんでした. ¥300 をPayPayに返金します',
    paper: ['× お茶 | ¥100', '返金予定 | ¥300', '× 商品が出ませんでした'],
  },
  'a slot was never tried: it does not wait, it did not come out': {
    order: tell(...sold, ...vended(0), refund(200)),
    fates: ['delivered', 'failed'],
    refund: [200, 'requested'],
    says: '一部の商品が出ませんでした. ¥200 をPayPayに返金します',
    paper: ['返金予定 | ¥200'],
  },
  'nobody knows whether it came out, and it is refunded': {
    order: tell(...sold, ...unknown('none', 0), ...unknown('none', 1), refund(300), { type: 'refund.accepted' }),
    fates: ['unknown', 'unknown'],
    refund: [300, 'accepted'],
    says: '商品が出たか、確認できませんでした. ¥300 を返金しています',
    paper: ['? お茶 | ¥100', '返金予定 | ¥300', '? 商品が出たか確認中です'],
  },
  'likely delivered: nothing is refunded, a person decides': {
    order: tell(...sold, ...vended(0), ...unknown('delivered', 1), attention(100)),
    fates: ['delivered', 'unknown'],
    refund: [200, 'held'],
    says: '一部の商品が出たか、確認できませんでした. 係員が確認します',
    paper: ['? お茶 | ¥200', '係員が確認します | ¥200'],
  },
  'the same before the order is closed': {
    order: tell(...sold, ...jammed(0), ...unknown('delivered', 1)),
    fates: ['failed', 'unknown'],
    refund: [300, 'held'],
    says: '商品が出たか、確認できませんでした. 係員が確認します',
    paper: ['係員が確認します | ¥300'],
  },
  'held by the shop’s rule': {
    order: tell(opened([150], { unknownVend: 'hold' }), ...codeCreated, paid(150), ...unknown('none', 0)),
    fates: ['unknown'],
    refund: [150, 'held'],
    says: '商品が出たか、確認できませんでした. 係員が確認します',
    paper: ['係員が確認します | ¥150'],
  },
  'PayPay would not refund': {
    order: tell(...sold, ...jammed(0), ...jammed(1), refund(300), { type: 'refund.rejected', code: 'X', message: '' }, attention(0)),
    fates: ['failed', 'failed'],
    refund: [300, 'rejected'],
    says: '商品が出ませんでした. 係員が確認します',
    paper: ['係員が確認します | ¥300'],
  },
  'a hold of which nothing was captured yet': {
    order: tell(opened(PRICES, { settlement: 'authorize' }), ...codeCreated, held(300), ...vended(0), ...jammed(1)),
    fates: ['delivered', 'failed'],
    refund: [200, 'requested'],
    says: '一部の商品が出ませんでした. ¥200 をPayPayに返金します',
    paper: ['返金予定 | ¥200'],
  },
  'a payment that the cancel reversed after it was recorded': {
    order: tell(opened(PRICES), ...codeCreated, ...cancelled, paid(300), refund(300), { type: 'payment.closed', how: 'reversed' }),
    fates: ['failed', 'failed'],
    refund: [300, 'completed'],
    says: '商品が出ませんでした. ¥300 を返金しました',
    paper: ['ご返金 | ¥300'],
  },
};

describe.each(Object.entries(refundCases))('%s', (_, wanted) => {
  it('on the screen', () => {
    const shown = screenOfOrder('refunding', wanted.order);
    if (shown.name !== 'refunding') throw new Error(shown.name);
    expect(shown.lines.map(({ state }) => state)).toEqual(wanted.fates);
    expect([shown.refund.amount_jpy, shown.refund.state]).toEqual(wanted.refund);
    expect(spoken(shown)).toBe(wanted.says);
    expect(shown.paid_jpy).toBe(shown.dispensed_jpy + shown.refund.amount_jpy);
  });

  it('on paper', () => {
    const receipt = receiptOf(wanted.order, config);
    const paper = receipt === null ? '' : receiptDocument(receipt);
    for (const words of wanted.paper) expect(paper).toContain(words);
    if (wanted.refund[1] !== 'completed') expect(paper).not.toContain('ご返金');
  });
});

describe('a code that was closed', () => {
  const closed = (how: 'unpaid' | 'reversed', reason: 'customer' | 'rejected' = 'customer') =>
    tell(opened([150]), ...codeCreated, { type: 'cancel.requested', reason }, { type: 'cancel.accepted' }, { type: 'payment.closed', how });

  it('says that nothing was taken only when nothing was', () => {
    expect(spoken(screenOfOrder('codeClosed', closed('unpaid')))).toBe(
      'お支払いをやめました. お金はいただいていません. アプリに「支払いずみ」と出たときも、自動でもどります',
    );
    expect(spoken(screenOfOrder('codeClosed', closed('reversed'), 'expired'))).toBe(
      'お支払いを取り消しました. アプリで支払われた分は、全額もどりました',
    );
  });

  it('says of a payment that PayPay could not complete that it did not go through', () => {
    expect(spoken(screenOfOrder('codeClosed', closed('reversed', 'rejected')))).toBe(
      'お支払いができませんでした. アプリに「支払いずみ」と出たときも、自動でもどります',
    );
  });
});

describe('an e-receipt', () => {
  const NAMES = ['緑茶', 'ブラックコーヒー', 'おにぎり 鮭', 'バタークッキー', 'コーンポタージュ', 'ポテトチップス うすしお'];
  const receipt = (units: number, kinds: number): { data: readonly unknown[]; length: number } => {
    const { lines, ...rest } = opened(Array.from({ length: units }, (_, i) => 100 + 10 * (i % kinds)));
    const named = lines.map((line, i) => ({
      ...line,
      name: { ja: `${NAMES[i % NAMES.length]}${i % kinds < NAMES.length ? '' : i % kinds}` },
    }));
    const order = tell({ ...rest, lines: named }, ...codeCreated, paid(rest.total_jpy), ...named.flatMap(({ line }) => vended(line)));
    const url = receiptUrl(order, config) ?? '';
    return { data: JSON.parse(Buffer.from(new URL(url).hash.slice(1), 'base64url').toString()) as unknown[], length: url.length };
  };

  it.each([
    [1, 1],
    [3, 2],
    [5, 5],
    [20, 1],
    [20, 20],
  ])('of %i units of %i kinds fits in a QR that phones read, and its lines are what was paid', (units, kinds) => {
    const { data, length } = receipt(units, kinds);
    expect(length).toBeLessThanOrEqual(500);
    const lines = data.at(-1) as readonly (readonly [string, number, number])[];
    expect(lines.reduce((sum, [, amount_jpy]) => sum + amount_jpy, 0)).toBe(data[3]);
    expect(lines.reduce((sum, [, , quantity]) => sum + quantity, 0)).toBe(units);
    expect(lines.some(([name]) => name === 'ほか')).toBe(kinds === 20);
  });
});

it('the voice says what changed: a trouble, the total, PayPay’s silence', () => {
  const say = (name: 'selecting-problem' | 'selecting-cart' | 'selecting-empty' | 'awaitingPayment-cart') =>
    voiced(fixtures[name], texts('ja'));
  expect(say('selecting-empty')).toBe('商品をえらんでください');
  expect(say('selecting-cart')).toBe('合計 ¥480');
  expect(say('selecting-problem')).toBe(texts('ja').t('reason.slotPaused'));
  expect(say('awaitingPayment-cart')).toContain('PayPayからの返事を待っています');
});

describe('a counter’s last sale', () => {
  const refunded: readonly OrderEvent[] = [refund(300), { type: 'refund.completed' }];
  const closed = (result: 'vended' | 'refunded' | 'abandoned'): OrderEvent => ({
    ...{ type: 'order.closed', closing: 1, result, taken_jpy: 0, returned_jpy: 0, dispensed_jpy: 0 },
  });
  const unpaid: OrderEvent = { type: 'payment.closed', how: 'unpaid' };
  it.each([
    ['open', 'its code was only just made', [opened([300]), ...codeCreated]],
    ['open', 'PayPay has not answered whether it was paid', [opened([300]), ...codeCreated, ...cancelled]],
    ['notPaid', 'PayPay said that nobody paid', [opened([300]), ...codeCreated, ...cancelled, unpaid]],
    ['open', 'it was paid after that', [opened([300]), ...codeCreated, ...cancelled, unpaid, paid(300)]],
    ['returned', 'that went back', [opened([300]), ...codeCreated, ...cancelled, unpaid, paid(300), ...refunded]],
    ['paid', 'the goods were handed over', [opened([300]), ...codeCreated, paid(300), ...vended(0)]],
    ['paid', 'of a hold', [opened([300]), ...codeCreated, held(300), ...vended(0)]],
    [
      'open',
      'a person must see to it',
      [opened(PRICES), ...codeCreated, paid(300), ...vended(0), ...unknown('delivered', 1), attention(100)],
    ],
    [
      'open',
      'what was handed over could not be captured',
      [
        ...[opened([300], { settlement: 'authorize' }), ...codeCreated, held(300), ...vended(0)],
        { type: 'capture.requested', merchantCaptureId: 'c', amount_jpy: 300 },
        { type: 'capture.rejected', merchantCaptureId: 'c', code: 'HOLD_ENDED', message: '' },
        { type: 'order.closed', closing: 1, result: 'attention', taken_jpy: 0, returned_jpy: 0, dispensed_jpy: 300 },
      ],
    ],
    [
      'notPaid',
      'no code could be made',
      [opened([300]), { type: 'code.requested' }, { type: 'code.rejected', code: '', message: '' }, closed('abandoned')],
    ],
  ] satisfies [string, string, OrderEvent[]][])('is %s: %s', (state, _, events) => {
    expect(lastSaleView(tell(...events)).state).toBe(state);
  });
});
