/**
 * What every screen looked like when somebody last looked at it: one sheet of small grey pictures for each glass, a row for each screen and
 * a column for each language, in normal and then in easy view (docs/screens.md). A picture made so small keeps where everything stands and
 * how dark it is, and forgets how a version of Chromium draws the edge of a letter.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { type Language, LANGUAGES } from '../../app/view.ts';
import type { GlassName } from './fixtures.ts';

const FOLDER = path.join(import.meta.dirname, 'kept-pictures');
const ROWS = path.join(FOLDER, 'rows.json');
/** A thumbnail's width and height in pixels; one of them is some 4 mm of a large screen. */
const SIZE: Readonly<Record<GlassName, readonly [width: number, height: number]>> = {
  portrait: [54, 96],
  landscape: [96, 54],
  small: [80, 48],
};
/** Shades of 256 that a pixel may differ by, and how many may differ by more: less than a short word. */
const SHADES = 20;
const PIXELS = 3;

export type Thumbnail = Uint8Array;
export interface Look {
  readonly name: string;
  readonly language: Language;
  readonly easyView: boolean;
}
const columnOf = ({ language, easyView }: Look): number => LANGUAGES.indexOf(language) + (easyView ? LANGUAGES.length : 0);
const COLUMNS = 2 * LANGUAGES.length;

/** @param picture a screenshot of the whole glass */
export async function thumbnail(picture: Uint8Array, glass: GlassName): Promise<Thumbnail> {
  const [width, height] = SIZE[glass];
  return await sharp(picture).flatten().greyscale().resize(width, height, { fit: 'fill', kernel: 'mitchell' }).raw().toBuffer();
}

/** @returns whether somebody who looks at both sees two different screens */
export function differs(one: Thumbnail, other: Thumbnail): boolean {
  let pixels = 0;
  for (const [index, shade] of one.entries()) if (Math.abs(shade - (other[index] ?? 0)) > SHADES) pixels += 1;
  return pixels > PIXELS;
}

const rows = (): Partial<Record<GlassName, string[]>> => {
  try {
    return JSON.parse(readFileSync(ROWS, 'utf8')) as Partial<Record<GlassName, string[]>>;
  } catch {
    return {};
  }
};

/** @returns finds the thumbnail that was kept of a screen */
export async function keptPictures(glass: GlassName): Promise<(look: Look) => Thumbnail | undefined> {
  const names = rows()[glass] ?? [];
  if (names.length === 0) return () => undefined;
  const [width, height] = SIZE[glass];
  const { data } = await sharp(path.join(FOLDER, `${glass}.webp`))
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return (look) => {
    const row = names.indexOf(look.name);
    if (row < 0) return undefined;
    const found = new Uint8Array(width * height);
    for (let y = 0; y < height; y += 1) {
      const start = ((row * height + y) * COLUMNS + columnOf(look)) * width;
      found.set(data.subarray(start, start + width), y * width);
    }
    return found;
  };
}

/** Writes the sheet of a glass anew. */
export async function keepPictures(glass: GlassName, pictures: readonly (Look & { readonly thumbnail: Thumbnail })[]): Promise<void> {
  const names = [...new Set(pictures.map(({ name }) => name))];
  const [width, height] = SIZE[glass];
  const sheet = sharp({ create: { width: width * COLUMNS, height: height * names.length, channels: 3, background: '#fff' } }).composite(
    pictures.map((picture) => ({
      input: Buffer.from(picture.thumbnail),
      raw: { width, height, channels: 1 },
      left: columnOf(picture) * width,
      top: names.indexOf(picture.name) * height,
    })),
  );
  mkdirSync(FOLDER, { recursive: true });
  await sheet
    .greyscale()
    .webp({ quality: 90, effort: 6 })
    .toFile(path.join(FOLDER, `${glass}.webp`));
  writeFileSync(ROWS, `${JSON.stringify({ ...rows(), [glass]: names }, null, 2)}\n`);
}
