/** One program of the demo: started, listened to, ended with the demo. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Child {
  readonly process: ChildProcess;
  /** Resolves with the exit code; null after a signal. */
  readonly ended: Promise<number | null>;
}

export interface ChildOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
}

export function startChild(program: string, args: readonly string[], { env = {}, onLine }: ChildOptions = {}): Child {
  // A channel to each child, even to those that never speak on it: its end is how they notice that the demo is gone.
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], env: { ...process.env, ...env } });
  for (const stream of ['stdout', 'stderr'] as const) createInterface(child[stream]!).on('line', (line) => onLine?.(line, stream));
  const ended = new Promise<number | null>((resolve) => {
    child.on('error', () => resolve(127));
    child.on('close', (code) => resolve(code));
  });
  return { process: child, ended };
}

const END_ms = 4000;

export async function endChild({ process: child, ended }: Child): Promise<void> {
  child.kill('SIGTERM');
  const hard = setTimeout(() => child.kill('SIGKILL'), END_ms);
  await ended;
  clearTimeout(hard);
}
