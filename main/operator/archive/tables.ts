/**
 * The archive's database, beside the journal: nothing in it is a source of truth, so another version, another journal
 * or a damaged file only means that it is made anew.
 */
import { rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** Counts up with every change of the tables or of what is counted in them. */
const VERSION = 4;

const TABLES = `
CREATE TABLE progress (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL, hash BLOB NOT NULL) STRICT;
INSERT INTO progress VALUES (1, 0, x'');

CREATE TABLE orders (
  order_id     TEXT NOT NULL UNIQUE,
  order_number TEXT NOT NULL,
  opened_ms    INTEGER NOT NULL,
  total_jpy    INTEGER NOT NULL,
  -- 'open' or as order.closed says
  result       TEXT NOT NULL,
  -- not closed, or waits for a person
  unfinished   INTEGER NOT NULL,
  payment_id   TEXT,
  booked_day   INTEGER,
  returned_day INTEGER,
  summary      TEXT NOT NULL
) STRICT;
CREATE INDEX orders_by_time ON orders (opened_ms, order_id);
CREATE INDEX orders_by_result ON orders (result, opened_ms, order_id);
CREATE INDEX orders_by_total ON orders (total_jpy, opened_ms, order_id);
CREATE INDEX orders_by_total_and_result ON orders (total_jpy, result, opened_ms, order_id);
CREATE INDEX orders_by_number ON orders (order_number);
CREATE INDEX orders_by_payment ON orders (payment_id) WHERE payment_id IS NOT NULL;
CREATE INDEX orders_by_booked ON orders (booked_day, order_id) WHERE booked_day IS NOT NULL;
CREATE INDEX orders_by_returned ON orders (returned_day, order_id) WHERE returned_day IS NOT NULL;
CREATE INDEX orders_unfinished ON orders (opened_ms, order_id) WHERE unfinished = 1;

CREATE TABLE totals (
  tally TEXT NOT NULL,
  day   INTEGER NOT NULL,
  key   TEXT NOT NULL,
  n     INTEGER NOT NULL,
  jpy   INTEGER NOT NULL,
  PRIMARY KEY (tally, day, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE record (seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, slot TEXT, sku TEXT, closed_day TEXT, event TEXT NOT NULL) STRICT;
CREATE INDEX record_by_day ON record (closed_day, seq) WHERE closed_day IS NOT NULL;
CREATE INDEX record_by_slot ON record (slot, seq) WHERE slot IS NOT NULL;
CREATE INDEX record_by_sku ON record (sku, seq) WHERE sku IS NOT NULL;

CREATE TABLE stock (slot TEXT PRIMARY KEY, count INTEGER NOT NULL, out_since_ms INTEGER) STRICT, WITHOUT ROWID;
CREATE TABLE stock_outs (slot TEXT NOT NULL, from_ms INTEGER NOT NULL, to_ms INTEGER, PRIMARY KEY (slot, from_ms)) STRICT, WITHOUT ROWID;
CREATE INDEX stock_outs_by_time ON stock_outs (from_ms);
`;

/**
 * @param follows whether the journal still has the row up to which the tables follow it
 */
export function openTables(path: string, follows: (seq: number, hash: Uint8Array) => boolean): DatabaseSync {
  const before = attempt(path);
  if (before !== null) {
    const { seq, hash } = before.prepare('SELECT seq, hash FROM progress').get() as { seq: number; hash: Uint8Array };
    if (seq === 0 || follows(seq, hash)) return before;
    before.close();
  }
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
  const db = new DatabaseSync(path);
  db.exec(`PRAGMA journal_mode = wal; PRAGMA synchronous = NORMAL; BEGIN; ${TABLES} PRAGMA user_version = ${VERSION}; COMMIT;`);
  return db;
}

/** What is there already, when it can be used. */
function attempt(path: string): DatabaseSync | null {
  let db: DatabaseSync | null = null;
  try {
    db = new DatabaseSync(path);
    const { user_version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
    db.exec('PRAGMA journal_mode = wal; PRAGMA synchronous = NORMAL;');
    if (user_version === VERSION && db.prepare('SELECT 1 FROM progress WHERE id = 1').get() !== undefined) return db;
  } catch {
    // Damaged, or not a database: made anew.
  }
  db?.close();
  return null;
}
