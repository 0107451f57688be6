/** What happened, newest first: when, what, and who did it. */
import { useState } from 'react';
import type { HistoryRow } from '../../../app/operator/view.ts';
import { dateTime } from '../../../app/operator/japan-time.ts';
import { useAsk, useDesk } from '../desk.ts';

export function History({ title, query }: { title?: string; query: object }) {
  const { t, api } = useDesk();
  const { value: newest } = useAsk<HistoryRow[]>(query);
  const [older, setOlder] = useState<readonly HistoryRow[]>([]);
  const [end, setEnd] = useState(false);
  const last = older.at(-1) ?? newest?.at(-1);
  return (
    <section className="c-history">
      {title !== undefined && <h3>{title}</h3>}
      {newest?.length === 0 && <p className="c-quiet">{t('nothing')}</p>}
      <ol>
        {[...(newest ?? []), ...older].map((row) => (
          <li key={row.seq}>
            <time>{dateTime(row.at_ms)}</time>
            <HistoryText row={row} />
          </li>
        ))}
      </ol>
      {!end && last !== undefined && (newest?.length ?? 0) >= 60 && (
        <button
          type="button"
          className="c-button"
          onClick={() =>
            void api.ask<HistoryRow[]>({ ...query, before: last.seq }).then((rows) => {
              setOlder([...older, ...rows]);
              setEnd(rows.length === 0);
            })
          }
        >
          {t('more')}
        </button>
      )}
    </section>
  );
}

function HistoryText({ row }: { row: HistoryRow }) {
  const { text } = useDesk();
  return (
    <>
      <span>{text(row.says)}</span>
      <b>{row.by}</b>
    </>
  );
}
