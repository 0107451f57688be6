/** What the command line says of the days' sales, and the files that it writes of them. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { dayNamed } from '../../../app/operator/japan-time.ts';
import { report as reportOf } from '../../../app/operator/report.ts';
import type { Call } from '../../../main/cli/command.ts';
import { openDoor } from '../../../main/cli/door.ts';
import { report } from '../../../main/cli/report.ts';
import { ok, openKiosk } from './kiosk.ts';

async function exporting(file: Parameters<typeof openKiosk>[0][string]) {
  const kiosk = await openKiosk({
    '/operator/export': (response, request) => (request.method === 'POST' ? ok({ path: '/file' }) : file)(response, request),
    '/file': file,
  });
  const door = await openDoor({ data: kiosk.data, config: undefined, staff: undefined, pin: async () => '1234' });
  const folder = mkdtempSync(path.join(tmpdir(), 'jihanki-report-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const out = path.join(folder, 'november.csv');
  const terminal = { out: () => {}, err: () => {}, ask: async () => null };
  return { folder, out, save: () => report.run({ door, args: ['export'], values: { format: 'csv', out }, terminal }) };
}

test('a file that broke off is none', async () => {
  const { folder, save } = await exporting((response) => {
    response.write('orderNumber,', () => response.destroy());
  });
  await expect(save()).rejects.toThrow(/broke off.*nothing was written/);
  expect(readdirSync(folder)).toEqual([]);
});

test('a whole one has its name, and replaces no other', async () => {
  const { folder, out, save } = await exporting((response) => void response.end('orderNumber,\r\n'));
  await save();
  expect(readFileSync(out, 'utf8')).toBe('orderNumber,\r\n');
  expect(readdirSync(folder)).toEqual(['november.csv']);
  writeFileSync(out, 'kept');
  await expect(save()).rejects.toThrow(/is there already; nothing was written/);
  expect(readFileSync(out, 'utf8')).toBe('kept');
});

test('a year of orders on a slow computer takes longer than an answer', async () => {
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  const spy = vi.spyOn(AbortSignal, 'timeout').mockImplementation((limit_ms) => timeout(limit_ms / 200));
  onTestFinished(() => spy.mockRestore());
  const { out, save } = await exporting((response) => {
    response.write('orderNumber,');
    setTimeout(() => response.end('\r\n'), 600);
  });
  await save();
  expect(existsSync(out)).toBe(true);
});

test('counts orders by day, and units by product', async () => {
  const day = dayNamed('2026-11-22') ?? NaN;
  const sums = {
    byKey: [
      { tally: 'paid' as const, key: '9', n: 1, jpy: 300 },
      { tally: 'sold' as const, key: 'tea', n: 2, jpy: 300 },
    ],
    byDay: [{ tally: 'paid' as const, day, n: 1, jpy: 300 }],
    byWeekHour: [],
  };
  const products = [{ sku: 'tea', name: { ja: 'お茶' }, price_jpy: 150, allergens: [], ageRestricted: false }];
  const found = reportOf({ from: day, to: day, now_ms: 0, sums, stockOuts: [], products });
  const call = { args: [], values: {}, door: { ask: () => Promise.resolve(found) } } as unknown as Call;
  const { text } = await report.run(call);
  expect(text).toMatch(/^product +units +amount\s+お茶 +2 +¥300$/m);
  expect(text).toMatch(/^day +orders +amount\s+2026-11-22 +1 +¥300$/m);
});
