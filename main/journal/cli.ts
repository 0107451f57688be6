/** `npm run journal`: looks after a journal that no kiosk is using. */
import { existsSync, readdirSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { JournalError } from '../../app/ports.ts';
import { backUp } from './backup.ts';
import { lockJournal, openForReading } from './database.ts';
import { csvLines, jsonLines } from './export.ts';
import { journalError } from './faults.ts';
import { refuseDamagedLog } from './wal.ts';
import { FINDINGS_max, verify, type Verified } from './verify.ts';

const USAGE = `usage: npm run journal -- COMMAND [--data DIR]

  verify              prove every row; names the damaged ones
  export --csv        one line an order, for a spreadsheet
  export --jsonl      every row as it was written, one JSON object a line
  backup --to FILE    copy, and prove the copy

  --data DIR          the kiosk's data folder (default: the one in .jihanki, when there is only one)`;

class UsageError extends Error {}

type Command =
  { readonly do: 'verify' } | { readonly do: 'export'; readonly as: 'csv' | 'jsonl' } | { readonly do: 'backup'; readonly to: string };

function read(args: string[]): { data: string | undefined; command: Command } {
  let parsed;
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: { data: { type: 'string' }, csv: { type: 'boolean' }, jsonl: { type: 'boolean' }, to: { type: 'string' } },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const { values, positionals } = parsed;
  if (positionals.length !== 1) throw new UsageError('one command is needed');
  switch (positionals[0]) {
    case 'verify':
      return { data: values.data, command: { do: 'verify' } };
    case 'export':
      if (values.csv === values.jsonl) throw new UsageError('export needs --csv or --jsonl');
      return { data: values.data, command: { do: 'export', as: values.csv ? 'csv' : 'jsonl' } };
    case 'backup':
      if (!values.to) throw new UsageError('backup needs --to FILE');
      return { data: values.data, command: { do: 'backup', to: path.resolve(values.to) } };
    default:
      throw new UsageError(`found "${positionals[0]}", allowed: verify, export, backup`);
  }
}

/** The kiosk keeps one folder a shop in `.jihanki` (main/host-options.ts). */
function onlyJournal(): string {
  const shops = existsSync('.jihanki') ? readdirSync('.jihanki').map((shop) => path.resolve('.jihanki', shop)) : [];
  const [only, ...others] = shops.map((shop) => path.join(shop, 'journal.db')).filter((file) => existsSync(file));
  if (only === undefined) throw new UsageError('no journal under .jihanki: say where it is with --data DIR');
  if (others.length > 0)
    throw new UsageError(`several shops: say which with --data\n  ${[only, ...others].map((file) => path.dirname(file)).join('\n  ')}`);
  return only;
}

const say = (line: string) => process.stderr.write(`${line}\n`);

/** Waits for the reader of the pipe, so that memory stays small. */
function print(lines: Generator<string, number>): number {
  let waiting = '';
  const flush = () => {
    for (let bytes = Buffer.from(waiting), at = 0; at < bytes.length;) {
      try {
        at += writeSync(1, bytes, at);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      }
    }
    waiting = '';
  };
  for (;;) {
    const line = lines.next();
    if (!line.done) waiting += line.value;
    if (line.done || waiting.length > 1 << 16) flush();
    if (line.done) return line.value;
  }
}

function report({ rows, orders, findings }: Verified, what: string): number {
  for (const finding of findings) say(finding);
  if (findings.length === 0) say(`${what}: ${rows} rows, ${orders} orders, all in order`);
  else say(`${what}: ${rows} rows, ${findings.length}${findings.length >= FINDINGS_max ? ' or more' : ''} findings; nothing was changed`);
  return findings.length === 0 ? 0 : 1;
}

async function run(command: Command, db: DatabaseSync, file: string): Promise<number> {
  switch (command.do) {
    case 'verify':
      return report(verify(db, file), file);
    case 'export': {
      const damaged = print(command.as === 'csv' ? csvLines(db) : jsonLines(db));
      if (damaged > 0) say(`lines marked as damaged: ${damaged}; npm run journal -- verify says more`);
      return damaged > 0 ? 1 : 0;
    }
    case 'backup':
      return report(await backUp(db, command.to), command.to);
  }
}

async function main(args: string[]): Promise<number> {
  let lock: DatabaseSync | undefined;
  let db: DatabaseSync | undefined;
  let file = '';
  try {
    const asked = read(args);
    file = asked.data === undefined ? onlyJournal() : path.resolve(asked.data, 'journal.db');
    if (!existsSync(file)) throw new JournalError('io', `there is no journal at ${file}`);
    lock = lockJournal(file);
    refuseDamagedLog(file);
    db = openForReading(file);
    return await run(asked.command, db, file);
  } catch (error) {
    if (error instanceof UsageError) {
      say(`${error.message}\n\n${USAGE}`);
      return 2;
    }
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return 0;
    const known = error instanceof JournalError || !(error instanceof Error && 'errcode' in error);
    say(known ? (error as Error).message : journalError(error, file).message);
    if (error instanceof JournalError && error.fault === 'locked') say('Stop the kiosk first.');
    return 1;
  } finally {
    db?.close();
    lock?.close();
  }
}

process.exitCode = await main(process.argv.slice(2));
