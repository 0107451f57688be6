/** Finds a Chromium and shows one page in it, without anything around it that a customer could touch. */
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants as modes, existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { constants, setPriority, tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { Log } from '../app/ports.ts';
import { DEVTOOLS_PIPE, watchPages } from './chromium-pages.ts';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** A window that ended is there again at once; one that keeps ending less and less often. */
const REOPEN_ms = { first: 100, last: 10_000 } as const;
/** Whatever ran so long has nothing to do with the end before. */
const RAN_WELL_ms = 60_000;

export const findChromium = (): string | undefined =>
  [process.env['KIOSK_CHROMIUM'], ...PLACES].find((place) => place !== undefined && existsSync(place));

/** Why no window can be shown here, or null. */
export function noWindowBecause(): string | null {
  if (findChromium() === undefined) return 'no Chromium was found (KIOSK_CHROMIUM names one elsewhere)';
  const linux = process.platform === 'linux';
  if (linux && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) return 'there is no display';
  if (linux && process.getuid?.() === 0) return 'Chromium does not run as root with its sandbox on';
  return null;
}

export interface ChromiumWindow {
  close(): void;
}

/**
 * Opens the page; a full-screen window that ends is opened again, as a kiosk has nothing else to show.
 * @param profile folder of its own, so that its cookie and nothing else is there
 */
export function openChromium(
  address: string,
  { fullScreen, profile, log }: { fullScreen: boolean; profile: string; log: Log },
): ChromiumWindow | null {
  const program = findChromium();
  const why = noWindowBecause();
  if (program === undefined || why !== null) {
    log.warn('chromium.missing', { message: `no window: ${why}` });
    return null;
  }
  const flags = [
    ...FLAGS,
    `--user-data-dir=${writableProfile(profile)}`,
    ...(fullScreen ? ['--kiosk', ...fillScreen()] : []),
    `--app=${address}`,
  ];
  return keepChromium(program, flags, { reopen: fullScreen, log });
}

/** Chromium ends at once where it can't write. On a disk that turned read-only its screen must say so, from a profile in memory. */
export function writableProfile(profile: string): string {
  try {
    mkdirSync(profile, { recursive: true });
    accessSync(profile, modes.W_OK);
    return profile;
  } catch {
    return mkdtempSync(path.join(process.env['XDG_RUNTIME_DIR'] ?? tmpdir(), 'jihanki-chromium-'));
  }
}

/**
 * Runs Chromium with these flags; a page whose renderer died is loaded again.
 * @param reopen start it again when it ends, and end it when a page hangs
 * @param ask_ms how often pages are asked whether they hang
 */
export function keepChromium(
  program: string,
  flags: readonly string[],
  { reopen, log, ask_ms }: { reopen: boolean; log: Log; ask_ms?: number },
): ChromiumWindow {
  let child: ChildProcess;
  let closed = false;
  let wait_ms: number = REOPEN_ms.first;
  const open = () => {
    const openedAt_ms = performance.now();
    const started = startChromium(program, [DEVTOOLS_PIPE, ...flags], ['pipe', 'pipe']);
    child = started;
    const [, , , commands, events] = child.stdio;
    const pipe = { commands: commands as Writable, events: events as Readable };
    const unwatch = watchPages(pipe, log, () => reopen && started.kill('SIGKILL'), ask_ms);
    child.on('error', (error) => log.error('chromium.failed', { message: error.message }));
    child.on('exit', (code) => {
      unwatch();
      if (closed || !reopen) return;
      log.warn('chromium.ended', { code });
      if (performance.now() - openedAt_ms > RAN_WELL_ms) wait_ms = REOPEN_ms.first;
      setTimeout(() => closed || open(), wait_ms);
      wait_ms = Math.min(2 * wait_ms, REOPEN_ms.last);
    });
  };
  open();
  return {
    close() {
      closed = true;
      child.kill();
    },
  };
}

/**
 * With its helpers behind the kiosk's own process: a machine waits 100 ms for an answer, a picture may wait for that.
 * @param more descriptors, from 3 on
 */
export function startChromium(program: string, flags: readonly string[], more: readonly 'pipe'[] = []): ChildProcess {
  const child = spawn(program, flags, { stdio: ['ignore', 'ignore', 'ignore', ...more] });
  try {
    // Its helpers inherit it; they are not there yet.
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Some systems allow nobody to; then all are equal.
  }
  return child;
}

const FLAGS = [
  '--no-first-run',
  '--no-default-browser-check',
  '--noerrdialogs',
  '--disable-session-crashed-bubble',
  '--disable-features=Translate',
  '--disable-pinch',
  '--overscroll-history-navigation=0',
  '--autoplay-policy=no-user-gesture-required',
  '--disable-background-networking',
  '--password-store=basic',
  // Linux: Chromium asks the system for its voices (shop.speech).
  '--enable-speech-dispatcher',
];

/** Under X without a window manager `--kiosk` alone leaves an edge of one pixel black; one more pixel each way fills the screen. */
function fillScreen(): string[] {
  try {
    const [width, height] = readFileSync('/sys/class/graphics/fb0/virtual_size', 'utf8').trim().split(',').map(Number);
    return width && height ? ['--window-position=0,0', `--window-size=${width + 1},${height + 1}`] : [];
  } catch {
    return [];
  }
}
