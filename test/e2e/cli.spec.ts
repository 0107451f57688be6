/** The command line beside a running kiosk: it asks the kiosk, never the journal, and every role holds there too. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from '@playwright/test';
import type { Role } from '../../app/operator/permissions.ts';
import type { HistoryRow } from '../../app/operator/view.ts';
import type { OrderSummary } from '../../app/operator/summary.ts';
import type { Corner } from './corner.ts';
import { test } from './fixture.ts';
import { startNode } from './program.ts';
import { choose, readQr, see } from './screen.ts';
import { hire, PINS, signIn } from './staff.ts';

interface End {
  readonly code: number | string;
  readonly out: string;
  readonly err: string;
}

async function jihanki(corner: Corner, role: Role, ...args: string[]): Promise<End> {
  const program = startNode('main/cli/cli.ts', [...args, '--data', path.join(corner.folder, 'data')], {
    JIHANKI_STAFF: role,
    JIHANKI_PIN: PINS[role],
  });
  return { code: await program.ended, out: program.stdout(), err: program.stderr() };
}

test('orders, refund, stock and report: the same answers as the books, and nothing that a role may not do', async ({ page, open }) => {
  const corner = await open({ stock: 4 });
  await page.goto(corner.address);
  await choose(page, 'tea');
  await corner.paypay('pay', { url: await readQr(page) });
  await see(page, 'thanks');
  await hire(corner);

  const found = await jihanki(corner, 'cashier', 'orders', '--json');
  expect(found).toMatchObject({ code: 0, err: '' });
  const { orders } = JSON.parse(found.out) as { orders: OrderSummary[] };
  expect(orders).toHaveLength(1);
  const [order] = orders;
  const { payments } = await corner.ledger();
  expect(order?.payment?.paymentId).toBe(payments[0]?.paymentId);
  const story = await jihanki(corner, 'cashier', 'orders', 'show', order?.orderNumber ?? '');
  expect(story.out).toContain('taken ¥150, dispensed ¥150, returned ¥0');

  const refund = ['refund', order?.orderNumber ?? '', '--amount', '100', '--reason', 'came out damaged', '--json'];
  const byFiller = await jihanki(corner, 'filler', ...refund, '--yes');
  expect(byFiller.code).toBe(1);
  expect(JSON.parse(byFiller.err)).toMatchObject({ problem: 'notAllowed' });
  const unasked = await jihanki(corner, 'cashier', ...refund);
  expect(unasked.code, 'nobody is there to say yes').toBe(2);
  const tooMuch = await jihanki(corner, 'cashier', 'refund', order?.orderNumber ?? '', '--amount', '151', '--reason', 'x', '--yes');
  expect(tooMuch.code).toBe(1);
  expect((await corner.ledger()).refunds, 'nothing was returned so far').toEqual([]);
  expect(await jihanki(corner, 'cashier', ...refund, '--yes')).toMatchObject({ code: 0 });
  await expect
    .poll(async () => (await corner.ledger()).refunds.map(({ amount_jpy, status }) => [amount_jpy, status]))
    .toEqual([[100, 'REFUNDED']]);
  expect(await jihanki(corner, 'cashier', ...refund, '--yes'), 'PayPay returns once a payment').toMatchObject({ code: 1 });

  expect((await jihanki(corner, 'filler', 'stock')).out).toMatch(/1\s+お茶\s+¥150\s+3\/8/);
  expect((await jihanki(corner, 'filler', 'stock', 'fill', '1')).out).toMatch(/1\s+お茶\s+¥150\s+8\/8/);
  expect(await jihanki(corner, 'cashier', 'stock', 'fill', '--all')).toMatchObject({ code: 1 });
  expect(await jihanki(corner, 'filler', 'stock', 'set', '1', 'many', '--reason', 'x')).toMatchObject({ code: 2 });

  await expect
    .poll(async () => JSON.parse((await jihanki(corner, 'cashier', 'report', '--json')).out) as object)
    .toMatchObject({ orders: 1, taken_jpy: 150, returned_jpy: 100 });
  const file = path.join(corner.folder, 'sales.csv');
  const save = ['report', 'export', '--format', 'csv', '--out', file];
  expect(await jihanki(corner, 'cashier', ...save)).toMatchObject({ code: 0 });
  const csv = readFileSync(file);
  expect([...csv.subarray(0, 3)], 'a byte order mark, for spreadsheets').toEqual([0xef, 0xbb, 0xbf]);
  expect(csv.toString('utf8')).toContain(order?.merchantPaymentId ?? 'no order');
  writeFileSync(file, 'kept');
  expect(await jihanki(corner, 'cashier', ...save)).toMatchObject({ code: 2 });
  expect(readFileSync(file, 'utf8'), 'no file is written over').toBe('kept');
});

test('an owner who forgot the PIN: staff.json put aside, the printed code makes a new one, and nobody of before gets in', async ({
  open,
}) => {
  const corner = await open();
  await hire(corner);
  expect(await jihanki(corner, 'owner', 'orders')).toMatchObject({ code: 0 });
  await corner.kiosk().end('SIGTERM');
  const file = path.join(corner.folder, 'data', 'staff.json');
  renameSync(file, `${file}.old`);
  await corner.startKiosk();
  expect(await jihanki(corner, 'cashier', 'orders'), 'the others have to be added again').toMatchObject({ code: 1 });
  await hire(corner);
  expect(await jihanki(corner, 'owner', 'orders')).toMatchObject({ code: 0 });
});

test('without a kiosk, with a wrong PIN, with a word that is no command', async ({ open }) => {
  const corner = await open();
  await hire(corner);
  const start = (args: string[], env: Record<string, string>) => startNode('main/cli/cli.ts', args, env);
  const data = ['--data', path.join(corner.folder, 'data')];
  const wrong = start(['orders', ...data, '--json'], { JIHANKI_STAFF: 'owner', JIHANKI_PIN: '111222' });
  expect(await wrong.ended).toBe(1);
  expect(JSON.parse(wrong.stderr())).toMatchObject({ problem: 'wrongPin' });
  const nobody = start(['orders', ...data], { JIHANKI_STAFF: 'nobody', JIHANKI_PIN: '111222' });
  expect(await nobody.ended).toBe(2);
  const away = start(['stock', '--data', path.join(corner.folder, 'elsewhere')], { JIHANKI_PIN: '111222' });
  expect(await away.ended).toBe(3);
  await corner.kiosk().end('SIGKILL');
  const dead = start(['stock', ...data], { JIHANKI_STAFF: 'owner', JIHANKI_PIN: PINS.owner });
  expect(await dead.ended, 'what a dead kiosk left behind is no kiosk').toBe(3);
  const strange = start(['sell', ...data], {});
  expect(await strange.ended).toBe(2);
});

test('the journal of a running kiosk is proved, copied and written out by the kiosk, for an owner only', async ({ page, open }) => {
  const corner = await open();
  await page.goto(corner.address);
  await choose(page, 'tea');
  await corner.paypay('pay', { url: await readQr(page) });
  await see(page, 'thanks');
  await hire(corner);
  const journal = async (role: Role, ...args: string[]): Promise<End> => {
    const env = { JIHANKI_STAFF: role, JIHANKI_PIN: PINS[role] };
    const program = startNode('main/journal/cli.ts', [...args, '--data', path.join(corner.folder, 'data')], env);
    return { code: await program.ended, out: program.stdout(), err: program.stderr() };
  };
  for (const role of ['filler', 'cashier'] as const) {
    const refused = await journal(role, 'export', '--jsonl', '--json');
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(JSON.parse(refused.err)).toMatchObject({ problem: 'notAllowed' });
  }
  const verified = await journal('owner', 'verify', '--json');
  expect(verified).toMatchObject({ code: 0, err: '' });
  expect(JSON.parse(verified.out)).toMatchObject({ orders: 1, findings: [] });
  const { out, code } = await journal('owner', 'export', '--jsonl');
  expect(code).toBe(0);
  const rows = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { seq: number });
  expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, i) => i + 1));
  expect((await journal('owner', 'export', '--csv')).out).toMatch(/1-000001,.*,vended,/);
  const to = path.join(corner.folder, 'copy.db');
  expect(await journal('owner', 'backup', '--to', to)).toMatchObject({ code: 0, err: expect.stringContaining('all in order') });
  expect(await journal('owner', 'backup', '--to', to), 'no file is replaced').toMatchObject({ code: 1 });
  const record = await (await signIn(corner, 'owner')).ask<HistoryRow[]>({ ask: 'record' });
  expect(record.find(({ says }) => says.en === 'The journal was backed up')).toMatchObject({ by: 'owner' });

  // It went on selling.
  await page.getByTestId('finish').tap();
  await choose(page, 'coffee');
  await corner.paypay('pay', { url: await readQr(page) });
  await see(page, 'thanks');
  expect(await corner.agree()).toMatchObject({ taken_jpy: 280 });
  await corner.kiosk().end();
  expect(await journal('filler', 'verify'), 'without a kiosk the file itself is read').toMatchObject({ code: 0 });
});

test('health without a PIN, a price, a test vend, PayPay’s word: from the command line', async ({ page, open }) => {
  const corner = await open();
  await page.goto(corner.address);
  await choose(page, 'tea');
  await corner.paypay('pay', { url: await readQr(page) });
  await see(page, 'thanks');
  await page.getByTestId('finish').tap();
  await hire(corner);
  const health = startNode('main/cli/cli.ts', ['health', '--json', '--data', path.join(corner.folder, 'data')]);
  expect(await health.ended).toBe(0);
  expect(JSON.parse(health.stdout())).toMatchObject({ level: 'ok' });
  expect((await jihanki(corner, 'owner', 'stock', 'price', 'tea', '160')).out).toContain('¥150 → ¥160');
  expect(await jihanki(corner, 'filler', 'stock', 'price', 'tea', '1')).toMatchObject({ code: 1 });
  const { drives } = await corner.machine();
  expect(await jihanki(corner, 'filler', 'stock', 'test', '2')).toMatchObject({
    code: 0,
    out: expect.stringContaining('succeeded'),
  });
  expect((await corner.machine()).drives).toHaveLength(drives.length + 1);
  await see(page, 'attract');
  expect((await jihanki(corner, 'cashier', 'orders', 'ask', '1-000001')).out).toContain('our books agree');
  expect(await jihanki(corner, 'filler', 'orders', 'ask', '1-000001')).toMatchObject({ code: 1 });
  const settle = ['orders', 'settle', '1-000001', '--how', 'delivered', '--note', 'x', '--json'];
  const unasked = await jihanki(corner, 'cashier', ...settle);
  expect(unasked.code).toBe(1);
  expect(JSON.parse(unasked.err)).toMatchObject({ problem: 'nothingWaits' });
});

test('a hold about whose goods nobody knows: decided from the command line, once, by who may, and PayPay does it', async ({
  page,
  open,
}) => {
  const corner = await open({ sale: { settlement: 'authorize', unknownVend: 'hold' }, vendDeadline_ms: 5_000 });
  await page.goto(corner.address);
  await hire(corner);
  /** A sale whose goods may have come out or not. @returns its number */
  const doubtful = async (n: number, sku: string): Promise<string> => {
    await corner.control('fault', { slot: n, kind: 'lostStatus' });
    await corner.control('fault', { slot: n, kind: 'terminated' });
    await choose(page, sku);
    await corner.paypay('pay', { url: await readQr(page) });
    await expect.poll(() => corner.orders()[n - 1]?.events.at(-1)?.type, { timeout: 90_000 }).toBe('order.closed');
    await page.getByTestId('finish').tap();
    await see(page, 'attract');
    return `1-00000${n}`;
  };
  const decide = (role: Role, order: string, ...more: string[]) => jihanki(corner, role, 'orders', 'decide', order, '--json', ...more);
  const statuses = async () => (await corner.ledger()).payments.map(({ status }) => status);

  const first = await doubtful(1, 'tea');
  expect(await statuses()).toEqual(['AUTHORIZED']);
  expect(await decide('cashier', first, '--came-out', 'perhaps')).toMatchObject({ code: 2 });
  expect(await decide('cashier', first, '--came-out', 'yes'), 'nobody is there to say yes').toMatchObject({ code: 2 });
  const byFiller = await decide('filler', first, '--came-out', 'yes', '--yes');
  expect([byFiller.code, JSON.parse(byFiller.err)]).toMatchObject([1, { problem: 'notAllowed' }]);
  expect(await statuses()).toEqual(['AUTHORIZED']);
  const taken = await decide('cashier', first, '--came-out', 'yes', '--yes');
  expect([taken.code, JSON.parse(taken.out)]).toMatchObject([0, { delivered: true, capture_jpy: 150 }]);
  await expect.poll(statuses).toEqual(['COMPLETED']);
  const again = await decide('cashier', first, '--came-out', 'no', '--yes');
  expect([again.code, JSON.parse(again.err)]).toMatchObject([1, { problem: 'nothingWaits' }]);

  const second = await doubtful(2, 'coffee');
  const letGo = await jihanki(corner, 'cashier', 'orders', 'decide', second, '--came-out', 'no', '--yes');
  expect(letGo).toMatchObject({ code: 0, out: expect.stringContaining('let go of, nothing is taken') });
  await expect.poll(statuses).toEqual(['COMPLETED', 'CANCELED']);
  expect((await corner.ledger()).taken_jpy).toBe(150);
});

test('every command says how it goes, with examples', async () => {
  const programs = [
    ...['orders', 'refund', 'stock', 'report', 'health'].map((name) => ['main/cli/cli.ts', name]),
    ...[['main/journal/cli.ts'], ['main/doctor/cli.ts'], ['main/demo/supervisor.ts'], ['test/simulation/run.ts']],
  ] as [string, ...string[]][];
  for (const [file, ...args] of programs) {
    const help = startNode(file, [...args, '--help']);
    expect(await help.ended, file).toBe(0);
    expect(help.stdout(), file).toMatch(/usage: jihanki [\s\S]*examples:\n {2}jihanki /);
    const odd = startNode(file, [...args, '--nonsense']);
    expect(await odd.ended, file).not.toBe(0);
    expect(odd.stderr(), file).toMatch(/nonsense/);
    expect(odd.stderr(), 'no stack').not.toMatch(/\n {4}at /);
  }
});
