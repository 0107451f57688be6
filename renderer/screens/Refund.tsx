/** Nothing, or not everything, came out: what was taken, what came, what goes back, and how far that is. */
import type { RefundView, ScreenView } from '../../app/view.ts';
import { fate } from '../said.ts';
import { useKiosk } from '../kiosk.ts';
import { OrderNumber } from '../parts/Bill.tsx';
import { Finish } from '../parts/Finish.tsx';
import { Layout } from '../parts/Layout.tsx';
import { Attention, Dots, Tick } from '../parts/marks.tsx';
import { VendLines } from '../parts/VendLines.tsx';

export function Refund({ screen }: { screen: Extract<ScreenView, { name: 'refunding' }> }) {
  const { texts } = useKiosk();
  const { order, lines, refund } = screen;
  const { t } = texts;
  const forPerson = refund.state === 'rejected' || refund.state === 'held';
  return (
    <Layout
      name="refunding"
      testId="refund"
      bill={
        <dl className="balance">
          <Row label={t('refund.paid')} amount_jpy={screen.paid_jpy} />
          <Row label={t('refund.dispensed')} amount_jpy={screen.dispensed_jpy} />
          <Row label={t(forPerson ? 'refund.open' : 'refund.returned')} amount_jpy={refund.amount_jpy} testId="amount" />
        </dl>
      }
      stage={
        <>
          <div className="message message-short">
            <Attention />
            <h1>{t(fate(lines))}</h1>
          </div>
          <VendLines lines={lines} prices />
          <RefundState refund={refund} />
        </>
      }
      side={
        <>
          <OrderNumber order={order} />
          <div className="ends">
            {refund.state !== 'completed' && !forPerson && <p>{t('refund.leave')}</p>}
            <Finish label={t('thanks.finish')} />
          </div>
        </>
      }
    />
  );
}

function Row({ label, amount_jpy, testId }: { label: string; amount_jpy: number; testId?: string }) {
  const { texts } = useKiosk();
  return (
    <div>
      <dt>{label}</dt>
      <dd className="figures" data-testid={testId}>
        {texts.yen(amount_jpy)}
      </dd>
    </div>
  );
}

function RefundState({ refund }: { refund: RefundView }) {
  const { texts } = useKiosk();
  const { t } = texts;
  const amount = texts.yen(refund.amount_jpy);
  const { state, completedAt_ms } = refund;
  return (
    <section className={`refund refund-${state}`} data-testid="refund-state" data-state={state}>
      {state === 'completed' ? <Tick /> : state === 'rejected' || state === 'held' ? <Attention /> : <Dots />}
      <div>
        <p className="refund-what">
          {t(`refund.${state}`, { amount })}
          {completedAt_ms !== null && <time className="figures"> {texts.time(completedAt_ms)}</time>}
        </p>
        <p className="hint">{t(`refund.${state}Hint`)}</p>
      </div>
    </section>
  );
}
