/** Bits that flip and writes that tear: either every row is as it was, or the journal says `corrupt` and stays as it is. */
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { JournalError, type JournalRow } from '../../../app/ports.ts';
import { headSum, rowHash, type StoredRow } from '../../../main/journal/chain.ts';
import { openForReading } from '../../../main/journal/database.ts';
import { journalError } from '../../../main/journal/faults.ts';
import { QUERIES, readHead } from '../../../main/journal/reader.ts';
import { openStore } from '../../../main/journal/store.ts';
import { verify } from '../../../main/journal/verify.ts';
import { orderRows, soldEvents, started, stories } from './rows.ts';
import { newFolder } from './scratch.ts';

const ORDERS = 12;

interface Contents {
  readonly openOrders: readonly JournalRow[];
  readonly shop: readonly JournalRow[];
  readonly orderCount: number;
  readonly orders: readonly (readonly JournalRow[])[];
}

let written = 0;
let placed: string | null = null;
/** A folder per try, with these files as the journal and its log; the one before is gone. */
function place(files: { db: Buffer; log: Buffer | null }): string {
  if (placed !== null) rmSync(placed, { recursive: true });
  placed = newFolder('memory');
  const file = path.join(placed, 'journal.db');
  writeFileSync(file, files.db);
  if (files.log) writeFileSync(`${file}-wal`, files.log);
  return file;
}

const clean: { db: Buffer; log: Buffer | null } = { db: Buffer.alloc(0), log: null };
const logged: { db: Buffer; log: Buffer | null } = { db: Buffer.alloc(0), log: null };
let truth: Contents;

/** Everything that the kiosk can ask, asked after opening it for writing. @throws JournalError */
function readAll(file: string): Contents {
  const store = openStore(file, 'm:2');
  try {
    return ask(file);
  } finally {
    store.close();
  }
}

function ask(file: string): Contents {
  const db = openForReading(file);
  try {
    return {
      openOrders: QUERIES.openOrders(db),
      shop: QUERIES.shop(db),
      orderCount: QUERIES.orderCount(db),
      orders: Array.from({ length: ORDERS }, (_, i) => QUERIES.order(db, `o-${i}`)),
    };
  } catch (error) {
    throw journalError(error, file);
  } finally {
    db.close();
  }
}

const flip = (bytes: Buffer, bit: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return copy;
};

beforeAll(() => {
  const file = path.join(newFolder('memory'), 'journal.db');
  const store = openStore(file, 'm:1');
  for (let i = 0; i < ORDERS; i++) {
    const events = i < 9 ? (stories(`o-${i}`)[i] ?? []) : soldEvents(`o-${i}`).slice(0, i - 5);
    for (const row of [started, ...orderRows(`o-${i}`, events)]) {
      store.append([{ rows: [row], at_ms: 1_800_000_000_000 + written, monotonic_ms: written + 0.25 }]);
      written++;
    }
  }
  truth = ask(file);
  // As a killed process leaves it: everything in the log.
  logged.db = readFileSync(file);
  logged.log = readFileSync(`${file}-wal`);
  store.close();
  clean.db = readFileSync(file);
});

describe('a flipped bit', () => {
  it('anywhere in the file is found, or changes nothing', () => {
    let refused = 0;
    fc.assert(
      fc.property(fc.nat(clean.db.length * 8 - 1), (bit) => {
        const damaged = flip(clean.db, bit);
        const file = place({ db: damaged, log: null });
        let contents: Contents;
        try {
          contents = readAll(file);
        } catch (error) {
          refused++;
          expect(error).toBeInstanceOf(JournalError);
          expect(['corrupt', 'newerVersion']).toContain((error as JournalError).fault);
          return;
        }
        expect(contents).toEqual(truth);
      }),
      { numRuns: 250 },
    );
    expect(refused).toBeGreaterThan(50);
  });

  it('that keeps the journal from opening leaves every byte of it as it was', () => {
    fc.assert(
      fc.property(fc.nat(clean.db.length * 8 - 1), fc.boolean(), (bit, withLog) => {
        const files = withLog
          ? { ...logged, log: flip(logged.log!, bit % (logged.log!.length * 8)) }
          : { db: flip(clean.db, bit), log: null };
        const file = place(files);
        try {
          openStore(file, 'm:2').close();
        } catch {
          expect(readFileSync(file).equals(files.db)).toBe(true);
          if (files.log) expect(readFileSync(`${file}-wal`).equals(files.log)).toBe(true);
        }
      }),
      { numRuns: 80 },
    );
  });

  it('in a row is found by `verify`, which names the row and reads on', () => {
    const eventsOf = (file: string) => {
      const db = openForReading(file);
      const events = db
        .prepare('SELECT event FROM journal ORDER BY seq')
        .all()
        .map((row) => row['event']);
      const { rows, orders, findings } = verify(db, file);
      db.close();
      expect({ rows, orders }).toEqual({ rows: written, orders: ORDERS });
      return { events, findings };
    };
    const { events: whole } = eventsOf(place(clean));
    const needle = Buffer.from('緑茶');
    let found = 0;
    for (let at = clean.db.indexOf(needle); at >= 0; at = clean.db.indexOf(needle, at + 1)) {
      const { events, findings } = eventsOf(place({ db: flip(clean.db, at * 8), log: null }));
      // Some of these bytes are left over in parts of the file that are not in use.
      const row = events.findIndex((event, i) => event !== whole[i]) + 1;
      expect(findings).toEqual(row > 0 ? [expect.stringMatching(`^row ${row} is damaged: its checksum`)] : []);
      found += findings.length;
    }
    expect(found).toBeGreaterThanOrEqual(ORDERS);
  });

  it('anywhere in the file is found by `verify`, or every row can be read as it was', () => {
    let found = 0;
    fc.assert(
      fc.property(fc.nat(clean.db.length * 8 - 1), (bit) => {
        const file = place({ db: flip(clean.db, bit), log: null });
        let db: DatabaseSync;
        try {
          db = openForReading(file);
        } catch {
          found++;
          return;
        }
        const { findings } = verify(db, file);
        db.close();
        if (findings.length > 0) found++;
        else expect(ask(file)).toEqual(truth);
      }),
      { numRuns: 150 },
    );
    expect(found).toBeGreaterThan(50);
  });

  it('anywhere in the log is found, or costs nothing before the last commit', () => {
    let refused = 0;
    fc.assert(
      fc.property(fc.nat(logged.log!.length * 8 - 1), (bit) => {
        const file = place({ ...logged, log: flip(logged.log!, bit) });
        let contents: Contents;
        try {
          contents = readAll(file);
        } catch (error) {
          refused++;
          expect(error).toMatchObject({ name: 'JournalError', fault: 'corrupt' });
          return;
        }
        const db = openForReading(file);
        const { seq } = readHead(db);
        db.close();
        // The last commit can't be told from one that a power cut tore.
        expect([written, written - 1]).toContain(seq);
        if (seq === written) expect(contents).toEqual(truth);
      }),
      { numRuns: 150 },
    );
    expect(refused).toBeGreaterThan(120);
  });
});

describe('a torn write', () => {
  it('at any length of the log leaves the commits that were whole', () => {
    const seqs = new Set<number>();
    fc.assert(
      fc.property(fc.nat(logged.log!.length), fc.boolean(), (length, garbage) => {
        const file = place(logged);
        truncateSync(`${file}-wal`, length);
        // A disk may also write the sectors of the last frames in any order.
        if (garbage && length > 32) writeFileSync(`${file}-wal`, Buffer.alloc(3000, 0xa5), { flag: 'a' });
        const store = openStore(file, 'm:2');
        const db = openForReading(file);
        const { findings, rows } = verify(db, file);
        db.close();
        expect(findings).toEqual([]);
        seqs.add(rows);
        const [next] = store.append([{ rows: [started], at_ms: 1, monotonic_ms: 1 }]);
        expect(next).toEqual({ result: 'written', firstSeq: rows + 1 });
        store.close();
      }),
      { numRuns: 50 },
    );
    expect(seqs.size).toBeGreaterThan(20);
  });
});

describe('a commit that failed', () => {
  it('leaves frames behind the end of the log, which are no damage, however many there are', () => {
    const log = logged.log!;
    const frame_bytes = 24 + log.readUInt32BE(8);
    const commits: Buffer[] = [];
    for (let from = 32, at = 32; at < log.length; at += frame_bytes)
      if (log.readUInt32BE(at + 4) !== 0) {
        commits.push(log.subarray(from, at + frame_bytes));
        from = at + frame_bytes;
      }
    // Each began where the valid end is, so of all but the last only what reached further is left.
    const left = Buffer.concat([...commits.slice(0, 10), commits[20]!, commits[30]!, commits[40]!]);
    const file = place({ db: logged.db, log: Buffer.concat([log.subarray(0, 32), left]) });
    const store = openStore(file, 'm:2');
    // The first commit made the tables.
    expect(store.append([{ rows: [started], at_ms: 1, monotonic_ms: 1 }])).toEqual([{ result: 'written', firstSeq: 10 }]);
    store.close();
    expect(() => openStore(place({ db: logged.db, log: Buffer.concat([log.subarray(0, 32), left, commits[41]!]) }), 'm:2')).toThrow(
      expect.objectContaining({ fault: 'corrupt' }) as Error,
    );
  });
});

describe('a journal that somebody edited', () => {
  const edit = (sql: string): string => {
    const file = place(clean);
    const db = new DatabaseSync(file);
    const guards = db.prepare("SELECT sql FROM sqlite_schema WHERE name LIKE 'journal_is_never%'").all();
    db.exec(`DROP TRIGGER journal_is_never_changed; DROP TRIGGER journal_is_never_deleted; ${sql}`);
    for (const guard of guards) db.exec(String(guard['sql']));
    db.close();
    return file;
  };
  const findingsOf = (file: string): readonly string[] => {
    let db: DatabaseSync | undefined;
    try {
      db = openForReading(file);
      return verify(db, file).findings;
    } catch (error) {
      return [(error as Error).message];
    } finally {
      db?.close();
    }
  };

  it.each<[string, string, RegExp]>([
    ['a changed amount', `UPDATE journal SET event = replace(event, '300', '301') WHERE seq = 2`, /row 2 is damaged: its checksum/],
    ['a deleted row', 'DELETE FROM journal WHERE seq = 5', /row 5 is missing/],
    ['deleted last rows', `DELETE FROM journal WHERE seq > 40`, /row 41 is missing: the journal ends with row 40/],
    ['a changed head', 'UPDATE head SET orders = 1', /the head of the journal is damaged/],
    ['a rule less', 'DROP TRIGGER order_is_legal', /not those of its version/],
    ['a forgotten open order', `UPDATE orders SET open = 0 WHERE order_id = 'o-10'`, /order o-10 is open, and not listed/],
    ['a miscounted order', `UPDATE orders SET rows = 2 WHERE order_id = 'o-4'`, /order o-4 counts 2 rows instead of 9/],
    ['a forgotten order', `DELETE FROM orders WHERE order_id = 'o-4'`, /order o-4 counts 0 rows instead of 9/],
    ['forgotten stock', `DELETE FROM shop_now`, /the shop's started: no rows are listed/],
  ])('%s is found and named', (_, sql, finding) => {
    expect(findingsOf(edit(sql))).toEqual(expect.arrayContaining([expect.stringMatching(finding)]));
  });

  it('without one of its open orders is not opened for selling', () => {
    expect(() => readAll(edit(`UPDATE orders SET open = 0 WHERE order_id = 'o-10'`))).toThrow(
      expect.objectContaining({ fault: 'corrupt' }) as Error,
    );
  });
});

it('rows of a newer program are refused, though their checksums are right', () => {
  const file = place(clean);
  const db = new DatabaseSync(file);
  const guard = db.prepare("SELECT sql FROM sqlite_schema WHERE name = 'journal_is_never_changed'").get()?.['sql'];
  db.exec('DROP TRIGGER journal_is_never_changed');
  const head = readHead(db);
  const last = db.prepare('SELECT * FROM journal WHERE seq = ?').get(head.seq) as unknown as StoredRow;
  const before = db.prepare('SELECT hash FROM journal WHERE seq = ?').get(head.seq - 1)?.['hash'] as Uint8Array;
  const hash = rowHash(before, { ...last, event_version: 99 });
  db.prepare('UPDATE journal SET event_version = 99, hash = ? WHERE seq = ?').run(hash, head.seq);
  db.prepare('UPDATE head SET hash = ?, sum = ?').run(hash, headSum({ ...head, hash }));
  db.exec(String(guard));
  db.close();
  expect(() => readAll(file)).toThrow(expect.objectContaining({ fault: 'newerVersion' }) as Error);
});
