/** A VMC machine at the far end of a serial line, and how soon each of its POLLs is answered. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openMachine } from '../../hardware/machine.ts';
import { standAt } from '../../hardware/simulator/stand.ts';
import { serialPort } from '../../hardware/transport/serial.ts';
import { ACK } from '../../hardware/xy-vmc/codec.ts';
import type { Clock, Journal } from '../../app/ports.ts';
import { when } from '../hardware/plants.ts';
import { openPtyPair } from '../hardware/pty.ts';
import { silentLog } from '../hardware/silent-log.ts';
import { orderRows, soldEvents } from '../main/journal/rows.ts';

const SLOT = '3';

/** What the machine has seen since it was told to forget. */
export interface Polls {
  readonly answers_ms: readonly number[];
  /** Later than the protocol allows, since it was switched on. */
  readonly late: number;
}

function startMachine(line: string): ChildProcess {
  const program = fork(path.join(import.meta.dirname, 'polled-machine-program.ts'), [line, SLOT]);
  try {
    // A real one shares no processor with the kiosk. Only the superuser may raise it.
    setPriority(program.pid!, constants.priority.PRIORITY_HIGH);
  } catch {
    // Then its own waiting is in the figures, as in those of the bare ACK.
  }
  return program;
}

async function ask(program: ChildProcess): Promise<Polls> {
  const answer = once(program, 'message');
  program.send('report');
  const [report] = (await answer) as [Polls];
  return report;
}

/** The same line with nobody at this end but an ACK: what this computer takes, whatever software answers. */
export async function bareAnswers_ms(clock: Clock, polls: number): Promise<readonly number[]> {
  const pty = await openPtyPair();
  const program = startMachine(pty.b);
  const stand = standAt(serialPort(pty.a, 57_600), clock, { attach: (wire) => ({ data: () => wire.write(ACK), closed: () => undefined }) });
  try {
    for (;;) {
      await wait(500);
      const { answers_ms } = await ask(program);
      if (answers_ms.length >= polls) return answers_ms;
    }
  } finally {
    stand.close();
    program.kill();
    await pty.close();
  }
}

export async function openPolledMachine(clock: Clock) {
  const pty = await openPtyPair();
  const program = startMachine(pty.b);
  const options = {
    driver: 'xy-vmc',
    port: pty.a,
    baud: 57_600,
    dropSensor: true,
    elevator: false,
    vendDeadline_ms: 8000,
    padCheck: false,
  } as const;
  const machine = openMachine(options, { clock, log: silentLog });
  const ready = () => when(machine, () => machine.state().ready);
  await ready();

  /** One sale: the machine moves a unit out, the journal keeps every step. */
  async function sell(orderId: string, journal: Journal): Promise<void> {
    program.send('refill');
    await machine.check(SLOT);
    await machine.vend({ vendId: `v-${orderId}`, slot: SLOT, price_jpy: 150 }, () => undefined);
    for (const row of orderRows(orderId, soldEvents(orderId))) await journal.append([row]);
  }

  return {
    pty,
    machine,
    ready,
    /** Sells one after the other until `enough`; what the machine saw meanwhile. */
    async sellUntil(enough: (polls: Polls) => boolean, name: string, journal: Journal): Promise<Polls> {
      program.send('forget');
      for (let i = 0; ; i += 1) {
        await sell(`${name}-${i}`, journal);
        const seen = await ask(program);
        if (enough(seen)) return seen;
      }
    },
    async close(): Promise<void> {
      await machine.close();
      program.kill();
      await pty.close();
    },
  };
}
