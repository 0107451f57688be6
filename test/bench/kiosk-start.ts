/** The shipped host on a journal with years behind it: how soon it can sell, and what memory it takes while its archive takes the years in. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { startSimulator } from '../../main/paypay/simulator/server.ts';
import { systemClock, systemIds } from '../../main/system.ts';
import { startNode, until } from '../e2e/program.ts';
import { openScreen } from '../power-cut/screen.ts';
import { writeHistory } from './journal-history.ts';
import { atMost, figure, quantile, type Row } from './row.ts';

const KEYS = { PAYPAY_API_KEY: 'bench', PAYPAY_API_SECRET: 'bench' };
const STARTS = 5;
const TAKEN_IN_LIMIT_ms = 900_000;

interface Start {
  readonly attract_ms: number;
  /** Memory of the whole process when the screen sells. */
  readonly rss_MB: number;
  /** Afterwards, once the archive has every order: now, and the most it ever was. */
  readonly later: { readonly rss_MB: number; readonly most_MB: number };
}

/** A counter: a vending machine is silent for 1.5 s by its protocol before it can be known to be there. */
export async function startOfKiosk(orders: number): Promise<Row[]> {
  const clock = systemClock();
  const paypay = await startSimulator({
    ...{ port: 0, clock, ids: systemIds(clock), merchantId: 'bench' },
    keys: { apiKey: KEYS.PAYPAY_API_KEY, apiSecret: KEYS.PAYPAY_API_SECRET },
  });
  const folder = mkdtempSync(path.join(tmpdir(), 'jihanki-bench-'));
  try {
    const configFile = path.join(folder, 'shop.yaml');
    // JSON is YAML.
    writeFileSync(
      configFile,
      JSON.stringify({
        version: 1,
        shop: { name: { ja: '老舗' }, merchantName: '老舗', mode: 'counter' },
        paypay: { environment: paypay.url, merchantId: 'bench' },
        machine: { driver: 'none' },
        products: [{ sku: 'tea', name: { ja: 'お茶' }, price_jpy: 150 }],
      }),
    );
    const [fresh, old] = [path.join(folder, 'fresh'), path.join(folder, 'old')];
    mkdirSync(old, { mode: 0o700 });
    writeHistory(path.join(old, 'journal.db'), orders);
    const begin = (data: string): Promise<Start> => startOnce(configFile, data);

    const without: Start[] = [];
    for (let i = 0; i < STARTS; i++) without.push(await begin(fresh));
    // Its archive is made while it starts; the others find it made.
    const first = await begin(old);
    const again: Start[] = [];
    for (let i = 0; i < STARTS; i++) again.push(await begin(old));

    const median = (starts: readonly Start[], of: (start: Start) => number): number => quantile(starts.map(of), 0.5);
    const most_MB = Math.max(first.later.most_MB, ...again.map(({ later }) => later.most_MB));
    return [
      figure(
        'kiosk: start of the process to attract, no orders, median',
        median(without, ({ attract_ms }) => attract_ms),
        'ms',
      ),
      figure(
        'kiosk: memory at attract, no orders, median',
        median(without, ({ rss_MB }) => rss_MB),
        'MB',
      ),
      atMost(`kiosk: start to attract with ${orders} closed orders, no archive yet`, first.attract_ms, 'ms', 2000),
      atMost(
        `kiosk: start to attract with ${orders} closed orders, median`,
        median(again, ({ attract_ms }) => attract_ms),
        'ms',
        2000,
      ),
      atMost(
        `kiosk: memory at attract with ${orders} closed orders, median`,
        median(again, ({ rss_MB }) => rss_MB),
        'MB',
        200,
      ),
      atMost(`kiosk: most memory while the archive takes ${orders} orders in`, most_MB, 'MB', 200),
      figure(`kiosk: memory after the archive took ${orders} orders in`, first.later.rss_MB, 'MB'),
    ];
  } finally {
    await paypay.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startOnce(configFile: string, data: string): Promise<Start> {
  const start_ms = performance.now();
  const kiosk = startNode('dist/main/browser.js', ['--config', configFile, '--data', data, '--port', '0'], KEYS);
  try {
    const screen = await openScreen(await kiosk.line(/^kiosk: (http:\S+)/m));
    while (screen.view()?.screen.name !== 'attract') {
      if (performance.now() - start_ms > 60_000) throw new Error(`no attract in a minute: ${JSON.stringify(screen.view()?.screen)}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const attract_ms = performance.now() - start_ms;
    const memory = (field: 'VmRSS' | 'VmHWM'): number => {
      const status = readFileSync(`/proc/${kiosk.process.pid}/status`, 'utf8');
      return (Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1] ?? NaN) * 1024) / 1e6;
    };
    const rss_MB = memory('VmRSS');
    const last = newest(path.join(data, 'journal.db'), 'SELECT max(seq) AS seq FROM journal') ?? Infinity;
    const taken = () => ((newest(path.join(data, 'reports.db'), 'SELECT seq FROM progress') ?? -1) >= last ? true : null);
    await until('the archive has every order', taken, TAKEN_IN_LIMIT_ms);
    const later = { rss_MB: memory('VmRSS'), most_MB: memory('VmHWM') };
    screen.close();
    return { attract_ms, rss_MB, later };
  } finally {
    await kiosk.end();
  }
}

/** null while the file is not there or not made yet. */
function newest(file: string, sql: string): number | null {
  try {
    const db = new DatabaseSync(file, { readOnly: true });
    try {
      return Number(db.prepare(sql).get()?.['seq']);
    } finally {
      db.close();
    }
  } catch {
    return null;
  }
}
