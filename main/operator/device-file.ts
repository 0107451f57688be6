/** Phones, laptops and tills that were paired: each holds a token, the file only its SHA-256. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { DeviceStore } from '../../app/operator/operator.ts';
import { DEVICE_USES, type PairedDevice } from '../../app/operator/pairing.ts';
import type { Log } from '../../app/ports.ts';
import { readPrivate, writePrivate } from './private-file.ts';

const DEVICES_max = 50;
const DeviceFile = z.strictObject({
  version: z.literal(1),
  devices: z.array(
    z.strictObject({
      deviceId: z.string(),
      name: z.string(),
      pairedAt_ms: z.int(),
      tokenHash: z.string(),
      // Before there were tills, nothing stood here.
      use: z.enum(DEVICE_USES).default('console'),
    }),
  ),
});
type Entry = z.infer<typeof DeviceFile>['devices'][number];

const known = ({ deviceId, name, pairedAt_ms, use }: Entry): PairedDevice => ({ deviceId, name, pairedAt_ms, use });
const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** A file that can't be read means that no device is paired. */
export function openDeviceFile(file: string, log: Log): DeviceStore {
  let devices = read(file, log);
  const write = (next: readonly Entry[]): void => {
    writePrivate(file, JSON.stringify({ version: 1, devices: [...next] } satisfies z.input<typeof DeviceFile>, null, 1));
    devices = next;
  };
  return {
    list: () => devices.map(known),
    async add(device, token) {
      // The oldest goes: a shop with more phones than that has lost some.
      write([...devices.slice(-(DEVICES_max - 1)), { ...device, tokenHash: hashOf(token) }]);
    },
    async remove(deviceId) {
      write(devices.filter((device) => device.deviceId !== deviceId));
    },
    holder(token) {
      const hash = hashOf(token);
      const found = devices.find(({ tokenHash }) => tokenHash === hash);
      return found === undefined ? null : known(found);
    },
  };
}

function read(file: string, log: Log): readonly Entry[] {
  const text = readPrivate(file);
  if (text === null) return [];
  try {
    return DeviceFile.parse(JSON.parse(text)).devices;
  } catch (error) {
    log.error('devices.damaged', { message: `${file} can't be read: ${(error as Error).message.slice(0, 200)}` });
    return [];
  }
}
