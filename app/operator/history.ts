/** What happened in the shop, beside the sales, in plain words: who did what. */
import type { ShopEvent } from '../catalogue/events.ts';
import { actorOf, KIOSK_ACTORS } from '../catalogue/events.ts';
import { impossible } from '../errors.ts';
import type { LocalText } from '../order/events.ts';
import type { SlotState } from '../ports.ts';
import type { ShopRecord } from './archive.ts';
import { FAILURES } from './story.ts';
import type { HistoryRow } from './view.ts';

const both = (ja: string, en: string): LocalText => ({ ja, en });
const yen = (amount_jpy: number): string => `¥${amount_jpy.toLocaleString('en-US')}`;
const PLACES = {
  kiosk: both('キオスク', 'the kiosk'),
  lan: both('ネットワーク', 'the network'),
  cli: both('コマンド', 'the command line'),
} as const;

const ROLES: Readonly<Record<string, string>> = { filler: '補充', cashier: '会計', owner: 'オーナー' };

/** The reasons that are not typed by a person. */
const STOCK_REASONS: Readonly<Record<string, LocalText>> = {
  'first start': both('最初の起動', 'first start'),
  'the machine says empty': both('自販機が空と報告', 'the machine says empty'),
  filled: both('満タン', 'filled'),
  'slot changed': both('商品の入れ替え', 'product changed'),
};

export const historyRow = ({ seq, at_ms, event }: ShopRecord): HistoryRow => {
  const by = actorOf(event);
  const byId = 'byId' in event ? (event.byId ?? null) : null;
  return { seq, at_ms, by: by === null || KIOSK_ACTORS.includes(by) ? null : by, byId, says: tell(event) };
};

/** Why a slot is off sale, as the events say it. */
export function quarantineWords(why: string): LocalText {
  if (why === 'unknown') return both('出たかどうかわかりませんでした', 'nobody knows whether a product came out');
  return (FAILURES as Readonly<Record<string, LocalText>>)[why] ?? both(why, why);
}

/** @returns null for a slot that is ready, or of which the machine has said nothing */
export function slotWords(state: SlotState | undefined): LocalText | null {
  switch (state) {
    case undefined:
    case 'ready':
      return null;
    case 'empty':
      return both('空です', 'empty');
    case 'paused':
      return both('停止中です', 'paused');
    case 'jammed':
      return both('詰まっています', 'jammed');
    case 'missing':
      return both('ありません', 'not there');
    case 'unknown':
      return both('状態がわかりません', 'state unknown');
    default:
      return impossible(state);
  }
}

function tell(event: ShopEvent): LocalText {
  switch (event.type) {
    case 'kiosk.started':
      return both(`キオスクが起動しました（${event.version}）`, `The kiosk started (${event.version})`);
    case 'kiosk.stopped':
      return both(
        `注文${event.orderId}の記録に矛盾があり、販売を止めました：${event.rule}`,
        `Selling stopped, order ${event.orderId} broke a rule: ${event.rule}`,
      );
    case 'kiosk.released':
      return both(`注文${event.orderId}の矛盾を確認し、販売を再開しました`, `Selling goes on, order ${event.orderId} was looked at`);
    case 'stock.set': {
      const reason = STOCK_REASONS[event.reason] ?? both(event.reason, event.reason);
      return both(
        `スロット${event.slot}の在庫を${event.count}にしました（${reason.ja}）`,
        `Slot ${event.slot}: stock set to ${event.count} (${reason.en ?? reason.ja})`,
      );
    }
    case 'stock.taken':
      return both(`スロット${event.slot}から1個出ました`, `Slot ${event.slot}: one came out`);
    case 'slot.quarantined': {
      const why = quarantineWords(event.why);
      return both(`スロット${event.slot}の販売を止めました：${why.ja}`, `Slot ${event.slot} taken off sale: ${why.en}`);
    }
    case 'slot.released':
      return both(`スロット${event.slot}の販売を再開しました`, `Slot ${event.slot} put back on sale`);
    case 'slot.enabled':
      return both(`スロット${event.slot}を使えるようにしました`, `Slot ${event.slot} enabled`);
    case 'slot.disabled':
      return both(`スロット${event.slot}を停止しました（${event.reason}）`, `Slot ${event.slot} disabled (${event.reason})`);
    case 'slot.set':
      return both(
        `スロット${event.slot}を${event.content.sku}（最大${event.content.capacity}個）にしました`,
        `Slot ${event.slot} now holds ${event.content.sku} (up to ${event.content.capacity})`,
      );
    case 'slot.removed':
      return both(`スロット${event.slot}をなくしました`, `Slot ${event.slot} removed`);
    case 'price.set':
      return both(`${event.sku}の価格を${yen(event.price_jpy)}にしました`, `Price of ${event.sku} set to ${yen(event.price_jpy)}`);
    case 'product.set':
      return both(
        `商品${event.product.sku}を変更しました（${event.product.name.ja}、${yen(event.product.price_jpy)}）`,
        `Product ${event.product.sku} changed (${event.product.name.en ?? event.product.name.ja}, ${yen(event.product.price_jpy)})`,
      );
    case 'product.removed':
      return both(`商品${event.sku}を削除しました`, `Product ${event.sku} removed`);
    case 'testVend.requested':
      return both(`スロット${event.slot}のテストを始めました`, `Slot ${event.slot}: test vend begun`);
    case 'testVend.ended': {
      const outcome = {
        succeeded: both('出ました', 'it came out'),
        failed: both('出ませんでした', 'it did not come out'),
        unknown: both('結果不明', 'nobody knows'),
      }[event.outcome];
      return both(
        `スロット${event.slot}のテスト：${outcome.ja}（${event.detail}）`,
        `Slot ${event.slot} test vend: ${outcome.en} (${event.detail})`,
      );
    }
    case 'staff.tried':
      return both(
        `${PLACES[event.from].ja}で暗証番号が入力されました（続けて${event.failures}回目）`,
        `A PIN was tried at ${PLACES[event.from].en} (${event.failures} in a row)`,
      );
    case 'staff.signedIn':
      return both(`${PLACES[event.from].ja}からサインインしました`, `Signed in at ${PLACES[event.from].en}`);
    case 'staff.signedOut': {
      const why = { left: both('', ''), idle: both('（操作がないため）', ' (idle)'), removed: both('（変更のため）', ' (changed)') }[
        event.why
      ];
      return both(`サインアウトしました${why.ja}`, `Signed out${why.en}`);
    }
    case 'staff.changed':
      return event.role === null
        ? both(`${event.name}さんを削除しました`, `${event.name} removed`)
        : both(`${event.name}さんを設定しました（${ROLES[event.role] ?? event.role}）`, `${event.name} set up as ${event.role}`);
    case 'device.paired':
      return both(`端末「${event.name}」を追加しました`, `Device “${event.name}” added`);
    case 'device.removed':
      return both('端末を削除しました', 'A device was removed');
    case 'maintenance.began':
      return both('点検モードにしました', 'Maintenance begun');
    case 'maintenance.ended':
      return both('点検モードを終えました', 'Maintenance ended');
    case 'day.closed':
      return both(
        `${event.day}を締めました：受取${yen(event.taken_jpy)}、返金${yen(event.returned_jpy)}`,
        `${event.day} closed: ${yen(event.taken_jpy)} taken, ${yen(event.returned_jpy)} returned`,
      );
    case 'payments.compared':
      return both(
        `PayPayのファイル「${event.file}」と照合しました：${event.rows}行、違い${event.differences}件`,
        `Compared with PayPay's file “${event.file}”: ${event.rows} rows, ${event.differences} differences`,
      );
    case 'orders.exported': {
      const days = event.from === event.to ? event.from : `${event.from} – ${event.to}`;
      return both(`注文を書き出しました：${days}（${event.format}）`, `Orders exported: ${days} (${event.format})`);
    }
    case 'journal.tended':
      return {
        verify: both('記録をすべて確かめました', 'The journal was proved'),
        export: both('記録を書き出しました', 'The journal was exported'),
        backup: both('記録をコピーしました', 'The journal was backed up'),
      }[event.what];
    case 'order.asked':
      return both(`注文${event.orderId}をPayPayに確認しました`, `Asked PayPay about order ${event.orderId}`);
    case 'orders.selfChecked':
      return both(
        `終わっていない注文${event.asked}件をPayPayに確認しました（違い${event.differences}件）`,
        `Asked PayPay about ${event.asked} unfinished orders (${event.differences} differ)`,
      );
    case 'config.reloaded': {
      const prices = (event.prices ?? []).slice(0, 10).map(({ sku, price_jpy }) => `${sku} ${yen(price_jpy)}`);
      const more = (event.prices?.length ?? 0) > prices.length ? ' …' : '';
      const [ja, en] =
        event.by === 'config'
          ? ['設定ファイルの変更を反映しました', 'The edited configuration is in force']
          : ['設定ファイルを読み直しました', 'Configuration read again'];
      return prices.length === 0 ? both(ja, en) : both(`${ja}：${prices.join('、')}${more}`, `${en}: ${prices.join(', ')}${more}`);
    }
    default:
      return impossible(event);
  }
}
