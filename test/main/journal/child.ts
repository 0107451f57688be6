/** Starts appender.ts, if wanted on a small disk of its own or with a limit on the size of its files. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';

export interface Answer {
  readonly ok: boolean;
  readonly acknowledged: number[];
  readonly fault: string;
  readonly message: string;
  readonly rows: number;
  readonly shop: unknown[];
}
export interface Child {
  readonly process: ChildProcess;
  readonly lines: AsyncIterator<string>;
  ask(command: object): Promise<Answer>;
  end(): Promise<void>;
}

const SCRIPT = path.join(import.meta.dirname, 'appender.ts');
/** A user and mounts of one's own. */
export const NAMESPACE = ['unshare', '--user', '--map-root-user', '--mount'];

/** A mount namespace of one's own: Linux, and not everywhere allowed. */
export const canMount = spawnSync(NAMESPACE[0]!, [...NAMESPACE.slice(1), 'mount', '-t', 'tmpfs', 't', '/mnt']).status === 0;
export const canLimit = spawnSync('prlimit', ['--version']).status === 0;

/** @param before shell commands that run first, in the namespace when there is one */
export function startChild(options: { namespace?: boolean; before?: string } = {}): Child {
  const command = [
    ...(options.namespace ? NAMESPACE : []),
    'sh',
    '-c',
    `${options.before ?? 'true'} && exec "$0" "$1"`,
    process.execPath,
    SCRIPT,
  ];
  const child = spawn(command[0]!, command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    process: child,
    lines,
    async ask(ask) {
      child.stdin.write(`${JSON.stringify(ask)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`the child ended at ${JSON.stringify(ask)}`);
      return JSON.parse(value) as Answer;
    },
    async end() {
      child.stdin.end();
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await ended;
    },
  };
}
