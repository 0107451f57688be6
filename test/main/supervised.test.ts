/** The real browser host under the demo's supervisor: what a kiosk that nobody looks after needs to come back. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DemoKiosk, startKiosk } from '../../main/demo/kiosk.ts';
import { openLogFile } from '../../main/demo/log-file.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(path.join(tmpdir(), 'jihanki-supervised-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const SHOP = `
version: 1
shop: { name: { ja: 試験店 }, merchantName: 試験商店, mode: counter }
paypay: { merchantId: m }
machine: { driver: none }
products: [{ sku: tea, name: { ja: お茶 }, price_jpy: 150 }]
`;

describe('a kiosk under its supervisor', () => {
  let kiosk: DemoKiosk;
  const said: string[] = [];
  const pid = (): number => (JSON.parse(readFileSync(path.join(folder, 'data', 'door.json'), 'utf8')) as { pid: number }).pid;
  beforeEach(async () => {
    said.length = 0;
    writeFileSync(path.join(folder, 'shop.yaml'), SHOP);
    kiosk = await startKiosk({
      program: process.execPath,
      args: [
        ...[path.resolve('dist/main/browser.js'), '--port', '0', '--paypay', 'http://127.0.0.1:9'],
        ...['--config', path.join(folder, 'shop.yaml'), '--data', path.join(folder, 'data')],
      ],
      env: { PAYPAY_API_KEY: 'key', PAYPAY_API_SECRET: 'secret' },
      logFile: path.join(folder, 'kiosk.log'),
      say: (line) => void said.push(line),
      watch_ms: 200,
    });
  });
  afterEach(() => kiosk.end());

  it('passes on what it says to people, at every start: the code that makes the first owner is a new one', async () => {
    const codes = () => said.flatMap((line) => /no owner yet; the code (\d{8}) makes one/.exec(line)?.[1] ?? []);
    await expect.poll(codes, { timeout: 5_000 }).toHaveLength(1);
    kiosk.power(false);
    await expect.poll(() => kiosk.running()).toBe(false);
    kiosk.power(true);
    await expect.poll(() => new Set(codes()).size, { timeout: 10_000 }).toBe(2);
    // PayPay is not there: that stands in it sooner or later.
    await expect.poll(() => existsSync(path.join(folder, 'kiosk.log')), { timeout: 10_000 }).toBe(true);
    for (const code of codes()) expect(readFileSync(path.join(folder, 'kiosk.log'), 'utf8')).not.toContain(code);
  });

  it('is left alone while it answers, and gives addresses meanwhile', async () => {
    const before = pid();
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(await kiosk.address()).toContain('http://127.0.0.1:');
    expect(pid()).toBe(before);
    expect(said).not.toContain('the kiosk hangs');
  });

  it('is killed when it hangs, and comes back', async () => {
    // It has been asked before, and has answered.
    expect(await kiosk.address()).toContain('http://127.0.0.1:');
    const before = pid();
    process.kill(before, 'SIGSTOP');
    await expect.poll(() => said, { timeout: 5_000 }).toContain('the kiosk hangs');
    await expect.poll(() => kiosk.address(), { timeout: 10_000 }).toContain('http://127.0.0.1:');
    expect(pid()).not.toBe(before);
  });
});

describe('its log', () => {
  it('keeps what stood there, grows no larger than it may, and has one file before it', () => {
    const file = path.join(folder, 'kiosk.log');
    writeFileSync(file, 'before the power cut\n');
    const add = openLogFile(file, 100);
    add('after it');
    expect(readFileSync(file, 'utf8')).toBe('before the power cut\nafter it\n');
    for (let i = 0; i < 50; i++) add(`line ${i} 円`);
    for (const name of [file, `${file}.1`]) expect(statSync(name).size).toBeLessThanOrEqual(100);
    expect(readFileSync(`${file}.1`, 'utf8') + readFileSync(file, 'utf8')).toMatch(/line 48 円\nline 49 円\n$/);
  });

  it.runIf(process.platform === 'linux')('is lost, and nothing else, where the disk is full', () => {
    expect(() => openLogFile('/dev/full')('out of service')).not.toThrow();
  });

  it('writes a line that is larger than the file may be, rather than losing it', () => {
    const file = path.join(folder, 'kiosk.log');
    const add = openLogFile(file, 10);
    add('x'.repeat(50));
    add('y');
    expect(readFileSync(`${file}.1`, 'utf8')).toBe(`${'x'.repeat(50)}\n`);
    expect(readFileSync(file, 'utf8')).toBe('y\n');
  });
});
