/** The write side of the journal: one connection, synchronous, used in the writer's thread only. */
import { existsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { type JournalError, type NewRow } from '../../app/ports.ts';
import { ORDER_EVENT_VERSION } from '../../app/order/events.ts';
import { type Head, headSum, rowHash } from './chain.ts';
import { isNew, lockJournal, openForReading, openForWriting } from './database.ts';
import { isConstraint, journalError } from './faults.ts';
import { proveTail, readHead } from './reader.ts';
import { isOpenAfter, onceKey, refusal, shopKeeping, stand } from './rules.ts';
import { refuseDamagedLog } from './wal.ts';

/** Rows that are written together or not at all. */
export interface Batch {
  readonly rows: readonly NewRow[];
  readonly at_ms: number;
  readonly monotonic_ms: number;
}
export type Appended =
  | { readonly result: 'written'; readonly firstSeq: number }
  /** A rule forbids it; `orderId` says whose. */
  | { readonly result: 'refused'; readonly orderId: string; readonly rule: string }
  | { readonly result: 'failed'; readonly error: JournalError };

export interface Store {
  /** Writes all batches with one flush. A refused batch leaves no trace and does not touch the others. */
  append(batches: readonly Batch[]): Appended[];
  close(): void;
}

/** Signing off every so many rows bounds what the next start has to prove. */
const SIGN_EVERY_rows = 2000;

class Refused extends Error {
  readonly orderId: string;
  constructor(orderId: string, rule: string) {
    super(rule);
    this.orderId = orderId;
  }
}

/** A store on one connection. It is lost when SQLite could not even take back what failed: nobody knows what it holds. */
interface Connection extends Store {
  isLost(): boolean;
}

/**
 * @param beforeCommit runs before every commit: where tests delay the flush
 * @throws JournalError when the journal can't be opened, trusted or grown
 */
export function openStore(path: string, bootId: string, beforeCommit: () => void = () => {}): Store {
  let lock: DatabaseSync | null = null;
  try {
    lock = lockJournal(path);
    return keepOpen(path, lock, connect(path, bootId, beforeCommit), () => connect(path, bootId, beforeCommit));
  } catch (error) {
    const fault = journalError(error, path);
    lock?.close();
    throw fault;
  }
}

/** Opens and proves the journal anew before the next append when its connection was lost. */
function keepOpen(path: string, lock: DatabaseSync, first: Connection, again: () => Connection): Store {
  let connection = first;
  return {
    append(batches) {
      try {
        if (connection.isLost()) {
          connection.close();
          connection = again();
        }
      } catch (error) {
        const fault = journalError(error, path);
        return batches.map(() => ({ result: 'failed', error: fault }));
      }
      return connection.append(batches);
    },
    close() {
      connection.close();
      lock.close();
    },
  };
}

function connect(path: string, bootId: string, beforeCommit: () => void): Connection {
  if (existsSync(path)) prove(path);
  const db = openForWriting(path);
  try {
    return createStore(path, bootId, db, readHead(db), beforeCommit);
  } catch (error) {
    db.close();
    throw error;
  }
}

/** On a connection that can't write, so that a file that can't be trusted stays as it is, log included. */
function prove(path: string): void {
  refuseDamagedLog(path);
  const db = openForReading(path);
  try {
    if (!isNew(db)) proveTail(db, readHead(db));
  } finally {
    db.close();
  }
}

function createStore(path: string, bootId: string, db: DatabaseSync, opened: Head, beforeCommit: () => void): Connection {
  let head = opened;
  let lost = false;
  const standing = db.prepare('SELECT type, once_key FROM journal WHERE order_id = ?');
  const insert = db.prepare('INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const wasOpen = db.prepare('SELECT open FROM orders WHERE order_id = ?');
  const setOrder = db.prepare('INSERT INTO orders VALUES (?1, 1, ?2) ON CONFLICT DO UPDATE SET rows = rows + 1, open = ?2');
  const keep = db.prepare('INSERT INTO shop_now (key, seq) VALUES (?, ?)');
  const drop = db.prepare('DELETE FROM shop_now WHERE key = ?');
  const setHead = db.prepare('UPDATE head SET seq = ?, hash = ?, orders = ?, open = ?, shop = ?, signed = ?, sum = ?');
  const [begin, commit] = [db.prepare('BEGIN IMMEDIATE'), db.prepare('COMMIT')];
  const [mark, release, back] = [db.prepare('SAVEPOINT batch'), db.prepare('RELEASE batch'), db.prepare('ROLLBACK TO batch')];
  const writeHead = () => setHead.run(head.seq, head.hash, head.orders, head.open, head.shop, head.signed, headSum(head));

  /** What stands of the orders that are being written; forgotten whenever something is not. */
  const known = new Map<string, Set<string>>();
  const standingOf = (orderId: string): Set<string> => {
    const found = known.get(orderId) ?? new Set<string>();
    if (!known.has(orderId)) {
      for (const { type, once_key } of standing.all(orderId)) {
        found.add(String(type));
        if (once_key !== null) found.add(String(once_key));
      }
      known.set(orderId, found);
    }
    return found;
  };

  const writeRow = (row: NewRow, { at_ms, monotonic_ms }: Batch) => {
    const seq = head.seq + 1;
    const orderId = row.stream === 'order' ? row.orderId : null;
    const onceKey_ = row.stream === 'order' ? onceKey(row.event) : null;
    const stands = orderId === null ? new Set<string>() : standingOf(orderId);
    if (row.stream === 'order') {
      const rule = refusal(row.event, stands);
      if (rule !== null) throw new Refused(row.orderId, rule);
      stand(stands, row.event);
    }
    const fields = {
      seq,
      at_ms,
      monotonic_ms,
      boot_id: bootId,
      stream: row.stream,
      order_id: orderId,
      type: row.event.type,
      once_key: onceKey_,
      event_version: ORDER_EVENT_VERSION,
      event: JSON.stringify(row.event),
    };
    const hash = rowHash(head.hash, fields);
    insert.run(...Object.values(fields), hash);
    head = { ...head, seq, hash, ...(row.stream === 'order' ? countOrder(row) : countShop(row, seq)) };
  };

  const countOrder = ({ orderId, event }: Extract<NewRow, { stream: 'order' }>): Partial<Head> => {
    // Everything but these is refused unless the order is open.
    const asked = event.type === 'order.reopened' || event.type === 'attention.settled';
    const before = event.type === 'order.opened' ? 0 : asked ? Number(wasOpen.get(orderId)?.['open']) : 1;
    const after = isOpenAfter(event) ? 1 : 0;
    if (after === 0) known.delete(orderId);
    setOrder.run(orderId, after);
    return { orders: head.orders + (event.type === 'order.opened' ? 1 : 0), open: head.open + after - before };
  };

  const countShop = ({ event }: Extract<NewRow, { stream: 'shop' }>, seq: number): Partial<Head> => {
    const { key, replaces } = shopKeeping(event);
    const dropped = replaces ? Number(drop.run(key).changes) : 0;
    keep.run(key, seq);
    return { shop: head.shop + 1 - dropped };
  };

  const writeBatch = (batch: Batch): Appended => {
    const before = head;
    mark.run();
    try {
      for (const row of batch.rows) writeRow(row, batch);
      release.run();
      return { result: 'written', firstSeq: before.seq + 1 };
    } catch (error) {
      if (!(error instanceof Refused) && !isConstraint(error)) throw error;
      head = before;
      known.clear();
      back.run();
      release.run();
      const first = batch.rows.find((row) => row.stream === 'order');
      const orderId = error instanceof Refused ? error.orderId : (first?.orderId ?? 'shop');
      return { result: 'refused', orderId, rule: (error as Error).message };
    }
  };

  return {
    append(batches) {
      const before = head;
      try {
        begin.run();
        const results = batches.map(writeBatch);
        if (head.seq - head.signed >= SIGN_EVERY_rows) head = { ...head, signed: head.seq };
        writeHead();
        beforeCommit();
        commit.run();
        return results;
      } catch (error) {
        head = before;
        known.clear();
        const fault = journalError(error, path);
        try {
          if (db.isTransaction) db.exec('ROLLBACK');
        } catch {
          lost = true;
        }
        return batches.map(() => ({ result: 'failed', error: fault }));
      }
    },
    isLost: () => lost,
    close() {
      if (!db.isOpen) return;
      try {
        if (!lost && head.signed < head.seq) {
          head = { ...head, signed: head.seq };
          writeHead();
        }
      } catch {
        // The next start proves these rows itself.
      } finally {
        db.close();
      }
    },
  };
}
