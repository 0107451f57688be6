/** `jihanki journal`: proves, copies and writes out the journal. A kiosk that runs is asked to do it; without one the file itself is read. */
import { existsSync, readdirSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { JournalError } from '../../app/ports.ts';
import { NoKiosk, Refusal, UsageError } from '../cli/command.ts';
import { openDoor } from '../cli/door.ts';
import { isDemoFolder } from '../host-options.ts';
import { ownTerminal, pinOf } from '../cli/terminal.ts';
import { backUp } from './backup.ts';
import { lockJournal, openForReading } from './database.ts';
import { csvLines, jsonLines } from './export.ts';
import { journalError } from './faults.ts';
import { END_MARK, type Tended, type Tending } from './tend.ts';
import { FINDINGS_max, verify } from './verify.ts';
import { refuseDamagedLog } from './wal.ts';

const USAGE = `usage: jihanki journal COMMAND [--data DIR] [--json]

  verify              prove every row; names the damaged ones
  export --csv        one line an order, for a spreadsheet
  export --jsonl      every row as it was written, one JSON object a line
  backup --to FILE    copy, and prove the copy

  --data DIR          the kiosk's data folder (default: the one in .jihanki, when there is only one)
  --staff NAME        while the kiosk runs: an owner's name (or JIHANKI_STAFF); needed where there are several people
  --pin-file FILE     while the kiosk runs: holds the PIN (or JIHANKI_PIN); without it you are asked
  --json              what was found, for programs

examples:
  jihanki journal verify
  jihanki journal export --csv > orders.csv
  jihanki journal backup --to /media/usb/journal-2026-11-23.db --json

exit codes: 0 all in order, 1 damaged, refused or failed, 2 not understood, 3 the kiosk does not answer`;

interface Asked {
  readonly data: string | undefined;
  readonly staff: string | undefined;
  readonly pinFile: string | undefined;
  readonly json: boolean;
  readonly what: Tending;
}

/** @returns null when help is wanted */
function read(args: string[]): Asked | null {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  let parsed;
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: { data: text, csv: flag, jsonl: flag, to: text, staff: text, 'pin-file': text, json: flag, help: flag },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const { values, positionals } = parsed;
  if (values.help) return null;
  if (positionals.length !== 1) throw new UsageError('one command is needed');
  const common = { data: values.data, staff: values.staff, pinFile: values['pin-file'], json: values.json === true };
  switch (positionals[0]) {
    case 'verify':
      return { ...common, what: { do: 'verify' } };
    case 'export':
      if (values.csv === values.jsonl) throw new UsageError('export needs --csv or --jsonl');
      return { ...common, what: { do: 'export', as: values.csv ? 'csv' : 'jsonl' } };
    case 'backup':
      if (!values.to) throw new UsageError('backup needs --to FILE');
      return { ...common, what: { do: 'backup', to: path.resolve(values.to) } };
    default:
      throw new UsageError(`found "${positionals[0]}", allowed: verify, export, backup`);
  }
}

/** The kiosk keeps one folder a shop in `.jihanki` (main/host-options.ts); beside a shop nobody means the demo. */
function onlyJournal(): string {
  const shops = existsSync('.jihanki') ? readdirSync('.jihanki').map((shop) => path.resolve('.jihanki', shop)) : [];
  const real = shops.filter((shop) => !isDemoFolder(shop));
  const [only, ...others] = (real.length > 0 ? real : shops)
    .map((shop) => path.join(shop, 'journal.db'))
    .filter((file) => existsSync(file));
  if (only === undefined) throw new UsageError('no journal under .jihanki: say where it is with --data DIR');
  if (others.length > 0)
    throw new UsageError(`several shops: say which with --data\n  ${[only, ...others].map((file) => path.dirname(file)).join('\n  ')}`);
  return only;
}

const say = (line: string) => process.stderr.write(`${line}\n`);

/** Waits for the reader of the pipe, so that memory stays small. */
function print(text: string | Uint8Array): void {
  for (let bytes = Buffer.from(text), at = 0; at < bytes.length;) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

function printLines(lines: Generator<string, number>): number {
  let waiting = '';
  for (;;) {
    const line = lines.next();
    if (!line.done) waiting += line.value;
    if (line.done || waiting.length > 1 << 16) {
      print(waiting);
      waiting = '';
    }
    if (line.done) return line.value;
  }
}

type Found = Exclude<Tended, { failed: string }>;

/** @returns the exit code */
function report(tended: Found, { what, json }: Asked, file: string): number {
  if ('damaged' in tended) {
    if (tended.damaged > 0) say(`lines marked as damaged: ${tended.damaged}; jihanki journal verify says more`);
    return tended.damaged > 0 ? 1 : 0;
  }
  const { rows, orders, findings } = tended;
  // A copy of another shop's journal is whole as well: what was copied is named with it.
  const copy = what.do === 'backup' && findings.length === 0 ? what.to : undefined;
  if (json) print(`${JSON.stringify({ file, copy, rows, orders, findings })}\n`);
  else {
    for (const finding of findings) say(finding);
    const count = `${findings.length}${findings.length >= FINDINGS_max ? ' or more' : ''} findings`;
    const of = copy === undefined ? file : `${file}, copied to ${copy}`;
    say(`${of}: ${rows} rows, ${findings.length === 0 ? `${orders} orders, all in order` : `${count}; nothing was changed`}`);
  }
  return findings.length === 0 ? 0 : 1;
}

/** No kiosk has the journal: the file itself is read. */
async function tend({ what }: Asked, db: DatabaseSync, file: string): Promise<Found> {
  if (what.do === 'verify') return verify(db, file);
  if (what.do === 'backup') return backUp(db, what.to);
  return { damaged: printLines(what.as === 'csv' ? csvLines(db) : jsonLines(db)) };
}

/** A hundred findings, each a line. */
const LONGEST_END_bytes = 1 << 18;

const FoundSchema = z.union([
  z.object({ failed: z.string() }),
  z.object({ damaged: z.int() }),
  z.object({ rows: z.int(), orders: z.int(), findings: z.array(z.string()).max(FINDINGS_max) }),
]);

/** A kiosk has the journal: it does the work, for an owner. */
async function askKiosk({ what, staff, pinFile }: Asked, folder: string): Promise<Found> {
  const terminal = ownTerminal();
  const door = await openDoor({
    ...{ data: folder, config: undefined, staff: staff ?? process.env['JIHANKI_STAFF'] },
    pin: (who) => pinOf(who, pinFile, terminal, process.env),
  });
  try {
    // What was found comes last, behind the last mark: the end of what came so far is held back.
    let held = Buffer.alloc(0);
    for await (const piece of await door.journal(what)) {
      held = Buffer.concat([held, piece]);
      if (held.length < 2 * LONGEST_END_bytes) continue;
      print(held.subarray(0, -LONGEST_END_bytes));
      held = held.subarray(-LONGEST_END_bytes);
    }
    const mark = held.lastIndexOf(END_MARK);
    print(mark < 0 ? held : held.subarray(0, mark));
    const found = mark < 0 ? undefined : FoundSchema.safeParse(JSON.parse(held.subarray(mark + 1).toString())).data;
    if (found !== undefined && 'failed' in found) throw new Refusal('failed', found.failed);
    if (found === undefined) throw new Refusal('failed', 'the kiosk stopped before the end; its log says why');
    return found;
  } finally {
    await door.close();
  }
}

async function main(args: string[]): Promise<number> {
  let lock: DatabaseSync | undefined;
  let db: DatabaseSync | undefined;
  let file = '';
  const json = args.includes('--json');
  const fail = (code: number, problem: string, words: string): number => {
    say(json ? JSON.stringify({ problem, message: words }) : words);
    return code;
  };
  try {
    const asked = read(args);
    if (asked === null) {
      print(`${USAGE}\n`);
      return 0;
    }
    file = asked.data === undefined ? onlyJournal() : path.resolve(asked.data, 'journal.db');
    if (!existsSync(file)) throw new JournalError('io', `there is no journal at ${file}`);
    try {
      lock = lockJournal(file);
    } catch (error) {
      if (!(error instanceof JournalError) || error.fault !== 'locked') throw error;
      const { message } = error;
      const tended = await askKiosk(asked, path.dirname(file)).catch((why: unknown) => {
        throw why instanceof NoKiosk ? new NoKiosk(`${message}; ${why.message}`) : why;
      });
      return report(tended, asked, file);
    }
    refuseDamagedLog(file);
    db = openForReading(file);
    return report(await tend(asked, db, file), asked, file);
  } catch (error) {
    if (error instanceof UsageError) return fail(2, 'usage', json ? error.message : `${error.message}\n\n${USAGE}`);
    if (error instanceof NoKiosk) return fail(3, 'noKiosk', error.message);
    if (error instanceof Refusal) return fail(1, error.problem, error.message);
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return 0;
    const known = error instanceof JournalError || !(error instanceof Error && 'errcode' in error);
    return fail(1, 'failed', known ? (error as Error).message : journalError(error, file).message);
  } finally {
    db?.close();
    lock?.close();
  }
}

process.exitCode = await main(process.argv.slice(2));
