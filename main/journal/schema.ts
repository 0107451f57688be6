/**
 * The journal's tables, as migrations: entry n brings version n to n + 1. A published entry is never changed.
 *
 * `journal` is the truth: append-only, chained, with the rules of rules.ts once more as constraints, so that a bug
 * above can't write what must not stand. `orders`, `shop_now` and `head` follow from it, are written in the
 * same transaction, and keep the start short however long the journal is.
 */

/** "JHNK": what file(1) and we know a journal by. */
export const APPLICATION_ID = 0x4a484e4b;

// By once-key wherever one says it: the unique index answers that without touching a row.
const key = (name: string) => `EXISTS (SELECT 1 FROM journal WHERE order_id = NEW.order_id AND once_key = ${name})`;
const stands = (name: string) => key(`'${name}'`);
/** How many events have a key that goes on after this colon. */
const count = (prefix: string) =>
  `(SELECT count(*) FROM journal WHERE order_id = NEW.order_id AND once_key >= '${prefix}:' AND once_key < '${prefix};')`;
const CODE_REJECTED = `EXISTS (SELECT 1 FROM journal WHERE order_id = NEW.order_id AND once_key = 'code.answered' AND type = 'code.rejected')`;
const field = (name: string) => `(NEW.event ->> '$.${name}')`;

export const MIGRATIONS: readonly string[] = [
  `
CREATE TABLE journal (
  seq           INTEGER PRIMARY KEY,
  at_ms         INTEGER NOT NULL,
  monotonic_ms  REAL NOT NULL,
  boot_id       TEXT NOT NULL,
  stream        TEXT NOT NULL CHECK (stream IN ('order', 'shop')),
  order_id      TEXT CHECK ((order_id IS NOT NULL) = (stream = 'order')),
  type          TEXT NOT NULL CHECK (type = event ->> '$.type'),
  once_key      TEXT,
  event_version INTEGER NOT NULL,
  event         TEXT NOT NULL,
  hash          BLOB NOT NULL CHECK (length(hash) = 32),
  UNIQUE (order_id, once_key)
) STRICT;

CREATE TRIGGER journal_is_never_changed BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_is_never_deleted BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_has_no_gaps BEFORE INSERT ON journal
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM journal)
BEGIN SELECT RAISE(ABORT, 'rows are numbered without gaps'); END;

CREATE TRIGGER order_is_legal BEFORE INSERT ON journal WHEN NEW.stream = 'order' AND NEW.type <> 'order.opened'
BEGIN
  SELECT CASE
    WHEN NOT ${stands('order.opened')} THEN RAISE(ABORT, 'before order.opened')
    WHEN (${count('order.closed')} > ${count('order.reopened')}) <> (NEW.type IN ('order.reopened', 'attention.settled'))
      THEN RAISE(ABORT, 'on the wrong side of order.closed')
    WHEN NEW.type IN ('code.created', 'code.rejected', 'payment.completed', 'payment.authorized', 'cancel.requested')
      AND NOT ${stands('code.requested')} THEN RAISE(ABORT, 'before code.requested')
    WHEN NEW.type IN ('payment.completed', 'payment.authorized', 'cancel.requested')
      AND ${CODE_REJECTED} THEN RAISE(ABORT, 'after code.rejected')
    WHEN NEW.type IN ('payment.completed', 'payment.authorized') AND ${stands('payment.closed:reversed')}
      THEN RAISE(ABORT, 'a payment after its reversal')
    WHEN NEW.type = 'cancel.requested' AND ${stands('payment')} THEN RAISE(ABORT, 'cancel after a payment')
    WHEN NEW.type = 'cancel.accepted' AND NOT ${stands('cancel.requested')} THEN RAISE(ABORT, 'before cancel.requested')
    WHEN NEW.type IN ('vend.requested', 'capture.requested', 'capture.rejected', 'revert.requested', 'refund.requested')
      AND NOT ${stands('payment')} THEN RAISE(ABORT, 'before a payment')
    WHEN NEW.type = 'vend.succeeded' AND ${field('proof')} = 'handedOver' AND NOT ${stands('payment')}
      THEN RAISE(ABORT, 'goods before a payment')
    WHEN (NEW.type = 'vend.requested' OR (NEW.type = 'vend.succeeded' AND ${field('proof')} = 'handedOver'))
      AND (${stands('cancel.requested')} OR ${stands('refund.requested')} OR ${stands('revert.requested')}
        OR ${count('payment.closed')} + ${count('capture.requested')} + ${count('order.reopened')} > 0)
      THEN RAISE(ABORT, 'goods after the money was settled')
    WHEN (NEW.type IN ('vend.failed', 'vend.unknown') OR (NEW.type = 'vend.succeeded' AND ${field('proof')} IS NOT 'handedOver'))
      AND NOT ${key(`'vend.requested:' || ${field('line')}`)} THEN RAISE(ABORT, 'a vend ends that was not requested')
    WHEN NEW.type = 'capture.requested' AND (${stands('revert.requested')} OR ${stands('capture.completed')})
      THEN RAISE(ABORT, 'capture after revert or capture')
    WHEN NEW.type = 'capture.completed' AND NOT ${key(`'capture.requested:' || ${field('merchantCaptureId')}`)}
      THEN RAISE(ABORT, 'before capture.requested')
    WHEN NEW.type = 'capture.rejected' AND ${stands('capture.completed')} THEN RAISE(ABORT, 'after capture.completed')
    WHEN NEW.type = 'revert.requested' AND ${count('capture.requested')} > 0 THEN RAISE(ABORT, 'revert after capture')
    WHEN NEW.type IN ('revert.completed', 'revert.rejected') AND NOT ${stands('revert.requested')}
      THEN RAISE(ABORT, 'before revert.requested')
    WHEN NEW.type = 'refund.requested' AND ${stands('payment.closed:reversed')} THEN RAISE(ABORT, 'refund after a reversal')
    WHEN NEW.type IN ('refund.accepted', 'refund.completed', 'refund.rejected') AND NOT ${stands('refund.requested')}
      THEN RAISE(ABORT, 'before refund.requested')
    WHEN NEW.type = 'order.closed' AND ${field('closing')} > 1
      AND NOT ${key(`'order.reopened:' || (${field('closing')} - 1)`)} THEN RAISE(ABORT, 'closed again without reopening')
    WHEN NEW.type = 'order.reopened' AND NOT ${key(`'order.closed:' || ${field('closing')}`)} THEN RAISE(ABORT, 'not that closing')
    WHEN NEW.type = 'order.reopened' AND ${stands('refund.requested')} THEN RAISE(ABORT, 'reopened after a refund')
  END;
END;

-- How many rows each order has, and whether it still needs somebody.
CREATE TABLE orders (
  order_id TEXT PRIMARY KEY,
  rows     INTEGER NOT NULL,
  open     INTEGER NOT NULL CHECK (open IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE INDEX open_orders ON orders (order_id) WHERE open = 1;

-- The shop's rows that still matter.
CREATE TABLE shop_now (key TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (key, seq)) STRICT, WITHOUT ROWID;

-- One row: the end of the chain, the sizes of what follows from it, and up to where the chain was proved.
CREATE TABLE head (
  id     INTEGER PRIMARY KEY CHECK (id = 1),
  seq    INTEGER NOT NULL,
  hash   BLOB NOT NULL,
  orders INTEGER NOT NULL,
  open   INTEGER NOT NULL,
  shop   INTEGER NOT NULL,
  signed INTEGER NOT NULL,
  sum    BLOB NOT NULL
) STRICT;
`,
];
