/** Nobody can pay this code any more: what that means for the customer's money, and the way on. */
import type { ScreenView } from '../../app/view.ts';
import { useKiosk } from '../kiosk.ts';
import { moneyAfter } from '../said.ts';
import { Bill, OrderNumber } from '../parts/Bill.tsx';
import { Finish } from '../parts/Finish.tsx';
import { Layout } from '../parts/Layout.tsx';
import { Attention, Closed, Pending } from '../parts/marks.tsx';

const MARKS = {
  cancelled: Closed,
  expired: Pending,
  notReady: Attention,
  rejected: Attention,
  reversed: Closed,
  stillChecking: Pending,
} as const;

export function CodeClosed({ screen: { why, order } }: { screen: Extract<ScreenView, { name: 'codeClosed' }> }) {
  const { view, texts, send, customerSide } = useKiosk();
  const Mark = MARKS[why];
  // A machine that began the sale does not wait any more: the customer chooses there again.
  const again = view.shop.selection === 'screen' && (why === 'expired' || why === 'rejected');
  return (
    <Layout
      name="codeClosed"
      testId="code-closed"
      bill={<Bill order={order} label={texts.t('closed.order')} />}
      stage={
        <div className="message">
          <Mark />
          <h1>{texts.t(`closed.${why}`)}</h1>
          {moneyAfter(why).map((key) => (
            <p key={key}>{texts.t(key)}</p>
          ))}
        </div>
      }
      side={
        <>
          <OrderNumber order={order} />
          <div className="ends">
            {again && !customerSide && (
              <button type="button" className="action" data-testid="new-code" onClick={() => send({ do: 'newCode' })}>
                {texts.t('closed.newCode')}
              </button>
            )}
            <Finish label={texts.t('closed.finish')} primary={!again} />
          </div>
        </>
      }
    />
  );
}
