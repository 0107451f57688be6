/** `npm run journal`: what an operator sees of a journal, and of a damaged one. */
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { openJournal } from '../../../main/journal/journal.ts';
import { openStore } from '../../../main/journal/store.ts';
import { systemClock } from '../../../main/system.ts';
import { orderRows, opened, soldEvents, started, stories } from './rows.ts';
import { newFolder } from './scratch.ts';

const CLI = path.resolve(import.meta.dirname, '../../../main/journal/cli.ts');
const data = newFolder('memory');
const file = path.join(data, 'journal.db');

const journal = (...args: string[]) => journalIn(data, ...args);
const journalIn = (cwd: string, ...args: string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) =>
    execFile(process.execPath, [CLI, ...args], { cwd }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    ),
  );

beforeAll(() => {
  const store = openStore(file, 'm:1');
  const append = (...rows: Parameters<typeof orderRows>) =>
    store.append([{ rows: orderRows(...rows), at_ms: Date.UTC(2026, 10, 23, 15, 30), monotonic_ms: 1 }]);
  store.append([{ rows: [started], at_ms: 1, monotonic_ms: 1 }]);
  append('o-sold', soldEvents('o-sold'));
  append('o-open', [{ ...opened('o-open'), orderNumber: '=1+1' }]);
  append('o-odd', stories('o-odd')[0]!);
  store.close();
});

it('verify proves the journal', async () => {
  expect(await journal('verify', '--data', data)).toEqual({ code: 0, out: '', err: `${file}: 11 rows, 3 orders, all in order\n` });
});

it('export --jsonl prints every row', async () => {
  const { code, out } = await journal('export', '--jsonl', '--data', data);
  const rows = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(code).toBe(0);
  expect(rows.map((row) => row['seq'])).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  expect(rows[1]).toEqual({
    seq: 2,
    at: '2026-11-23T15:30:00.000Z',
    at_ms: Date.UTC(2026, 10, 23, 15, 30),
    stream: 'order',
    orderId: 'o-sold',
    event: soldEvents('o-sold')[0],
    monotonic_ms: 1,
    bootId: 'm:1',
  });
});

it('export --csv prints one line an order, in the time of Japan, without formulas', async () => {
  const { code, out } = await journal('export', '--csv', '--data', data);
  expect(code).toBe(1);
  expect(out.startsWith('\uFEFForderNumber,orderId,openedAt')).toBe(true);
  const [, sold, open, odd] = out.split('\r\n');
  expect(sold).toBe(
    'A-0001,o-sold,2026-11-24T00:30:00.000+09:00,2026-11-24T00:30:00.000+09:00,vended,,sale,tea@11,150,150,0,150,p-o-sold,pp-o-sold,',
  );
  expect(open).toMatch(/^'=1\+1,o-open,2026-11-24T00:30:00\.000\+09:00,,open,/);
  // Its closing says sums that its events do not: the line says so, and the export goes on.
  expect(odd).toMatch(/^,o-odd,.*the sums are those of the events/);
});

it('backup makes a proved copy that opens as a journal, and replaces no file', async () => {
  const to = path.join(newFolder('memory'), 'journal.db');
  expect(await journal('backup', '--to', to, '--data', data)).toMatchObject({
    code: 0,
    err: `${file}, copied to ${to}: 11 rows, 3 orders, all in order\n`,
  });
  expect(await journal('backup', '--to', to, '--data', data)).toMatchObject({
    code: 1,
    err: expect.stringContaining('is there already') as string,
  });
  const again = await journal('backup', '--to', `${to}.2`, '--data', data, '--json');
  expect(JSON.parse(again.out), 'a program is told as well whose journal it was').toEqual({
    ...{ file, copy: `${to}.2`, rows: 11, orders: 3, findings: [] },
  });
  const copy = await openJournal({ path: to, clock: systemClock(), bootId: 'm:2' });
  expect(await copy.order('o-sold')).toHaveLength(7);
  expect(await copy.append([started])).toMatchObject([{ seq: 12 }]);
  await copy.close();
});

it('leaves the journal alone while somebody has it whom it can’t ask', async () => {
  const open = await openJournal({ path: file, clock: systemClock(), bootId: 'm:2' });
  for (const command of [['verify'], ['export', '--csv'], ['backup', '--to', path.join(data, 'copy')]])
    expect(await journal(...command, '--data', data)).toMatchObject({
      code: 3,
      out: '',
      err: expect.stringMatching(/in use.*no kiosk is running/) as string,
    });
  await open.close();
});

it('names the damaged row, marks it in exports, and backs nothing up that is not whole', async () => {
  const broken = newFolder('memory');
  const copy = path.join(broken, 'journal.db');
  copyFileSync(file, copy);
  const bytes = readFileSync(copy);
  const at = bytes.indexOf('c-o-sold');
  bytes[at] = bytes[at]! ^ 1;
  writeFileSync(copy, bytes);
  const { code, err } = await journal('verify', '--data', broken);
  expect(code).toBe(1);
  expect(err).toMatch(/^row 4 is damaged: its checksum does not match\n.*1 findings; nothing was changed\n$/);
  const lines = await journal('export', '--jsonl', '--data', broken);
  expect(lines).toMatchObject({ code: 1, err: expect.stringContaining('lines marked as damaged: 1') as string });
  expect(lines.out.trim().split('\n')).toHaveLength(11);
  expect(lines.out).toMatch(/\n{"damaged":"row 4 is damaged: its checksum does not match","seq":4,/);
  const table = await journal('export', '--csv', '--data', broken);
  expect(table.code).toBe(1);
  expect(table.out).toMatch(/\r\n,o-sold,,,row 4 is damaged/);
  expect(await journal('backup', '--to', path.join(broken, 'backup'), '--data', broken)).toMatchObject({ code: 1 });
  expect(existsSync(path.join(broken, 'backup'))).toBe(false);
  expect(readFileSync(copy).equals(bytes)).toBe(true);
});

it.each<[string[], string]>([
  [[], 'one command is needed'],
  [['delete'], 'found "delete", allowed: verify, export, backup'],
  [['export'], 'export needs --csv or --jsonl'],
  [['backup'], 'backup needs --to FILE'],
  [['verify', '--fast'], "Unknown option '--fast'"],
])('%j is explained', async (args, message) => {
  expect(await journal(...args)).toMatchObject({ code: 2, err: expect.stringContaining(message) as string });
});

it('finds the only shop by itself, and asks which when there are several', async () => {
  const cwd = newFolder('memory');
  expect(await journalIn(cwd, 'verify')).toMatchObject({ code: 2, err: expect.stringContaining('say where it is with --data') as string });
  mkdirSync(path.join(cwd, '.jihanki/corner'), { recursive: true });
  copyFileSync(file, path.join(cwd, '.jihanki/corner/journal.db'));
  expect(await journalIn(cwd, 'verify')).toMatchObject({ code: 0, err: expect.stringContaining('corner/journal.db: 11 rows') as string });
  mkdirSync(path.join(cwd, '.jihanki/station'));
  copyFileSync(file, path.join(cwd, '.jihanki/station/journal.db'));
  expect(await journalIn(cwd, 'verify')).toMatchObject({
    code: 2,
    err: expect.stringMatching(/several shops.*corner\n.*station\n/s) as string,
  });
});

it('says where it looked when there is no journal', async () => {
  expect(await journal('verify', '--data', '/nowhere')).toMatchObject({ code: 1, err: 'there is no journal at /nowhere/journal.db\n' });
});
