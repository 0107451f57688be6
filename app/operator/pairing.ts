/**
 * A phone, a laptop or a till's tablet becomes known to the kiosk by a code that stands on the kiosk's screen for a few minutes. A code
 * ends with the first device that has it, or after a few wrong ones: guessing never has enough tries.
 */
import type { Act } from '../catalogue/events.ts';
import type { Clock } from '../ports.ts';
import { StaffProblem } from './problems.ts';

/** What a device gets: the console only, or the counter's screen with the console behind it, as at the kiosk itself. */
export const DEVICE_USES = ['console', 'till'] as const;
export type DeviceUse = (typeof DEVICE_USES)[number];

export interface PairedDevice {
  readonly deviceId: string;
  readonly name: string;
  readonly pairedAt_ms: number;
  readonly use: DeviceUse;
}

const VALID_ms = 3 * 60_000;
const TRIES_max = 5;

export interface Pairing {
  /** A code stands on the screen. While none does there is nothing to guess. */
  isOpen(): boolean;
  /** Begins anew; an earlier code ends. */
  begin(by: Act, use: DeviceUse): { readonly code: string; readonly valid_ms: number };
  /** @returns who allowed it, and for what @throws StaffProblem */
  redeem(code: string): { readonly by: Act; readonly use: DeviceUse };
}

/** @param newCode digits that nobody can guess */
export function createPairing(clock: Clock, newCode: () => string): Pairing {
  let open: { code: string; by: Act; use: DeviceUse; endsAt_ms: number; tries: number } | null = null;
  const isOpen = (): boolean => open !== null && clock.monotonic_ms() < open.endsAt_ms;
  return {
    isOpen,
    begin(by, use) {
      open = { code: newCode(), by, use, endsAt_ms: clock.monotonic_ms() + VALID_ms, tries: 0 };
      return { code: open.code, valid_ms: VALID_ms };
    },
    redeem(code) {
      if (open === null || !isOpen()) throw new StaffProblem('noPairing');
      open.tries += 1;
      const { by, use, code: right } = open;
      const fits = code === right;
      if (fits || open.tries >= TRIES_max) open = null;
      if (!fits) throw new StaffProblem(open === null ? 'noPairing' : 'wrongCode');
      return { by, use };
    },
  };
}
