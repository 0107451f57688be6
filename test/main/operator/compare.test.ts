/** PayPay's transaction file against a journal: only what differs is told. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import iconv from 'iconv-lite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openJournal } from '../../../main/journal/journal.ts';
import { openArchive, type OrderArchive } from '../../../main/operator/archive/archive.ts';
import { NotPayPayFile } from '../../../main/operator/not-paypay-file.ts';
import { systemClock } from '../../../main/system.ts';
import { orderRows, soldEvents } from '../journal/rows.ts';

const ORDERS = ['o-1', 'o-2', 'o-3'];
/** When soldEvents are paid, in Japan. */
const PAID = '2027/01/15 16:59:59';
// A column that no document knows stands in front, and one behind.
const HEADER = '新しい列,取引番号,加盟店決済ID,取引ステータス,取引日時,取引金額,端末番号/PosID,備考';
const line = (orderId: string, { amount = '150', terminal = 'T1', status = '取引完了' } = {}) =>
  `x,pp-${orderId},p-${orderId},${status},${PAID},${amount},${terminal},`;

let folder: string;
let archive: OrderArchive;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'jihanki-compare-'));
  const file = path.join(folder, 'journal.db');
  const journal = await openJournal({ path: file, clock: systemClock(), bootId: 'm:p' });
  for (const orderId of ORDERS) for (const row of orderRows(orderId, soldEvents(orderId))) await journal.append([row]);
  archive = openArchive(file, path.join(folder, 'reports.db'));
  while ((await archive.state()).behind > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await journal.close();
});
afterAll(async () => {
  await archive.close();
  rmSync(folder, { recursive: true, force: true });
});

const compare = (lines: readonly string[], encoding: 'cp932' | 'utf8' = 'cp932', terminalId?: string) => {
  const bytes = iconv.encode([HEADER, ...lines].join('\r\n'), encoding, { addBOM: encoding === 'utf8' });
  // In small pieces: a character may be cut anywhere but in the first.
  const pieces = [
    bytes.subarray(0, 200),
    ...Array.from({ length: Math.ceil(bytes.length / 7) }, (_, i) => bytes.subarray(200 + 7 * i, 207 + 7 * i)),
  ];
  return archive.compare(
    (async function* () {
      yield* pieces.filter((piece) => piece.length > 0);
    })(),
    terminalId,
  );
};
const kindsOf = async (lines: readonly string[]) =>
  (await compare(lines)).differences.map(({ kind, orderId, paymentId }) => [kind, orderId ?? paymentId]);

it.each(['cp932', 'utf8'] as const)('a file that agrees, in %s and with new columns: nothing is told', async (encoding) => {
  expect(
    await compare(
      ORDERS.map((orderId) => line(orderId)),
      encoding,
    ),
  ).toMatchObject({ rows: 3, differences: [], problems: [], agrees: true });
});

it('what is missing, what is foreign and what has another amount, each once and with what to do', async () => {
  expect(await kindsOf([line('o-1'), line('o-2')])).toEqual([['notInFile', 'o-3']]);
  expect(await kindsOf([...ORDERS.map((orderId) => line(orderId)), line('o-9')])).toEqual([['notOurs', 'pp-o-9']]);
  expect(await kindsOf([line('o-1'), line('o-2', { amount: '"1,500"' }), line('o-3')])).toEqual([['taken', 'o-2']]);
  const [difference] = (await compare([line('o-1'), line('o-2')])).differences;
  expect(difference?.action.ja.length).toBeGreaterThan(0);
});

it('a refund that only PayPay has is told', async () => {
  const kinds = await kindsOf([...ORDERS.map((orderId) => line(orderId)), line('o-1', { amount: '-150', status: '返金完了' })]);
  expect(kinds).toEqual([['returned', 'o-1']]);
});

it('other terminals are counted, lines that can’t be read are named, and another file is refused', async () => {
  const lines = ORDERS.map((orderId) => line(orderId));
  expect(await compare([...lines, line('o-9', { terminal: 'T2' })], 'cp932', 'T1')).toMatchObject({
    ...{ others: 1, differences: [], agrees: true },
  });
  const { problems, agrees } = await compare([...lines, line('o-9', { amount: 'many' })]);
  expect(problems).toEqual(['5: 取引金額 "many"']);
  expect(agrees, 'a line that nobody could read may be the one that differs').toBe(false);
  const strange = (async function* () {
    yield Buffer.from('name,price\ntea,150\n');
  })();
  await expect(archive.compare(strange, undefined)).rejects.toThrow(NotPayPayFile);
});

it.each([
  ['no line at all', []],
  ['only lines of others', [line('o-8', { terminal: 'T2' }), line('o-9', { terminal: 'T2' })]],
  ['only a failed payment', [line('o-9', { status: '取引失敗' })]],
  ['only lines that can’t be read', [line('o-9', { amount: 'many' })]],
])('a file with %s is not one that agrees, and what we sold on its days is told', async (what, lines) => {
  const compared = await compare(lines, 'cp932', 'T1');
  expect(compared).toMatchObject({ rows: 0, agrees: false });
  const missing = compared.differences.map(({ kind, orderId }) => [kind, orderId]);
  expect(missing).toEqual(what === 'no line at all' ? [] : ORDERS.map((orderId) => ['notInFile', orderId]));
});

it('an order of ours is ours under any terminal', async () => {
  const lines = ORDERS.map((orderId) => line(orderId, { terminal: ' t1 / 0' }));
  expect(await compare(lines, 'cp932', 'T1')).toMatchObject({ rows: 3, others: 0, differ: 0, agrees: true });
});

it('a refund is one by its status, whatever sign its amount has', async () => {
  for (const amount of ['150', '-150', '▲150']) {
    const [difference] = (await compare([...ORDERS.map((orderId) => line(orderId)), line('o-1', { amount, status: '返金完了' })]))
      .differences;
    expect(difference, amount).toMatchObject({ kind: 'returned', orderId: 'o-1', ours_jpy: 0, payPay_jpy: 150 });
  }
});

it('of very many differences the first are told, and all are counted', async () => {
  const compared = await compare([...ORDERS.map((orderId) => line(orderId)), ...Array.from({ length: 700 }, (_, i) => line(`x-${i}`))]);
  expect(compared).toMatchObject({ rows: 703, differ: 700, agrees: false });
  expect(compared.differences).toHaveLength(500);
});

it('a line without end is refused with words', async () => {
  await expect(compare([`"${'x'.repeat(100_000)}`])).rejects.toThrow(NotPayPayFile);
});

it('a file that is too large is refused while it arrives', async () => {
  let sent = 0;
  const huge = (async function* () {
    yield iconv.encode(`${HEADER}\r\n`, 'cp932');
    const rest = Buffer.from(`${'x'.repeat(15_998)}\r\n`.repeat(64));
    for (; sent < 200; sent++) yield rest;
  })();
  await expect(archive.compare(huge, undefined)).rejects.toThrow(/larger than 64 MB/);
  expect(sent).toBeLessThan(100);
});
