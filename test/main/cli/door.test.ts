/** What the command line says of a kiosk that does not answer: whether anything was asked of it, and whether it may have been done. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { NoKiosk, NotKnown } from '../../../main/cli/command.ts';
import { openDoor } from '../../../main/cli/door.ts';
import { type Kiosk, ok, openKiosk } from './kiosk.ts';

const CLI = path.resolve(import.meta.dirname, '../../../main/cli/cli.ts');
const CLOSE = { do: 'day.close', day: '2026-11-23' } as const;

const doorOf = ({ data }: Kiosk) => openDoor({ data, config: undefined, staff: undefined, pin: async () => '1234' });

/** Every time limit is over so much sooner. */
function hurry(times: number): void {
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  const spy = vi.spyOn(AbortSignal, 'timeout').mockImplementation((limit_ms) => timeout(limit_ms / times));
  onTestFinished(() => spy.mockRestore());
}

test.each([
  ['the connection was cut', (response) => void response.destroy()],
  ['the answer was cut', (response) => void response.writeHead(200, { 'content-length': 100 }).write('{', () => response.destroy())],
  ['it failed in the middle', (response) => void response.writeHead(500).end('{"ok":false}')],
  ['no answer came in time', () => {}],
] as const satisfies readonly (readonly [string, Parameters<typeof openKiosk>[0][string]])[])(
  'a command that was sent is not called a kiosk that is not there: %s',
  async (_, perform) => {
    hurry(100);
    const door = await doorOf(await openKiosk({ '/operator/perform': perform }));
    await expect(door.perform(CLOSE)).rejects.toThrow(NotKnown);
    await expect(door.perform(CLOSE)).rejects.toThrow(/not known.*jihanki orders/s);
  },
);

test('a command that nobody was there to hear was not sent', async () => {
  const kiosk = await openKiosk({
    '/operator/sign-in': (response) => {
      response.setHeader('connection', 'close');
      response.on('finish', () => kiosk.end());
      ok({ token: 'session' })(response);
    },
  });
  const door = await doorOf(kiosk);
  await expect(door.perform(CLOSE)).rejects.toThrow(NoKiosk);
});

test('a question that was not answered changed nothing', async () => {
  const door = await doorOf(await openKiosk({ '/operator/ask': (response) => void response.destroy() }));
  await expect(door.ask({ ask: 'now' })).rejects.toThrow(NoKiosk);
});

test('a script is told by the exit code and by a word', async () => {
  const { data } = await openKiosk({ '/operator/perform': (response) => void response.destroy() });
  const found = await new Promise<{ code: unknown; err: string }>((resolve) =>
    execFile(
      process.execPath,
      [CLI, 'report', 'close', '2026-11-23', '--json', '--data', data],
      { env: { ...process.env, JIHANKI_PIN: '1234' } },
      (error, _out, err) => resolve({ code: error?.code, err }),
    ),
  );
  expect(found.code).toBe(1);
  expect(JSON.parse(found.err)).toMatchObject({ problem: 'unknown' });
});

test('a configuration’s demo is found where it runs, unless the shop itself does', async () => {
  const demo = await openKiosk({
    '/health': (response) => void response.end(JSON.stringify({ level: 'warn', version: 'demo', checks: [] })),
  });
  const shop = await openKiosk({
    '/health': (response) => void response.end(JSON.stringify({ level: 'ok', version: 'shop', checks: [] })),
  });
  const before = process.cwd();
  const clone = mkdtempSync(path.join(tmpdir(), 'jihanki-door-'));
  onTestFinished(() => {
    process.chdir(before);
    rmSync(clone, { recursive: true, force: true });
  });
  process.chdir(clone);
  mkdirSync('.jihanki');
  const version = async () =>
    (await (await openDoor({ data: undefined, config: 'shop.yaml', staff: undefined, pin: async () => '1234' })).health()).version;
  symlinkSync(demo.data, '.jihanki/shop~demo');
  expect(await version()).toBe('demo');
  symlinkSync(shop.data, '.jihanki/shop');
  expect(await version()).toBe('shop');
});
