/** Sales, refunds and lost sales of some days, from the archive's sums. Every chart's title is its answer. Pure. */
import type { ShopProduct } from '../catalogue/events.ts';
import type { LocalText } from '../order/events.ts';
import type { StockOut, Sum, Sums } from './archive.ts';
import { dayName, dayStart_ms, type JapanDay } from './japan-time.ts';
import { FAILURES } from './story.ts';
import { PAY_TIMES_s, type Tally } from './tally.ts';

export interface Report {
  readonly from: string;
  readonly to: string;
  readonly orders: number;
  readonly units: number;
  readonly taken_jpy: number;
  readonly returned_jpy: number;
  /** Of the orders that were paid or held, how many gave everything that was paid for; null without any. */
  readonly success: number | null;
  readonly codes: number;
  readonly abandoned: readonly (Sum & { readonly says: LocalText })[];
  readonly payTime: {
    readonly median_s: number | null;
    readonly p90_s: number | null;
    readonly classes: readonly { readonly upTo_s: number; readonly n: number }[];
  };
  readonly byDay: readonly (Sum & { readonly day: string })[];
  readonly byHour: readonly (Sum & { readonly hour: number })[];
  readonly byProduct: readonly (Sum & { readonly sku: string; readonly name: LocalText })[];
  readonly bySlot: readonly (Sum & { readonly slot: string; readonly failed: number })[];
  readonly returned: readonly (Sum & { readonly says: LocalText })[];
  readonly stockOuts: readonly LostSales[];
  readonly headlines: Readonly<
    Record<'byDay' | 'byHour' | 'byProduct' | 'bySlot' | 'returned' | 'abandoned' | 'payTime' | 'stockOuts', LocalText>
  >;
}

/** What a slot would have sold had it not been empty, at the pace at which it sold while it was not: an estimate. */
export interface LostSales {
  readonly slot: string;
  readonly hours: number;
  readonly units: number;
  readonly jpy: number;
}

export interface ReportFacts {
  readonly from: JapanDay;
  readonly to: JapanDay;
  readonly now_ms: number;
  readonly sums: Sums;
  readonly stockOuts: readonly StockOut[];
  readonly products: readonly ShopProduct[];
}

const both = (ja: string, en: string): LocalText => ({ ja, en });
const yen = (amount_jpy: number): string => `¥${amount_jpy.toLocaleString('en-US')}`;

const ABANDONED: Readonly<Record<string, LocalText>> = {
  customer: both('お客様がやめた', 'the customer stopped'),
  expired: both('時間切れ', 'the code expired'),
  rejected: both('PayPayが断った', 'PayPay declined'),
  codeRejected: both('QRを作れなかった', 'no code could be made'),
  restarted: both('再起動', 'restart'),
};
const RETURNED: Readonly<Record<string, LocalText>> = {
  ...FAILURES,
  unknown: both('出たかどうか不明', 'nobody knows whether it came out'),
  staff: both('スタッフによる返金', 'returned by staff'),
  late: both('期限後の支払い', 'paid after the code was closed'),
  notVended: both('出す前に中止', 'stopped before the machine was told'),
};
const words = (table: Readonly<Record<string, LocalText>>, key: string): LocalText => table[key] ?? both(key, key);
const bigger = (a: Sum, b: Sum): number => b.jpy - a.jpy || b.n - a.n;

export function report({ from, to, now_ms, sums, stockOuts, products }: ReportFacts): Report {
  const byTally = Map.groupBy(
    sums.byKey.filter((sum) => sum.n > 0),
    ({ tally }) => tally,
  );
  const of = (tally: Tally) => byTally.get(tally) ?? [];
  const all = (tally: Tally): Sum => of(tally).reduce((sum, { n, jpy }) => ({ n: sum.n + n, jpy: sum.jpy + jpy }), { n: 0, jpy: 0 });
  const paid = all('paid');
  const sold = all('sold');
  const vended = of('result').find((sum) => sum.key === 'complete')?.n ?? 0;
  const closed = of('result').reduce((sum, { key, n }) => (key === 'open' ? sum : sum + n), 0);
  const nameOf = (sku: string): LocalText => products.find((product) => product.sku === sku)?.name ?? both(sku, sku);

  const paidOn = new Map(sums.byDay.filter(({ tally }) => tally === 'paid').map((sum) => [sum.day, sum]));
  const byDay = Array.from({ length: to - from + 1 }, (_, i) => {
    const found = paidOn.get(from + i);
    return { day: dayName(from + i), n: found?.n ?? 0, jpy: found?.jpy ?? 0 };
  });
  const byHour = Array.from({ length: 24 }, (_, hour) => {
    const found = of('paid').find((sum) => sum.key === String(hour));
    return { hour, n: found?.n ?? 0, jpy: found?.jpy ?? 0 };
  });
  const byProduct = of('sold')
    .map(({ key, n, jpy }) => ({ sku: key, name: nameOf(key), n, jpy }))
    .sort(bigger);
  const failed = new Map(of('failed').map(({ key, n }) => [key, n]));
  const bySlot = of('slot')
    .map(({ key, n, jpy }) => ({ slot: key, n, jpy, failed: failed.get(key) ?? 0 }))
    .sort(bigger);
  for (const [slot, n] of failed) if (!bySlot.some((row) => row.slot === slot)) bySlot.push({ slot, n: 0, jpy: 0, failed: n });
  const returned = of('returned')
    .map(({ key, n, jpy }) => ({ says: words(RETURNED, key), n, jpy }))
    .sort(bigger);
  const abandoned = of('abandoned')
    .map(({ key, n, jpy }) => ({ says: words(ABANDONED, key), n, jpy }))
    .sort((a, b) => b.n - a.n);
  const classes = PAY_TIMES_s.map((upTo_s) => ({ upTo_s, n: of('payTime').find((sum) => sum.key === String(upTo_s))?.n ?? 0 }));
  const lost = lostSales(stockOuts, bySlot, dayStart_ms(from), Math.min(now_ms, dayStart_ms(to + 1)));
  const payTime = { median_s: quantile(classes, 0.5), p90_s: quantile(classes, 0.9), classes };
  return {
    from: dayName(from),
    to: dayName(to),
    orders: paid.n,
    units: sold.n,
    taken_jpy: paid.jpy,
    returned_jpy: all('returned').jpy,
    success: closed === 0 ? null : vended / closed,
    codes: all('codes').n,
    abandoned,
    payTime,
    byDay,
    byHour,
    byProduct,
    bySlot,
    returned,
    stockOuts: lost,
    headlines: {
      byDay: bestDay(byDay),
      byHour: bestHour(sums),
      byProduct: bestProduct(byProduct, sold),
      bySlot: worstSlot(bySlot),
      returned: mostReturned(returned, all('returned')),
      abandoned: mostAbandoned(abandoned),
      payTime: payTimeWords(payTime.median_s),
      stockOuts: mostLost(lost),
    },
  };
}

/** Within the class, as if its times were spread evenly. */
function quantile(classes: readonly { readonly upTo_s: number; readonly n: number }[], share: number): number | null {
  const total = classes.reduce((sum, { n }) => sum + n, 0);
  if (total === 0) return null;
  let below = 0;
  let from_s = 0;
  for (const { upTo_s, n } of classes) {
    if (n > 0 && below + n >= share * total) return Math.round(from_s + ((share * total - below) / n) * (upTo_s - from_s));
    below += n;
    from_s = upTo_s;
  }
  return from_s;
}

function lostSales(
  stockOuts: readonly StockOut[],
  bySlot: readonly (Sum & { readonly slot: string })[],
  from_ms: number,
  to_ms: number,
): LostSales[] {
  const out_ms = new Map<string, number>();
  for (const { slot, from_ms: since_ms, to_ms: until_ms } of stockOuts) {
    const part_ms = Math.min(until_ms ?? to_ms, to_ms) - Math.max(since_ms, from_ms);
    if (part_ms > 0) out_ms.set(slot, (out_ms.get(slot) ?? 0) + part_ms);
  }
  return [...out_ms]
    .map(([slot, empty_ms]) => {
      const sold = bySlot.find((row) => row.slot === slot) ?? { n: 0, jpy: 0 };
      const full_ms = to_ms - from_ms - empty_ms;
      const times = full_ms > 0 ? empty_ms / full_ms : 0;
      return { slot, hours: empty_ms / 3_600_000, units: Math.round(sold.n * times), jpy: Math.round(sold.jpy * times) };
    })
    .sort((a, b) => b.jpy - a.jpy || b.hours - a.hours);
}

// ---------------------------------------------------------------- the answers

const NOTHING = both('この期間の売上はありません', 'Nothing was sold in this time');
const WEEKDAYS = [
  ['日', 'Sundays'],
  ['月', 'Mondays'],
  ['火', 'Tuesdays'],
  ['水', 'Wednesdays'],
  ['木', 'Thursdays'],
  ['金', 'Fridays'],
  ['土', 'Saturdays'],
] as const;

function bestDay(byDay: Report['byDay']): LocalText {
  const best = byDay.reduce((a, b) => (b.jpy > a.jpy ? b : a));
  if (best.jpy === 0) return NOTHING;
  const selling = byDay.filter((day) => day.jpy > 0);
  const mean_jpy = Math.round(selling.reduce((sum, { jpy }) => sum + jpy, 0) / selling.length);
  return selling.length === 1
    ? both(`${best.day}に${yen(best.jpy)}売れました`, `${best.day} sold ${yen(best.jpy)}`)
    : both(
        `いちばん売れたのは${best.day}で${yen(best.jpy)}（平均${yen(mean_jpy)}）`,
        `${best.day} sold most: ${yen(best.jpy)} (mean ${yen(mean_jpy)})`,
      );
}

function bestHour(sums: Sums): LocalText {
  const best = [...sums.byWeekHour].sort(bigger)[0];
  if (best === undefined || best.n === 0) return NOTHING;
  const [ja, en] = WEEKDAYS[best.weekday] ?? WEEKDAYS[0];
  return both(`${ja}曜の${best.hour}時台がいちばん売れました`, `${en} from ${best.hour}:00 to ${best.hour + 1}:00 sell most`);
}

function bestProduct(byProduct: Report['byProduct'], sold: Sum): LocalText {
  const best = byProduct[0];
  if (best === undefined) return NOTHING;
  const share = sold.jpy === 0 ? 0 : Math.round((100 * best.jpy) / sold.jpy);
  return both(
    `売上の${share}％は${best.name.ja}（${best.n}個）`,
    `${best.name.en ?? best.name.ja} makes ${share}% of the sales (${best.n} sold)`,
  );
}

function worstSlot(bySlot: Report['bySlot']): LocalText {
  const worst = [...bySlot].sort((a, b) => b.failed - a.failed)[0];
  if (worst === undefined) return NOTHING;
  return worst.failed === 0
    ? both('出なかった商品はありません', 'Everything came out of every slot')
    : both(`スロット${worst.slot}で${worst.failed}回出ませんでした`, `Slot ${worst.slot} failed ${worst.failed} times`);
}

function mostReturned(returned: Report['returned'], all: Sum): LocalText {
  const most = returned[0];
  return most === undefined
    ? both('返金はありません', 'No refunds')
    : both(`返金${yen(all.jpy)}の主な理由：${most.says.ja}`, `Most of the ${yen(all.jpy)} returned: ${most.says.en ?? most.says.ja}`);
}

function mostAbandoned(abandoned: Report['abandoned']): LocalText {
  const most = abandoned[0];
  if (most === undefined) return both('QRを出した注文はすべて支払われました', 'Every code that was shown was paid');
  const all = abandoned.reduce((sum, { n }) => sum + n, 0);
  return both(
    `支払われなかった${all}件の主な理由：${most.says.ja}`,
    `Most of the ${all} orders that were not paid: ${most.says.en ?? most.says.ja}`,
  );
}

const payTimeWords = (median_s: number | null): LocalText =>
  median_s === null ? NOTHING : both(`半分のお客様は${median_s}秒以内に支払いました`, `Half of the customers paid within ${median_s} s`);

function mostLost(lost: readonly LostSales[]): LocalText {
  const most = lost[0];
  if (most === undefined) return both('売り切れはありません', 'No slot was empty');
  const jpy = lost.reduce((sum, entry) => sum + entry.jpy, 0);
  return both(
    `売り切れで約${yen(jpy)}を逃しました（推定。最長はスロット${most.slot}の${Math.round(most.hours)}時間）`,
    `Empty slots lost about ${yen(jpy)} (estimate; slot ${most.slot} was empty for ${Math.round(most.hours)} h)`,
  );
}
