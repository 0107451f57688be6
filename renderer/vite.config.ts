import path from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react()],
  build: {
    outDir: path.resolve(import.meta.dirname, '../dist/renderer'),
    emptyOutDir: true,
    target: 'chrome150',
    // The content security policy allows fonts as files only, never as data: addresses.
    assetsInlineLimit: 0,
    // The customers' screen, and the staff's console on a page of its own.
    rolldownOptions: {
      input: ['index.html', 'operator.html'].map((page) => path.join(import.meta.dirname, page)),
      checks: { bundlerTimings: false },
    },
  },
});
