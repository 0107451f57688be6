/** Everything came out. */
import type { ScreenView } from '../../app/view.ts';
import { useKiosk } from '../kiosk.ts';
import { Bill, OrderNumber } from '../parts/Bill.tsx';
import { Finish } from '../parts/Finish.tsx';
import { Layout } from '../parts/Layout.tsx';
import { Tick } from '../parts/marks.tsx';
import { Outlet } from '../parts/Outlet.tsx';
import { QrCode } from '../parts/QrCode.tsx';

/** What a phone's camera reads from a hand's distance. */
const RECEIPT_MODULE_mm = 0.33;

export function Thanks({ screen: { order, receiptUrl } }: { screen: Extract<ScreenView, { name: 'thanks' }> }) {
  const { view, texts } = useKiosk();
  const { t } = texts;
  return (
    <Layout
      name="thanks"
      testId="thanks"
      bill={<Bill order={order} label={t('refund.paid')} />}
      stage={
        <>
          <div className="message message-short">
            <Tick />
            <h1>{t('thanks.title')}</h1>
            {view.shop.mode === 'counter' && <p>{t('thanks.takeCounter')}</p>}
          </div>
          {view.shop.mode === 'vending' && <Outlet />}
          {receiptUrl !== null && (
            <div className="receipt">
              <QrCode url={receiptUrl} label={t('thanks.receiptQr')} testId="receipt-qr" least_mm={RECEIPT_MODULE_mm} />
              <p>
                <strong>{t('thanks.receipt')}</strong>
                <span>{t('thanks.receiptHint')}</span>
              </p>
            </div>
          )}
        </>
      }
      side={
        <>
          <OrderNumber order={order} />
          <div className="ends">
            <Finish label={t('thanks.finish')} />
          </div>
        </>
      }
    />
  );
}
