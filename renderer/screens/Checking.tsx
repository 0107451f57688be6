/** We don't know yet, and say so. */
import type { ScreenView } from '../../app/view.ts';
import { useKiosk } from '../kiosk.ts';
import { Bill, OrderNumber } from '../parts/Bill.tsx';
import { Layout } from '../parts/Layout.tsx';
import { Dots } from '../parts/marks.tsx';

export function Checking({ screen }: { screen: Extract<ScreenView, { name: 'checking' }> }) {
  const { texts } = useKiosk();
  return (
    <Layout
      name="checking"
      testId="checking"
      bill={<Bill order={screen.order} label={texts.t('pay.total')} />}
      stage={
        <div className="message">
          <Dots />
          <h1>{texts.t('checking.title')}</h1>
          <p>{texts.t(`checking.${screen.leaving}`)}</p>
        </div>
      }
      side={<OrderNumber order={screen.order} />}
    />
  );
}
