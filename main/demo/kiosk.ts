/** The demo's kiosk: a process that can be killed like a machine whose plug is pulled, and is started again when it fails. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { type Child, endChild, startChild } from './child.ts';

export interface KioskProgram {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Its structured log is collected here. */
  readonly logFile: string;
  /** What a person should read at once. */
  readonly say: (line: string) => void;
}

export interface DemoKiosk {
  /** The line that the first start printed: an address, or that it has a window. */
  readonly printed: string;
  running(): boolean;
  /** true: starts it. false: SIGKILL, in the middle of whatever it does. */
  power(on: boolean): void;
  /** A further address; null while it is off, or has a window. */
  address(): Promise<string | null>;
  end(): Promise<void>;
}

const FIRST_RESTART_ms = 500;
const LAST_RESTART_ms = 10_000;
const ANSWER_ms = 2000;

/** @throws Error when the first start fails; what the kiosk said about it was passed to `say` */
export async function startKiosk(options: KioskProgram): Promise<DemoKiosk> {
  const { program, args, env, logFile, say } = options;
  writeFileSync(logFile, '');
  let child: Child | null = null;
  let wanted = true;
  let restart_ms = FIRST_RESTART_ms;

  function start(onReady: (printed: string) => void): Child {
    const startedAt_ms = performance.now();
    const started = startChild(program, args, {
      env,
      onLine(line, stream) {
        if (stream === 'stdout') {
          if (line.startsWith('kiosk: ')) onReady(line);
          return;
        }
        appendFileSync(logFile, `${line}\n`);
        const words = wordsOf(line);
        if (words !== null) say(words);
      },
    });
    child = started;
    void started.ended.then((code) => {
      if (child !== started) return;
      child = null;
      if (!wanted || first === 'pending') return;
      restart_ms = performance.now() - startedAt_ms > 60_000 ? FIRST_RESTART_ms : Math.min(restart_ms * 2, LAST_RESTART_ms);
      say(`the kiosk ended (${code ?? 'killed'}) and is started again`);
      setTimeout(() => wanted && child === null && start(() => {}), restart_ms);
    });
    return started;
  }

  let first: 'pending' | 'done' = 'pending';
  const printed = await new Promise<string>((resolve, reject) => {
    void start(resolve).ended.then((code) => reject(new Error(`the kiosk ended with code ${code}`)));
  });
  first = 'done';

  return {
    printed,
    running: () => child !== null,
    power(on) {
      wanted = on;
      if (on && child === null) start(() => {});
      else if (!on) child?.process.kill('SIGKILL');
    },
    address() {
      const asked = child?.process;
      if (!asked?.connected) return Promise.resolve(null);
      return new Promise((resolve) => {
        const giveUp = setTimeout(() => resolve(null), ANSWER_ms);
        asked.once('message', (message) => {
          clearTimeout(giveUp);
          resolve((message as { address: string }).address);
        });
        asked.send('address', (error) => error && resolve(null));
      });
    },
    async end() {
      wanted = false;
      if (child) await endChild(child);
    },
  };
}

/** Plain lines are for people; of the structured ones errors, and the reasons why something is not ready. */
function wordsOf(line: string): string | null {
  if (!line.startsWith('{')) return line;
  try {
    const { level, event, message, reason } = JSON.parse(line) as Record<string, string>;
    const words = level === 'error' ? (message ?? reason) : level === 'warn' ? reason : undefined;
    return words === undefined ? null : `${event}: ${words}`;
  } catch {
    return line;
  }
}
