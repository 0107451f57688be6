/** Why nothing is sold now, since when, and whom to call: about the sale that was interrupted, while its customer may be there. */
import type { ScreenView } from '../../app/view.ts';
import { useKiosk } from '../kiosk.ts';
import { OrderNumber } from '../parts/Bill.tsx';
import { Finish } from '../parts/Finish.tsx';
import { Layout } from '../parts/Layout.tsx';
import { Attention } from '../parts/marks.tsx';

export function OutOfService({ screen: { reasons, since_ms, interrupted } }: { screen: Extract<ScreenView, { name: 'outOfService' }> }) {
  const { view, texts } = useKiosk();
  const { t } = texts;
  const { phone } = view.shop;
  return (
    <Layout
      name="outOfService"
      testId="out-of-service"
      stage={
        <div className="message">
          <Attention />
          <h1>{t('out.title')}</h1>
          <ul className="reasons">
            {reasons.map((reason) => (
              <li key={reason}>{t(`reason.${reason}`)}</li>
            ))}
          </ul>
          <p className="hint figures">{t('out.since', { time: texts.day(since_ms) })}</p>
        </div>
      }
      side={
        <>
          <p className="hint">{t('out.alsoRefunds')}</p>
          {interrupted !== null && (
            <>
              <OrderNumber order={interrupted} />
              <Finish label={t('thanks.finish')} />
            </>
          )}
          {interrupted === null && phone !== null && (
            <dl className="contact">
              <div>
                <dt>{t('contact.phone')}</dt>
                <dd className="figures">{phone}</dd>
              </div>
            </dl>
          )}
        </>
      }
    />
  );
}
