/** The configuration file, edited while the kiosk runs: as a whole or not at all. */
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Config } from '../../../app/config.ts';
import { createPlanogram } from '../../../app/catalogue/planogram.ts';
import { readConfigFile } from '../../../main/config-file.ts';
import { type Configuration, watchConfiguration } from '../../../main/operator/configuration.ts';
import { openScreenPictures, type ScreenPictures } from '../../../main/screen-pictures.ts';
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
let pictures: ScreenPictures;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'jihanki-config-'));
  file = path.join(folder, 'shop.yaml');
  writeFileSync(file, YAML);
  applied = [];
  pictures = openScreenPictures(readConfigFile(file), folder, path.join(folder, 'kept'), silentLog);
  configuration = watchConfiguration({
    ...{ file, initial: readConfigFile(file), read: () => readConfigFile(file), log: silentLog },
    preparePictures: (config) => pictures.prepare(config),
    apply: (config) => void applied.push(config),
  });
});
afterEach(() => {
  configuration.stop();
  rmSync(folder, { recursive: true, force: true });
});

const prices = (): (number | undefined)[] => applied.map(({ products }) => products[0]?.price_jpy);

test('a good change is in force, once', async () => {
  writeFileSync(file, YAML.replace('150', '160'));
  expect(await configuration.reload()).toEqual([]);
  expect(await configuration.reload()).toEqual([]);
  expect(prices()).toEqual([160]);
  expect(configuration.current().products[0]?.price_jpy).toBe(160);
});

test('a wrong one is refused, says where, and leaves the old one in force until it is mended', async () => {
  writeFileSync(file, YAML.replace('150', '-5'));
  expect((await configuration.reload()).join()).toMatch(/shop\.yaml:13: products\[0\]\.price_jpy: found -5/);
  expect(configuration.problems()).not.toEqual([]);
  expect(configuration.current().products[0]?.price_jpy).toBe(150);
  writeFileSync(file, YAML);
  expect(await configuration.reload()).toEqual([]);
  expect(configuration.problems()).toEqual([]);
  expect(applied).toEqual([]);
});

test('a file of which an editor has written only so much is never in force', async () => {
  const edited = YAML.replace('150', '160');
  const before = configuration.current();
  for (let length = 0; length < edited.lastIndexOf('stock: 5'); length += 7) {
    writeFileSync(file, edited.slice(0, length));
    expect(await configuration.reload(), `the first ${length} characters`).not.toEqual([]);
    expect(configuration.current()).toBe(before);
  }
  rmSync(file);
  expect((await configuration.reload()).join()).toMatch(/can't be read/);
  writeFileSync(file, edited);
  expect(await configuration.reload()).toEqual([]);
  expect(prices()).toEqual([160]);
});

test('an editor that renames its file over ours is noticed by itself', async () => {
  const other = path.join(folder, '.shop.yaml.swp');
  writeFileSync(other, YAML.replace('150', '170'));
  renameSync(other, file);
  await vi.waitFor(() => expect(prices()).toEqual([170]), 10_000);
}, 15_000);

test('one whose picture is copied after it comes into force by itself', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  try {
    configuration.stop();
    const told: unknown[] = [];
    const log = { ...silentLog, warn: (...line: unknown[]) => void told.push(line) };
    configuration = watchConfiguration({
      ...{ file, initial: readConfigFile(file), read: () => readConfigFile(file), log },
      preparePictures: (config) => pictures.prepare(config),
      apply: (config) => void applied.push(config),
    });
    writeFileSync(file, YAML.replace('price_jpy: 150', 'picture: tea.png, price_jpy: 160'));
    expect((await configuration.reload()).join()).toContain('tea.png');
    const before = told.length;
    const pass = async (time_ms: number): Promise<void> => {
      for (let passed_ms = 0; passed_ms < time_ms; passed_ms += 2000) {
        await vi.advanceTimersByTimeAsync(2000);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };
    await pass(90_000);
    expect(applied).toEqual([]);
    expect(told, 'what was said once is not said again').toHaveLength(before);
    await sharp({ create: { width: 8, height: 8, channels: 3, background: '#0a0' } })
      .png()
      .toFile(path.join(folder, 'tea.png'));
    await pass(32_000);
    await expect.poll(prices).toEqual([160]);
    expect(configuration.problems()).toEqual([]);
  } finally {
    vi.useRealTimers();
  }
});

describe.each([
  ['machine', (yaml: string) => yaml.replace('ttyS9', 'ttyS8')],
  ['paypay', (yaml: string) => yaml.replace('merchantId: test', 'merchantId: other')],
])('%s', (key, edit) => {
  test('needs a restart, and says so; what was changed along with it waits as well', async () => {
    writeFileSync(file, edit(YAML).replace('150', '160'));
    expect((await configuration.reload()).join()).toMatch(new RegExp(`^${key}: changed; restart the kiosk`));
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

test('an edit that the kiosk can’t take over while it runs says so, for each key that is opened once', async () => {
  const ageCheck = `ageCheck: { module: ./check.mjs }\n`;
  const printer = `printer: { port: 'tcp://10.0.0.7:9100' }\n`;
  const operator = `operator: { lan: { port: 7444 } }\n`;
  for (const [key, text] of [
    ['ageCheck', ageCheck],
    ['printer', printer],
    ['operator', operator],
  ] as const) {
    writeFileSync(file, `${YAML}${text}`);
    expect(await configuration.reload()).toEqual([`${key}: changed; restart the kiosk to use the edited file`]);
  }
  expect(applied).toEqual([]);
});

describe('pictures', () => {
  const draw = (name: string, background: string) =>
    sharp({ create: { width: 900, height: 900, channels: 3, background } })
      .jpeg()
      .toFile(path.join(folder, name));
  const withPicture = (name: string): string => YAML.replace('price_jpy: 150', `price_jpy: 150, picture: ${name}`);
  /** What a screen gets that asks for the picture of this name, by its colour. */
  const shown = async (name: string): Promise<'red' | 'green' | 'blue' | undefined> => {
    const file = pictures.file(pictures.addresses().get(name) ?? '');
    if (file === undefined) return undefined;
    const { dominant } = await sharp(file).stats();
    return dominant.r > 128 ? 'red' : dominant.b > 128 ? 'blue' : 'green';
  };

  test('one that is added is ready before the file is in force; another in its place has another address', async () => {
    await draw('tea.jpg', 'red');
    writeFileSync(file, withPicture('tea.jpg'));
    expect(await configuration.reload()).toEqual([]);
    expect(applied).toHaveLength(1);
    expect(await shown('tea.jpg')).toBe('red');
    const first = pictures.addresses().get('tea.jpg') ?? '';
    await draw('cup.jpg', 'blue');
    writeFileSync(file, withPicture('cup.jpg'));
    expect(await configuration.reload()).toEqual([]);
    expect(await shown('cup.jpg')).toBe('blue');
    expect(pictures.addresses().get('cup.jpg')).not.toBe(first);
    expect(pictures.file(first), 'a customer may still see the one before').toBeDefined();
  });

  test('a file that was replaced under its old name counts with the next reading', async () => {
    await draw('tea.jpg', 'red');
    writeFileSync(file, withPicture('tea.jpg'));
    await configuration.reload();
    const first = pictures.addresses().get('tea.jpg');
    await configuration.reload();
    expect(applied, 'nothing was changed').toHaveLength(1);
    await draw('tea.jpg', 'blue');
    expect(await configuration.reload()).toEqual([]);
    expect(applied).toHaveLength(2);
    expect(await shown('tea.jpg')).toBe('blue');
    expect(pictures.addresses().get('tea.jpg')).not.toBe(first);
  });

  test('a broken one keeps the file out of force, in words, with all that was changed along with it', async () => {
    await draw('tea.jpg', 'red');
    writeFileSync(file, withPicture('tea.jpg'));
    await configuration.reload();
    const addresses = pictures.addresses();
    const whole = readFileSync(path.join(folder, 'tea.jpg'));
    writeFileSync(path.join(folder, 'cut.jpg'), whole.subarray(0, whole.length / 2));
    writeFileSync(file, withPicture('cut.jpg').replace('150', '160'));
    const problems = await configuration.reload();
    expect(problems).toEqual([
      expect.stringMatching(/^products\[0\]\.picture: found .*cut\.jpg, which can't be shown: .*; save it anew as JPEG/),
    ]);
    expect(configuration.problems()).toEqual(problems);
    expect(prices()).toEqual([150]);
    expect(pictures.addresses()).toEqual(addresses);
    expect(await shown('tea.jpg')).toBe('red');
    await draw('cut.jpg', 'blue');
    expect(await configuration.reload()).toEqual([]);
    expect(prices()).toEqual([150, 160]);
    expect(await shown('cut.jpg')).toBe('blue');
  });

  test('one that the start could not show keeps no other change out of force', async () => {
    writeFileSync(path.join(folder, 'torn.jpg'), 'not a picture');
    const torn = withPicture('torn.jpg');
    writeFileSync(file, torn);
    pictures = openScreenPictures(readConfigFile(file), folder, path.join(folder, 'kept'), silentLog);
    writeFileSync(file, torn.replace('150', '160'));
    expect(await configuration.reload()).toEqual([]);
    expect(prices()).toEqual([160]);
    expect(await shown('torn.jpg')).toBeUndefined();
  });

  test('two readings at once come into force one after the other', async () => {
    await draw('tea.jpg', 'red');
    writeFileSync(file, withPicture('tea.jpg'));
    const first = configuration.reload();
    writeFileSync(file, YAML.replace('150', '170'));
    expect(await Promise.all([first, configuration.reload()])).toEqual([[], []]);
    expect(prices().at(-1)).toBe(170);
    expect(configuration.current().products[0]?.price_jpy).toBe(170);
  });
});
