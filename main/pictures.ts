/**
 * The pictures that a configuration names: which files they are, and what a screen is given of them. Photographs come as cameras
 * make them; a screen that scrolls through sixty of those stutters, so each is made small once and kept in the data folder.
 */
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../app/config.ts';
import type { ConfigProblem } from '../app/config-problems.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
};
const LARGEST_PICTURE_BYTES = 40_000_000;
/** A drawing is shown as it is, and drawn anew at every size. */
const LARGEST_DRAWING_BYTES = 500_000;
/** Longest side. The largest place for a picture is that of a product's details. */
const PREPARED_px = 640;
const PREPARED_QUALITY = 85;

export interface Picture {
  /** Where the configuration names it. */
  readonly key: ConfigProblem['path'];
  /** Path under which screens ask for it (app/project.ts, app/catalogue/planogram.ts). */
  readonly url: string;
  readonly file: string;
}

/** @param folder of the configuration file: names are relative to it */
export function pictureFiles(config: Config, folder: string): Picture[] {
  const products = config.products.flatMap(({ sku, picture }, i): Picture[] =>
    picture === undefined ? [] : [{ key: ['products', i, 'picture'], url: `pictures/${sku}`, file: path.resolve(folder, picture) }],
  );
  const { logo } = config.shop;
  return logo === undefined ? products : [...products, { key: ['shop', 'logo'], url: 'pictures/logo', file: path.resolve(folder, logo) }];
}

export const pictureType = (file: string): string | undefined => TYPES[path.extname(file).toLowerCase()];

/** What is wrong with a picture file, or null. */
export function pictureProblem(file: string): string | null {
  if (pictureType(file) === undefined) return `found ${file}, allowed: a file that ends with ${Object.keys(TYPES).join(', ')}`;
  try {
    const { size } = statSync(file);
    const most = isDrawing(file) ? LARGEST_DRAWING_BYTES : LARGEST_PICTURE_BYTES;
    if (size > most) return `found ${file} with ${size} bytes, allowed: ${most}`;
    accessSync(file, constants.R_OK);
    return null;
  } catch (error) {
    return `found ${file}, which can't be read: ${(error as Error).message}`;
  }
}

const isDrawing = (file: string): boolean => pictureType(file) === 'image/svg+xml';

/** Upright as the camera held it, no larger than a screen shows it; its place and maker are not passed on. */
async function small(file: string): Promise<Uint8Array> {
  // Loaded when there is work for it: a start at which every picture is ready needs no native code.
  const { default: sharp } = await import('sharp');
  return sharp(file, { failOn: 'error' })
    .autoOrient()
    .resize({ width: PREPARED_px, height: PREPARED_px, fit: 'inside', withoutEnlargement: true })
    .webp({ quality: PREPARED_QUALITY })
    .toBuffer();
}

/** Why this picture can't be made ready, or null. */
export async function preparingProblem(file: string): Promise<string | null> {
  try {
    if (!isDrawing(file)) await small(file);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * Makes ready what is not ready from an earlier start, and forgets what is no longer named.
 * @param folder where prepared pictures are kept; made when it is missing
 * @param onProblem told of a picture that can't be read, whose product has a stand-in, and of one that can't be kept and is shown as it is
 * @returns what a screen is given, by url
 */
export async function preparePictures(
  pictures: readonly Picture[],
  folder: string,
  onProblem: (picture: Picture, message: string) => void,
): Promise<ReadonlyMap<string, string>> {
  const given = new Map<string, string>();
  await Promise.all(
    pictures.map(async (picture) => {
      const { url, file } = picture;
      if (isDrawing(file)) return given.set(url, file);
      try {
        const prepared = path.join(folder, preparedName(file));
        if (existsSync(prepared)) return given.set(url, prepared);
        const bytes = await small(file);
        given.set(url, file);
        keep(bytes, prepared);
        return given.set(url, prepared);
      } catch (error) {
        return onProblem(picture, (error as Error).message);
      }
    }),
  );
  if (existsSync(folder)) {
    const kept = new Set([...given.values()].map((file) => path.basename(file)));
    for (const name of readdirSync(folder)) if (!kept.has(name)) rmSync(path.join(folder, name), { force: true });
  }
  return given;
}

/** Under its own name only when it is whole: the power may go at any time. @throws Error when the disk is full or read-only */
function keep(bytes: Uint8Array, file: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(`${file}.unfinished`, bytes, { flush: true });
  renameSync(`${file}.unfinished`, file);
}

/** Another file under the same name, or another size, is another picture. */
function preparedName(file: string): string {
  const { size, mtimeMs } = statSync(file);
  const key = [file, size, mtimeMs, PREPARED_px, PREPARED_QUALITY].join('\0');
  return `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.webp`;
}
