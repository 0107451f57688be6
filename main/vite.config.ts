/** Bundles the hosts (`dist/main`), Electron's preload script (`--mode preload`) and the demo's street page (`--mode street`). */
import { builtinModules } from 'node:module';
import path from 'node:path';
import { defineConfig, type UserConfig } from 'vite';

const here = import.meta.dirname;
const dist = (folder: string) => path.join(here, '../dist', folder);
/** How long a build's parts took is nobody's business but its author's. */
const checks = { bundlerTimings: false };
/** Runtimes, and packages with native code. */
const native = ['electron', 'serialport', 'sharp'];
const external = [...native, ...builtinModules, /^node:/];

const node = (outDir: string, rolldownOptions: NonNullable<UserConfig['build']>['rolldownOptions']): UserConfig => ({
  root: here,
  build: {
    outDir,
    emptyOutDir: true,
    target: 'node24',
    ssr: true,
    minify: false,
    rolldownOptions: { external, checks, ...rolldownOptions },
  },
  ssr: { noExternal: true, external: native },
});

const hosts = node(dist('main'), {
  input: {
    electron: path.join(here, 'electron.ts'),
    browser: path.join(here, 'browser.ts'),
    // The journal's threads start from this file by name (journal/journal.ts).
    'journal-writer': path.join(here, 'journal/writer.ts'),
    'journal-tending': path.join(here, 'journal/tending-thread.ts'),
    // So does the archive's (operator/archive/archive.ts).
    'archive-thread': path.join(here, 'operator/archive/thread.ts'),
  },
  output: { format: 'es', entryFileNames: '[name].js' },
});

// A sandboxed preload script must be CommonJS.
const preload = node(dist('preload'), {
  input: { preload: path.join(here, 'preload.ts') },
  output: { format: 'cjs', entryFileNames: '[name].cjs' },
});

const street: UserConfig = {
  root: path.join(here, 'demo/page'),
  build: { outDir: dist('street'), emptyOutDir: true, target: 'chrome150', assetsInlineLimit: 0, rolldownOptions: { checks } },
};

export default defineConfig(({ mode }) => (mode === 'preload' ? preload : mode === 'street' ? street : hosts));
