/** Every file that a screen may ask for, and the headers that keep it to itself. Both hosts serve exactly this list. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { pictureType } from './pictures.ts';

export interface ScreenFile {
  readonly file: string;
  readonly type: string;
  /** The name changes with the content. */
  readonly immutable: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.woff2': 'font/woff2',
  '.mp3': 'audio/mpeg',
  '.wav': 'audio/wav',
};

/** By path, without the leading slash; `index.html` is the screen. */
export type ScreenFiles = Pick<ReadonlyMap<string, ScreenFile>, 'get'>;

/**
 * @param rendererFolder where the renderer was built
 * @param picture the file of a picture at this path
 */
export function screenFiles(rendererFolder: string, picture: (url: string) => string | undefined): ScreenFiles {
  const built = readdirSync(rendererFolder, { recursive: true, withFileTypes: true }).flatMap((entry): [string, ScreenFile][] => {
    const file = path.join(entry.parentPath, entry.name);
    const type = TYPES[path.extname(entry.name)] ?? pictureType(entry.name);
    if (!entry.isFile() || type === undefined) return [];
    const url = path.relative(rendererFolder, file).split(path.sep).join('/');
    return [[url, { file, type, immutable: url.startsWith('assets/') }]];
  });
  const files = new Map(built);
  return {
    get(url) {
      const file = picture(url);
      return file === undefined ? files.get(url) : { file, type: pictureType(file) ?? 'application/octet-stream', immutable: false };
    },
  };
}

/**
 * Nothing is loaded from anywhere else, nothing runs that was not built, nobody frames the screen.
 * @param framedBy the one origin that may, in the demo
 */
export function screenHeaders(framedBy?: string): Readonly<Record<string, string>> {
  return {
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "font-src 'self'",
      "img-src 'self' data:",
      "media-src 'self'",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      `frame-ancestors ${framedBy ?? "'none'"}`,
    ].join('; '),
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), payment=(), display-capture=()',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  };
}
