/** The end that nobody foresaw, in Electron's process: its runtime is replaced, the host's own code is not. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';

/** As much of Electron as there is before a start fails. */
const RUNTIME = `
export const app = {
  getPath() { throw new Error('nobody foresaw this'); },
  relaunch: () => console.log('relaunched'),
  exit: (code) => process.exit(code),
  commandLine: { appendSwitch() {} },
  enableSandbox() {},
};
export const protocol = { registerSchemesAsPrivileged() {} };
export const [BrowserWindow, dialog, ipcMain, Menu, powerSaveBlocker, session] = [];`;
const REPLACE = `
import { registerHooks } from 'node:module';
const runtime = 'data:text/javascript,' + encodeURIComponent(${JSON.stringify(RUNTIME)});
registerHooks({ resolve: (name, context, next) => name === 'electron' ? { url: runtime, shortCircuit: true } : next(name, context) });`;

async function crash(supervised: boolean): Promise<{ code: unknown; out: string }> {
  const args = [
    '--import',
    `data:text/javascript,${encodeURIComponent(REPLACE)}`,
    path.resolve(import.meta.dirname, '../../main/electron.ts'),
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore', ...(supervised ? (['ipc'] as const) : [])] });
  let out = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
  const code = await new Promise((resolve) => child.once('close', resolve));
  return { code, out };
}

test('alone it starts itself again; beside a supervisor, which does that, it must not: two would stand at one machine', async () => {
  expect(await crash(false)).toEqual({ code: 70, out: 'relaunched\n' });
  expect(await crash(true)).toEqual({ code: 70, out: '' });
});
