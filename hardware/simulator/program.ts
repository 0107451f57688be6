/** What the simulator programs share: their clock, their command line, and how they stand at the end of a pty or a TCP port. */
import { clearTimeout, setTimeout } from 'node:timers';
import { parseArgs } from 'node:util';
import type { Clock } from '../../app/ports.ts';
import { serialPort } from '../transport/serial.ts';
import { listenTcp } from '../transport/tcp.ts';
import { serveControl } from './control.ts';
import type { ControlHandler } from './control.ts';
import { standAt } from './stand.ts';
import type { Peer } from './stand.ts';

/** These programs stand in for hardware, which has its own clock; inside a kiosk time comes from `main/system.ts`. */
export const programClock: Clock = {
  now_ms: () => performance.timeOrigin + performance.now(),
  monotonic_ms: () => performance.now(),
  setTimeout: (callback, delay_ms) => setTimeout(callback, delay_ms),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
};

const USAGE = 'usage: --tcp PORT | --pty PATH   [--control PORT] [--baud N]';

/** Numbers and texts after `--name`, beside the common ones. */
export function readCommandLine<Name extends string>(
  names: readonly Name[],
): Readonly<Partial<Record<Name | 'tcp' | 'pty' | 'control' | 'baud', string>>> {
  const options = Object.fromEntries(['tcp', 'pty', 'control', 'baud', ...names].map((name) => [name, { type: 'string' as const }]));
  try {
    return parseArgs({ options }).values as Partial<Record<Name | 'tcp' | 'pty' | 'control' | 'baud', string>>;
  } catch (error) {
    return quit(`${(error as Error).message}\n${USAGE} ${names.map((name) => `[--${name} …]`).join(' ')}`);
  }
}

function quit(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

/**
 * Puts the peer on its wire, opens its control port and prints both when they are ready.
 * @param kind as in `vmc simulator: tcp://127.0.0.1:4000`
 */
export async function runSimulator(
  kind: string,
  arguments_: Readonly<Partial<Record<'tcp' | 'pty' | 'control' | 'baud', string>>>,
  baud: number,
  peer: Peer,
  handlers: Readonly<Record<string, ControlHandler>>,
): Promise<void> {
  const number = (name: 'tcp' | 'control' | 'baud', least = 0) => {
    const value = Number(arguments_[name]);
    return Number.isInteger(value) && value >= least
      ? value
      : quit(`--${name}: found "${arguments_[name]}", allowed: a whole number\n${USAGE}`);
  };
  if ((arguments_.tcp === undefined) === (arguments_.pty === undefined)) quit(USAGE);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0));
  try {
    let where = arguments_.pty;
    if (where !== undefined) {
      const port = serialPort(where, arguments_.baud === undefined ? baud : number('baud', 1));
      const failed = (reason: string) => void process.stderr.write(`${reason}\n`);
      await new Promise<void>((opened) => standAt(port, programClock, peer, { opened, failed }));
    } else where = `tcp://127.0.0.1:${(await listenTcp(number('tcp'), (wire) => peer.attach(wire))).port}`;
    if (arguments_.control !== undefined) {
      const control = await serveControl(number('control'), handlers);
      process.stdout.write(`${kind} control: http://127.0.0.1:${control.port}\n`);
    }
    process.stdout.write(`${kind} simulator: ${where}\n`);
  } catch (error) {
    quit((error as Error).message);
  }
}
