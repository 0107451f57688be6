/** Puts a simulated machine at the end of a port, and back there whenever the port went away. */
import type { Clock } from '../../app/ports.ts';
import { keepConnected } from '../transport/connection.ts';
import type { Port, Wire, WireEvents } from '../transport/wire.ts';

export interface Peer {
  /** Somebody is at the other end of this wire now. */
  attach(wire: Wire): WireEvents;
}

/** @param opened is called at each opening, `failed` with the reason when it can't be opened and will be tried again */
export function standAt(
  port: Port,
  clock: Clock,
  peer: Peer,
  { opened = () => undefined, failed = () => undefined }: { opened?: () => void; failed?: (reason: string) => void } = {},
): { close(): void } {
  let events: WireEvents | null = null;
  const connection = keepConnected(port, clock, null, {
    opened: () => {
      events = peer.attach({ write: (bytes) => connection.write(bytes), close: () => undefined });
      opened();
    },
    data: (bytes) => events?.data(bytes),
    lost: (reason) => events?.closed(reason),
    failed,
  });
  return connection;
}
