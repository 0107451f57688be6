/** What became of the goods, no more than is known. */
export function fate(lines: readonly VendLineView[]): MessageKey {
  const some = lines.some(({ state }) => state === 'delivered');
  if (lines.some(({ state }) => state === 'unknown') && !(some && lines.some(({ state }) => state === 'failed')))
    return some ? 'refund.unknownPart' : 'refund.unknown';
  return some ? 'refund.partly' : 'refund.none';
}

/** What a closed code means for the customer's money. */
export function moneyAfter(why: Extract<ScreenView, { name: 'codeClosed' }>['why']): readonly MessageKey[] {
  switch (why) {
    case 'cancelled':
    case 'expired':
      return ['closed.nothingTaken', 'closed.comesBack'];
    case 'notReady':
      return ['closed.nothingTaken'];
    case 'rejected':
      return ['closed.comesBack'];
    case 'reversed':
      return ['closed.returned'];
    case 'stillChecking':
      return ['closed.willReturn'];
  }
}

/** The one sentence of every screen, for screen readers and for the kiosk's own voice. */
import type { KioskView, ScreenView, VendLineView } from '../app/view.ts';
import type { MessageKey } from './messages/messages.ts';
import type { Texts } from './texts.ts';

export function said({ screen, shop }: KioskView, { t, yen, name, time }: Texts): string {
  const join = (...parts: (string | null)[]): string =>
    parts.flatMap((part) => (part === null ? [] : [part.replace(/[.。]$/, '')])).join('. ');
  switch (screen.name) {
    case 'recovering':
    case 'maintenance':
      return t(`${screen.name}.title`);
    case 'attract':
      return join(name(shop.name), t('attract.onlyPayPay'), t(shop.selection === 'machine' ? 'attract.machineChooses' : 'attract.touch'));
    case 'selecting':
      return t(shop.mode === 'counter' ? 'counter.amount' : 'catalogue.which');
    case 'checkingAge':
      return join(t('age.title'), t('age.hint'));
    case 'creatingCode':
      return t('pay.creating');
    case 'awaitingPayment':
      return join(yen(screen.order.total_jpy), t('pay.scan'));
    case 'checking':
      return join(t('checking.title'), t(`checking.${screen.leaving}`));
    case 'codeClosed':
      return join(t(`closed.${screen.why}`), ...moneyAfter(screen.why).map((key) => t(key)));
    case 'dispensing': {
      const choose = screen.lines.find(({ state }) => state === 'choose');
      return join(
        choose ? t('dispensing.choose', { name: name(choose.name) }) : t('dispensing.title'),
        t('dispensing.paid', { amount: yen(screen.order.total_jpy) }),
      );
    }
    case 'thanks':
      return join(t('thanks.title'), t(shop.mode === 'counter' ? 'thanks.takeCounter' : 'dispensing.outlet'));
    case 'refunding': {
      const { state, amount_jpy, completedAt_ms } = screen.refund;
      return join(
        t(fate(screen.lines)),
        t(`refund.${state}`, { amount: yen(amount_jpy) }),
        completedAt_ms === null ? null : time(completedAt_ms),
      );
    }
    case 'outOfService':
      return join(
        t('out.title'),
        ...screen.reasons.map((reason) => t(`reason.${reason}`)),
        screen.interrupted && `${t('pay.orderNumber')} ${screen.interrupted.orderNumber}`,
        screen.interrupted && t('out.alsoRefunds'),
      );
  }
}

/** What the kiosk's own voice says: the sentence, and what screen readers hear from other places of the screen. */
export function spoken(view: KioskView, texts: Texts): string {
  const { screen } = view;
  const { t, yen } = texts;
  if (screen.name === 'selecting' && screen.problem !== null) return t(`reason.${screen.problem}`);
  if (screen.name === 'selecting' && screen.total_jpy > 0) return `${t('catalogue.total')} ${yen(screen.total_jpy)}`;
  if (screen.name === 'awaitingPayment' && screen.pollsFailing) return t('pay.pollsFailing');
  return said(view, texts);
}
