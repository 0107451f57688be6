/** The host around a journal that can't be opened: who stands behind the screen meanwhile, and who is told. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Clock } from '../../app/ports.ts';
import { openHost } from '../../main/host.ts';
import { systemClock } from '../../main/system.ts';
import { openReceiver } from './alerts/far-ends.ts';
import { readableLog } from './virtual-screen.ts';

/** Threads and far ends take their real time; what is only waited for comes so much sooner. */
const SOONER = 50;

function hurriedClock(): Clock {
  const clock = systemClock();
  return { ...clock, setTimeout: (callback, delay_ms) => clock.setTimeout(callback, delay_ms / SOONER) };
}

test('while the journal can’t be opened staff stay signed in and are told; once it can, the kiosk goes on', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'jihanki-host-'));
  const dataFolder = path.join(folder, 'data');
  const receiver = await openReceiver();
  vi.stubEnv('PAYPAY_API_KEY', 'k');
  vi.stubEnv('PAYPAY_API_SECRET', 's');
  const configFile = path.join(folder, 'shop.yaml');
  writeFileSync(
    configFile,
    `version: 1
shop: { name: { ja: 店 }, merchantName: 店, mode: counter }
paypay: { environment: 'http://127.0.0.1:9', merchantId: m }
machine: { driver: none }
alerts: { webhook: { url: '${receiver.url}' } }
products: [{ sku: tea, name: { ja: お茶 }, price_jpy: 150 }]
`,
  );
  mkdirSync(dataFolder);
  const thief = new DatabaseSync(path.join(dataFolder, 'journal.db'));
  thief.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  const log = readableLog();
  const host = await openHost(
    {
      ...{ configFile, dataFolder, machine: undefined, paypay: undefined, port: 0 },
      ...{ open: false, windowed: false, framedBy: undefined },
    },
    { clock: hurriedClock(), log },
  );
  onTestFinished(async () => {
    await host.stop();
    receiver.close();
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });
  const tries = () => log.lines.filter(({ event }) => event === 'journal.closed').length;
  const { operator } = host.operatorEnd;
  await vi.waitFor(() => expect(tries()).toBeGreaterThan(3), { timeout: 20_000 });
  expect(host.operatorEnd.operator, 'whoever is signed in stays so').toBe(operator);
  await vi.waitFor(() => expect(receiver.received[0]?.body).toMatchObject({ kind: 'raised', check: 'journal' }), { timeout: 10_000 });

  thief.close();
  await vi.waitFor(() => expect(host.operatorEnd.operator).not.toBe(operator), { timeout: 10_000 });
  await vi.waitFor(async () =>
    expect(await host.operatorEnd.health()).toMatchObject({
      checks: expect.arrayContaining([expect.objectContaining({ name: 'journal', level: 'ok' })]) as unknown,
    }),
  );
});
