/** PayPay's file against our orders: only what differs, and what to do about it. */
import { useRef, useState } from 'react';
import type { SelfCheck } from '../../../app/operator/pay-pay-side.ts';
import type { Comparison } from '../../../app/operator/reconcile.ts';
import { dateTime } from '../../../app/operator/japan-time.ts';
import { Trouble } from '../api.ts';
import { useDesk, useDo, yen } from '../desk.ts';
import { TroubleLine } from '../parts/Dialog.tsx';

export function ComparePage() {
  const { t, api, atKiosk } = useDesk();
  const file = useRef<HTMLInputElement>(null);
  const [comparison, setComparison] = useState<Comparison | null>(null);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [busy, setBusy] = useState(false);
  const { busy: checking, trouble: checkTrouble, run } = useDo();
  const [checked, setChecked] = useState<SelfCheck | null>(null);
  const compare = (chosen: File): void => {
    setBusy(true);
    setTrouble(null);
    setComparison(null);
    api
      .comparePayments<Comparison>(chosen)
      .then(setComparison, (error: unknown) => error instanceof Trouble && setTrouble(error))
      .finally(() => setBusy(false));
  };
  return (
    <>
      <p>{t(atKiosk ? 'compare.atKiosk' : 'compare.hint')}</p>
      <TroubleLine trouble={trouble} />
      {comparison && <Result comparison={comparison} />}
      {checked && <Checked {...checked} />}
      <TroubleLine trouble={checkTrouble} />
      <div className="c-actions">
        <button
          type="button"
          className="c-button"
          disabled={checking}
          onClick={() => void run<SelfCheck>({ do: 'orders.selfCheck' }).then(setChecked)}
        >
          {t('compare.selfCheck')}
        </button>
        {!atKiosk && (
          <>
            <input
              ref={file}
              type="file"
              accept=".csv,text/csv"
              hidden
              data-testid="payments-file"
              onChange={({ target }) => {
                const [chosen] = target.files ?? [];
                if (chosen) compare(chosen);
                target.value = '';
              }}
            />
            <button type="button" className="c-button c-primary" disabled={busy} onClick={() => file.current?.click()}>
              {busy ? t('loading') : t('compare.choose')}
            </button>
          </>
        )}
      </div>
    </>
  );
}

/** What PayPay said about orders that are not final, where it is not what our books say. */
function Checked({ asked, differences }: SelfCheck) {
  const { t, text } = useDesk();
  return (
    <section data-testid="checked">
      <h2 className={differences.length === 0 ? 'c-good' : ''}>{t('compare.checked', asked, differences.length)}</h2>
      <ul className="c-differences">
        {differences.map(({ orderId, orderNumber, asked: said }) => (
          <li key={orderId}>
            <header>
              <a href={`#orders/order/${orderId}`}>{t('story.title', orderNumber)}</a>
            </header>
            <p>{text(said.says)}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Result({ comparison }: { comparison: Comparison }) {
  const { t, text } = useDesk();
  const { rows, others, from, to, differences, differ, problems, unread, agrees } = comparison;
  const days = [from ?? '–', to ?? '–'] as const;
  return (
    <section data-testid="comparison">
      <h2 className={agrees ? 'c-good' : ''}>
        {agrees
          ? t('compare.same', rows, ...days)
          : differ > 0
            ? t('compare.differ', differ, rows, ...days)
            : rows === 0
              ? t('compare.none', ...days)
              : t('compare.partly', rows, unread, ...days)}
      </h2>
      {rows === 0 && <p className="c-note">{t('compare.noneHint')}</p>}
      {others > 0 && <p className="c-quiet">{t('compare.others', others)}</p>}
      {differ > differences.length && <p className="c-note">{t('compare.first', differences.length)}</p>}
      <ul className="c-differences">
        {differences.map((difference) => (
          <li key={`${difference.kind}-${difference.paymentId}`} data-kind={difference.kind}>
            <header>
              {difference.orderId === null ? (
                <b>{difference.paymentId}</b>
              ) : (
                <a href={`#orders/order/${difference.orderId}`}>{t('story.title', difference.orderNumber ?? '')}</a>
              )}
              <time>{dateTime(difference.at_ms)}</time>
              <span className="c-number-cell">
                {yen(difference.ours_jpy)} ≠ {yen(difference.payPay_jpy)}
              </span>
            </header>
            <p>{text(difference.says)}</p>
            <p>
              <b>{t('compare.todo')}：</b>
              {text(difference.action)}
            </p>
          </li>
        ))}
      </ul>
      {unread > 0 && (
        <details>
          <summary>
            {t('compare.unread')} ({unread})
          </summary>
          <ul>
            {problems.map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}
