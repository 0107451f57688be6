/** Paid: every unit on its way out, and where to take it. */
import type { ScreenView } from '../../app/view.ts';
import { useKiosk } from '../kiosk.ts';
import { Bill, OrderNumber } from '../parts/Bill.tsx';
import { Layout } from '../parts/Layout.tsx';
import { Outlet } from '../parts/Outlet.tsx';
import { VendLines } from '../parts/VendLines.tsx';

export function Dispensing({ screen: { order, lines } }: { screen: Extract<ScreenView, { name: 'dispensing' }> }) {
  const { view, texts } = useKiosk();
  const choose = lines.find(({ state }) => state === 'choose');
  return (
    <Layout
      name="dispensing"
      testId="dispensing"
      bill={<Bill order={order} label={texts.t('refund.paid')} />}
      stage={
        <>
          <div className="message message-short">
            <h1>{choose ? texts.t('dispensing.choose', { name: texts.name(choose.name) }) : texts.t('dispensing.title')}</h1>
            <p>{texts.t('dispensing.paid', { amount: texts.yen(order.total_jpy) })}</p>
          </div>
          <div aria-live="polite">
            <VendLines lines={lines} />
          </div>
          {/* Nothing to take before something came out. */}
          {view.shop.mode === 'vending' && lines.some(({ state }) => state === 'delivered') && <Outlet />}
        </>
      }
      side={<OrderNumber order={order} />}
    />
  );
}
