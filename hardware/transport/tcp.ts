/** A serial line behind a serial server (`tcp://host:port`, raw, without RFC 2217), and the listening end for simulators. */
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { PortError, UNSENT_LIMIT } from './wire.ts';
import type { Port, Wire, WireEvents } from './wire.ts';

function wireOf(socket: Socket, events: WireEvents): Wire {
  let open = true;
  const end = (reason: string | null) => {
    if (!open) return;
    open = false;
    socket.destroy();
    if (reason !== null) events.closed(reason);
  };
  socket.setNoDelay(true);
  socket.on('data', (bytes) => {
    if (open) events.data(bytes);
  });
  socket.on('error', (error) => end(error.message));
  socket.on('close', () => end('connection closed'));
  return {
    write: (bytes) => {
      if (!open) return;
      socket.write(bytes);
      if (socket.writableLength > UNSENT_LIMIT) end('the far end does not take what is written');
    },
    close: () => end(null),
  };
}

/** Shorter than a driver's patience with an opening, so that its reason is heard; the system's own limit is two minutes. */
const CONNECT_LIMIT_MS = 4000;

export function tcpPort(host: string, port: number): Port {
  const name = `tcp://${host}:${port}`;
  return {
    name,
    open: (events) =>
      new Promise<Wire>((resolve, reject) => {
        const socket = connect({ host, port });
        const refuse = (error: Error) => reject(new PortError('unreachable', `${name}: ${error.message}. Is the serial server on?`));
        socket.once('error', refuse);
        socket.setTimeout(CONNECT_LIMIT_MS, () => socket.destroy(new Error(`no answer for ${CONNECT_LIMIT_MS / 1000} s`)));
        socket.once('connect', () => {
          socket.off('error', refuse);
          socket.setTimeout(0);
          resolve(wireOf(socket, events));
        });
      }),
  };
}

export interface Listener {
  /** The port that is really used, also when 0 was asked for. */
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Accepts one peer at a time on loopback; a new one replaces the old, as after a kiosk's sudden death.
 * @param accept gets the wire's writing end and returns its listener
 */
export function listenTcp(port: number, accept: (wire: Wire) => WireEvents): Promise<Listener> {
  return new Promise((resolve, reject) => {
    let current: Wire | null = null;
    const server = createServer((socket) => {
      current?.close();
      let events: WireEvents | null = null;
      const wire = wireOf(socket, { data: (bytes) => events?.data(bytes), closed: (reason) => events?.closed(reason) });
      current = wire;
      events = accept(wire);
    });
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      resolve({
        port: (server.address() as AddressInfo).port,
        close: () =>
          new Promise((closed) => {
            current?.close();
            server.close(() => closed());
          }),
      });
    });
  });
}
