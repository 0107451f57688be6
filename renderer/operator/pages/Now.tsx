/** At a glance: is everything well, what was sold today, what waits for somebody. */
import type { NowView } from '../../../app/operator/view.ts';
import type { CheckName } from '../../../app/operator/health.ts';
import { count, useAsk, useDesk, useDo, yen } from '../desk.ts';
import { TroubleLine } from '../parts/Dialog.tsx';
import type { Word } from '../words.ts';

/** Where each check is looked at and mended. */
const PLACE: Partial<Record<CheckName, string>> = {
  attention: 'orders/attention',
  refunds: 'orders',
  stock: 'stock',
  slots: 'stock',
  success: 'reports',
  rules: 'health',
};
const SCREENS: Readonly<Record<string, Word>> = {
  attract: 'now.selling',
  outOfService: 'now.outOfService',
  maintenance: 'now.maintenance',
  recovering: 'now.recovering',
};

export function NowPage() {
  const desk = useDesk();
  const { t, text } = desk;
  const { value: now } = useAsk<NowView>({ ask: 'now' });
  const { busy, trouble, run } = useDo();
  if (now === null) return <p className="c-quiet">{t('loading')}</p>;
  return (
    <>
      <section className={`c-verdict c-${now.level}`}>
        <h1>{now.checks.length === 0 ? t('now.well') : t('now.problems', now.checks.length)}</h1>
        <p>{t(SCREENS[now.screen] ?? 'now.busy')}</p>
      </section>
      {now.checks.length > 0 && (
        <ul className="c-checks">
          {now.checks.map((check) => (
            <li key={check.name} className={`c-${check.level}`}>
              <strong>{t(`check.${check.name}`)}</strong>
              <span>{text(check.says)}</span>
              {PLACE[check.name] !== undefined && (
                <button type="button" className="c-button" onClick={() => (location.hash = PLACE[check.name] ?? '')}>
                  {t('now.look')}
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      {now.today && (
        <dl className="c-figures">
          <div>
            <dt>{t('now.today')}</dt>
            <dd className="c-figure">{yen(now.today.taken_jpy)}</dd>
            <dd className="c-quiet">
              {t('now.orders', count(now.today.orders))}　{t('now.units', count(now.today.units))}
            </dd>
          </div>
          <div>
            <dt>{t('now.returned')}</dt>
            <dd className="c-figure">{yen(now.today.returned_jpy)}</dd>
          </div>
        </dl>
      )}
      {now.waiting > 0 && <p className="c-note">{t('now.changesWait', now.waiting)}</p>}
      {now.others.length > 0 && (
        <p className="c-quiet">
          {t('now.others', now.others.map((other) => `${other.name} (${t(`from.${other.from as 'lan'}`)})`).join(', '))}
        </p>
      )}
      <div className="c-actions">
        {now.maintenance === 'waiting' && <p className="c-note">{t('now.waitingForCustomer')}</p>}
        <TroubleLine trouble={trouble} />
        {!desk.atKiosk && (
          <button
            type="button"
            className={`c-button ${now.holding ? 'c-primary' : ''}`}
            disabled={busy}
            data-testid="maintenance"
            onClick={() => void run({ do: now.holding ? 'maintenance.end' : 'maintenance.begin' })}
          >
            {t(now.holding ? 'now.end' : 'now.begin')}
          </button>
        )}
      </div>
    </>
  );
}
