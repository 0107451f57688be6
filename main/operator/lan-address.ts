/** Where this machine is found in its local networks. */
import { networkInterfaces } from 'node:os';

/** This machine's addresses in its local networks. */
export const localAddresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((entries) =>
    (entries ?? []).filter(({ internal, family }) => !internal && family === 'IPv4').map(({ address }) => address),
  );

/** Listens on all of them. */
export const isEveryAddress = (host: string): boolean => host === '0.0.0.0' || host === '::';

/** What a phone or a tablet opens. */
export const lanAddresses = (host: string, port: number): string[] =>
  (isEveryAddress(host) ? localAddresses() : [host]).map((name) => `https://${name.includes(':') ? `[${name}]` : name}:${port}/`);
