/** docs/hardware.md: its examples are configurations that the kiosk takes, and its commands exist. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseConfig } from '../../app/config.ts';

const page = readFileSync('docs/hardware.md', 'utf8');
const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text as string);
/** Options that stand behind "# " in an example count as well. */
const withComments = (text: string) => text.replace(/^ {2}# (\w+: .*)$/gm, '  $1');

test.each(examples.flatMap((text) => [text, withComments(text)]))('example %#', (text) => {
  const shop = { name: { ja: '店' }, merchantName: 'M' };
  const products = [{ sku: 'tea', name: { ja: '茶' }, price_jpy: 150 }];
  const slots = [{ slot: '1', sku: 'tea', stock: 1 }];
  const found = parseConfig({ version: 1, shop, products, slots, ...(parse(text) as object) });
  expect(found.ok ? [] : found.problems).toEqual([]);
});

test('there is an example for every driver, and every command is a script', () => {
  for (const driver of ['xy-vmc', 'mdb-qibixx', 'modbus-relay', 'lock-board']) expect(examples.join()).toContain(`driver: ${driver}`);
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  for (const [, script] of page.matchAll(/^npm run (\S+)/gm)) expect(scripts).toHaveProperty(script as string);
});
