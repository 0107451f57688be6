/** The close of a business day: what came in, what went back, and that it adds up. */
import { useState } from 'react';
import type { DayView } from '../../../app/operator/day.ts';
import type { NowView } from '../../../app/operator/view.ts';
import { dateTime, dayName, dayNamed, japanDay } from '../../../app/operator/japan-time.ts';
import { count, useAsk, useDesk, useDo, yen } from '../desk.ts';
import { Dialog, TroubleLine } from '../parts/Dialog.tsx';
import { ExportButtons } from '../parts/Export.tsx';
import type { Word } from '../words.ts';

export function DayPage() {
  const desk = useDesk();
  const { t, text } = desk;
  const { value: now } = useAsk<NowView>({ ask: 'now' });
  const today = now === null ? null : japanDay(now.now_ms);
  const [chosen, setChosen] = useState<string | null>(null);
  const day = chosen ?? (today === null ? null : dayName(today - 1));
  const { value: view, trouble } = useAsk<DayView>(day === null ? null : { ask: 'day', day });
  const [closing, setClosing] = useState(false);
  const move = (by: number): void => {
    const number = day === null ? null : dayNamed(day);
    if (number !== null) setChosen(dayName(number + by));
  };
  return (
    <>
      <div className="c-row c-days">
        <button type="button" className="c-button" onClick={() => move(-1)} aria-label="-1">
          ‹
        </button>
        <h1 className="c-number-cell">{day}</h1>
        <button
          type="button"
          className="c-button"
          onClick={() => move(1)}
          disabled={today === null || day === dayName(today)}
          aria-label="+1"
        >
          ›
        </button>
      </div>
      <TroubleLine trouble={trouble} />
      {view === null ? (
        trouble === null && <p className="c-quiet">{t('loading')}</p>
      ) : (
        <>
          <dl className="c-figures">
            <div>
              <dt>{t('day.taken')}</dt>
              <dd className="c-figure" data-testid="day-taken">
                {yen(view.taken_jpy)}
              </dd>
              <dd className="c-quiet">{t('now.orders', count(view.orders))}</dd>
            </div>
            <div>
              <dt>{t('day.returned')}</dt>
              <dd className="c-figure" data-testid="day-returned">
                {yen(view.returned_jpy)}
              </dd>
            </div>
            <div>
              <dt>{t('report.net')}</dt>
              <dd className="c-figure" data-testid="day-net">
                {yen(view.net_jpy)}
              </dd>
            </div>
          </dl>
          <Equation view={view} />
          {view.products.length > 0 && (
            <section>
              <h3>{t('day.products')}</h3>
              <table className="c-table">
                <tbody>
                  {view.products.map((product) => (
                    <tr key={product.sku}>
                      <td>{text(product.name)}</td>
                      <td className="c-right c-number-cell">{t('now.units', count(product.n))}</td>
                      <td className="c-right c-number-cell">{yen(product.jpy)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </section>
          )}
          {view.closedBefore && (
            <p className="c-note">
              {t('day.closedBefore', dateTime(view.closedBefore.at_ms), view.closedBefore.by, yen(view.closedBefore.net_jpy))}
              {view.closedBefore.net_jpy !== view.net_jpy && ` ${t('day.changedSince')}`}
            </p>
          )}
          {!desk.atKiosk && <ExportButtons from={view.day} to={view.day} />}
          <div className="c-actions">
            {!view.over && <p className="c-quiet">{t('day.notOver')}</p>}
            <button
              type="button"
              className="c-button c-primary"
              disabled={!view.over}
              data-testid="close-day"
              onClick={() => setClosing(true)}
            >
              {t('day.close')}
            </button>
          </div>
          {closing && <CloseDay view={view} onClose={() => setClosing(false)} />}
        </>
      )}
    </>
  );
}

function Equation({ view }: { view: DayView }) {
  const { t } = useDesk();
  const rows: readonly (readonly [Word, number])[] = [
    ['day.dispensed', view.dispensed_jpy],
    ['day.back', view.back_jpy],
    ['day.open', view.open_jpy],
    ['day.settled', view.settled_jpy],
    ['day.goodwill', -view.goodwill_jpy],
  ];
  const balanced = view.taken_jpy === rows.reduce((sum, [, amount_jpy]) => sum + amount_jpy, 0);
  return (
    <section>
      <h3>{t('day.equation')}</h3>
      <dl className="c-book">
        {rows
          .filter(([, amount_jpy], i) => i < 2 || amount_jpy !== 0)
          .map(([word, amount_jpy]) => (
            <div key={word}>
              <dt>{t(word)}</dt>
              <dd>{amount_jpy < 0 ? `−${yen(-amount_jpy)}` : yen(amount_jpy)}</dd>
            </div>
          ))}
        <div className="c-sum">
          <dt>{t('day.taken')}</dt>
          <dd>{yen(view.taken_jpy)}</dd>
        </div>
      </dl>
      <p className={balanced ? 'c-good' : 'c-trouble'}>{t(balanced ? 'day.balanced' : 'day.unbalanced')}</p>
    </section>
  );
}

function CloseDay({ view, onClose }: { view: DayView; onClose: () => void }) {
  const { t } = useDesk();
  const { busy, trouble, run } = useDo();
  return (
    <Dialog
      title={`${view.day}: ${t('day.close')}`}
      onClose={onClose}
      busy={busy}
      trouble={trouble}
      act={{ label: t('day.close'), run: () => void run({ do: 'day.close', day: view.day }).then((done) => done !== null && onClose()) }}
    >
      <p>{t('day.closeAsk', view.day, yen(view.taken_jpy), yen(view.returned_jpy))}</p>
    </Dialog>
  );
}
