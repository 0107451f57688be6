/** A shop owner's mistakes: each is answered with file, line, key, what was found and what is allowed. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CannotStart } from '../../main/cannot-start.ts';
import { readConfigFile } from '../../main/config-file.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'jihanki-config-'));
const file = path.join(folder, 'shop.yaml');
const GOOD = `version: 1
shop:
  name: { ja: 店 }
  merchantName: 商店
paypay:
  environment: sandbox
machine:
  driver: xy-vmc
  port: /dev/ttyUSB0
products:
  - sku: tea
    name: { ja: お茶 }
    price_jpy: 150
slots:
  - { slot: '1', sku: tea, stock: 5 }
`;

function problems(text: string): string {
  writeFileSync(file, text);
  try {
    readConfigFile(file);
    return '';
  } catch (error) {
    if (error instanceof CannotStart) return error.message.replaceAll(folder, '');
    throw error;
  }
}

test('a good file is read, with defaults', () => {
  expect(problems(GOOD)).toBe('');
  expect(readConfigFile(file)).toMatchObject({ paypay: { pollInterval_ms: 3000 }, slots: [{ slot: '1', capacity: 10 }] });
});

test('the demo’s own shop is good', () => {
  expect(readConfigFile(path.resolve(import.meta.dirname, '../../main/demo/shop.yaml')).products.length).toBeGreaterThanOrEqual(12);
});

describe('a bad file', () => {
  test.each([
    ['price_jpy: 150', 'price_jpy: -5', '/shop.yaml:13: products[0].price_jpy: found -5, allowed: at least 1'],
    ['price_jpy: 150', 'price_jpy: "150"', '/shop.yaml:13: products[0].price_jpy: found "150", allowed: a number'],
    ['    price_jpy: 150\n', '', '/shop.yaml:11: products[0].price_jpy: found nothing, allowed: a number'],
    ['environment: sandbox', 'environment: prod', '/shop.yaml:6: paypay.environment: found "prod", allowed: sandbox, staging, production'],
    [
      'environment: sandbox',
      'enviroment: sandbox',
      '/shop.yaml:6: paypay.enviroment: found a key that does not exist here, allowed: environment, merchantId',
    ],
    [
      'slots:\n',
      'operator: { lan: { till: true } }\nslots:\n',
      '/shop.yaml:14: operator.lan.till: found true with shop.mode: vending, allowed only with shop.mode: counter; remove it',
    ],
    ['driver: xy-vmc', 'driver: mdb', '/shop.yaml:8: machine.driver: found "mdb", allowed: "xy-vmc", "mdb-qibixx"'],
    ['port: /dev/ttyUSB0', 'port: ttyUSB0', '/shop.yaml:9: machine.port: found "ttyUSB0", allowed: a device path'],
    [
      'port: /dev/ttyUSB0',
      'port: /dev/ttyUSB0\n  bauds: 9600',
      '/shop.yaml:10: machine.bauds: found a key that does not exist here, allowed: driver, port, baud',
    ],
    ['sku: tea, stock: 5', 'sku: coffee, stock: 5', '/shop.yaml:15: slots[0].sku: found "coffee", which is not in products'],
    ['sku: tea, stock: 5', 'sku: tea, stock: 50', '/shop.yaml:15: slots[0].stock: found 50, allowed: at most the capacity 10'],
    ['version: 1', 'version: 2', '/shop.yaml:1: version: found 2, allowed: 1'],
    ['ja: お茶', 'en: Tea', '/shop.yaml:12: products[0].name.ja: found nothing, allowed: a text'],
    ['name: { ja: お茶 }', 'name: { ja: お茶 ', '/shop.yaml:13: not YAML'],
    [
      'price_jpy: 150',
      'price_jpy: 150\n    picture: tea.bmp',
      '/shop.yaml:14: products[0].picture: found /tea.bmp, allowed: a file that ends with .svg',
    ],
    ['price_jpy: 150', 'price_jpy: 150\n    picture: tea.png', "/shop.yaml:14: products[0].picture: found /tea.png, which can't be read"],
    ['version: 1', 'version: 1\nversion: 1', '/shop.yaml:2: not YAML: Map keys must be unique'],
  ])('%s → %s', (good, bad, message) => {
    expect(GOOD).toContain(good);
    expect(problems(GOOD.replace(good, bad))).toContain(message);
  });

  test('all faults are told at once, but no more than twenty', () => {
    const many = Array.from({ length: 30 }, (_, i) => `  - { sku: p${i}, name: { ja: x }, price_jpy: 0 }`).join('\n');
    const lines = problems(GOOD.replace('products:', `products:\n${many}`)).split('\n');
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toBe('… and 10 more');
  });

  test('no file', () => {
    expect(() => readConfigFile(path.join(folder, 'none.yaml'))).toThrow(/none\.yaml: can't be read: ENOENT/);
  });

  test('an enormous one is not read', () => {
    expect(problems('#'.repeat(1_000_001))).toContain('it has 1000001 bytes, allowed: 1000000');
  });

  test('a bomb of aliases does not go off', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefgh'.split('').map((key, i) => `${key}: &${key} [${Array(9).fill(`*${'abcdefg'[i]}`).join(',')}]`),
    ].join('\n');
    expect(problems(bomb)).toMatch(/not YAML: Excessive alias count/);
  });

  test('whatever stands in it, a person gets a message and no crash', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.string({ unit: fc.constantFrom(...'{}[]:,-&*!|>\'"%@` \n\tabc012') })), (text) => {
        expect(problems(text)).not.toBe('');
      }),
      { numRuns: 300 },
    );
  });
});
