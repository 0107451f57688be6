/** What the simulator programs share: their clock, their command line, and how they stand at the end of a pty or a TCP port. */
import { clearTimeout, setTimeout } from 'node:timers';
import { parseArgs } from 'node:util';
import type { Clock } from '../../app/ports.ts';
import { serialPort } from '../transport/serial.ts';
import { listenTcp } from '../transport/tcp.ts';
import { serveControl } from './control.ts';
import type { ControlHandler } from './control.ts';
import { seededFaults } from './seeded-faults.ts';
import type { DrawFault } from './seeded-faults.ts';
import { standAt } from './stand.ts';
import type { Peer } from './stand.ts';

/** These programs stand in for hardware, which has its own clock; inside a kiosk time comes from `main/system.ts`. */
export const programClock: Clock = {
  now_ms: () => performance.timeOrigin + performance.now(),
  monotonic_ms: () => performance.now(),
  setTimeout: (callback, delay_ms) => setTimeout(callback, delay_ms),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
};

/** One of these says where it stands, the others are there for every simulated machine. */
const COMMON = ['tcp', 'pty', 'control', 'baud', 'fault-seed', 'fault-rate'] as const;
type Common = (typeof COMMON)[number];

export interface CommandLine<Name extends string> {
  readonly text: (name: Name | Common) => string | undefined;
  /** Ends the program with a message when it is no whole number of at least `least`. */
  readonly number: (name: Name | Common, usual: number, least?: number) => number;
  /** Of `--fault-seed` and `--fault-rate`; undefined: nothing is drawn. */
  readonly faults: <Kind>(kinds: readonly Kind[]) => DrawFault<Kind> | undefined;
  readonly quit: (message: string) => never;
}

/**
 * What was written behind `npm run …:simulator --`.
 * @param command as in `npm run vmc:simulator`
 * @param own what only this machine has: what stands behind `--name`, and what it is
 */
export function readCommandLine<Name extends string>(
  command: string,
  own: Readonly<Record<Name, readonly [value: string, what: string]>>,
  kinds: readonly string[],
): CommandLine<Name> {
  const names = Object.keys(own) as Name[];
  const usage = [
    `usage: npm run ${command} -- --tcp PORT | --pty PATH [options]`,
    '',
    ...(
      [
        ['--tcp PORT', 'listens on 127.0.0.1; 0 takes a free port'],
        ['--pty PATH', 'one end of: socat pty,raw,echo=0,link=/tmp/A pty,raw,echo=0,link=/tmp/B'],
        ['--control PORT', 'takes control calls (JSON over HTTP, loopback only)'],
        ['--baud N', 'with a real serial port behind --pty'],
        ...names.map((name) => [`--${name} ${own[name][0]}`, own[name][1]] as const),
        ['--fault-rate P', 'share of the vends, 0 to 1, that something happens to (0)'],
        ['--fault-seed N', 'which misfortunes: the same seed and the same vends make the same ones (1)'],
      ] as const
    ).map(([option, what]) => `  ${option.padEnd(22)}${what}`),
    '',
    `misfortunes: ${kinds.join(', ')}`,
    `example: npm run ${command} -- --tcp 4000 --control 4001 --fault-seed 7 --fault-rate 0.2`,
  ].join('\n');
  const quit = (message: string): never => {
    process.stderr.write(`${message}\n\n${usage}\n`);
    process.exit(1);
  };
  const read = () => {
    try {
      const options = Object.fromEntries([...COMMON, ...names].map((name) => [name, { type: 'string' as const }]));
      return parseArgs({ options: { ...options, help: { type: 'boolean' } } }).values as Partial<Record<string, string | true>>;
    } catch (error) {
      return quit((error as Error).message);
    }
  };
  const values = read();
  if (values['help'] === true) {
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  }
  const text = (name: Name | Common) => values[name] as string | undefined;
  const number = (name: Name | Common, usual: number, least = 0) => {
    const value = Number(text(name) ?? usual);
    return Number.isInteger(value) && value >= least
      ? value
      : quit(`--${name}: found "${text(name)}", allowed: a whole number of at least ${least}`);
  };
  const faults = <Kind>(drawn: readonly Kind[]) => {
    const rate = Number(text('fault-rate') ?? 0);
    if (!(rate >= 0 && rate <= 1)) quit(`--fault-rate: found "${text('fault-rate')}", allowed: 0 to 1`);
    const seed = number('fault-seed', 1);
    return rate === 0 ? undefined : seededFaults(seed, rate, drawn);
  };
  return { text, number, faults, quit };
}

/**
 * Puts the peer on its wire, opens its control port and prints both when they are ready.
 * @param kind as in `vmc simulator: tcp://127.0.0.1:4000`
 */
export async function runSimulator(
  kind: string,
  { text, number, quit }: CommandLine<never>,
  baud: number,
  peer: Peer,
  handlers: Readonly<Record<string, ControlHandler>>,
): Promise<void> {
  if ((text('tcp') === undefined) === (text('pty') === undefined)) quit('Where? Either --tcp or --pty.');
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0));
  try {
    let where = text('pty');
    if (where !== undefined) {
      const port = serialPort(where, number('baud', baud, 1));
      const failed = (reason: string) => void process.stderr.write(`${reason}\n`);
      await new Promise<void>((opened) => standAt(port, programClock, peer, { opened, failed }));
    } else where = `tcp://127.0.0.1:${(await listenTcp(number('tcp', 0), (wire) => peer.attach(wire))).port}`;
    if (text('control') !== undefined) {
      const control = await serveControl(number('control', 0), handlers);
      process.stdout.write(`${kind} control: http://127.0.0.1:${control.port}\n`);
    }
    process.stdout.write(`${kind} simulator: ${where}\n`);
  } catch (error) {
    quit((error as Error).message);
  }
}
