/** The kiosk's process: started again when it fails or hangs, and in the demo killed like a machine whose plug is pulled. */
import { ADDRESS, ALIVE } from '../supervised.ts';
import { type Child, endChild, startChild } from './child.ts';
import { openLogFile } from './log-file.ts';

export interface KioskProgram {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Its structured log is collected here. */
  readonly logFile: string;
  /** What a person should read at once. */
  readonly say: (line: string) => void;
  /** How often it is asked whether it is alive. */
  readonly watch_ms?: number;
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
const WATCH_ms = 5000;
/** It hangs when it leaves so many questions in a row unanswered. Counted, not timed: a computer that slept is no kiosk that hangs. */
const UNANSWERED_max = 4;

/** @throws Error when the first start fails; what the kiosk said about it was passed to `say` */
export async function startKiosk(options: KioskProgram): Promise<DemoKiosk> {
  const { program, args, env, say, watch_ms = WATCH_ms } = options;
  const log = openLogFile(options.logFile);
  let child: Child | null = null;
  let wanted = true;
  let restart_ms = FIRST_RESTART_ms;

  function start(onReady: (printed: string) => void): Child {
    const startedAt_ms = performance.now();
    const started = startChild(program, args, {
      env,
      onLine(line, stream) {
        if (stream === 'stdout') {
          // The rest is for whoever installs the shop, and never for a file: the code that makes the first owner, the console's address.
          return line.startsWith('kiosk: ') ? onReady(line) : say(line);
        }
        log(line);
        const words = wordsOf(line);
        if (words !== null) say(words);
      },
    });
    child = started;
    watch(started);
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

  /** A process that runs in circles would leave orders open for good. Nobody is killed who never answered: it may know nothing of this. */
  function watch({ process: watched, ended }: Child): void {
    let unanswered: number | null = null;
    watched.on('message', (message) => {
      if (message === ALIVE) unanswered = 0;
    });
    const ask = () => void (watched.connected && watched.send(ALIVE, () => {}));
    ask();
    const timer = setInterval(() => {
      if (unanswered === null || ++unanswered <= UNANSWERED_max) return ask();
      say('the kiosk hangs');
      watched.kill('SIGKILL');
    }, watch_ms);
    void ended.then(() => clearInterval(timer));
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
        const hear = (message: unknown) => {
          if (message !== ALIVE) answer((message as { address: string }).address);
        };
        const answer = (address: string | null) => {
          clearTimeout(giveUp);
          asked.off('message', hear);
          resolve(address);
        };
        const giveUp = setTimeout(() => answer(null), ANSWER_ms);
        asked.on('message', hear);
        asked.send(ADDRESS, (error) => error && answer(null));
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
