import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

const MODULE = pathToFileURL(path.resolve('main/crash-only.ts')).href;

/** Runs a host of a few lines. @param mode what the runtime does about rejections: Node's default, and what Electron sets in its main process */
function host(mode: 'throw' | 'warn-with-error-code', defect: string) {
  const source = `
    import { crashOnly } from ${JSON.stringify(MODULE)};
    const line = (event, fields) => console.log(JSON.stringify({ event, ...fields }));
    crashOnly({ info: line, warn: line, error: line }, () => process.exit(70));
    setTimeout(() => { console.log('still there'); process.exit(0); }, 2000);
    ${defect}`;
  const { status, stdout } = spawnSync(process.execPath, [`--unhandled-rejections=${mode}`, '--input-type=module', '-e', source], {
    encoding: 'utf8',
  });
  return { status, stdout };
}

describe.each(['throw', 'warn-with-error-code'] as const)('with --unhandled-rejections=%s, what nobody foresaw', (mode) => {
  it.each([
    ['a rejection', "void Promise.reject(new Error('a defect'));"],
    ['an exception', "setTimeout(() => { throw new Error('a defect'); });"],
    ['a rejection without an Error', "void Promise.reject('a defect');"],
  ])('ends the process, and says why: %s', (_name, defect) => {
    const { status, stdout } = host(mode, defect);
    expect(stdout).toContain('"event":"process.crashed","message":"');
    expect(stdout).toContain('a defect');
    expect(stdout).not.toContain('still there');
    expect(status).toBe(70);
  });
});
