/**
 * Packs the application with a stand-in for Electron's runtime, which can't be downloaded everywhere, and looks into the result:
 * what is shipped, and what must not be.
 */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'jihanki-package-'));
const resources = path.join(folder, 'out/linux-unpacked/resources');
/** What @electron/fuses looks for in a runtime: its sentinel, a version, the number of fuses, and the fuses. */
const FUSES = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';

/** As much of an Electron folder as the packer touches. */
function standInRuntime(): string {
  const runtime = path.join(folder, 'runtime');
  mkdirSync(path.join(runtime, 'locales'), { recursive: true });
  mkdirSync(path.join(runtime, 'resources'));
  const wire = Buffer.concat([Buffer.from(FUSES), Buffer.from([1, 9]), Buffer.from('0'.repeat(9))]);
  writeFileSync(path.join(runtime, 'electron'), Buffer.concat([Buffer.from('#!/bin/sh\nexit 0\n'), wire]), { mode: 0o755 });
  const { version } = JSON.parse(readFileSync(path.join(root, 'node_modules/electron/package.json'), 'utf8')) as { version: string };
  writeFileSync(path.join(runtime, 'version'), version);
  for (const name of ['LICENSE', 'LICENSES.chromium.html', 'locales/ja.pak', 'locales/en-US.pak', 'locales/de.pak'])
    writeFileSync(path.join(runtime, name), '');
  return runtime;
}

let packed: string[] = [];

beforeAll(async () => {
  if (!existsSync(path.join(root, 'dist/main/electron.js'))) await run('npm', ['run', '--silent', 'build'], { cwd: root });
  const args = ['--config', 'electron-builder.yml', '--linux', 'dir', '--publish', 'never'];
  const overrides = [`-c.electronDist=${standInRuntime()}`, `-c.directories.output=${path.join(folder, 'out')}`];
  await run(path.join(root, 'node_modules/.bin/electron-builder'), [...args, ...overrides], { cwd: root }).catch(
    (error: { stdout: string; stderr: string }) => {
      throw new Error(`electron-builder failed:\n${error.stdout}${error.stderr}`);
    },
  );
  const asar = createRequire(path.join(root, 'node_modules/app-builder-lib/package.json'))('@electron/asar') as {
    listPackage(archive: string, options: object): string[];
  };
  packed = asar.listPackage(path.join(resources, 'app.asar'), { isPack: false }).map((name) => name.replaceAll('\\', '/'));
}, 180_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the package holds the bundles of host, journal, preload and screens', () => {
  for (const file of [
    '/package.json',
    '/dist/main/electron.js',
    '/dist/main/journal-writer.js',
    '/dist/preload/preload.cjs',
    '/dist/renderer/index.html',
  ])
    expect(packed).toContain(file);
  expect(packed.some((name) => name.startsWith('/dist/renderer/') && name.endsWith('.woff2'))).toBe(true);
});

test('the native binding of the serial port stands unpacked, where the system can load it, and loads', () => {
  const bindings = path.join(resources, 'app.asar.unpacked/node_modules/@serialport/bindings-cpp');
  const binary = path.join(bindings, 'prebuilds', `${process.platform}-${process.arch}`);
  expect(existsSync(binary)).toBe(true);
  // Beside its package's files, as at run time, it answers.
  cpSync(path.join(root, 'node_modules/@serialport/bindings-cpp/package.json'), path.join(bindings, 'package.json'));
  const load = createRequire(path.join(root, 'node_modules/@serialport/bindings-cpp/package.json'))('node-gyp-build') as (
    where: string,
  ) => object;
  expect(Object.keys(load(bindings))).toContain('open');
});

test('the native code that makes pictures small stands unpacked with its libraries, and loads from there', async () => {
  const unpacked = path.join(resources, 'app.asar.unpacked');
  expect(packed).toContain('/node_modules/sharp/package.json');
  const [binding] = readdirSync(path.join(unpacked, `node_modules/@img/sharp-${process.platform}-${process.arch}/lib`)).filter((name) =>
    name.endsWith('.node'),
  );
  const file = path.join(unpacked, `node_modules/@img/sharp-${process.platform}-${process.arch}/lib`, binding ?? '');
  const { stdout } = await run(process.execPath, ['-p', `Object.keys(require(${JSON.stringify(file)})).includes('pipeline')`]);
  expect(stdout.trim()).toBe('true');
});

test('no tests, no sources, no source maps, no simulators, no build tools and no secrets are shipped', () => {
  const strange = packed.filter(
    (name) =>
      (/\.(map|ts|tsx|sqlite|db|env|pem|key)$/.test(name) && !/^\/node_modules\/.*\.d\.ts$/.test(name)) ||
      /^\/(test|app|main|renderer|hardware|docs|release|\.ci|\.git|\.jihanki)(\/|$)/.test(name) ||
      /simulator|node-linux|shop\.yaml/.test(name),
  );
  expect(strange).toEqual([]);
});

test('no bundle carries a key of the machine that built it', () => {
  const sources = ['dist/main/electron.js', 'dist/preload/preload.cjs'].map((name) => readFileSync(path.join(root, name), 'utf8'));
  for (const source of sources) expect(source).not.toMatch(/BEGIN [A-Z ]*PRIVATE KEY|apiSecret\s*[:=]\s*['"][^'"]+['"]/);
});
