/** The pictures that a configuration names: which files they are, and whether a screen can show them. */
import { readFileSync, statSync } from 'node:fs';
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
const LARGEST_PICTURE_BYTES = 2_000_000;

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
    if (size > LARGEST_PICTURE_BYTES) return `found ${file} with ${size} bytes, allowed: ${LARGEST_PICTURE_BYTES}`;
    readFileSync(file);
    return null;
  } catch (error) {
    return `found ${file}, which can't be read: ${(error as Error).message}`;
  }
}
