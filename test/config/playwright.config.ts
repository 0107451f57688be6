import { existsSync } from 'node:fs';
import path from 'node:path';
import { defineConfig } from '@playwright/test';
import { findChromium } from '../../main/chromium.ts';

const root = path.resolve(import.meta.dirname, '../..');
const results = path.join(root, 'test/results');
const chromium = findChromium();

export default defineConfig({
  testDir: path.join(root, 'test'),
  testMatch: ['e2e/**/*.spec.ts', 'renderer/**/*.spec.ts'],
  timeout: 180_000,
  expect: { timeout: 15_000 },
  // Most of them wait for a code to expire, a motor to turn: three keep two cores busy.
  workers: 3,
  fullyParallel: true,
  forbidOnly: Boolean(process.env['CI']),
  reporter: [['list'], [path.join(import.meta.dirname, 'skip-reporter.ts')], ['json', { outputFile: path.join(results, 'e2e.json') }]],
  outputDir: path.join(results, 'e2e'),
  use: {
    viewport: { width: 1080, height: 1920 },
    hasTouch: true,
    deviceScaleFactor: 1,
    locale: 'ja-JP',
    timezoneId: 'Asia/Tokyo',
    // A film costs a quarter of each test's processor time; the trace keeps the pages themselves, and a failure leaves its last picture.
    trace: { mode: 'retain-on-failure', screenshots: false },
    screenshot: 'only-on-failure',
    launchOptions: {
      ...(chromium !== undefined && existsSync(chromium) ? { executablePath: chromium } : {}),
      // Chromium's sandbox does not start as root; these tests show it nothing but our own pages.
      args: ['--disable-background-networking', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
    },
  },
});
