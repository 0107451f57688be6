/** `jihanki report`: what was sold, the close of a day, and files for the accountant. */
import { createWriteStream, existsSync, renameSync, rmSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { DayView } from '../../app/operator/day.ts';
import { dateTime, dayName, japanDay } from '../../app/operator/japan-time.ts';
import type { Report } from '../../app/operator/report.ts';
import { type Call, type Command, needed, Refusal, type Shown, table, UsageError, yen } from './command.ts';

const FORMATS = ['csv', 'csv-sjis', 'json'] as const;

export const report: Command = {
  usage: `usage: jihanki report [--from DAY] [--to DAY]
       jihanki report day DAY
       jihanki report close DAY
       jihanki report export --out FILE --format ${FORMATS.join('|')} [--from DAY] [--to DAY]

Days are Japan's, as 2026-11-23; without them it is today.

examples:
  jihanki report --from 2026-11-01 --to 2026-11-30
  jihanki report close 2026-11-23
  jihanki report export --from 2026-11-01 --to 2026-11-30 --format csv-sjis --out november.csv`,
  options: { from: { type: 'string' }, to: { type: 'string' }, format: { type: 'string' }, out: { type: 'string' } },
  async run(call) {
    const [what, day] = call.args;
    switch (what) {
      case undefined:
        return sales(call);
      case 'day':
        return showDay(await call.door.ask<DayView>({ ask: 'day', day: needed('DAY', day) }));
      case 'close':
        await call.door.perform({ do: 'day.close', day: needed('DAY', day) });
        return showDay(await call.door.ask<DayView>({ ask: 'day', day: needed('DAY', day) }));
      case 'export':
        return save(call);
      default:
        throw new UsageError(`found "${what}", allowed: day, close, export`);
    }
  },
};

function days({ values }: Call): { from: string; to: string } {
  const today = dayName(japanDay(Date.now()));
  const { from, to } = values as Record<string, string | undefined>;
  return { from: from ?? to ?? today, to: to ?? from ?? today };
}

async function sales(call: Call): Promise<Shown> {
  const found = await call.door.ask<Report>({ ask: 'report', ...days(call) });
  const { orders, units, taken_jpy, returned_jpy, success, headlines } = found;
  return {
    text: [
      `${found.from} to ${found.to}: ${orders} orders, ${units} units, taken ${yen(taken_jpy)}, returned ${yen(returned_jpy)}, kept ${yen(taken_jpy - returned_jpy)}`,
      success === null ? '' : `everything came out of ${Math.round(1000 * success) / 10} % of the orders that were paid`,
      ...[headlines.byHour, headlines.payTime, headlines.returned, headlines.stockOuts].map((says) => says.en ?? says.ja),
      '',
      table([['product', 'units', 'amount'], ...found.byProduct.map(({ name, n, jpy }) => [name.ja, String(n), yen(jpy)])], [1, 2]),
      '',
      table([['day', 'orders', 'amount'], ...found.byDay.map(({ day, n, jpy }) => [day, String(n), yen(jpy)])], [1, 2]),
    ].join('\n'),
    json: found,
  };
}

function showDay(day: DayView): Shown {
  const rows: [string, number][] = [
    ['taken', day.taken_jpy],
    ['returned', -day.returned_jpy],
    ['net', day.net_jpy],
  ];
  const closed = day.closedBefore;
  return {
    text: [
      `${day.day}, ${day.orders} orders${day.over ? '' : ' so far'}`,
      table(
        rows.map(([what, amount_jpy]) => [what, yen(amount_jpy)]),
        [1],
      ),
      closed === null ? 'not closed yet' : `closed ${dateTime(closed.at_ms)} by ${closed.by}, net ${yen(closed.net_jpy)}`,
    ].join('\n'),
    json: day,
  };
}

async function save(call: Call): Promise<Shown> {
  const out = needed('--out', call.values['out']);
  const format = FORMATS.find((one) => one === call.values['format']);
  if (format === undefined) throw new UsageError(`--format: allowed: ${FORMATS.join(', ')}`);
  const what = { ...days(call), format };
  if (existsSync(out)) throw new UsageError(`${out} is there already; nothing was written`);
  const file = await call.door.export(what);
  // Half a month under its own name would be taken for the whole.
  const unfinished = `${out}.part`;
  try {
    await pipeline(file, createWriteStream(unfinished));
    renameSync(unfinished, out);
  } catch (error) {
    throw new Refusal('failed', `the export broke off: ${(error as Error).message}; nothing was written`);
  } finally {
    rmSync(unfinished, { force: true });
  }
  return { text: `${what.from} to ${what.to} written to ${out}`, json: { ...what, out } };
}
