/** A start on a disk that can't be written: there is a screen that says so, and it goes on once the disk is mended. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../main/demo/free-port.ts';
import { canMount, NAMESPACE } from './journal/child.ts';

test.skipIf(!canMount).each([
  ['full', /^chromium$/],
  ['readOnly', /^\.\.\/.*jihanki-chromium-/],
] as const)('%s (needs a mount namespace)', async (how, window) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'jihanki-bad-disk-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [unshare = '', ...namespace] = NAMESPACE;
  const child = spawn(unshare, [...namespace, process.execPath, path.join(import.meta.dirname, 'bad-disk.ts'), folder, how], {
    env: {
      ...process.env,
      XDG_RUNTIME_DIR: folder,
      PAYPAY_API_KEY: 'k',
      PAYPAY_API_SECRET: 's',
      CONSOLE_PORT: String(await freePort(7444)),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect(code, err).toBe(0);
  const [bad, mended] = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  const journal = expect.stringContaining(`Can't be written (${how})`) as string;
  expect(bad).toEqual({
    screen: 'outOfService',
    journal,
    announced: false,
    console: true,
    window: expect.stringMatching(window) as string,
  });
  expect(mended).toMatchObject({ journal: 'Written and flushed', announced: true, window: 'chromium' });
});
