/** The staff's door on the customers' screen: it gives the page back as it was meant to be, and at once when somebody buys. */
import { type KioskView } from '../../app/view.ts';
import { fixtures, GLASS, type GlassName, on } from './fixtures.ts';
import { expect, openScreen, test as base, type Screen } from './screen.ts';

interface Door extends Screen {
  open(): Promise<void>;
  /** To the page behind the door, which never comes. */
  enter(): Promise<void>;
  /** At once: `show` would rest on another screen before. */
  next(view: KioskView): Promise<void>;
}

const test = base.extend<{ door: Door }>({
  door: async ({ browser }, use) => {
    const screen = await openScreen(browser);
    const { page } = screen;
    await page.route('**/operator/door', (route) =>
      route.fulfill({ json: { shop: { ja: '店' }, machineName: '1', needsOwner: false, staff: [{ staffId: 's', name: '佐藤' }] } }),
    );
    await page.route('**/operator/sign-in', (route) => route.fulfill({ json: { ok: true, value: { token: 't' } } }));
    await page.route('**/operator/ask', () => undefined);
    await use({
      ...screen,
      async open() {
        for (let touch = 0; touch < 7; touch += 1) await page.locator('.header-shop').tap();
        await expect(page.locator('.c-pin')).toBeVisible();
      },
      async enter() {
        for (const digit of '482915') await page.locator('.c-pin').getByRole('button', { name: digit, exact: true }).tap();
        await page.locator('.c-door [type="submit"]').tap();
        await expect(page.locator('.c-door')).toHaveCount(0);
      },
      next: (view) => page.evaluate((shown) => window.stand.show(shown), view),
    });
    await screen.close();
  },
});

for (const glass of Object.keys(GLASS) as GlassName[])
  test(`the customers' screen is as large after staff as it is without them: ${glass}`, async ({ door }) => {
    const { page } = door;
    const size = () => page.evaluate(() => document.documentElement.style.fontSize);
    const [usual, easy] = [on(glass, fixtures.attract), on(glass, fixtures.attract, { easyView: true })];
    await door.glass(glass);
    await door.show(usual);
    const usually = await size();
    await door.show(easy);
    const easily = await size();
    for (const [meanwhile, after] of [
      [easy, easily],
      // Whoever chose it is forgotten.
      [usual, usually],
    ] as const) {
      await door.show(easy);
      await door.open();
      await door.next(meanwhile);
      await page.getByRole('button', { name: '終わる' }).tap();
      await expect(page.getByTestId('console')).toHaveCount(0);
      await page.evaluate(() => window.settle());
      expect(await size()).toBe(after);
    }
  });
