import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FAULT_KINDS } from '../../../main/paypay/simulator/faults.ts';
import { Switches } from '../../../main/paypay/simulator/switches.ts';
import { OPERATION_NAMES } from './samples.ts';

const docs = readFileSync(new URL('../../../docs/paypay.md', import.meta.url), 'utf8');

test.each([...OPERATION_NAMES, ...FAULT_KINDS, ...Object.keys(Switches.shape)])('docs/paypay.md explains %s', (name) => {
  expect(docs).toContain(`\`${name}\``);
});

test('the defaults in the docs are the real ones', () => {
  const defaults = Switches.parse({});
  for (const [, name = '', value = ''] of docs.matchAll(/^\| `(\w+)` \| `?([\w]+)`? \|/gm))
    if (name in defaults) expect(String(defaults[name as keyof typeof defaults]), name).toBe(value);
});
