/** What was sold when, what went back and why, what was missed: each chart answers one question in its title. */
import { useMemo, useState } from 'react';
import type { NowView } from '../../../app/operator/view.ts';
import type { Report } from '../../../app/operator/report.ts';
import { dayName, dayNamed, type JapanDay, japanDay } from '../../../app/operator/japan-time.ts';
import { count, useAsk, useDesk, yen } from '../desk.ts';
import { TroubleLine } from '../parts/Dialog.tsx';
import { BarList, Chart } from '../parts/Chart.tsx';
import { ExportButtons } from '../parts/Export.tsx';

const RANGES = ['today', '7', '30', '365'] as const;
type Range = (typeof RANGES)[number];
const DAYS: Readonly<Record<Range, number>> = { today: 1, 7: 7, 30: 30, 365: 365 };
/** More days than that are drawn as months. */
const DAYS_shown = 62;
const LIST_rows = 8;

const thousands = (value: number): string => (value >= 10_000 ? `¥${Math.round(value / 1000).toLocaleString('en-US')}k` : yen(value));
const plain = (value: number): string => String(value);

export function ReportsPage() {
  const { t, text, atKiosk } = useDesk();
  const { value: now } = useAsk<NowView>({ ask: 'now' });
  /** One of the usual ranges up to today, or a month: `2026-11`. */
  const [range, setRange] = useState<Range | `${number}-${number}`>('7');
  const today = now === null ? null : japanDay(now.now_ms);
  const days = today === null ? null : daysOf(range, today);
  const { value: report, trouble } = useAsk<Report>(days === null ? null : { ask: 'report', ...days });
  return (
    <>
      <div className="c-row c-filters">
        {RANGES.map((name) => (
          <button key={name} type="button" className="c-chip" aria-pressed={name === range} onClick={() => setRange(name)}>
            {t(`range.${name}`)}
          </button>
        ))}
        <label className="c-month">
          <span>{t('range.month')}</span>
          <input
            type="month"
            data-testid="report-month"
            value={isMonth(range) ? range : ''}
            {...(today === null ? {} : { max: dayName(today).slice(0, 7) })}
            onChange={({ target: { value } }) => setRange(isMonth(value) ? value : '7')}
          />
        </label>
      </div>
      <TroubleLine trouble={trouble} />
      {report === null ? (
        trouble === null && <p className="c-quiet">{t('loading')}</p>
      ) : (
        <>
          <Figures report={report} />
          <div className="c-charts">
            <Charts report={report} />
            <BarList
              title={text(report.headlines.byProduct)}
              rows={report.byProduct.slice(0, LIST_rows).map((row) => ({
                ...{ key: row.sku, name: text(row.name), value: row.jpy },
                says: `${yen(row.jpy)} (${row.n})`,
              }))}
            />
            <BarList
              title={text(report.headlines.bySlot)}
              rows={report.bySlot.slice(0, LIST_rows).map((row) => ({
                ...{ key: row.slot, name: `${t('slot')} ${row.slot}`, value: row.n },
                says: row.failed > 0 ? `${row.n}, ${t('report.failed')} ${row.failed}` : String(row.n),
              }))}
            />
            <BarList
              title={text(report.headlines.returned)}
              rows={report.returned.map((row) => ({
                key: row.says.ja,
                name: text(row.says),
                value: row.jpy,
                says: `${yen(row.jpy)} (${row.n})`,
              }))}
            />
            <BarList
              title={text(report.headlines.abandoned)}
              rows={report.abandoned.map((row) => ({
                key: row.says.ja,
                name: text(row.says),
                value: row.n,
                says: t('now.orders', count(row.n)),
              }))}
            />
            <BarList
              title={text(report.headlines.stockOuts)}
              rows={report.stockOuts.slice(0, LIST_rows).map((row) => ({
                ...{ key: row.slot, name: `${t('slot')} ${row.slot}`, value: row.jpy },
                says: `${yen(row.jpy)} (${Math.round(row.hours)} h)`,
              }))}
            />
          </div>
          {!atKiosk && <ExportButtons from={report.from} to={report.to} />}
        </>
      )}
    </>
  );
}

const isMonth = (range: string): range is `${number}-${number}` => dayNamed(`${range}-01`) !== null;

/** A month ends with its last day, or today. */
function daysOf(range: string, today: JapanDay): { from: string; to: string } {
  const first = dayNamed(`${range}-01`);
  if (first === null) return { from: dayName(today - (DAYS[range as Range] ?? 1) + 1), to: dayName(today) };
  const [year, month] = range.split('-').map(Number);
  const next = dayNamed(`${month === 12 ? Number(year) + 1 : year}-${String(((month ?? 1) % 12) + 1).padStart(2, '0')}-01`) ?? today + 1;
  return { from: dayName(first), to: dayName(Math.max(first, Math.min(today, next - 1))) };
}

function Figures({ report }: { report: Report }) {
  const { t } = useDesk();
  const abandoned = report.abandoned.reduce((sum, { n }) => sum + n, 0);
  return (
    <dl className="c-figures">
      <div>
        <dt>{t('report.taken')}</dt>
        <dd className="c-figure">{yen(report.taken_jpy)}</dd>
        <dd className="c-quiet">
          {t('now.orders', count(report.orders))}　{t('now.units', count(report.units))}
        </dd>
      </div>
      <div>
        <dt>{t('story.returned')}</dt>
        <dd className="c-figure">{yen(report.returned_jpy)}</dd>
        <dd className="c-quiet">
          {t('report.net')} {yen(report.taken_jpy - report.returned_jpy)}
        </dd>
      </div>
      <div>
        <dt>{t('report.success')}</dt>
        <dd className="c-figure">{report.success === null ? '—' : `${Math.round(report.success * 1000) / 10}%`}</dd>
        <dd className="c-quiet">
          {t('report.abandoned')} {count(abandoned)} / {t('report.scans')} {count(report.codes)}
        </dd>
      </div>
      <div>
        <dt>{t('report.payTime')}</dt>
        <dd className="c-figure">{report.payTime.median_s === null ? '—' : t('report.seconds', report.payTime.median_s)}</dd>
        <dd className="c-quiet">{report.payTime.p90_s === null ? '' : `90%: ${t('report.seconds', report.payTime.p90_s)}`}</dd>
      </div>
    </dl>
  );
}

function Charts({ report }: { report: Report }) {
  const { text } = useDesk();
  const byDay = useMemo(() => bars(report), [report]);
  const hours = useMemo(
    () => ({ labels: report.byHour.map(({ hour }) => String(hour)), values: report.byHour.map(({ jpy }) => jpy) }),
    [report],
  );
  const times = useMemo(() => {
    const used = report.payTime.classes;
    return { labels: used.map(({ upTo_s }) => `≤${upTo_s}s`), values: used.map(({ n }) => n) };
  }, [report]);
  return (
    <>
      {report.byDay.length > 1 && <Chart title={text(report.headlines.byDay)} {...byDay} format={thousands} />}
      <Chart title={text(report.headlines.byHour)} {...hours} format={thousands} />
      <Chart title={text(report.headlines.payTime)} {...times} format={plain} />
    </>
  );
}

function bars({ byDay }: Report): { labels: string[]; values: number[] } {
  if (byDay.length <= DAYS_shown)
    return { labels: byDay.map(({ day }) => day.slice(5).replace('-', '/')), values: byDay.map(({ jpy }) => jpy) };
  const months = new Map<string, number>();
  for (const { day, jpy } of byDay) months.set(day.slice(0, 7), (months.get(day.slice(0, 7)) ?? 0) + jpy);
  return { labels: [...months.keys()].map((month) => month.replace('-', '/')), values: [...months.values()] };
}
