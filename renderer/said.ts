/** The one sentence of every screen, for screen readers and for the kiosk's own voice. */
import type { KioskView } from '../app/view.ts';
import type { Texts } from './texts.ts';

export function said({ screen, shop }: KioskView, { t, yen, name, time }: Texts): string {
  const join = (...parts: (string | null)[]): string => parts.filter((part) => part !== null).join('. ');
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
      return join(t(`closed.${screen.why}`), t(screen.why === 'stillChecking' ? 'closed.willReturn' : 'closed.nothingTaken'));
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
      const some = screen.lines.some((line) => line.state === 'delivered');
      return join(
        t(some ? 'refund.partly' : 'refund.none'),
        state === 'attention' ? t('refund.attention') : t(`refund.${state}`, { amount: yen(amount_jpy) }),
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
