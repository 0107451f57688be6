/** Pay this: the amount, the QR, whose it is, and how long it can be paid. */
import { useRef } from 'react';
import type { OrderView, ScreenView } from '../../app/view.ts';
import { useKiosk, useLasting, useRemaining } from '../kiosk.ts';
import { Bill, OrderNumber } from '../parts/Bill.tsx';
import { Layout } from '../parts/Layout.tsx';
import { Dots } from '../parts/marks.tsx';
import { QrCode } from '../parts/QrCode.tsx';
import { Steps } from '../parts/Steps.tsx';

/** PayPay's own default life of a code: the bar of one with less left does not start full. */
const USUAL_LIFE_ms = 300_000;
/** PayPay usually answers much sooner. */
const LONG_ms = 10_000;

export function Pay({ screen }: { screen: Extract<ScreenView, { name: 'creatingCode' | 'awaitingPayment' }> }) {
  const { view, texts, send } = useKiosk();
  const { order } = screen;
  const ready = screen.name === 'awaitingPayment';
  // A code that ran out must not look as if it could be paid, also in the moment before the kiosk says so.
  const payable = useRemaining(ready ? screen.expiresAt_ms : Infinity) > 0;
  return (
    <Layout
      name={screen.name}
      bill={<Bill order={order} label={texts.t('pay.total')} />}
      stage={
        <>
          <div className="qr-card">
            {ready && payable ? (
              <QrCode url={screen.url} label={texts.t('pay.qr', { amount: texts.yen(order.total_jpy) })} testId="qr" />
            ) : (
              <NoCode order={order} says={texts.t(ready ? 'checking.title' : 'pay.creating')} />
            )}
          </div>
          <p className="merchant">
            <span>{texts.t('pay.merchant')}</span>
            <strong>{view.shop.merchantName}</strong>
          </p>
        </>
      }
      side={
        <>
          <div className="pay-how">
            <h1 className="instruction">{texts.t('pay.scan')}</h1>
            <Steps />
          </div>
          <div className="pay-end">
            <div role="status">{ready && screen.pollsFailing && <p className="hint polls-failing">{texts.t('pay.pollsFailing')}</p>}</div>
            {ready ? <Countdown key={screen.url} expiresAt_ms={screen.expiresAt_ms} /> : <div className="countdown" />}
            <button
              type="button"
              className="action action-quiet"
              data-testid="cancel"
              disabled={!ready}
              onClick={() => send({ do: 'cancel' })}
            >
              {texts.t('pay.cancel')}
            </button>
          </div>
        </>
      }
    />
  );
}

/** Nothing ends this wait but its end, and a disk that does not answer may never bring it: who calls can say which order it is. */
function NoCode({ order, says }: { order: OrderView; says: string }) {
  const long = useLasting(true, LONG_ms);
  return (
    <div className="qr qr-waiting" role="status">
      <Dots />
      <p>{says}</p>
      {long && <OrderNumber order={order} />}
    </div>
  );
}

function Countdown({ expiresAt_ms }: { expiresAt_ms: number }) {
  const { texts } = useKiosk();
  const remaining_ms = useRemaining(expiresAt_ms);
  const whole_ms = useRef(Math.max(remaining_ms, USUAL_LIFE_ms)).current;
  const seconds = Math.ceil(remaining_ms / 1000);
  const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  return (
    <div className="countdown" role="timer" aria-label={texts.t('pay.remainingLabel')} data-testid="countdown">
      <span className="figures">{texts.t('pay.remaining', { time })}</span>
      <div className="countdown-bar" aria-hidden="true">
        <i style={{ transform: `scaleX(${remaining_ms / whole_ms})` }} />
      </div>
    </div>
  );
}
