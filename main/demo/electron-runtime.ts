/** Where Electron's runtime is, when it is installed. Never asks the electron package itself, which would start a download. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const PROGRAM: Readonly<Record<string, string>> = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' };

/** @returns the program, or null */
export function electronProgram(root: string): string | null {
  const folder = path.join(root, 'node_modules/electron');
  const override = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  const name = existsSync(path.join(folder, 'path.txt'))
    ? readFileSync(path.join(folder, 'path.txt'), 'utf8').trim()
    : (PROGRAM[process.platform] ?? 'electron');
  const program = path.join(override ?? path.join(folder, 'dist'), name);
  return existsSync(program) ? program : null;
}
