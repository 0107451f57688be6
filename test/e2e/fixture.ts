/** Gives each test its own corner, ends it, and keeps the kiosk's log when the test failed. */
import { test as base } from '@playwright/test';
import { type Corner, type CornerOptions, openCorner } from './corner.ts';

export const test = base.extend<{ open: (options?: CornerOptions) => Promise<Corner> }>({
  open: async ({ page: _page }, use, testInfo) => {
    const corners: Corner[] = [];
    await use(async (options) => {
      const corner = await openCorner(options);
      corners.push(corner);
      return corner;
    });
    for (const corner of corners) {
      if (testInfo.status !== testInfo.expectedStatus) {
        await testInfo.attach('kiosk.log', { body: corner.kiosk().stderr(), contentType: 'text/plain' });
        await testInfo.attach('orders.json', { body: JSON.stringify(corner.orders(), null, 1), contentType: 'application/json' });
      }
      await corner.end();
    }
  },
});
