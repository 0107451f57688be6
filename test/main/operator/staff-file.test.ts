/** The file of staff when it can't be read, or can't even be put aside. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStaffFile } from '../../../main/operator/staff-file.ts';
import { readableLog } from '../virtual-screen.ts';

let file: string;
beforeEach(() => {
  file = path.join(mkdtempSync(path.join(tmpdir(), 'jihanki-staff-')), 'staff.json');
  writeFileSync(file, 'half a fi');
});
afterEach(() => rmSync(path.dirname(file), { recursive: true, force: true }));

test('a damaged one is put aside, and said so', () => {
  const log = readableLog();
  expect(openStaffFile(file, log).list()).toEqual([]);
  expect([existsSync(file), readFileSync(`${file}.damaged`, 'utf8')]).toEqual([false, 'half a fi']);
  expect(log.lines.map(({ event }) => event)).toEqual(['staff.damaged']);
});

test('on a disk that refuses that, the kiosk starts all the same', () => {
  // A folder that is not empty takes no file's place, whoever asks.
  mkdirSync(`${file}.damaged/full`, { recursive: true });
  const log = readableLog();
  expect(openStaffFile(file, log).list()).toEqual([]);
  expect(readFileSync(file, 'utf8')).toBe('half a fi');
  expect(log.lines.map(({ event }) => event)).toEqual(['staff.damaged', 'staff.notPutAside']);
});
