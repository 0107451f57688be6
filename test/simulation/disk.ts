/**
 * The journal on a disk that can crash, for simulations on virtual time: the rules of main/journal/rules.ts over an
 * array, with the same promises as the SQLite one. Rows outlive the process that wrote them; what is not flushed may not.
 */
import {
  type Clock,
  type Journal,
  JournalError,
  type JournalFault,
  type JournalRow,
  type NewRow,
  type OrderRow,
  type ShopRow,
} from '../../app/ports.ts';
import { BrokenRule } from '../../app/order/order.ts';
import { isOpenAfter, refusal, shopKeeping, stand } from '../../main/journal/rules.ts';

export interface DiskOptions {
  readonly clock: Clock;
  /** How long a flush takes; 0 = at once. */
  readonly flush_ms?: () => number;
  /** false = acknowledges before the flush, as `synchronous = OFF` does: only to show that a simulation sees the difference. */
  readonly honest?: boolean;
  /** Called before rows are written and after they are, before that is acknowledged: where to call `crash`. */
  readonly onAppend?: (when: 'before' | 'after', rows: readonly NewRow[]) => void;
}

export interface Disk {
  /**
   * A process starts and opens the journal. One that still has it open is refused, as with the real lock.
   * @param host the process's clock: what its rows are stamped with
   */
  open(bootId: string, host?: Clock): Journal;
  /**
   * The power goes: the open journal never answers again, and of the transactions that were not flushed only the
   * first `survivors(count)` are there after it.
   */
  crash(survivors?: (unflushed: number) => number): void;
  /** While set, every append fails with it and leaves nothing. */
  fault: JournalFault | null;
  /** The fault comes only after the rows were written: they are there, and the process is told that they are not. */
  faultComesLate: boolean;
  /** Everything that a start after a crash with no survivors would find. */
  durable(): readonly JournalRow[];
  /** Starts a flush of what an honest disk would have flushed before it answered. */
  sync(): void;
}

export function createDisk({ clock, flush_ms = () => 0, honest = true, onAppend = () => {} }: DiskOptions): Disk {
  /** Transactions, oldest first; the first `flushed` are durable. */
  let transactions: (readonly JournalRow[])[] = [];
  let flushed = 0;
  let contents = createContents();
  /** Of the process that has the journal open; a number, so that a dead one can be told. */
  let holder = 0;
  let starts = 0;

  const disk: Disk = {
    fault: null,
    faultComesLate: false,
    open(bootId, host = clock) {
      if (holder !== 0) throw new JournalError('locked', 'the journal is in use');
      const me = ++starts;
      holder = me;
      return handle(
        bootId,
        host,
        () => holder === me,
        () => (holder = 0),
      );
    },
    crash(survivors = () => 0) {
      transactions = transactions.slice(0, flushed + survivors(transactions.length - flushed));
      flushed = transactions.length;
      contents = createContents();
      for (const row of transactions.flat()) contents.add(row);
      holder = 0;
    },
    durable: () => transactions.slice(0, flushed).flat(),
    sync: () => void (flushed = transactions.length),
  };

  const handle = (bootId: string, host: Clock, alive: () => boolean, release: () => void): Journal => {
    const failing = (late: boolean) => {
      if (disk.fault !== null && disk.faultComesLate === late)
        throw new JournalError(disk.fault, `the disk of the simulation is ${disk.fault}`);
    };
    /** A dead process gets no answers. */
    const answer = <T>(value: () => T): Promise<T> =>
      new Promise((resolve, reject) =>
        queueMicrotask(() => {
          if (!alive()) return;
          try {
            resolve(value());
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        }),
      );
    /** @returns when the rows may be acknowledged */
    const write = async (rows: readonly NewRow[]): Promise<readonly JournalRow[]> => {
      onAppend('before', rows);
      if (!alive()) return [];
      failing(false);
      const stamp = { at_ms: Math.trunc(host.now_ms()), monotonic_ms: host.monotonic_ms(), bootId };
      const written = contents.write(rows, stamp);
      if (written.length > 0) transactions.push(written);
      if (honest) {
        const mine = transactions.length;
        const wait_ms = flush_ms();
        if (wait_ms > 0) await new Promise<void>((resolve) => clock.setTimeout(resolve, wait_ms));
        if (alive()) flushed = Math.max(flushed, mine);
      }
      onAppend('after', rows);
      failing(true);
      return written;
    };
    return {
      bootId,
      append: (rows) =>
        new Promise((resolve, reject) => {
          if (alive())
            write(rows).then(
              (written) => alive() && resolve(written),
              (error: Error) => alive() && reject(error),
            );
        }),
      openOrders: () => answer(() => contents.openOrders()),
      shop: () => answer(() => contents.shop()),
      order: (orderId) => answer(() => contents.order(orderId)),
      orderCount: () => answer(() => contents.orderCount()),
      close: () =>
        answer(() => {
          disk.sync();
          release();
        }),
    };
  };
  return disk;
}

/** Rows and what follows from them, in memory. */
function createContents() {
  const orders = new Map<string, { rows: OrderRow[]; standing: Set<string> }>();
  const open = new Map<string, readonly OrderRow[]>();
  const shop = new Map<string, readonly ShopRow[]>();
  let seq = 0;
  let orderCount = 0;

  const standingOf = (orderId: string): Set<string> => orders.get(orderId)?.standing ?? new Set();

  const add = (row: JournalRow): void => {
    seq = row.seq;
    if (row.stream === 'shop') {
      const { key, replaces } = shopKeeping(row.event);
      shop.set(key, replaces ? [row] : [...(shop.get(key) ?? []), row]);
      return;
    }
    const order = orders.get(row.orderId) ?? { rows: [], standing: new Set<string>() };
    orders.set(row.orderId, order);
    order.rows.push(row);
    stand(order.standing, row.event);
    if (row.event.type === 'order.opened') orderCount++;
    if (isOpenAfter(row.event)) open.set(row.orderId, order.rows);
    else open.delete(row.orderId);
  };

  return {
    add,
    /** All rows or none. */
    write(rows: readonly NewRow[], stamp: Pick<JournalRow, 'at_ms' | 'monotonic_ms' | 'bootId'>): readonly JournalRow[] {
      const ofOrders = rows.filter((row) => row.stream === 'order');
      const tried = new Map<string, Set<string>>();
      for (const row of ofOrders) {
        const before = tried.get(row.orderId) ?? standingOf(row.orderId);
        const rule = refusal(row.event, before);
        if (rule !== null) throw new BrokenRule(row.orderId, rule);
        if (row === ofOrders.at(-1)) continue;
        const after = new Set(before);
        stand(after, row.event);
        tried.set(row.orderId, after);
      }
      const written = rows.map((row, i): JournalRow => ({ ...row, seq: seq + 1 + i, ...stamp }));
      written.forEach(add);
      return written;
    },
    openOrders: () => bySeq(open),
    shop: () => bySeq(shop),
    order: (orderId: string) => [...(orders.get(orderId)?.rows ?? [])],
    orderCount: () => orderCount,
  };
}

const bySeq = <Row extends JournalRow>(rows: ReadonlyMap<string, readonly Row[]>): readonly Row[] =>
  [...rows.values()].flat().sort((a, b) => a.seq - b.seq);
