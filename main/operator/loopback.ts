/** The console's door without a kiosk's screen: where the screen is a window of its own (Electron), programs still find the kiosk here. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from '../../app/ports.ts';
import type { LocalDoor } from './local-door.ts';

export interface Loopback {
  readonly url: string;
  close(): Promise<void>;
}

/** @param port taken: any other, which is written down where programs look */
export async function startLoopback(door: LocalDoor, port: number, log: Log): Promise<Loopback> {
  const server = createServer();
  const listen = (wanted: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(wanted, '127.0.0.1', resolve);
    });
  await listen(port).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    log.warn('door.portTaken', { port });
    return listen(0);
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const hosts = [host, host.replace('127.0.0.1', 'localhost')];
  server.on('request', (request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const ours = hosts.includes(request.headers.host ?? '') && request.headers.origin === undefined;
    if (!door.takes(path)) return void response.writeHead(404).end();
    door.serve(request, response, { ours, paired: false }).catch((error: unknown) => {
      log.warn('door.failed', { message: String(error) });
      response.destroy();
    });
  });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    if (!door.upgrade(request, socket, head, { ours: false, paired: false }))
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
  });
  return {
    url: `http://${host}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
