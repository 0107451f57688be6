/** A real serial line without hardware: two ptys that socat joins. Killing it is pulling the plug. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface PtyPair {
  readonly a: string;
  readonly b: string;
  /** Both ends vanish at once, without a goodbye. */
  readonly pull: () => Promise<void>;
  readonly plug: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export const sleep = (delay_ms: number) => new Promise<void>((resolve) => setTimeout(resolve, delay_ms));

export async function until(holds: () => boolean | Promise<boolean>, what: string, limit_ms = 10_000): Promise<void> {
  const end = performance.now() + limit_ms;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not within ${limit_ms} ms: ${what}`);
    await sleep(5);
  }
}

export async function openPtyPair(): Promise<PtyPair> {
  const folder = mkdtempSync(path.join(tmpdir(), 'jihanki-pty-'));
  const a = path.join(folder, 'A');
  const b = path.join(folder, 'B');
  let socat: ChildProcess | null = null;
  const pull = async () => {
    const child = socat;
    socat = null;
    if (!child) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    rmSync(a, { force: true });
    rmSync(b, { force: true });
  };
  const plug = async () => {
    socat = spawn('socat', [`pty,raw,echo=0,link=${a}`, `pty,raw,echo=0,link=${b}`], { stdio: 'ignore' });
    await until(() => existsSync(a) && existsSync(b), 'socat made its ptys');
  };
  await plug();
  return {
    a,
    b,
    pull,
    plug,
    close: async () => {
      await pull();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
