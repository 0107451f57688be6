/** Whether everything is well, from facts: one line a check, in words. Pure. */
import { FAR_BEHIND_rows } from './archive.ts';
import { quarantineWords } from './history.ts';
import { dateTime } from './japan-time.ts';
import type { LocalText } from '../order/events.ts';
import type { GatewayState, MachineState } from '../ports.ts';
import type { NotForSale } from '../view.ts';

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
  /** Why a customer can buy nothing; empty when they can buy something. */
  readonly notSelling: readonly NotForSale[];
  /** null: the journal is not read yet, so nothing is known of any order, nor of what stands in the slots. */
  readonly orders: {
    readonly open: number;
    /** Numbers of those that wait for a person. */
    readonly attention: readonly string[];
    /** Those whose refund, cancel, capture or revert PayPay has not finished, and for how long. */
    readonly moving: readonly { readonly orderNumber: string; readonly for_ms: number }[];
  } | null;
  readonly slots: readonly {
    readonly slot: string;
    readonly count: number;
    readonly quarantined: string | null;
    readonly disabled: boolean;
  }[];
  /** Of the newest paid orders: of how many everything came out. null: the reports are away. */
  readonly results: { readonly closed: number; readonly complete: number } | null;
  /** What the nightly check found, and is still open; null: there was none since the start. */
  readonly selfCheck: {
    readonly at_ms: number;
    readonly differences: readonly { readonly orderNumber: string; readonly says: LocalText }[];
  } | null;
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
  | 'selling'
  | 'rules'
  | 'disk'
  | 'clock'
  | 'paypay'
  | 'machine'
  | 'temperature'
  | 'attention'
  | 'refunds'
  | 'selfCheck'
  | 'stock'
  | 'slots'
  | 'success'
  | 'configuration'
  | 'reports';

export interface Check {
  readonly name: CheckName;
  readonly level: Level;
  readonly says: LocalText;
  /** What it is about, where that is a list: order numbers, slots, reasons. One more is news. */
  readonly subjects?: readonly string[];
  /** It can't be told at the moment whether this is well. */
  readonly unknown?: boolean;
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
  notEnabled: both(
    'PayPayがこの加盟店に必要な操作を許可していません（ログのpaypay.notEnabledを参照）',
    'PayPay has not enabled for this merchant what the kiosk needs (the log’s paypay.notEnabled names it)',
  ),
  maintenance: both('PayPayはメンテナンス中です', 'PayPay is under maintenance'),
} as const;

export function health(facts: HealthFacts, limits: HealthLimits): Health {
  const checks = [
    journal(facts),
    rules(facts),
    selling(facts),
    disk(facts, limits),
    clock(facts, limits),
    payPay(facts),
    ...machine(facts),
    attention(facts),
    refunds(facts, limits),
    selfCheck(facts),
    stock(facts, limits),
    slots(facts),
    success(facts, limits),
    configuration(facts),
    reports(facts),
  ];
  const level = checks.some((check) => check.level === 'bad') ? 'bad' : checks.some((check) => check.level === 'warn') ? 'warn' : 'ok';
  return { level, version: facts.version, uptime_ms: facts.uptime_ms, screen: facts.screen, checks };
}

const check = (name: CheckName, level: Level, ja: string, en: string, subjects?: readonly string[]): Check => ({
  ...{ name, level, says: both(ja, en) },
  ...(subjects === undefined ? {} : { subjects }),
});
const unknown = (name: CheckName, ja: string, en: string): Check => ({ name, level: 'warn', says: both(ja, en), unknown: true });
/** So many are named; the list itself is in `subjects`. */
const some = (names: readonly string[]): string => `${names.slice(0, 8).join(' ')}${names.length > 8 ? ' …' : ''}`;

const journal = ({ journal: fault }: HealthFacts): Check =>
  fault === null
    ? check('journal', 'ok', '記録できています', 'Written and flushed')
    : check('journal', 'bad', `記録できません（${fault.fault}）：${fault.message}`, `Can't be written (${fault.fault}): ${fault.message}`);

const rules = ({ stops }: HealthFacts): Check => {
  const [first, ...more] = stops;
  if (first === undefined) return check('rules', 'ok', 'お金の記録に矛盾はありません', 'No order breaks a rule of the money');
  const others = more.length === 0 ? both('', '') : both(`（ほか${more.length}件）`, ` (and ${more.length} more)`);
  return check(
    'rules',
    'bad',
    `注文${first.orderId}の記録に矛盾があり、販売を止めています：${first.rule}${others.ja}`,
    `Nothing is sold: order ${first.orderId} broke a rule: ${first.rule}${others.en ?? ''}`,
    stops.map(({ orderId }) => orderId),
  );
};

const REASONS_NOT_SELLING: Readonly<Record<NotForSale, LocalText>> = {
  soldOut: both('すべて売り切れ', 'everything is sold out'),
  quarantined: both('スロットの故障', 'slots failed'),
  disabled: both('スロットを停止中', 'slots are disabled'),
  slotPaused: both('自販機がスロットを停止中', 'the machine paused its slots'),
  ageCheckMissing: both('年齢確認がありません', 'no age check'),
  machineDisconnected: both('自販機につながりません', 'the machine is not connected'),
  machineStarting: both('自販機の起動待ち', 'the machine is starting'),
  machineDoorOpen: both('扉が開いています', 'the door is open'),
  machineTemperature: both('温度の異常', 'temperature'),
  machineServiceMenu: both('自販機の点検メニュー中', 'the machine is in its service menu'),
  machineElevator: both('エレベーターの異常', 'elevator'),
  productInOutlet: both('取出口に商品があります', 'a product is in the outlet'),
  networkDown: both('PayPayにつながりません', 'PayPay cannot be reached'),
  clockUnknown: both('PayPayの時刻がわかりません', "PayPay's time is not known"),
  paymentRefused: both('PayPayが受け付けません', 'PayPay refuses what the kiosk asks'),
  paymentMaintenance: both('PayPayはメンテナンス中です', 'PayPay is under maintenance'),
  journalFailed: both('記録できません', "the journal can't be written"),
  tooManyOpenQuestions: both('確認待ちの注文が上限に達しました', 'too many orders wait for a person'),
  brokenRule: both('お金の記録の矛盾', 'an order broke a rule'),
};

function selling({ screen, notSelling }: HealthFacts): Check {
  if (screen === 'maintenance') return check('selling', 'ok', '点検中です', 'In maintenance');
  if (screen === 'recovering') return check('selling', 'warn', '起動中です', 'Starting');
  if (notSelling.length === 0) return check('selling', 'ok', '販売中です', 'Customers can buy');
  const words = notSelling.map((reason) => REASONS_NOT_SELLING[reason]);
  return check(
    'selling',
    'bad',
    `販売できません：${words.map(({ ja }) => ja).join('、')}`,
    `Nothing can be sold: ${words.map(({ ja, en }) => en ?? ja).join(', ')}`,
    notSelling,
  );
}

function disk({ disk: space }: HealthFacts, limits: HealthLimits): Check {
  if (space === null) return check('disk', 'warn', '空き容量がわかりません', 'Free space is not known');
  const free_mb = Math.floor(space.free_bytes / 1_000_000);
  const used = Math.round(100 * (1 - space.free_bytes / space.total_bytes));
  const free = free_mb >= 10_000 ? `${Math.floor(free_mb / 1000)} GB` : `${free_mb} MB`;
  const level = free_mb < limits.diskFree_mb / 10 ? 'bad' : free_mb < limits.diskFree_mb ? 'warn' : 'ok';
  return check('disk', level, `空き${free}（使用${used}％）`, `${free} free (${used}% used)`);
}

function clock({ gateway }: HealthFacts, limits: HealthLimits): Check {
  // Without PayPay its clock can't be compared: that is one trouble, not two.
  if (!gateway.ready) return unknown('clock', 'PayPayの時刻と比べられません', "Can't be compared with PayPay's");
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
    check('machine', level, `${said.ja}（${driver}、${wire.ja}）`, `${said.en ?? said.ja} (${driver}, ${wire.en ?? ''})`, state.reasons),
    state.reasons.includes('temperature')
      ? check('temperature', 'bad', `${state.temperature_c ?? '?'}℃、異常`, `${state.temperature_c ?? '?'} °C, out of range`)
      : state.temperature_c === null
        ? check('temperature', 'ok', '自販機は温度を報告しません', 'The machine does not report it')
        : check('temperature', 'ok', `${state.temperature_c}℃`, `${state.temperature_c} °C`),
  ];
}

const NOT_READ = both('記録をまだ読んでいません', 'The journal is not read yet');

function attention({ orders }: HealthFacts): Check {
  if (orders === null) return unknown('attention', NOT_READ.ja, NOT_READ.en ?? '');
  const { attention: waiting } = orders;
  return waiting.length === 0
    ? check('attention', 'ok', '確認待ちの注文はありません', 'No order waits for a person')
    : check(
        'attention',
        'bad',
        `確認待ちの注文が${waiting.length}件あります（${some(waiting)}）`,
        `${waiting.length} orders wait for a person (${some(waiting)})`,
        waiting,
      );
}

function refunds({ orders }: HealthFacts, limits: HealthLimits): Check {
  if (orders === null) return unknown('refunds', NOT_READ.ja, NOT_READ.en ?? '');
  const { moving: waiting } = orders;
  if (waiting.length === 0) return check('refunds', 'ok', 'PayPayで処理中の注文はありません', 'PayPay has finished what it was asked for');
  const minutes = Math.floor(Math.max(...waiting.map(({ for_ms }) => for_ms)) / 60_000);
  const late = waiting.filter(({ for_ms }) => for_ms > limits.refundLate_ms).map(({ orderNumber }) => orderNumber);
  const which = late.length === 0 ? '' : `: ${some(late)}`;
  return check(
    'refunds',
    late.length > 0 ? 'bad' : 'ok',
    `PayPayで返金・取消・売上確定を処理中の注文${waiting.length}件（最長${minutes}分）${which}`,
    `PayPay has not finished the refund, cancel or capture of ${waiting.length} orders, the oldest for ${minutes} min${which}`,
    late,
  );
}

function selfCheck({ selfCheck: last }: HealthFacts): Check {
  const found = last?.differences ?? [];
  const [first] = found;
  if (last === null) return check('selfCheck', 'ok', '夜間にPayPayと照合します', 'Orders are checked with PayPay at night');
  const at = dateTime(last.at_ms);
  if (first === undefined) return check('selfCheck', 'ok', `PayPayと一致しています（${at}）`, `PayPay agrees (${at})`);
  const numbers = found.map(({ orderNumber }) => orderNumber);
  return check(
    'selfCheck',
    'warn',
    `PayPayと一致しない注文が${found.length}件あります（${some(numbers)}）：${first.says.ja}`,
    `${found.length} open orders differ from what PayPay says (${some(numbers)}): ${first.says.en ?? first.says.ja}`,
    numbers,
  );
}

function stock({ slots: all, orders }: HealthFacts, limits: HealthLimits): Check {
  if (orders === null) return unknown('stock', NOT_READ.ja, NOT_READ.en ?? '');
  const low = all.filter((slot) => !slot.disabled && slot.count <= limits.stockLow);
  if (low.length === 0) return check('stock', 'ok', '在庫は足りています', 'Enough everywhere');
  const list = low
    .slice(0, 8)
    .map(({ slot, count }) => `${slot}:${count}`)
    .join(' ');
  return check(
    'stock',
    'warn',
    `残りわずか・売り切れ ${low.length}スロット（${list}）`,
    `${low.length} slots low or empty (${list})`,
    low.map(({ slot }) => slot),
  );
}

function slots({ slots: all, orders }: HealthFacts): Check {
  if (orders === null) return unknown('slots', NOT_READ.ja, NOT_READ.en ?? '');
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
    : check(
        'slots',
        'warn',
        `故障で販売停止：${list('ja')}`,
        `Off sale after a failure: ${list('en')}`,
        held.map(({ slot }) => slot),
      );
}

function success({ results }: HealthFacts, limits: HealthLimits): Check {
  if (results === null) return unknown('success', '集計が使えないためわかりません', 'Not known while reports are away');
  const { closed, complete } = results;
  if (closed < RESULTS_min) return check('success', 'ok', `まだ${closed}件の販売しかありません`, `Only ${closed} sales so far`);
  const rate = complete / closed;
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
    : archiveBehind > FAR_BEHIND_rows
      ? check(
          'reports',
          'ok',
          `集計を作り直しています（残り${archiveBehind}行）`,
          `Reports are being made anew (${archiveBehind} rows to go)`,
        )
      : check('reports', 'ok', '最新です', 'Up to date');
