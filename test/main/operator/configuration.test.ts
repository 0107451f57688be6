/** The configuration file, edited while the kiosk runs: as a whole or not at all. */
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Config } from '../../../app/config.ts';
import { createPlanogram } from '../../../app/catalogue/planogram.ts';
import { readConfigFile } from '../../../main/config-file.ts';
import { type Configuration, watchConfiguration } from '../../../main/operator/configuration.ts';
import { silentLog } from '../../hardware/silent-log.ts';

const YAML = `# The shop at the corner
version: 1
shop:
  name: { ja: 試験店 }
  merchantName: 試験商店
  phone: 03-0000-0000
paypay:
  merchantId: test
machine:
  driver: xy-vmc
  port: /dev/ttyS9
products:
  - { sku: tea, name: { ja: お茶 }, price_jpy: 150 } # the green one
slots:
  - { slot: '1', sku: tea, capacity: 8, stock: 5 }
`;

let folder: string;
let file: string;
let applied: Config[];
let configuration: Configuration;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'jihanki-config-'));
  file = path.join(folder, 'shop.yaml');
  writeFileSync(file, YAML);
  applied = [];
  configuration = watchConfiguration({
    ...{ file, initial: readConfigFile(file), read: () => readConfigFile(file), log: silentLog },
    apply: (config) => void applied.push(config),
  });
});
afterEach(() => {
  configuration.stop();
  rmSync(folder, { recursive: true, force: true });
});

const prices = (): (number | undefined)[] => applied.map(({ products }) => products[0]?.price_jpy);

test('a good change is in force, once', () => {
  writeFileSync(file, YAML.replace('150', '160'));
  expect(configuration.reload()).toEqual([]);
  expect(configuration.reload()).toEqual([]);
  expect(prices()).toEqual([160]);
  expect(configuration.current().products[0]?.price_jpy).toBe(160);
});

test('a wrong one is refused, says where, and leaves the old one in force until it is mended', () => {
  writeFileSync(file, YAML.replace('150', '-5'));
  expect(configuration.reload().join()).toMatch(/shop\.yaml:13: products\[0\]\.price_jpy: found -5/);
  expect(configuration.problems()).not.toEqual([]);
  expect(configuration.current().products[0]?.price_jpy).toBe(150);
  writeFileSync(file, YAML);
  expect(configuration.reload()).toEqual([]);
  expect(configuration.problems()).toEqual([]);
  expect(applied).toEqual([]);
});

test('a file of which an editor has written only so much is never in force', () => {
  const edited = YAML.replace('150', '160');
  const before = configuration.current();
  for (let length = 0; length < edited.lastIndexOf('stock: 5'); length += 7) {
    writeFileSync(file, edited.slice(0, length));
    expect(configuration.reload(), `the first ${length} characters`).not.toEqual([]);
    expect(configuration.current()).toBe(before);
  }
  rmSync(file);
  expect(configuration.reload().join()).toMatch(/can't be read/);
  writeFileSync(file, edited);
  expect(configuration.reload()).toEqual([]);
  expect(prices()).toEqual([160]);
});

test('an editor that renames its file over ours is noticed by itself', async () => {
  const other = path.join(folder, '.shop.yaml.swp');
  writeFileSync(other, YAML.replace('150', '170'));
  renameSync(other, file);
  await vi.waitFor(() => expect(prices()).toEqual([170]), 10_000);
}, 15_000);

describe.each([
  ['machine', (yaml: string) => yaml.replace('ttyS9', 'ttyS8')],
  ['paypay', (yaml: string) => yaml.replace('merchantId: test', 'merchantId: other')],
])('%s', (key, edit) => {
  test('needs a restart, and says so; what was changed along with it waits as well', () => {
    writeFileSync(file, edit(YAML).replace('150', '160'));
    expect(configuration.reload().join()).toMatch(new RegExp(`^${key}: changed; restart the kiosk`));
    expect(applied).toEqual([]);
  });
});

test('the exported file has what staff changed, keeps its comments, and is a configuration', () => {
  writeFileSync(file, YAML.replace('150', '180').replace('stock: 5', 'stock: 3'));
  const planogram = createPlanogram(readConfigFile(file));
  writeFileSync(file, YAML);
  const exported = configuration.exported(planogram);
  writeFileSync(file, exported);
  const config = readConfigFile(file);
  expect(config.products[0]?.price_jpy).toBe(180);
  expect(config.slots[0]?.stock).toBe(3);
  for (const comment of ['# The shop at the corner', '# the green one']) expect(readFileSync(file, 'utf8')).toContain(comment);
});

test('what staff took away from a product is not in the exported file; its picture, and what others wrote there, stay', () => {
  const written = YAML.replace(
    'products:\n',
    `categories:
  - { id: hot, name: { ja: 温かい } }
products:
  - sku: beer
    name: { ja: ビール, en: Beer }
    description: { ja: 冷えています }
    category: hot
    calories_kcal: 140
    picture: beer.svg
    price_jpy: 300 # with tax
    ageRestricted: true
`,
  );
  writeFileSync(path.join(folder, 'beer.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  writeFileSync(file, written);
  const before = readConfigFile(file);
  const planogram = createPlanogram(before);
  const [beer] = before.products;
  if (beer === undefined) throw new Error('no beer');
  const { sku, name, price_jpy, picture } = beer;
  const product = { sku, name, price_jpy, picture, allergens: [], ageRestricted: false };
  planogram.apply({ type: 'product.set', product, over: beer, by: 'Aki' });
  const exported = configuration.exported(planogram);
  writeFileSync(file, exported);
  expect(readConfigFile(file).products[0]).toEqual(product);
  expect(exported).toContain('# with tax');
  expect(readConfigFile(file).products[1]).toEqual(before.products[1]);
});

test('an edit that the kiosk can’t take over while it runs says so, for each key that is opened once', () => {
  const ageCheck = `ageCheck: { module: ./check.mjs }\n`;
  const printer = `printer: { port: 'tcp://10.0.0.7:9100' }\n`;
  const operator = `operator: { lan: { port: 7444 } }\n`;
  for (const [key, text] of [
    ['ageCheck', ageCheck],
    ['printer', printer],
    ['operator', operator],
  ] as const) {
    writeFileSync(file, `${YAML}${text}`);
    expect(configuration.reload()).toEqual([`${key}: changed; restart the kiosk to use the edited file`]);
  }
  expect(applied).toEqual([]);
});
