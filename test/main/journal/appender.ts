/**
 * A process with the journal open, for tests that fill its disk, take its rights or kill it. Reads one JSON command a
 * line, answers one JSON line each: `{"open": path}`, `{"append": rows, "times": n}`, `{"read": true}`, `{"shell": "…"}`,
 * `{"close": true}`. `{"forever": true}` appends orders until it is killed and prints every acknowledged row number.
 */
import { execFileSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type Journal, JournalError, type NewRow } from '../../../app/ports.ts';
import { openJournal } from '../../../main/journal/journal.ts';
import { systemClock } from '../../../main/system.ts';
import { orderRows, soldEvents } from './rows.ts';

interface Command {
  readonly open?: string;
  readonly append?: NewRow[];
  readonly times?: number;
  readonly read?: true;
  readonly shell?: string;
  readonly close?: true;
  readonly forever?: true;
}

// SIGXFSZ would end the process where a write beyond `ulimit -f` is to fail with EFBIG.
process.on('SIGXFSZ', () => {});
let journal: Journal | undefined;
const say = (answer: object) => process.stdout.write(`${JSON.stringify(answer)}\n`);

for await (const line of createInterface(process.stdin)) {
  const command = JSON.parse(line) as Command;
  const acknowledged: number[] = [];
  try {
    if (command.open !== undefined) {
      journal = await openJournal({ path: command.open, clock: systemClock(), bootId: 'm:child' });
      say({ ok: true });
    } else if (command.append) {
      for (let i = 0; i < (command.times ?? 1); i++) acknowledged.push(...(await journal!.append(command.append)).map((row) => row.seq));
      say({ ok: true, acknowledged });
    } else if (command.read) {
      say({ ok: true, rows: (await journal!.openOrders()).length, shop: await journal!.shop() });
    } else if (command.shell !== undefined) {
      execFileSync('sh', ['-c', command.shell]);
      say({ ok: true });
    } else if (command.forever) {
      for (let i = 0; ; i++) {
        const orderId = `o-${process.pid}-${i}`;
        for (const row of orderRows(orderId, soldEvents(orderId)))
          for (const { seq } of await journal!.append([row])) say({ seq, orderId, type: row.event.type });
      }
    } else {
      await journal?.close();
      say({ ok: true });
    }
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    say({ ok: false, acknowledged, fault: error.fault, message: error.message });
  }
}
process.exit(0);
