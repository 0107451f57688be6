/** The kiosk's folder: its lock dies with its owner, its secret is for its owner only. */
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openDataFolder } from '../../main/data-folder.ts';

const newFolder = (): string => path.join(mkdtempSync(path.join(tmpdir(), 'jihanki-data-')), 'deep/data');
const mode = (file: string): number => statSync(file).mode & 0o777;

test('it is made, for its owner only', () => {
  const folder = newFolder();
  const { journal, screenSecret, release } = openDataFolder(folder);
  expect(journal).toBe(path.join(folder, 'journal.db'));
  expect(screenSecret).toMatch(/^[0-9a-f]{64}$/);
  expect(mode(folder)).toBe(0o700);
  expect(mode(path.join(folder, 'screen-secret'))).toBe(0o600);
  release();
});

test('the secret stays; a broken or readable one is mended', () => {
  const folder = newFolder();
  const file = path.join(folder, 'screen-secret');
  const reopen = () => {
    const { screenSecret, release } = openDataFolder(folder);
    release();
    return screenSecret;
  };
  const first = reopen();
  expect(reopen()).toBe(first);
  chmodSync(file, 0o644);
  expect(reopen()).toBe(first);
  expect(mode(file)).toBe(0o600);
  writeFileSync(file, 'short');
  expect(reopen()).not.toBe(first);
  expect(readFileSync(file, 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
});

test('two kiosks on one folder: the second is told so; after a sudden death there is nothing stale', async () => {
  const folder = newFolder();
  const program = `const { openDataFolder } = await import(${JSON.stringify(path.resolve('main/data-folder.ts'))});
    openDataFolder(${JSON.stringify(folder)}); console.log('open'); setInterval(() => {}, 1000);`;
  const other = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => other.stdout.once('data', resolve));
  expect(() => openDataFolder(folder)).toThrow(/another kiosk is running on the data folder .*deep\/data/);
  const gone = new Promise((resolve) => other.once('exit', resolve));
  other.kill('SIGKILL');
  await gone;
  openDataFolder(folder).release();
});

test('a folder that can’t be made is told in words', () => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'jihanki-data-')), 'file');
  writeFileSync(file, '');
  expect(() => openDataFolder(path.join(file, 'data'))).toThrow(/the data folder .*file\/data can't be used: ENOTDIR/);
});
