/** What `npx jihanki` does before it hands over: it brings packages up to date for whoever starts a kiosk, never under one that sells. */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const START = path.resolve(import.meta.dirname, '../../main/start.mjs');

/** A clone whose lock names another version than the one that was installed; npm is replaced by what only notes that it was called. */
function clone(installed: '1.0.0' | '2.0.0' | 'half' | null) {
  const root = mkdtempSync(path.join(tmpdir(), 'jihanki-start-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const write = (name: string, text: string) => {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  };
  const lock = (version: string) => JSON.stringify({ packages: { '': {}, 'node_modules/zod': { version } } });
  mkdirSync(path.join(root, 'main'));
  copyFileSync(START, path.join(root, 'main/start.mjs'));
  write('package-lock.json', lock('2.0.0'));
  // npm writes the list last.
  if (installed === 'half') write('node_modules/zod/package.json', '{}');
  else if (installed !== null) write('node_modules/.package-lock.json', lock(installed));
  for (const program of ['main/cli/cli.ts', 'main/journal/cli.ts', 'main/doctor/cli.ts', 'test/simulation/run.ts'])
    write(program, `process.stdout.write(process.argv.slice(2).join(' ') + '\\n');`);
  write('bin/npm', `#!/bin/sh\necho called > "${path.join(root, 'npm-was-called')}"\n`);
  chmodSync(path.join(root, 'bin/npm'), 0o755);
  return (...args: string[]) => {
    const { status } = spawnSync(process.execPath, [path.join(root, 'main/start.mjs'), ...args], {
      env: { ...process.env, PATH: `${path.join(root, 'bin')}${path.delimiter}${process.env['PATH']}` },
    });
    return { status, installs: existsSync(path.join(root, 'npm-was-called')) };
  };
}

test.each(['orders', 'refund', 'stock', 'report', 'health', 'journal', 'doctor'])(
  '%s leaves the packages of the kiosk that runs as they are',
  (task) => {
    expect(clone('1.0.0')(task)).toEqual({ status: 0, installs: false });
    expect(clone(null)(task), 'on a fresh clone it needs them').toEqual({ status: 0, installs: true });
    expect(clone('half')(task), 'after an installation that broke off as well').toEqual({ status: 0, installs: true });
  },
);

test('what no kiosk runs beside brings them up to date', () => {
  expect(clone('1.0.0')('simulate')).toEqual({ status: 0, installs: true });
  expect(clone('2.0.0')('simulate')).toEqual({ status: 0, installs: false });
});
