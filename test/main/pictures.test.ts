/** Pictures as shops have them: large, sideways, transparent, broken; and the small ones that the screens are given. */
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Picture, pictureProblem, preparePictures, preparingProblem } from '../../main/pictures.ts';

let folder: string;
let kept: string;
let problems: string[];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'jihanki-pictures-'));
  kept = path.join(folder, 'kept');
  problems = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const picture = (name: string): Picture => ({ key: ['products', 0, 'picture'], url: `pictures/${name}`, file: path.join(folder, name) });
const prepare = (...names: string[]) =>
  preparePictures(names.map(picture), kept, ({ url }, message) => void problems.push(`${url}: ${message}`));
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
    await sidewaysPhotograph(picture('tea.jpg').file);
    const file = (await prepare('tea.jpg')).get('pictures/tea.jpg')!;
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
    await blank(100, 60).png().toFile(picture('cup.png').file);
    writeFileSync(picture('logo.svg').file, '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>');
    const given = await prepare('cup.png', 'logo.svg');
    expect(await sharp(given.get('pictures/cup.png')).metadata()).toMatchObject({ width: 100, height: 60, hasAlpha: true });
    expect(given.get('pictures/logo.svg')).toBe(picture('logo.svg').file);
  });

  test.each(['jpeg', 'png', 'webp', 'avif'] as const)('%s can be shown', async (format) => {
    const name = `cup.${format}`;
    await blank(900, 900).flatten().toFormat(format).toFile(picture(name).file);
    expect(pictureProblem(picture(name).file)).toBeNull();
    expect(await preparingProblem(picture(name).file)).toBeNull();
    expect((await prepare(name)).size).toBe(1);
  });

  test('is made once: the second start takes what the first one made', async () => {
    await blank(900, 900).png().toFile(picture('cup.png').file);
    const first = (await prepare('cup.png')).get('pictures/cup.png')!;
    const long_ago = new Date('2020-01-01');
    utimesSync(first, long_ago, long_ago);
    expect((await prepare('cup.png')).get('pictures/cup.png')).toBe(first);
    expect(statSync(first).mtime).toEqual(long_ago);
  });

  test('another picture under the old name is made anew, and the old one forgotten', async () => {
    await blank(900, 900).png().toFile(picture('cup.png').file);
    const first = (await prepare('cup.png')).get('pictures/cup.png')!;
    await blank(300, 200).png().toFile(picture('cup.png').file);
    const second = (await prepare('cup.png')).get('pictures/cup.png')!;
    expect(await sharp(second).metadata()).toMatchObject({ width: 300, height: 200 });
    expect(existsSync(first)).toBe(false);
    expect(readdirSync(kept)).toEqual([path.basename(second)]);
  });

  test('what a power cut left half made is not taken for a picture', async () => {
    await blank(900, 900).png().toFile(picture('cup.png').file);
    const file = (await prepare('cup.png')).get('pictures/cup.png')!;
    rmSync(file);
    writeFileSync(`${file}.unfinished`, 'half');
    expect(await sharp((await prepare('cup.png')).get('pictures/cup.png')).metadata()).toMatchObject({ width: 640 });
    expect(readdirSync(kept)).toEqual([path.basename(file)]);
  });
});

describe('a picture that can’t be made ready', () => {
  test('is left out with the reason, and the others are there', async () => {
    await blank(900, 900).png().toFile(picture('cup.png').file);
    writeFileSync(picture('torn.jpg').file, 'not a picture');
    expect([...(await prepare('torn.jpg', 'cup.png')).keys()]).toEqual(['pictures/cup.png']);
    expect(problems).toEqual([expect.stringMatching(/^pictures\/torn\.jpg: .*unsupported image format/)]);
    expect(await preparingProblem(picture('torn.jpg').file)).toMatch(/unsupported image format/);
  });

  test('cut off in the middle, it is not shown by half', async () => {
    await sidewaysPhotograph(picture('tea.jpg').file);
    const whole = await sharp(picture('tea.jpg').file).toBuffer();
    writeFileSync(picture('cut.jpg').file, whole.subarray(0, whole.length / 2));
    expect((await prepare('cut.jpg')).size).toBe(0);
    expect(problems).toHaveLength(1);
  });

  test('on a disk that takes nothing, it is shown as it is', async () => {
    await blank(900, 900).png().toFile(picture('cup.png').file);
    // A file where the folder should be: also a superuser can't write there.
    copyFileSync(picture('cup.png').file, kept);
    chmodSync(kept, 0o400);
    const given = await preparePictures([picture('cup.png')], path.join(kept, 'inside'), (_, message) => void problems.push(message));
    expect(given.get('pictures/cup.png')).toBe(picture('cup.png').file);
    expect(problems).toEqual([expect.stringMatching(/ENOTDIR/)]);
  });
});
