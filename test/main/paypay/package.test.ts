/** Another project, with nothing but the built package in its node_modules, uses `jihanki/paypay`. */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSimulator, type SimulatorServer } from '../../../main/paypay/simulator/server.ts';
import { systemClock } from '../../../main/system.ts';
import { keys, merchantId } from './samples.ts';
import { seededIds } from './virtual-clock.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const project = mkdtempSync(path.join(tmpdir(), 'jihanki-merchant-'));
const installed = path.join(project, 'node_modules/jihanki');
let server: SimulatorServer;

beforeAll(async () => {
  server = await startSimulator({ clock: systemClock(), ids: seededIds(3), keys, merchantId, port: 0 });
  await build({
    configFile: path.join(root, 'main/paypay/vite.config.ts'),
    logLevel: 'error',
    build: { outDir: path.join(installed, 'dist/paypay') },
  });
  cpSync(path.join(root, 'package.json'), path.join(installed, 'package.json'));
  writeFileSync(path.join(project, 'package.json'), '{"type":"module"}');
}, 120_000);
afterAll(async () => {
  await server.close();
  rmSync(project, { recursive: true });
});

const SHOP = `
import { PayPayClient } from 'jihanki/paypay';
const [environment = '', apiKey = '', apiSecret = '', merchantId = ''] = process.argv.slice(2);
const paypay = new PayPayClient({ environment, apiKey, apiSecret, merchantId });
const made = await paypay.createCode({ merchantPaymentId: 'order-1', amount: { amount: 150, currency: 'JPY' } });
if (made.outcome !== 'done') throw new Error(made.message);
const url: string = made.value.url;
const details = await paypay.paymentDetails({ merchantPaymentId: 'order-1' });
const refused = await paypay.refund({ merchantRefundId: 'r', paymentId: '04', amount: { amount: 1, currency: 'JPY' } });
const code: string | null = refused.outcome === 'rejected' ? refused.code : null;
console.log(JSON.stringify({ url, status: details.outcome === 'done' ? details.value.status : null, code }));
await paypay.close();
`;

const run = (file: string, args: string[]) => promisify(execFile)(process.execPath, [file, ...args], { cwd: project });

test('runs, and says what it knows', async () => {
  writeFileSync(path.join(project, 'shop.ts'), SHOP);
  const { stdout } = await run('shop.ts', [server.url, keys.apiKey, keys.apiSecret, merchantId]);
  expect(JSON.parse(stdout)).toEqual({ url: expect.stringMatching(/^http:/) as string, status: 'CREATED', code: 'RESOURCE_NOT_FOUND' });
});

test('is typed without any other package, and the types refuse nonsense', async () => {
  const compilerOptions = {
    strict: true,
    noEmit: true,
    module: 'NodeNext',
    target: 'ES2023',
    lib: ['ES2023', 'DOM'],
    types: ['node'],
    typeRoots: ['types'],
  };
  writeFileSync(path.join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['shop.ts', 'wrong.ts'] }));
  writeFileSync(
    path.join(project, 'wrong.ts'),
    `import { PayPayClient } from 'jihanki/paypay';
declare const paypay: PayPayClient;
// @ts-expect-error an amount is a number of yen with its currency
void paypay.createCode({ merchantPaymentId: 'p', amount: 150 });
const answer = await paypay.paymentDetails({ merchantPaymentId: 'p' });
// @ts-expect-error what is known has to be looked at first
void answer.value;
// @ts-expect-error these are no days of the week
if (answer.outcome === 'monday') void 0;
`,
  );
  symlinkSync(path.join(root, 'node_modules/@types'), path.join(project, 'types'));
  const tsc = path.join(root, 'node_modules/@typescript/native/bin/tsc');
  const complaint = await run(tsc, ['-p', 'tsconfig.json']).then(
    () => '',
    (error: { stdout: string }) => error.stdout,
  );
  expect(complaint).toBe('');
}, 60_000);

test('brings its licences, and nothing of the kiosk', () => {
  expect(readdirSync(path.join(installed, 'dist/paypay')).sort()).toEqual(['LICENSES.md', 'client.d.ts', 'client.js']);
  const bundle = readFileSync(path.join(installed, 'dist/paypay/client.js'), 'utf8');
  expect(bundle).not.toMatch(/PayPaySimulator|createMachine|serialport/);
});
