/** The whole story of one order: what happened, in plain words, and the books of both sides. */
import { useState } from 'react';
import type { AskedView, StoryView } from '../../../app/operator/view.ts';
import { dateTime, dayName, japanDay, timeOfDay } from '../../../app/operator/japan-time.ts';
import { useAsk, useDesk, useDo, yen } from '../desk.ts';
import { TroubleLine } from './Dialog.tsx';
import { ResultChip } from './ResultChip.tsx';
import { HoldDialog, RefundDialog, SettleDialog } from './OrderActions.tsx';

export function Story({ orderId, onBack }: { orderId: string; onBack: () => void }) {
  const { t, text } = useDesk();
  const { value: story, trouble } = useAsk<StoryView>({ ask: 'order.story', orderId });
  const { busy, trouble: asking, run } = useDo();
  const [asked, setAsked] = useState<AskedView | null>(null);
  const [doing, setDoing] = useState<'refund' | 'hold' | 'settle' | null>(null);
  if (story === null)
    return trouble === null ? (
      <p className="c-quiet">{t('loading')}</p>
    ) : (
      <>
        <TroubleLine trouble={trouble} />
        <button type="button" className="c-button" onClick={onBack}>
          {t('back')}
        </button>
      </>
    );
  const { summary, ledger } = story;
  const refundable = story.refund.most_jpy > 0;
  return (
    <article className="c-story" data-testid="story">
      <header>
        <button type="button" className="c-button" onClick={onBack}>
          {t('back')}
        </button>
        <h1>{t('story.title', summary.orderNumber)}</h1>
        <ResultChip order={summary} />
        <span className="c-quiet c-number-cell">{dateTime(summary.openedAt_ms)}</span>
      </header>
      {story.waitsForPerson && <p className="c-note">{t('story.why')}</p>}
      <div className="c-books">
        <section aria-label={t('story.ours')}>
          <h2>{t('story.ours')}</h2>
          <Book
            rows={[
              ['story.taken', ledger.taken_jpy],
              ['story.dispensed', ledger.dispensed_jpy],
              ['story.returned', ledger.returned_jpy],
            ]}
          />
        </section>
        <section aria-label={t('story.theirs')}>
          <h2>{t('story.theirs')}</h2>
          {asked === null ? (
            <p className="c-quiet">{t('story.notAsked')}</p>
          ) : (
            <>
              <p>{text(asked.says)}</p>
              {asked.amount_jpy !== null && (
                <Book
                  rows={[
                    ['story.taken', asked.amount_jpy],
                    ['story.returned', asked.returned_jpy ?? 0],
                  ]}
                />
              )}
              {asked.agrees !== null && (
                <p className={asked.agrees ? 'c-good' : 'c-trouble'}>{t(asked.agrees ? 'story.agrees' : 'story.differs')}</p>
              )}
            </>
          )}
          <TroubleLine trouble={asking} />
          <button
            type="button"
            className="c-button"
            disabled={busy}
            onClick={() => void run<AskedView>({ do: 'order.ask', orderId }).then(setAsked)}
          >
            {t('story.ask')}
          </button>
        </section>
      </div>
      <ol className="c-events">
        {story.lines.map((line, i) => (
          <li key={i} className={`c-who-${line.who}`}>
            <time>
              {isAnotherDay(line.at_ms, story.lines[i - 1]?.at_ms) && <small>{dayName(japanDay(line.at_ms))}</small>}
              {timeOfDay(line.at_ms)}
            </time>
            <b>{t(`who.${line.who}`)}</b>
            <span>{text(line.says)}</span>
          </li>
        ))}
      </ol>
      <dl className="c-ids">
        <div>
          <dt>{t('story.paymentId')}</dt>
          <dd>{summary.payment?.paymentId ?? '—'}</dd>
        </div>
        <div>
          <dt>{t('story.merchantId')}</dt>
          <dd>{summary.merchantPaymentId}</dd>
        </div>
      </dl>
      <div className="c-actions">
        {!refundable &&
          story.refund.says.map((says) => (
            <p key={says.ja} className="c-quiet" data-testid="no-refund">
              {text(says)}
            </p>
          ))}
        {story.hold !== null && (
          <button type="button" className="c-button c-primary" onClick={() => setDoing('hold')}>
            {t('story.hold')}
          </button>
        )}
        {story.waitsForPerson && (
          <button type="button" className="c-button" onClick={() => setDoing('settle')}>
            {t('story.settle')}
          </button>
        )}
        {refundable && (
          <button type="button" className="c-button c-primary" onClick={() => setDoing('refund')}>
            {t('story.refund')}
          </button>
        )}
      </div>
      {doing === 'refund' && <RefundDialog orderId={orderId} refund={story.refund} onClose={() => setDoing(null)} />}
      {doing === 'hold' && story.hold !== null && <HoldDialog orderId={orderId} hold={story.hold} onClose={() => setDoing(null)} />}
      {doing === 'settle' && <SettleDialog orderId={orderId} onClose={() => setDoing(null)} />}
    </article>
  );
}

/** A story that goes over midnight, or on after a week, says which day it is. */
const isAnotherDay = (at_ms: number, before_ms: number | undefined): boolean =>
  before_ms === undefined || japanDay(at_ms) !== japanDay(before_ms);

function Book({ rows }: { rows: readonly (readonly ['story.taken' | 'story.dispensed' | 'story.returned', number])[] }) {
  const { t } = useDesk();
  return (
    <dl className="c-book">
      {rows.map(([word, amount_jpy]) => (
        <div key={word}>
          <dt>{t(word)}</dt>
          <dd>{yen(amount_jpy)}</dd>
        </div>
      ))}
    </dl>
  );
}
