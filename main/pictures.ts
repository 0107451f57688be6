/**
 * The pictures that a configuration names: which files they are, and how one is made ready for a screen. Photographs come as cameras
 * make them; a screen that scrolls through sixty of those stutters, so each is made small once and kept in the data folder.
 */
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
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
/** A slow board needs a few seconds for the largest photograph; what takes longer than this is none. */
const PREPARE_WITHIN_s = 30;

export interface Picture {
  /** Where the configuration names it. */
  readonly key: ConfigProblem['path'];
  /** As the configuration writes it. */
  readonly name: string;
  readonly file: string;
}

/** @param folder of the configuration file: names are relative to it */
export function pictureFiles(config: Config, folder: string): Picture[] {
  const named = [
    ...config.products.map(({ picture }, i) => ({ key: ['products', i, 'picture'], name: picture })),
    { key: ['shop', 'logo'], name: config.shop.logo },
  ];
  return named.flatMap(({ key, name }) => (name === undefined ? [] : [{ key, name, file: path.resolve(folder, name) }]));
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
    .timeout({ seconds: PREPARE_WITHIN_s })
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
 * The name under which a picture is kept, and under which screens ask for it: another file under the same name, or another size, is
 * another picture. @throws Error when the file can't be looked at
 */
export function preparedName(file: string): string {
  const { size, mtimeMs } = statSync(file);
  const key = [file, size, mtimeMs, PREPARED_px, PREPARED_QUALITY].join('\0');
  return `${createHash('sha256').update(key).digest('hex').slice(0, 32)}${isDrawing(file) ? '.svg' : '.webp'}`;
}

/**
 * @param folder where prepared pictures are kept; made when it is missing
 * @param onUnkept told why a picture can't be kept; it is shown as it is then
 * @returns the file for a screen. @throws Error when the picture can't be shown
 */
export async function preparePicture(file: string, folder: string, onUnkept: (message: string) => void): Promise<string> {
  if (isDrawing(file)) return file;
  const prepared = path.join(folder, preparedName(file));
  if (existsSync(prepared)) return prepared;
  const bytes = await small(file);
  try {
    keep(bytes, prepared);
    return prepared;
  } catch (error) {
    onUnkept((error as Error).message);
    return file;
  }
}

/** Under its own name only when it is whole: the power may go at any time. @throws Error when the disk is full or read-only */
function keep(bytes: Uint8Array, file: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(`${file}.unfinished`, bytes, { flush: true });
  renameSync(`${file}.unfinished`, file);
}
