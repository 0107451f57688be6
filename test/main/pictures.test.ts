/** Pictures as shops have them: large, sideways, transparent, broken; and the small ones that the screens are given. */
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseConfig } from '../../app/config.ts';
import { pictureProblem, preparePicture, preparingProblem } from '../../main/pictures.ts';
import { openScreenPictures } from '../../main/screen-pictures.ts';
import { silentLog } from '../hardware/silent-log.ts';

let folder: string;
let kept: string;
let problems: string[];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'jihanki-pictures-'));
  kept = path.join(folder, 'kept');
  problems = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const fileOf = (name: string): string => path.join(folder, name);

/** Files by name, as a kiosk with these pictures gives them to its screens from its start on. */
async function prepare(...names: string[]): Promise<ReadonlyMap<string, string>> {
  const parsed = parseConfig({
    ...{ version: 1, shop: { name: { ja: '店' }, merchantName: '店' }, paypay: {}, machine: { driver: 'xy-vmc', port: '/dev/null' } },
    products: names.map((picture, i) => ({ sku: `p${i}`, name: { ja: '茶' }, price_jpy: 100, picture })),
    slots: [{ slot: '1', sku: 'p0', capacity: 1, stock: 1 }],
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const pictures = openScreenPictures(parsed.config, folder, kept, {
    ...silentLog,
    warn: (_, fields) => void problems.push(`${path.basename(String(fields?.['file']))}: ${String(fields?.['message'])}`),
  });
  await pictures.ready;
  return new Map(
    [...pictures.addresses()].flatMap(([name, address]) => {
      const file = pictures.file(address);
      return file === undefined ? [] : [[name, file] as const];
    }),
  );
}
const blank = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 4, background: { r: 200, g: 30, b: 30, alpha: 0.5 } } });

/** A photograph on its side: the left half is red, the right half blue, and the camera says "turn me". */
async function sidewaysPhotograph(file: string): Promise<void> {
  const half = (background: string) =>
    sharp({ create: { width: 2000, height: 3000, channels: 3, background } })
      .png()
      .toBuffer();
  const base = sharp({ create: { width: 4000, height: 3000, channels: 3, background: 'white' } });
  await base
    .composite([
      { input: await half('red'), left: 0, top: 0 },
      { input: await half('blue'), left: 2000, top: 0 },
    ])
    .withMetadata({ orientation: 6, exif: { IFD0: { Make: 'a camera' } } })
    .jpeg()
    .toFile(file);
}

describe('a picture made ready', () => {
  test('a photograph of twelve megapixels is small, upright, and says nothing of its camera', async () => {
    await sidewaysPhotograph(fileOf('tea.jpg'));
    const file = (await prepare('tea.jpg')).get('tea.jpg')!;
    const { width, height, format, exif, orientation } = await sharp(file).metadata();
    expect({ width, height, format, exif, orientation }).toEqual({
      width: 480,
      height: 640,
      format: 'webp',
      exif: undefined,
      orientation: undefined,
    });
    const top = await sharp(file).extract({ left: 200, top: 100, width: 1, height: 1 }).removeAlpha().raw().toBuffer();
    expect(top[0]).toBeGreaterThan(200);
    expect(top[2]).toBeLessThan(50);
    expect(problems).toEqual([]);
  });

  test('a transparent one stays transparent, a small one is not blown up, a drawing is shown as it is', async () => {
    await blank(100, 60).png().toFile(fileOf('cup.png'));
    writeFileSync(fileOf('logo.svg'), '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>');
    const given = await prepare('cup.png', 'logo.svg');
    expect(await sharp(given.get('cup.png')).metadata()).toMatchObject({ width: 100, height: 60, hasAlpha: true });
    expect(given.get('logo.svg')).toBe(fileOf('logo.svg'));
  });

  test.each(['jpeg', 'png', 'webp', 'avif'] as const)('%s can be shown', async (format) => {
    const name = `cup.${format}`;
    await blank(900, 900).flatten().toFormat(format).toFile(fileOf(name));
    expect(pictureProblem(fileOf(name))).toBeNull();
    expect(await preparingProblem(fileOf(name))).toBeNull();
    expect((await prepare(name)).size).toBe(1);
  });

  test('is made once: the second start takes what the first one made', async () => {
    await blank(900, 900).png().toFile(fileOf('cup.png'));
    const first = (await prepare('cup.png')).get('cup.png')!;
    const long_ago = new Date('2020-01-01');
    utimesSync(first, long_ago, long_ago);
    expect((await prepare('cup.png')).get('cup.png')).toBe(first);
    expect(statSync(first).mtime).toEqual(long_ago);
  });

  test('another picture under the old name is made anew, and the old one forgotten', async () => {
    await blank(900, 900).png().toFile(fileOf('cup.png'));
    const first = (await prepare('cup.png')).get('cup.png')!;
    await blank(300, 200).png().toFile(fileOf('cup.png'));
    const second = (await prepare('cup.png')).get('cup.png')!;
    expect(await sharp(second).metadata()).toMatchObject({ width: 300, height: 200 });
    expect(existsSync(first)).toBe(false);
    expect(readdirSync(kept)).toEqual([path.basename(second)]);
  });

  test('what a power cut left half made is not taken for a picture', async () => {
    await blank(900, 900).png().toFile(fileOf('cup.png'));
    const file = (await prepare('cup.png')).get('cup.png')!;
    rmSync(file);
    writeFileSync(`${file}.unfinished`, 'half');
    expect(await sharp((await prepare('cup.png')).get('cup.png')).metadata()).toMatchObject({ width: 640 });
    expect(readdirSync(kept)).toEqual([path.basename(file)]);
  });
});

describe('a picture that can’t be made ready', () => {
  test('is left out with the reason, and the others are there', async () => {
    await blank(900, 900).png().toFile(fileOf('cup.png'));
    writeFileSync(fileOf('torn.jpg'), 'not a picture');
    expect([...(await prepare('torn.jpg', 'cup.png')).keys()]).toEqual(['cup.png']);
    expect(problems).toEqual([expect.stringMatching(/^torn\.jpg: .*unsupported image format/)]);
    expect(await preparingProblem(fileOf('torn.jpg'))).toMatch(/unsupported image format/);
  });

  test('cut off in the middle, it is not shown by half', async () => {
    await sidewaysPhotograph(fileOf('tea.jpg'));
    const whole = await sharp(fileOf('tea.jpg')).toBuffer();
    writeFileSync(fileOf('cut.jpg'), whole.subarray(0, whole.length / 2));
    expect((await prepare('cut.jpg')).size).toBe(0);
    expect(problems).toHaveLength(1);
  });

  test('on a disk that takes nothing, it is shown as it is', async () => {
    await blank(900, 900).png().toFile(fileOf('cup.png'));
    // A file where the folder should be: also a superuser can't write there.
    copyFileSync(fileOf('cup.png'), kept);
    chmodSync(kept, 0o400);
    const given = await preparePicture(fileOf('cup.png'), path.join(kept, 'inside'), (message) => void problems.push(message));
    expect(given).toBe(fileOf('cup.png'));
    expect(problems).toEqual([expect.stringMatching(/ENOTDIR/)]);
  });
});
