/** The Electron host, where Electron's runtime is installed. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { _electron, expect, test } from '@playwright/test';
import { electronProgram } from '../../main/demo/electron-runtime.ts';
import { ROOT, startNode } from './program.ts';
import { see } from './screen.ts';

const runtime = process.env['KIOSK_ELECTRON_BIN'] ?? electronProgram(ROOT);
const required = process.env['KIOSK_REQUIRE_ELECTRON'] === '1';
test.skip(
  runtime === null && !required,
  'Electron’s runtime is missing: node_modules/electron has only its loader (npx install-electron brings it, from github.com)',
);

test('the kiosk starts in a window without Node, sells nothing to strangers, loads itself anew, and ends', async () => {
  expect(runtime, 'KIOSK_REQUIRE_ELECTRON=1, and Electron’s runtime is missing').not.toBeNull();
  const folder = mkdtempSync(path.join(tmpdir(), 'jihanki-electron-'));
  const paypay = startNode('main/paypay/simulator/cli.ts', ['--port', '0', '--api-key', 'k', '--api-secret', 's', '--merchant', 'm']);
  const machine = startNode('hardware/xy-vmc/simulator-cli.ts', ['--tcp', '0', '--slots', '18']);
  try {
    const config = path.join(folder, 'shop.yaml');
    const shop = readFileSync(path.join(ROOT, 'main/demo/shop.yaml'), 'utf8');
    writeFileSync(config, shop.replaceAll('pictures/', `${path.join(ROOT, 'main/demo/pictures')}/`));
    const app = await _electron.launch({
      executablePath: runtime ?? '',
      args: [
        ROOT,
        ...['--config', config, '--data', path.join(folder, 'data'), '--windowed'],
        ...['--paypay', await paypay.line(/(http:\S+)/), '--machine', await machine.line(/(tcp:\S+)/)],
      ],
      env: { ...process.env, PAYPAY_API_KEY: 'k', PAYPAY_API_SECRET: 's' },
    });
    const page = await app.firstWindow();
    await see(page, 'attract');
    expect(await page.evaluate(() => [typeof globalThis.process, typeof (globalThis as { require?: unknown }).require])).toEqual([
      'undefined',
      'undefined',
    ]);
    expect(await page.evaluate(() => Object.keys(window.kiosk ?? {}).sort())).toEqual(['onView', 'ready', 'send']);
    await page.evaluate(() => window.kiosk?.send({ do: 'refund' } as never));
    await page.evaluate(() => window.open('https://example.org'));
    await page.evaluate(() => void (location.href = 'https://example.org'));
    expect(app.windows()).toHaveLength(1);
    await see(page, 'attract');
    // A page that can't be drawn loads itself anew (renderer/Unbroken.tsx).
    await page.evaluate(() => (document.title = 'before') && location.reload());
    await expect(page).toHaveTitle('Jihanki');
    await see(page, 'attract');
    await app.close();
  } finally {
    await Promise.all([paypay.end('SIGKILL'), machine.end('SIGKILL')]);
    rmSync(folder, { recursive: true, force: true });
  }
});
