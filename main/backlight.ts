/**
 * A screen that is brighter while it shows a QR: phones read it in sunlight, and the panel lives longer. Linux lets a program set panels
 * under /sys/class/backlight (https://docs.kernel.org/gpu/backlight.html); monitors on HDMI are usually not there, and browsers have no such request.
 */
import { accessSync, constants, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Log } from '../app/ports.ts';
import type { ScreenName } from '../app/view.ts';

export const BACKLIGHTS = '/sys/class/backlight';
const BRIGHT: readonly ScreenName[] = ['creatingCode', 'awaitingPayment'];

/** Panels with the brightness that they had. */
const Before = z.record(z.string().regex(/^[^/]+$/), z.int().min(0));

export interface Backlight {
  /** Bright for a QR, as it was for everything else. */
  follow(screen: ScreenName): void;
  /** Resolves when the panels are as they were. */
  close(): Promise<void>;
}

/** Panels that are there. */
export function panelsIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

/** Why this panel's brightness can't be set, or null. */
export function backlightProblem(folder: string, panel: string): string | null {
  try {
    accessSync(path.join(folder, panel, 'brightness'), constants.W_OK);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * @param folder of the panels
 * @param keptFile where their brightness stands while they are brighter: whoever finds it at a start restores it, the last kiosk could not
 */
export function openBacklight(folder: string, keptFile: string, log: Log): Backlight {
  let bright = false;
  /** One after the other, and never waited for: a disk that does not answer keeps a panel as it is, and no customer. */
  let settled: Promise<void> = Promise.resolve();
  const next = (act: () => Promise<void>): Promise<void> =>
    (settled = settled.then(act).catch((error: unknown) => log.warn('backlight.failed', { message: (error as Error).message })));
  const figure = (panel: string, file: string): number => Number(readFileSync(path.join(folder, panel, file), 'utf8'));
  const set = (panel: string, value: number): void => {
    try {
      writeFileSync(path.join(folder, panel, 'brightness'), String(value));
    } catch (error) {
      log.warn('backlight.failed', { panel, message: (error as Error).message });
    }
  };

  async function raise(): Promise<void> {
    const panels = panelsIn(folder).filter((panel) => backlightProblem(folder, panel) === null);
    if (panels.length === 0) return;
    const before = Object.fromEntries(panels.map((panel) => [panel, figure(panel, 'brightness')]));
    await writeFile(keptFile, JSON.stringify(before), { flush: true });
    for (const panel of panels) set(panel, figure(panel, 'max_brightness'));
  }
  async function restore(): Promise<void> {
    const kept = await readFile(keptFile, 'utf8').catch(() => null);
    if (kept === null) return;
    const before = Before.safeParse(JSON.parse(kept));
    for (const [panel, value] of Object.entries(before.data ?? {})) if (panelsIn(folder).includes(panel)) set(panel, value);
    await rm(keptFile);
  }

  void next(restore);
  return {
    follow(screen) {
      if (BRIGHT.includes(screen) === bright) return;
      bright = !bright;
      void next(bright ? raise : restore);
    },
    close: () => next(restore),
  };
}
