/**
 * Keeps one port open for a driver: opens it, opens it again when it went away, and believes in it only while
 * bytes arrive. A pulled cable often gives no event at all (measured on ptys and RS-232), so silence closes the port too,
 * and a device that is no longer where it was.
 */
import type { Clock } from '../../app/ports.ts';
import { UNREAD_MS } from './wire.ts';
import type { Port, Wire } from './wire.ts';

export interface ConnectionEvents {
  /** The port is open; nothing was heard yet. */
  opened(): void;
  data(bytes: Uint8Array): void;
  /** The port is closed, whatever the reason; `opened` follows when it could be opened again. */
  lost(reason: string): void;
  /** Opening failed; it is tried again. */
  failed(reason: string): void;
}

export interface Connection {
  isOpen(): boolean;
  /** Goes nowhere while the port is closed. */
  write(bytes: Uint8Array): void;
  close(): void;
}

const FIRST_RETRY_MS = 100;
/** Short, because a driver owes a ready machine within 3 s of a cable's return. */
const LAST_RETRY_MS = 500;
const OPENING_LIMIT_MS = 5000;
const PRESENCE_MS = 500;

/** @param silence_ms so long without a byte means that nobody is there; null: this protocol is allowed to be silent */
export function keepConnected(port: Port, clock: Clock, silence_ms: number | null, events: ConnectionEvents): Connection {
  let wire: Wire | null = null;
  let session = 0;
  let ended = false;
  let retry_ms = FIRST_RETRY_MS;
  let heardAt_ms = 0;
  let timer: unknown = null;

  const later = (delay_ms: number, callback: () => void) => {
    if (timer !== null) clock.clearTimeout(timer);
    timer = clock.setTimeout(() => {
      timer = null;
      callback();
    }, delay_ms);
  };
  const retry = () => {
    if (ended) return;
    later(retry_ms, attempt);
    retry_ms = Math.min(retry_ms * 2, LAST_RETRY_MS);
  };
  const lose = (reason: string) => {
    if (wire === null) return;
    session += 1;
    wire.close();
    wire = null;
    events.lost(reason);
    retry();
  };
  const watch = (overdue = false) => {
    const silent_ms = clock.monotonic_ms() - heardAt_ms;
    const allowed_ms = silence_ms ?? Infinity;
    if (silent_ms >= allowed_ms) return overdue ? lose(`nothing heard for ${allowed_ms} ms`) : later(UNREAD_MS, () => watch(true));
    if (wire?.isGone?.() === true) return lose(`${port.name}: the device is gone`);
    const next_ms = Math.min(allowed_ms - silent_ms, wire?.isGone ? PRESENCE_MS : Infinity);
    if (next_ms < Infinity) later(next_ms, () => watch());
  };
  const attempt = () => {
    const mine = ++session;
    const giveUp = (reason: string) => {
      if (session !== mine || ended) return;
      session += 1;
      events.failed(reason);
      retry();
    };
    later(OPENING_LIMIT_MS, () => giveUp(`${port.name}: opening takes too long`));
    port
      .open({
        data: (bytes) => {
          if (session !== mine) return;
          heardAt_ms = clock.monotonic_ms();
          retry_ms = FIRST_RETRY_MS;
          events.data(bytes);
        },
        closed: (reason) => {
          if (session === mine) lose(reason);
        },
      })
      .then(
        (opened) => {
          if (session !== mine || ended) return opened.close();
          if (timer !== null) clock.clearTimeout(timer);
          wire = opened;
          heardAt_ms = clock.monotonic_ms();
          watch();
          events.opened();
        },
        (error: unknown) => giveUp(error instanceof Error ? error.message : String(error)),
      );
  };
  attempt();
  return {
    isOpen: () => wire !== null,
    write: (bytes) => wire?.write(bytes),
    close: () => {
      ended = true;
      session += 1;
      if (timer !== null) clock.clearTimeout(timer);
      wire?.close();
      wire = null;
    },
  };
}
