/** Two ports with a cable between them, without any operating system: for simulations on a virtual clock. */
import { PortError } from './wire.ts';
import type { Port, Wire, WireEvents } from './wire.ts';

export type End = 'a' | 'b';

export interface MemoryCable {
  readonly a: Port;
  readonly b: Port;
  /** false: bytes vanish and neither end is told, as with a pulled RS-232 plug. */
  connect(connected: boolean): void;
  /** Both ends see their port go away and can't reopen it until `plug`, as with a pulled USB adapter. */
  unplug(): void;
  plug(): void;
}

/**
 * Bytes arrive at once, in order, in the chunks they were written in.
 * @param through sees every chunk and may change, cut or (null) lose it
 */
export function memoryCable(through: (from: End, bytes: Uint8Array) => Uint8Array | null = (_, bytes) => bytes): MemoryCable {
  const open: Record<End, WireEvents | null> = { a: null, b: null };
  let connected = true;
  let plugged = true;
  const port = (end: End, peer: End): Port => ({
    name: `memory:${end}`,
    open: async (events) => {
      if (!plugged) throw new PortError('missing', `memory:${end}: unplugged`);
      if (open[end]) throw new PortError('busy', `memory:${end}: already open`);
      open[end] = events;
      const wire: Wire = {
        write: (bytes) => {
          if (open[end] !== events || !connected) return;
          const arriving = through(end, bytes);
          if (arriving) open[peer]?.data(arriving);
        },
        close: () => {
          if (open[end] === events) open[end] = null;
        },
      };
      return wire;
    },
  });
  return {
    a: port('a', 'b'),
    b: port('b', 'a'),
    connect: (now) => {
      connected = now;
    },
    unplug: () => {
      plugged = false;
      for (const end of ['a', 'b'] as const) {
        const events = open[end];
        open[end] = null;
        events?.closed('unplugged');
      }
    },
    plug: () => {
      plugged = true;
    },
  };
}
