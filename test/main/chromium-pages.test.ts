/** A real Chromium whose renderer, or whose whole, is killed shows the truth again within two seconds; one that hangs is ended. */
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { type ChromiumWindow, findChromium, keepChromium } from '../../main/chromium.ts';
import { type FixtureServer, startFixtureServer } from '../renderer/fixture-server.ts';
import { fixtures } from '../renderer/fixtures.ts';
import { type ReadableLog, readableLog } from './virtual-screen.ts';

const TRUE_AGAIN_ms = 2000;
const FLAGS = ['--headless=new', '--no-first-run', '--disable-background-networking', '--window-size=540,960', '--no-sandbox'];

let end: (() => Promise<void>) | undefined;
afterEach(() => end?.());

async function open(): Promise<{ server: FixtureServer; log: ReadableLog; profile: string }> {
  const profile = mkdtempSync(path.join(tmpdir(), 'jihanki-chromium-'));
  const server = await startFixtureServer(fixtures.awaitingPayment);
  const log = readableLog();
  const flags = [...FLAGS, `--user-data-dir=${profile}`, `--app=${server.url}`];
  const window: ChromiumWindow = keepChromium(findChromium() ?? '', flags, { reopen: true, log });
  end = async () => {
    window.close();
    await server.close();
    await expect.poll(() => processesOf(profile)).toEqual([]);
    rmSync(profile, { recursive: true, force: true });
  };
  await shown(server, 1, 20_000);
  return { server, log, profile };
}

/** Waits until the screen has taken the view for the `n`th time, and @returns how long that took. */
async function shown(server: FixtureServer, n: number, limit_ms: number): Promise<number> {
  const from_ms = performance.now();
  await expect.poll(() => server.taken(), { timeout: limit_ms, interval: 5 }).toBe(n);
  return performance.now() - from_ms;
}

const commandOf = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
};
const parentOf = (pid: string): string => {
  try {
    return /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '';
  } catch {
    return '';
  }
};
/** Of this window, and no other Chromium's. */
const processesOf = (profile: string): string[] =>
  readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && commandOf(pid).includes(profile));
function renderersOf(profile: string): string[] {
  const ours = new Set(processesOf(profile));
  const belongs = (pid: string): boolean => ours.has(pid) || (pid !== '' && pid !== '0' && pid !== '1' && belongs(parentOf(pid)));
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && commandOf(pid).includes('--type=renderer') && belongs(parentOf(pid)));
}

it('after its renderer was killed, and after it was killed again', async () => {
  const { server, log, profile } = await open();
  for (const n of [2, 3]) {
    const renderers = renderersOf(profile);
    expect(renderers.length).toBeGreaterThan(0);
    for (const pid of renderers) process.kill(Number(pid), 'SIGKILL');
    expect(await shown(server, n, 10_000)).toBeLessThan(TRUE_AGAIN_ms);
    expect(log.lines.at(-1)?.event).toBe('screen.crashed');
    // Somebody looks at it for a while.
    await new Promise((resolve) => setTimeout(resolve, 1500));
  }
});

it('after the whole browser was killed', async () => {
  const { server, profile } = await open();
  const browser = processesOf(profile).find((pid) => !commandOf(pid).includes('--type='));
  process.kill(Number(browser), 'SIGKILL');
  const took_ms = await shown(server, 2, 20_000);
  expect(took_ms).toBeLessThan(TRUE_AGAIN_ms);
});

/** @param circles whether the page runs in circles, by how often it was loaded */
async function openPage(circles: (load: number) => boolean, ask_ms: number) {
  const profile = mkdtempSync(path.join(tmpdir(), 'jihanki-chromium-'));
  let loads = 0;
  const server = createServer((request, response) => {
    if (request.url !== '/') return void response.writeHead(404).end();
    loads += 1;
    response.setHeader('content-type', 'text/html').end(`<script>setTimeout(() => { while (${circles(loads)}); }, 300)</script>`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const log = readableLog();
  const flags = [...FLAGS, `--user-data-dir=${profile}`, `--app=http://127.0.0.1:${(server.address() as AddressInfo).port}/`];
  const window = keepChromium(findChromium() ?? '', flags, { reopen: true, log, ask_ms });
  end = async () => {
    window.close();
    server.closeAllConnections();
    server.close();
    await expect.poll(() => processesOf(profile), { timeout: 5_000 }).toEqual([]);
    rmSync(profile, { recursive: true, force: true });
  };
  return { loads: () => loads, log };
}

it('after its page ran in circles', async () => {
  const { loads, log } = await openPage((load) => load === 1, 300);
  await expect.poll(loads, { timeout: 20_000 }).toBe(2);
  expect(log.lines.map(({ event }) => event)).toContain('screen.unresponsive');
});

it('and not while its page answers', async () => {
  const { loads, log } = await openPage(() => false, 700);
  await expect.poll(loads, { timeout: 20_000 }).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  expect(loads()).toBe(1);
  expect(log.lines).toEqual([]);
});
