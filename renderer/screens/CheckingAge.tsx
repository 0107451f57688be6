/** Something else (a reader, a clerk) proves the customer's age; this screen only waits for it. A tap never does. */
import type { ScreenView } from '../../app/view.ts';
import { useKiosk } from '../kiosk.ts';
import { Bill } from '../parts/Bill.tsx';
import { Layout } from '../parts/Layout.tsx';
import { Dots } from '../parts/marks.tsx';

export function CheckingAge({ screen }: { screen: Extract<ScreenView, { name: 'checkingAge' }> }) {
  const { texts, send } = useKiosk();
  return (
    <Layout
      name="checkingAge"
      testId="checking-age"
      bill={<Bill order={screen.order} label={texts.t('pay.total')} />}
      stage={
        <div className="message">
          <Dots />
          <h1>{texts.t('age.title')}</h1>
          <p>{texts.t('age.hint')}</p>
        </div>
      }
      side={
        <div className="ends">
          <button type="button" className="action action-quiet" data-testid="cancel" onClick={() => send({ do: 'cancel' })}>
            {texts.t('pay.cancel')}
          </button>
        </div>
      }
    />
  );
}
