/** What every driver and every simulator knows of its wire: bytes out, bytes in, and that it can end. */

/** An open wire. After `close`, or after `closed` was called, nothing more comes in and writes go nowhere. */
export interface Wire {
  readonly write: (bytes: Uint8Array) => void;
  readonly close: () => void;
  /** Whether the device behind it is there no more; absent where only `closed` can tell. */
  readonly isGone?: () => boolean;
}

export interface WireEvents {
  readonly data: (bytes: Uint8Array) => void;
  /** The far end or the device went away; never called for our own `close`. Not every unplugged device says so. */
  readonly closed: (reason: string) => void;
}

/** A place where a wire can be opened, again and again: a device path, an address, one end of a pair in memory. */
export interface Port {
  /** As a person wrote it. */
  readonly name: string;
  /** Rejects with {@link PortError}. */
  open(events: WireEvents): Promise<Wire>;
}

export type PortFault = 'missing' | 'permission' | 'busy' | 'unreachable' | 'other';

/** Why a port can't be opened, with a sentence that says how to mend it. */
export class PortError extends Error {
  readonly fault: PortFault;
  constructor(fault: PortFault, message: string) {
    super(message);
    this.name = 'PortError';
    this.fault = fault;
  }
}

/**
 * After work that kept the process busy its timers run before its wires are read. A timer that is about to judge a
 * silence gives so long to what is there already.
 */
export const UNREAD_MS = 50;

/** More unsent bytes than this mean that nobody takes them; the wire is then closed instead of growing a buffer. */
export const UNSENT_LIMIT = 64 * 1024;
