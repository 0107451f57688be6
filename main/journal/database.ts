/** Opens the journal's database: the lock, the settings that make a commit durable, the version. */
import { DatabaseSync } from 'node:sqlite';
import { JournalError } from '../../app/ports.ts';
import { EMPTY_HEAD, headSum } from './chain.ts';
import { journalError } from './faults.ts';
import { APPLICATION_ID, MIGRATIONS } from './schema.ts';

/**
 * Takes the journal for this process until the handle is closed or the process ends, however it ends.
 * SQLite's own lock on a file beside the journal: the operating system drops it with the process, and readers of
 * the journal itself are not shut out.
 * @throws JournalError `locked` at once when somebody else has it
 */
export function lockJournal(path: string): DatabaseSync {
  const lock = new DatabaseSync(`${path}-lock`);
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE;');
    return lock;
  } catch (error) {
    lock.close();
    const fault = journalError(error, path);
    if (fault.fault !== 'locked') throw fault;
    throw new JournalError('locked', `${path} is in use by another program, probably another kiosk on the same data folder`);
  }
}

/** Each is set and read back: a commit that is not flushed is a promise that a power cut breaks. */
const DURABLE: readonly (readonly [pragma: string, value: string | number])[] = [
  ['journal_mode', 'wal'],
  // 2 = FULL: the log is flushed at every commit (https://sqlite.org/pragma.html#pragma_synchronous).
  ['synchronous', 2],
  // macOS: F_FULLFSYNC, because fsync() there leaves the data in the drive's cache.
  ['fullfsync', 1],
  ['checkpoint_fullfsync', 1],
  ['recursive_triggers', 1],
  ['cell_size_check', 1],
];

/** The only connection that writes. */
export function openForWriting(path: string, migrations: readonly string[] = MIGRATIONS): DatabaseSync {
  const db = new DatabaseSync(path);
  try {
    mustBeOurs(db, migrations.length);
    for (const [pragma, value] of DURABLE) {
      db.exec(`PRAGMA ${pragma} = ${value}`);
      const now = scalar(db, `PRAGMA ${pragma}`);
      if (now !== value) throw new JournalError('io', `${path}: PRAGMA ${pragma} is ${String(now)}, not ${value}; is this a local disk?`);
    }
    migrate(db, migrations);
    mustBeWhole(db, migrations);
    // SQLite opens what is read-only without a word, and such a connection stays so after the disk was mended.
    db.exec('BEGIN IMMEDIATE; UPDATE head SET seq = seq WHERE false; ROLLBACK');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** A connection that can't write, not even by closing. */
export function openForReading(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    mustBeOurs(db, MIGRATIONS.length);
    db.exec('PRAGMA cell_size_check = 1');
    if (!isNew(db)) mustBeWhole(db, MIGRATIONS.slice(0, Number(scalar(db, 'PRAGMA user_version'))));
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

export const scalar = (db: DatabaseSync, sql: string): unknown => Object.values(db.prepare(sql).get() ?? {})[0];

/** No tables and no version: the file was only just made, or a power cut came before the first commit. */
export const isNew = (db: DatabaseSync): boolean =>
  scalar(db, 'SELECT count(*) FROM sqlite_schema') === 0 &&
  scalar(db, 'PRAGMA application_id') === 0 &&
  scalar(db, 'PRAGMA user_version') === 0;

function mustBeOurs(db: DatabaseSync, newest: number): void {
  const id = scalar(db, 'PRAGMA application_id');
  const version = Number(scalar(db, 'PRAGMA user_version'));
  if (id !== APPLICATION_ID && !isNew(db))
    throw new JournalError('corrupt', `this is an SQLite file, but not a journal (application_id ${String(id)})`);
  if (version > newest)
    throw new JournalError(
      'newerVersion',
      `the journal has version ${version}, this program knows up to ${newest}: install the newer program`,
    );
}

/** The tables and triggers are those of the version, to the letter: a rule that a flipped bit weakened is no rule. */
function mustBeWhole(db: DatabaseSync, migrations: readonly string[]): void {
  const schema = (of: DatabaseSync) =>
    JSON.stringify(of.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name').all());
  const fresh = new DatabaseSync(':memory:');
  try {
    for (const step of migrations) fresh.exec(step);
    if (schema(fresh) !== schema(db)) throw new JournalError('corrupt', 'the tables of the journal are not those of its version');
  } finally {
    fresh.close();
  }
}

/** All of it or nothing, so a power cut leaves the older version. */
function migrate(db: DatabaseSync, migrations: readonly string[]): void {
  const version = Number(scalar(db, 'PRAGMA user_version'));
  if (version === migrations.length) return;
  db.exec('BEGIN IMMEDIATE');
  try {
    for (const step of migrations.slice(version)) db.exec(step);
    if (version === 0) {
      db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
      const { seq, hash, orders, open, shop, signed } = EMPTY_HEAD;
      db.prepare('INSERT INTO head VALUES (1, ?, ?, ?, ?, ?, ?, ?)').run(seq, hash, orders, open, shop, signed, headSum(EMPTY_HEAD));
    }
    db.exec(`PRAGMA user_version = ${migrations.length}`);
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
