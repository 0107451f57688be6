/** Bundles the hosts (`dist/main`) and, with `--mode preload`, Electron's preload script (`dist/preload`). */
import { builtinModules } from 'node:module';
import path from 'node:path';
import { defineConfig } from 'vite';

const here = import.meta.dirname;
const HOSTS = {
  electron: path.join(here, 'electron.ts'),
  browser: path.join(here, 'browser.ts'),
  'journal-writer': path.join(here, 'journal/writer.ts'),
};

export default defineConfig(({ mode }) => {
  const preload = mode === 'preload';
  return {
    root: here,
    build: {
      outDir: preload ? '../dist/preload' : '../dist/main',
      emptyOutDir: true,
      target: 'node24',
      ssr: true,
      minify: false,
      rolldownOptions: {
        input: preload ? { preload: path.join(here, 'preload.ts') } : HOSTS,
        external: ['electron', 'serialport', ...builtinModules, /^node:/],
        // A sandboxed preload script must be CommonJS.
        output: preload ? { format: 'cjs', entryFileNames: '[name].cjs' } : { format: 'es', entryFileNames: '[name].js' },
      },
    },
    ssr: { noExternal: true, external: ['serialport', 'electron'] },
  };
});
