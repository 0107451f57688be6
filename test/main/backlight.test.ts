/** The panel's brightness over files like those of /sys/class/backlight. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openBacklight } from '../../main/backlight.ts';
import { examineBacklight } from '../../main/doctor/display.ts';
import { readableLog } from './virtual-screen.ts';

let folder: string;
let kept: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'jihanki-backlight-'));
  kept = path.join(folder, 'brightness.json');
  mkdirSync(path.join(folder, 'panels/dsi'), { recursive: true });
  writeFileSync(path.join(folder, 'panels/dsi/brightness'), '90\n');
  writeFileSync(path.join(folder, 'panels/dsi/max_brightness'), '255\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const panels = (): string => path.join(folder, 'panels');
const brightness = (): number => Number(readFileSync(path.join(panels(), 'dsi/brightness'), 'utf8'));

it('is full for a QR, from its creation on, and as before for everything else', async () => {
  const log = readableLog();
  const backlight = openBacklight(panels(), kept, log);
  backlight.follow('selecting');
  await expect.poll(brightness).toBe(90);
  for (const screen of ['creatingCode', 'awaitingPayment', 'awaitingPayment'] as const) {
    backlight.follow(screen);
    await expect.poll(brightness).toBe(255);
  }
  backlight.follow('dispensing');
  await expect.poll(() => [brightness(), existsSync(kept)]).toEqual([90, false]);
  backlight.follow('creatingCode');
  await backlight.close();
  expect(brightness()).toBe(90);
  expect(log.lines).toEqual([]);
});

it('is restored after a kiosk that could not do so itself', async () => {
  openBacklight(panels(), kept, readableLog()).follow('awaitingPayment');
  await expect.poll(brightness).toBe(255);
  openBacklight(panels(), kept, readableLog());
  await expect.poll(() => [brightness(), existsSync(kept)]).toEqual([90, false]);
});

it.skipIf(process.platform === 'win32')('keeps no customer waiting on a disk that does not answer', async () => {
  // As a worn card does: whoever opens it waits.
  execFileSync('mkfifo', [kept]);
  const backlight = openBacklight(panels(), kept, readableLog());
  backlight.follow('awaitingPayment');
  expect(brightness(), 'and the panel stays as it was').toBe(90);
  const disk = createWriteStream(kept).end('{}');
  await once(disk, 'close');
  await expect.poll(brightness).toBe(255);
  await backlight.close();
  expect(brightness()).toBe(90);
});

it('stops nothing where it can’t be set, and a spoilt note of it neither', async () => {
  const log = readableLog();
  writeFileSync(kept, 'half a no');
  const backlight = openBacklight(path.join(folder, 'none'), kept, log);
  backlight.follow('awaitingPayment');
  backlight.follow('thanks');
  await backlight.close();
  expect(log.lines.map(({ event }) => event)).toContain('backlight.failed');
});

it('doctor says whether it can be set, and how to allow it', () => {
  expect(examineBacklight(path.join(folder, 'none'))).toMatchObject([{ verdict: 'fine' }]);
  expect(examineBacklight(panels())).toEqual([{ what: 'brightness', verdict: 'fine', found: 'dsi is raised for QR codes' }]);
  rmSync(path.join(panels(), 'dsi/brightness'));
  const [finding] = examineBacklight(panels());
  expect(finding?.verdict).toBe('doubtful');
  expect(finding?.mend).toContain('udev');
});
