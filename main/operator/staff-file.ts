/** Staff and their PINs, in the data folder. PINs are kept as scrypt hashes: a PIN is short, so each guess must be dear. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { renameSync } from 'node:fs';
import { z } from 'zod';
import { ROLES } from '../../app/operator/permissions.ts';
import type { StaffStore } from '../../app/operator/operator.ts';
import type { Log } from '../../app/ports.ts';
import { readPrivate, writePrivate } from './private-file.ts';

/** About 100 ms and 32 MB for each guess on a small computer; runs off the main thread. */
const COST = { N: 32_768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 } as const;
const HASH_bytes = 32;

const Hex = z.string().regex(/^[0-9a-f]+$/);
const StaffFile = z.strictObject({
  version: z.literal(1),
  staff: z
    .array(
      z.strictObject({
        staffId: z.string().min(1).max(64),
        name: z.string().min(1).max(40),
        role: z.enum(ROLES),
        pin: z.strictObject({ salt: Hex, hash: Hex, N: z.int(), r: z.int(), p: z.int() }),
      }),
    )
    .max(200),
});
type Entry = z.infer<typeof StaffFile>['staff'][number];

const hashOf = (pin: string, salt: Buffer, { N, r, p }: { N: number; r: number; p: number }): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    scrypt(pin, salt, HASH_bytes, { N, r, p, maxmem: COST.maxmem }, (error, hash) => (error ? reject(error) : resolve(hash))),
  );

/** A file that can't be read is put aside: whoever can see how the kiosk starts makes a new owner. */
export function openStaffFile(file: string, log: Log): StaffStore {
  let staff: readonly Entry[] = read(file, log);
  const write = (next: readonly Entry[]): void => {
    writePrivate(file, JSON.stringify({ version: 1, staff: [...next] } satisfies z.input<typeof StaffFile>, null, 1));
    staff = next;
  };
  return {
    list: () => staff.map(({ staffId, name, role }) => ({ staffId, name, role })),
    async verify(staffId, pin) {
      const entry = staff.find((candidate) => candidate.staffId === staffId);
      if (entry === undefined) return false;
      const known = Buffer.from(entry.pin.hash, 'hex');
      const given = await hashOf(pin, Buffer.from(entry.pin.salt, 'hex'), entry.pin);
      // A PIN that was changed while this one was hashed is no PIN any more.
      const still = staff.some(({ pin: now }) => now === entry.pin);
      return still && known.length === given.length && timingSafeEqual(known, given);
    },
    async put(member, pin) {
      const before = staff.find(({ staffId }) => staffId === member.staffId);
      const salt = randomBytes(16);
      const kept =
        pin === null
          ? before?.pin
          : { salt: salt.toString('hex'), hash: (await hashOf(pin, salt, COST)).toString('hex'), N: COST.N, r: COST.r, p: COST.p };
      if (kept === undefined) throw new Error('a new person needs a PIN');
      // Read anew: somebody else may have been added while the hash was made.
      const others = staff.filter(({ staffId }) => staffId !== member.staffId);
      write([...others, { staffId: member.staffId, name: member.name, role: member.role, pin: kept }]);
    },
    async remove(staffId) {
      write(staff.filter((entry) => entry.staffId !== staffId));
    },
  };
}

function read(file: string, log: Log): readonly Entry[] {
  const text = readPrivate(file);
  if (text === null) return [];
  try {
    return StaffFile.parse(JSON.parse(text)).staff;
  } catch (error) {
    log.error('staff.damaged', { message: `${file} can't be read and is put aside: ${(error as Error).message.slice(0, 200)}` });
    try {
      renameSync(file, `${file}.damaged`);
    } catch (unmoved) {
      log.warn('staff.notPutAside', { message: (unmoved as Error).message });
    }
    return [];
  }
}
