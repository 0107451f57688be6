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
      for (const part of ['h1', '[type="submit"]'])
        await expect(page.locator('.c-door').locator(part), 'a PIN is sent without a scroll').toBeInViewport({ ratio: 1 });
      await door.next(meanwhile);
      await page.getByRole('button', { name: '終わる' }).tap();
      await expect(page.getByTestId('console')).toHaveCount(0);
      await page.evaluate(() => window.settle());
      expect(await size()).toBe(after);
    }
  });

test('the door goes as soon as somebody buys, at the machine’s own keys or at a till: their QR is behind it', async ({ door }) => {
  const { page } = door;
  await door.show(fixtures.attract);
  await door.open();
  // A kiosk that opens its books again is nobody's.
  for (const resting of ['outOfService', 'recovering', 'maintenance'] as const) await door.next(fixtures[resting]);
  await page.evaluate(() => window.settle());
  await expect(page.getByTestId('console')).toBeVisible();
  await door.next(fixtures.awaitingPayment);
  await expect(page.getByTestId('qr')).toBeVisible();
  await expect(page.getByTestId('console')).toHaveCount(0);
});

test('whoever signed in is asked for nothing by a sale', async ({ door }) => {
  const { page } = door;
  await door.show(fixtures.attract);
  await door.open();
  await door.enter();
  await door.next(fixtures.awaitingPayment);
  await page.evaluate(() => window.settle());
  await expect(page.getByTestId('console')).toBeVisible();
});

test('the door opens on a kiosk that does not get ready', async ({ door }) => {
  await door.show(fixtures.recovering);
  await door.open();
});
