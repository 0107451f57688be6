/** Bundles `jihanki/paypay` (`dist/paypay`): the client with everything it needs, its types, and the licences of what is in it. */
import { builtinModules } from 'node:module';
import path from 'node:path';
import { defineConfig } from 'vite';
import { declarations } from './declarations.ts';

const here = import.meta.dirname;
const entry = path.join(here, 'client.ts');

export default defineConfig({
  root: here,
  plugins: [declarations(entry, 'PayPayClient')],
  build: {
    outDir: '../../dist/paypay',
    emptyOutDir: true,
    target: 'node22',
    ssr: true,
    minify: false,
    license: { fileName: 'LICENSES.md' },
    rolldownOptions: {
      input: { client: entry },
      external: [...builtinModules, /^node:/],
      output: { format: 'es', entryFileNames: '[name].js' },
    },
  },
  ssr: { noExternal: true },
});
