/** Opens the ways in to the console that both hosts share: this machine's own door, and the local network where it is wanted. */
import path from 'node:path';
import type { Clock, Log } from '../../app/ports.ts';
import { CannotStart } from '../cannot-start.ts';
import type { Host } from '../host.ts';
import { type ScreenFiles, screenHeaders } from '../screen-files.ts';
import { openCertificate } from './certificate.ts';
import { type LanServer, startLanServer } from './lan-server.ts';
import { createLocalDoor, type LocalDoor } from './local-door.ts';
import { createRoutes, type Routes } from './routes.ts';

export interface OperatorServers {
  readonly routes: Routes;
  readonly door: LocalDoor;
  readonly lan: LanServer | null;
  /** Lines for whoever starts the kiosk. */
  readonly says: readonly string[];
  close(): Promise<void>;
}

/** @throws CannotStart when the local network's port can't be opened */
export async function serveOperator(
  host: Host,
  files: ScreenFiles,
  ports: { readonly clock: Clock; readonly log: Log },
): Promise<OperatorServers> {
  const { operatorEnd: end } = host;
  const routes = createRoutes(end, ports, () => crypto.randomUUID());
  const headers = screenHeaders();
  const door = createLocalDoor(end, routes, headers, ports);
  const wanted = host.config.operator.lan;
  const lan =
    wanted === undefined
      ? null
      : await startLanServer({
          ...wanted,
          screen: wanted.till ? host : null,
          ...{ files, headers, end, routes, ...ports },
          certificate: await openCertificate(path.join(host.dataFolder, 'console-certificate.pem'), ports.clock.now_ms(), ports.log),
          deviceOf: (token) => host.deviceOf(token),
        }).catch((error: NodeJS.ErrnoException) => {
          throw error.code === 'EADDRINUSE' || error.code === 'EADDRNOTAVAIL' || error.code === 'EACCES'
            ? new CannotStart(`operator.lan: port ${wanted.port} on ${wanted.host} can't be opened (${error.code})`)
            : error;
        });
  if (lan) host.onNetwork(lan);
  return {
    routes,
    door,
    lan,
    says: [
      ...(lan ? [`console: ${lan.addresses.join(' ')} (certificate SHA-256 ${lan.fingerprint})`] : []),
      ...(lan?.tills ? ['till: the same address, on a tablet that was added as a till; ?side=customer is its customer’s side'] : []),
      ...(end.operator.door().needsOwner ? [`console: no owner yet; the code ${host.setUpCode} makes one`] : []),
    ],
    async close() {
      door.close();
      await lan?.close();
    },
  };
}
