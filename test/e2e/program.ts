/** A program under test, or one that stands at its far end: started, listened to, ended. */
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '../..');

export interface Program {
  readonly process: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** What the first line of stdout that fits says in its first group. */
  line(pattern: RegExp, limit_ms?: number): Promise<string>;
  /** Resolves with the exit code or the name of the signal. */
  readonly ended: Promise<number | string>;
  /** Sends the signal and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<number | string>;
}

export function startProgram(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Program {
  const child = spawn(program, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  let [stdout, stderr] = ['', ''];
  const waiting = new Set<() => void>();
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8');
    waiting.forEach((look) => look());
  });
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
  const ended = new Promise<number | string>((resolve) => child.on('close', (code, signal) => resolve(code ?? signal ?? 'gone')));
  return {
    process: child,
    stdout: () => stdout,
    stderr: () => stderr,
    line: (pattern, limit_ms = 60_000) =>
      new Promise((resolve, reject) => {
        const fail = (why: string) => reject(new Error(`${program} ${args.join(' ')}: ${why}\nstdout: ${stdout}\nstderr: ${stderr}`));
        const timer = setTimeout(() => fail(`no line like ${String(pattern)} in ${limit_ms} ms`), limit_ms);
        const look = () => {
          const found = pattern.exec(stdout);
          if (found === null) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve(found[1] ?? found[0]);
        };
        waiting.add(look);
        look();
        void ended.then((code) => {
          clearTimeout(timer);
          if (waiting.delete(look)) fail(`it ended with ${code}`);
        });
      }),
    ended,
    end(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}

/** A file of ours that Node runs as it stands. */
export const startNode = (file: string, args: readonly string[], env?: Readonly<Record<string, string>>): Program =>
  startProgram(process.execPath, [path.join(ROOT, file), ...args], env);

/** Asks until the answer is not null. */
export async function until<T>(what: string, ask: () => Promise<T | null> | T | null, limit_ms = 30_000): Promise<T> {
  const start_ms = performance.now();
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (performance.now() - start_ms > limit_ms) throw new Error(`waited ${limit_ms} ms in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export async function callJson<T>(url: string, body?: object): Promise<T> {
  const response = await fetch(url, body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}
