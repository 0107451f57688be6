/** A port that nobody listens on: the preferred one where it is free, else any. */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

export const freePort = (preferred: number): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(freePort(0)));
    server.listen(preferred, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
