/** Folders for one test file, gone when it ends; in memory where that is possible and the disk is not what is tested. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, vi } from 'vitest';

const roots: Partial<Record<'memory' | 'disk', string>> = {};

// Each of these tests starts threads or processes, and waits for a disk.
vi.setConfig({ testTimeout: 60_000 });

export function newFolder(on: 'memory' | 'disk' = 'disk'): string {
  const parent = on === 'memory' && existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  roots[on] ??= mkdtempSync(path.join(parent, 'jihanki-journal-'));
  return mkdtempSync(path.join(roots[on], 't-'));
}

afterAll(() => {
  for (const root of Object.values(roots)) rmSync(root, { recursive: true, force: true });
});
