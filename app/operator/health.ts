/** Whether everything is well, from facts: one line a check, in words. Pure. */
import { quarantineWords } from './history.ts';
import type { LocalText } from '../order/events.ts';
import type { GatewayState, MachineState } from '../ports.ts';

export interface HealthFacts {
  readonly version: string;
  readonly now_ms: number;
  readonly uptime_ms: number;
  readonly screen: string;
  /** null: it can be written. */
  readonly journal: { readonly fault: string; readonly message: string } | null;
  /** Orders that broke a rule of the money and keep the kiosk from selling. */
  readonly stops: readonly { readonly orderId: string; readonly rule: string }[];
  readonly disk: { readonly free_bytes: number; readonly total_bytes: number } | null;
  readonly gateway: GatewayState;
  /** null in counter mode. */
  readonly machine: {
    readonly state: MachineState;
    readonly driver: string;
    readonly reconnects: number;
    readonly badChecksums: number;
  } | null;
  readonly openOrders: number;
  readonly attention: number;
  readonly refunds: { readonly waiting: number; readonly oldest_ms: number | null };
  readonly slots: readonly {
    readonly slot: string;
    readonly count: number;
    readonly quarantined: string | null;
    readonly disabled: boolean;
  }[];
  /** How the newest paid orders ended. */
  readonly results: { readonly closed: number; readonly vended: number };
  /** Why the edited configuration is not in force; empty when it is. */
  readonly configuration: readonly string[];
  /** Rows of the journal that lists and reports do not show yet; null: they can't be shown at all. */
  readonly archiveBehind: number | null;
}

export interface HealthLimits {
  readonly stockLow: number;
  readonly successRate: number;
  readonly diskFree_mb: number;
  readonly clockSkew_ms: number;
  readonly refundLate_ms: number;
}

export type Level = 'ok' | 'warn' | 'bad';
export type CheckName =
  | 'journal'
  | 'rules'
  | 'disk'
  | 'clock'
  | 'paypay'
  | 'machine'
  | 'temperature'
  | 'attention'
  | 'refunds'
  | 'stock'
  | 'slots'
  | 'success'
  | 'configuration'
  | 'reports';

export interface Check {
  readonly name: CheckName;
  readonly level: Level;
  readonly says: LocalText;
}

export interface Health {
  readonly level: Level;
  readonly version: string;
  readonly uptime_ms: number;
  readonly screen: string;
  readonly checks: readonly Check[];
}

/** So few results say nothing about a rate. */
const RESULTS_min = 10;

const both = (ja: string, en: string): LocalText => ({ ja, en });

const PAYPAY = {
  clockUnknown: both('PayPayの時刻がまだわかりません', "PayPay's time is not known yet"),
  unreachable: both('PayPayにつながりません', 'PayPay cannot be reached'),
  keysRefused: both('PayPayがAPIキーを受け付けません', 'PayPay refuses the keys'),
  maintenance: both('PayPayはメンテナンス中です', 'PayPay is under maintenance'),
} as const;

export function health(facts: HealthFacts, limits: HealthLimits): Health {
  const checks = [
    journal(facts),
    rules(facts),
    disk(facts, limits),
    clock(facts, limits),
    payPay(facts),
    ...machine(facts),
    attention(facts),
    refunds(facts, limits),
    stock(facts, limits),
    slots(facts),
    success(facts, limits),
    configuration(facts),
    reports(facts),
  ];
  const level = checks.some((check) => check.level === 'bad') ? 'bad' : checks.some((check) => check.level === 'warn') ? 'warn' : 'ok';
  return { level, version: facts.version, uptime_ms: facts.uptime_ms, screen: facts.screen, checks };
}

const check = (name: CheckName, level: Level, ja: string, en: string): Check => ({ name, level, says: both(ja, en) });

const journal = ({ journal: fault }: HealthFacts): Check =>
  fault === null
    ? check('journal', 'ok', '記録できています', 'Written and flushed')
    : check('journal', 'bad', `記録できません（${fault.fault}）：${fault.message}`, `Can't be written (${fault.fault}): ${fault.message}`);

const rules = ({ stops: [first, ...more] }: HealthFacts): Check => {
  if (first === undefined) return check('rules', 'ok', 'お金の記録に矛盾はありません', 'No order breaks a rule of the money');
  const others = more.length === 0 ? both('', '') : both(`（ほか${more.length}件）`, ` (and ${more.length} more)`);
  return check(
    'rules',
    'bad',
    `注文${first.orderId}の記録に矛盾があり、販売を止めています：${first.rule}${others.ja}`,
    `Nothing is sold: order ${first.orderId} broke a rule: ${first.rule}${others.en ?? ''}`,
  );
};

function disk({ disk: space }: HealthFacts, limits: HealthLimits): Check {
  if (space === null) return check('disk', 'warn', '空き容量がわかりません', 'Free space is not known');
  const free_mb = Math.floor(space.free_bytes / 1_000_000);
  const used = Math.round(100 * (1 - space.free_bytes / space.total_bytes));
  const free = free_mb >= 10_000 ? `${Math.floor(free_mb / 1000)} GB` : `${free_mb} MB`;
  const level = free_mb < limits.diskFree_mb / 10 ? 'bad' : free_mb < limits.diskFree_mb ? 'warn' : 'ok';
  return check('disk', level, `空き${free}（使用${used}％）`, `${free} free (${used}% used)`);
}

function clock({ gateway }: HealthFacts, limits: HealthLimits): Check {
  if (!gateway.ready) return check('clock', 'warn', 'PayPayの時刻と比べられません', "Can't be compared with PayPay's");
  const off_s = Math.round(gateway.clockOffset_ms / 100) / 10;
  // PayPay refuses requests from 2 minutes on; the kiosk corrects for it, but receipts and logs don't.
  const level = Math.abs(gateway.clockOffset_ms) > limits.clockSkew_ms ? 'warn' : 'ok';
  return check('clock', level, `PayPayとの差 ${off_s}秒`, `${off_s} s from PayPay's`);
}

const payPay = ({ gateway }: HealthFacts): Check =>
  gateway.ready
    ? check('paypay', 'ok', 'つながっています', 'Connected')
    : { name: 'paypay', level: gateway.reason === 'clockUnknown' ? 'warn' : 'bad', says: PAYPAY[gateway.reason] };

const REASONS: Readonly<Record<string, LocalText>> = {
  disconnected: both('つながっていません', 'not connected'),
  starting: both('起動中', 'starting'),
  doorOpen: both('扉が開いています', 'door open'),
  temperature: both('温度の異常', 'temperature'),
  serviceMenu: both('点検メニュー中', 'in its service menu'),
  elevator: both('エレベーターの異常', 'elevator'),
  productInOutlet: both('取出口に商品があります', 'a product is in the outlet'),
  busy: both('動作中', 'busy'),
};

function machine({ machine: known }: HealthFacts): Check[] {
  if (known === null) return [];
  const { state, driver, reconnects, badChecksums } = known;
  const reasons = state.reasons.map((reason) => REASONS[reason] ?? both(reason, reason));
  const level =
    state.ready || state.reasons.every((reason) => reason === 'busy') ? 'ok' : state.reasons.includes('disconnected') ? 'bad' : 'warn';
  const wire = both(`再接続${reconnects}回、通信エラー${badChecksums}回`, `${reconnects} reconnects, ${badChecksums} bad frames`);
  const said =
    reasons.length === 0 ? both('準備完了', 'Ready') : both(reasons.map((r) => r.ja).join('、'), reasons.map((r) => r.en).join(', '));
  return [
    check('machine', level, `${said.ja}（${driver}、${wire.ja}）`, `${said.en ?? said.ja} (${driver}, ${wire.en ?? ''})`),
    state.reasons.includes('temperature')
      ? check('temperature', 'bad', `${state.temperature_c ?? '?'}℃、異常`, `${state.temperature_c ?? '?'} °C, out of range`)
      : state.temperature_c === null
        ? check('temperature', 'ok', '自販機は温度を報告しません', 'The machine does not report it')
        : check('temperature', 'ok', `${state.temperature_c}℃`, `${state.temperature_c} °C`),
  ];
}

const attention = ({ attention: waiting }: HealthFacts): Check =>
  waiting === 0
    ? check('attention', 'ok', '確認待ちの注文はありません', 'No order waits for a person')
    : check('attention', 'bad', `確認待ちの注文が${waiting}件あります`, `${waiting} orders wait for a person`);

function refunds({ refunds: { waiting, oldest_ms } }: HealthFacts, limits: HealthLimits): Check {
  if (waiting === 0 || oldest_ms === null) return check('refunds', 'ok', '処理中の返金はありません', 'No refund is under way');
  const minutes = Math.floor(oldest_ms / 60_000);
  const level = oldest_ms > limits.refundLate_ms ? 'bad' : 'ok';
  return check(
    'refunds',
    level,
    `処理中の返金${waiting}件（最長${minutes}分）`,
    `${waiting} refunds under way, the oldest for ${minutes} min`,
  );
}

function stock({ slots: all }: HealthFacts, limits: HealthLimits): Check {
  const low = all.filter((slot) => !slot.disabled && slot.count <= limits.stockLow);
  if (low.length === 0) return check('stock', 'ok', '在庫は足りています', 'Enough everywhere');
  const list = low
    .slice(0, 8)
    .map(({ slot, count }) => `${slot}:${count}`)
    .join(' ');
  return check('stock', 'warn', `残りわずか・売り切れ ${low.length}スロット（${list}）`, `${low.length} slots low or empty (${list})`);
}

function slots({ slots: all }: HealthFacts): Check {
  const held = all.filter((slot) => slot.quarantined !== null);
  const list = (tongue: 'ja' | 'en') =>
    held
      .map(({ slot, quarantined }) => {
        const why = quarantineWords(quarantined ?? '');
        return `${slot} (${why[tongue] ?? why.ja})`;
      })
      .join(', ');
  return held.length === 0
    ? check('slots', 'ok', '止まっているスロットはありません', 'No slot is held back')
    : check('slots', 'warn', `故障で販売停止：${list('ja')}`, `Off sale after a failure: ${list('en')}`);
}

function success({ results: { closed, vended } }: HealthFacts, limits: HealthLimits): Check {
  if (closed < RESULTS_min) return check('success', 'ok', `まだ${closed}件の販売しかありません`, `Only ${closed} sales so far`);
  const rate = vended / closed;
  const percent = Math.round(1000 * rate) / 10;
  return check(
    'success',
    rate < limits.successRate ? 'warn' : 'ok',
    `直近${closed}件の${percent}％で商品がすべて出ました`,
    `Everything came out in ${percent}% of the last ${closed} sales`,
  );
}

const configuration = ({ configuration: problems }: HealthFacts): Check =>
  problems.length === 0
    ? check('configuration', 'ok', '設定ファイルどおりです', 'As the file says')
    : check(
        'configuration',
        'warn',
        `新しい設定は使われていません：${problems.join(' / ')}`,
        `The edited file is not in force: ${problems.join(' / ')}`,
      );

const reports = ({ archiveBehind }: HealthFacts): Check =>
  archiveBehind === null
    ? check('reports', 'warn', '注文一覧と集計が使えません（販売には影響しません）', "Lists and reports can't be shown; selling goes on")
    : archiveBehind > 10_000
      ? check(
          'reports',
          'ok',
          `集計を作り直しています（残り${archiveBehind}行）`,
          `Reports are being made anew (${archiveBehind} rows to go)`,
        )
      : check('reports', 'ok', '最新です', 'Up to date');
