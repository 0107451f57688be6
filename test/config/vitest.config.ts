import path from 'node:path';
import { defineConfig } from 'vitest/config';

const root = path.resolve(import.meta.dirname, '../..');
export default defineConfig({
  root,
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    exclude: ['test/e2e/**', 'test/bench/**', 'node_modules/**'],
    environment: 'node',
    testTimeout: 60_000,
    // One more than the cores that are always there: most tests wait.
    maxWorkers: 3,
    // Tests that run beside each other wait for wires and machines, not for the processor.
    maxConcurrency: 20,
    coverage: { provider: 'v8', include: ['app/**', 'hardware/**', 'main/**'], reportsDirectory: 'test/coverage' },
  },
});
