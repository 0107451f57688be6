import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { Config } from '../../app/config.ts';
import type { Log } from '../../app/ports.ts';
import { loadAgeCheck } from '../../main/age-check.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'jihanki-age-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const said: string[] = [];
const log: Log = { info() {}, warn() {}, error: (_, fields) => said.push(String(fields?.['message'])) };
const load = (module: string, options = {}) => loadAgeCheck({ ageCheck: { module, options } } as Config, folder, log, 500);
const written = (name: string, text: string) => {
  writeFileSync(path.join(folder, name), text);
  return load(name);
};

it('is off when the configuration names none', async () => {
  expect(await loadAgeCheck({} as Config, folder, log)).toBeUndefined();
  expect(said).toEqual([]);
});

it.each([
  ['a file that is not there', 'missing.mjs', null, /missing\.mjs can't be used, so age-restricted goods are not sold/],
  ['a file that is no JavaScript', 'broken.mjs', 'export default (', /broken\.mjs can't be used/],
  ['a module without a function', 'empty.mjs', 'export const check = 1;', /no default export that is a function/],
  ['a function that makes nothing', 'nothing.mjs', 'export default () => null;', /nothing with a method check/],
  ['a module that never ends loading', 'endless.mjs', 'await new Promise((r) => setTimeout(r, 1e6)); export default () => null;', /500 ms/],
  ['a function that never ends', 'waits.mjs', 'export default () => new Promise(() => {});', /not ready in 500 ms/],
  ['a function that throws', 'throws.mjs', "export default () => { throw new Error('no reader'); };", /no reader/],
])('says why %s is not used', async (_, name, text, why) => {
  said.length = 0;
  expect(await (text === null ? load(name) : written(name, text))).toBeUndefined();
  expect(said).toEqual([expect.stringMatching(why)]);
});

it('runs the example of docs/age-check.md', async () => {
  const example = /```js\n([^]*?)```/.exec(readFileSync(path.join(import.meta.dirname, '../../docs/age-check.md'), 'utf8'))?.[1] ?? '';
  writeFileSync(path.join(folder, 'age-check.mjs'), example);
  const answers = ['{"adult":true}', '{"adult":false}', '{}', 'no JSON'];
  const reader = createServer((_, response) => response.end(answers.shift()));
  reader.listen(0, '127.0.0.1');
  await once(reader, 'listening');
  try {
    const check = await load('age-check.mjs', { url: `http://127.0.0.1:${(reader.address() as AddressInfo).port}` });
    const ask = () => check?.check({ orderId: 'o-1', skus: ['beer'], signal: AbortSignal.timeout(5_000) });
    expect(await ask()).toBe('allowed');
    expect(await ask()).toBe('refused');
    expect(await ask()).toBe('unknown');
    await expect(ask()).rejects.toThrow();
  } finally {
    reader.closeAllConnections();
    reader.close();
  }
});
