/** The warning before a screen is given up, under a finger and against a kiosk that answers at once: its buttons do what they say. */
import type { CDPSession, Page } from '@playwright/test';
import type { KioskCommand } from '../../app/view.ts';
import { startFixtureServer } from './fixture-server.ts';
import { fixtures } from './fixtures.ts';
import { expect, test } from '@playwright/test';

/** As long as a finger rests on a button. */
const HELD_ms = 90;

/** Touches the middle of the target, wherever the page puts it meanwhile. */
async function touch(page: Page, cdp: CDPSession, target: string): Promise<void> {
  const box = await page.locator(target).boundingBox();
  if (box === null) throw new Error(`${target} can't be seen`);
  await cdp.send('Input.dispatchTouchEvent', {
    type: 'touchStart',
    touchPoints: [{ x: box.x + box.width / 2, y: box.y + box.height / 2 }],
  });
  await page.waitForTimeout(HELD_ms);
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
}

for (const [button, asked] of [
  ['.sheet-idle .action-quiet', 'finish'],
  ['[data-testid="stay"]', 'stay'],
  // Whoever touches anything else is still there.
  ['#idle-title', 'stay'],
] as const)
  test(`a touch on ${button}: ${asked}, and nothing else`, async ({ page }) => {
    const server = await startFixtureServer(fixtures['selecting-idle']);
    const commands: KioskCommand[] = [];
    const kiosk = setInterval(() => {
      for (const command of server.commands()) {
        commands.push(command);
        server.show(command.do === 'finish' ? fixtures.attract : fixtures['selecting-cart']);
      }
    }, 1);
    try {
      const cdp = await page.context().newCDPSession(page);
      await page.goto(server.url);
      await expect(page.getByRole('dialog')).toBeVisible();
      await touch(page, cdp, button);
      await expect(page.getByRole('dialog')).toHaveCount(0);
      await page.waitForTimeout(400);
      expect(commands).toEqual([{ do: asked }]);
    } finally {
      clearInterval(kiosk);
      await server.close();
    }
  });
