/** From what a shop owner writes under `machine.port` to a port. */
import { serialPort } from './serial.ts';
import { tcpPort } from './tcp.ts';
import type { Port } from './wire.ts';

/** @param where a device path or `tcp://host:port` */
export function portOf(where: string, baud: number): Port {
  const tcp = /^tcp:\/\/(\[[0-9a-fA-F:]+\]|[^\s/:]+):(\d{1,5})$/.exec(where);
  if (tcp?.[1] === undefined) return serialPort(where, baud);
  return tcpPort(tcp[1].replace(/^\[|\]$/g, ''), Number(tcp[2]));
}
