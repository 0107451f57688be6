/** A screen that was reloaded, or whose host went away for a moment, shows what is true within two seconds, and says so meanwhile. */
import { type KioskView, LANGUAGES } from '../../app/view.ts';
import { startFixtureServer } from './fixture-server.ts';
import { cases, fixtures, GLASS, type GlassName, on } from './fixtures.ts';
import { inspectScreen } from './rules.ts';
import { expect, glassOf, test as base } from './screen.ts';

const TRUE_AGAIN = { timeout: 2000 };
/** Nobody looks longer than this at what may not be true any more. */
const SAID = { timeout: 2000 };

const test = base.extend<{ host: Awaited<ReturnType<typeof startFixtureServer>> }>({
  host: async ({ page }, use) => {
    const host = await startFixtureServer(fixtures.attract);
    await page.goto(host.url);
    await use(host);
    await host.close();
  },
});
const seen = (name: string): string => `[data-screen="${name}"]`;

test('a reload in the middle of a payment shows the payment, and asks for nothing', async ({ page, host }) => {
  host.show(fixtures.awaitingPayment);
  await expect(page.getByTestId('qr')).toBeVisible();
  host.commands();
  await page.reload();
  await expect(page.getByTestId('qr')).toBeVisible(TRUE_AGAIN);
  host.show(fixtures.dispensing);
  await page.reload();
  await expect(page.locator(seen('dispensing'))).toBeVisible(TRUE_AGAIN);
  expect(host.commands()).toEqual([]);
});

test('a host that goes: the screen covers what may no longer be true, takes no taps, and is back with the truth', async ({
  page,
  host,
}) => {
  host.show(fixtures.awaitingPayment);
  await expect(page.getByTestId('qr')).toBeVisible();
  host.cut();
  await expect(page.getByTestId('lost')).toBeVisible(SAID);
  await expect(page.locator('.kiosk')).toHaveAttribute('inert');
  // What happened meanwhile.
  host.show(fixtures['refunding-completed']);
  host.mend();
  await expect(page.locator(seen('refunding'))).toBeVisible(TRUE_AGAIN);
  await expect(page.getByTestId('lost')).toHaveCount(0, TRUE_AGAIN);
  await page.getByTestId('finish').tap();
  await expect.poll(() => host.commands()).toContainEqual({ do: 'finish' });
});

for (const name of ['details', 'details-languages', 'selecting-idle'])
  test(`a host that goes while a sheet is open, ${name}: the sheet is covered as well, and is there again with the host`, async ({
    page,
    host,
  }) => {
    const { view, press = [] } = cases[name]!;
    host.show({ ...view, shop: { ...view.shop, languages: LANGUAGES } });
    for (const one of press) await page.locator(one).first().tap();
    const sheet = page.getByRole('dialog').last();
    const button = sheet.locator('.action').last();
    await expect(button).toBeVisible();
    const box = await button.boundingBox();
    const atButton = () =>
      page.evaluate(([x, y]) => document.elementFromPoint(x, y)?.closest('dialog')?.dataset['testid'], [
        box!.x + box!.width / 2,
        box!.y + box!.height / 2,
      ] as const);
    host.cut();
    await expect(page.getByTestId('lost')).toBeVisible(SAID);
    expect(await atButton()).toBe('lost');
    await expect(page.getByRole('alertdialog'), 'a screen reader says it').toHaveAccessibleName(/つなぎ直して/);
    for (const key of ['Escape', 'Escape', 'Tab', 'Enter']) await page.keyboard.press(key);
    expect(await atButton(), 'no key opens it').toBe('lost');
    host.mend();
    await expect(page.getByTestId('lost')).toHaveCount(0, TRUE_AGAIN);
    await button.tap();
  });

test('no warning comes over what it says meanwhile', async ({ page, host }) => {
  const { view } = cases['selecting-idle']!;
  host.show({ ...view, idleAt_ms: view.now_ms + 23_500 });
  await expect(page.locator(seen('selecting'))).toBeVisible();
  host.cut();
  await expect(page.getByTestId('lost')).toBeVisible(SAID);
  await page.waitForTimeout(3_000);
  await expect(page.locator('.sheet-idle')).toHaveCount(0);
  host.show(view);
  host.mend();
  await expect(page.locator('.sheet-idle')).toBeVisible(TRUE_AGAIN);
});

test('a host that hangs: noticed as soon, and the truth is back when it wakes', async ({ page, host }) => {
  host.show(fixtures.awaitingPayment);
  await expect(page.getByTestId('qr')).toBeVisible();
  host.freeze();
  await expect(page.getByTestId('lost')).toBeVisible(SAID);
  host.show(fixtures['refunding-completed']);
  host.mend();
  await expect(page.locator(seen('refunding'))).toBeVisible(TRUE_AGAIN);
  await expect(page.getByTestId('lost')).toHaveCount(0, TRUE_AGAIN);
});

test('the same in Electron, where the wire itself never breaks', async ({ kiosk: { page, show } }) => {
  await show(fixtures.awaitingPayment);
  const alive = () => page.evaluate(() => window.stand.show(null));
  // The beats come from within the page: this test's way to it may take longer than a host may be silent.
  const beat = await page.evaluate(() => Number(setInterval(() => window.stand.show(null), 300)));
  await page.waitForTimeout(1800);
  await expect(page.getByTestId('lost')).toHaveCount(0);
  await page.evaluate((timer) => clearInterval(timer), beat);
  await expect(page.getByTestId('lost')).toBeVisible(SAID);
  await alive();
  await expect(page.getByTestId('lost')).toHaveCount(0, TRUE_AGAIN);
});

test('a page that can not be drawn: covered at once, told to the host, and loaded anew', async ({ page, host }) => {
  host.show(fixtures.awaitingPayment);
  await expect(page.getByTestId('qr')).toBeVisible();
  host.commands();
  // An order screen without its order: what a defect, here or in the kiosk, might send.
  const undrawable = { ...fixtures.thanks, screen: { name: 'thanks' } } as unknown as KioskView;
  host.show(undrawable);
  await expect(page.getByTestId('lost')).toBeVisible(SAID);
  expect(host.commands()).toContainEqual({ do: 'broken', what: expect.stringContaining('TypeError') as unknown });
  const taken = host.taken();
  await expect.poll(() => host.taken(), 'it tries again').toBeGreaterThan(taken + 1);
  host.show(fixtures['refunding-completed']);
  await expect(page.locator(seen('refunding'))).toBeVisible({ timeout: 4000 });
  await expect(page.getByTestId('lost')).toHaveCount(0);
});

test('a page that can not be drawn while its host goes: loaded anew when the host is back, not before', async ({ page, host }) => {
  host.show({ ...fixtures.thanks, screen: { name: 'thanks' } } as unknown as KioskView);
  await expect(page.getByTestId('lost')).toBeVisible(SAID);
  host.cut();
  host.show(fixtures.attract);
  await page.waitForTimeout(2500);
  await expect(page.getByTestId('lost')).toBeVisible();
  host.mend();
  await expect(page.locator(seen('attract'))).toBeVisible({ timeout: 4000 });
});

test('a tap while the wire is down is not sent later', async ({ page, host }) => {
  host.show(fixtures['codeClosed-expired']);
  await expect(page.getByTestId('new-code')).toBeVisible();
  host.commands();
  host.cut();
  await page.getByTestId('new-code').dispatchEvent('click');
  host.mend();
  await expect(page.getByTestId('lost')).toHaveCount(0);
  host.show(fixtures.attract);
  await expect(page.locator(seen('attract'))).toBeVisible(TRUE_AGAIN);
  expect(host.commands()).toEqual([]);
});

test('a short interruption is not worth a word', async ({ page, host }) => {
  host.show(fixtures.thanks);
  await expect(page.locator(seen('thanks'))).toBeVisible();
  host.cut();
  host.mend();
  host.show(fixtures.attract);
  await expect(page.locator(seen('attract'))).toBeVisible(TRUE_AGAIN);
  await expect(page.getByTestId('lost')).toHaveCount(0);
});

test('a page whose host never answered says that it connects', async ({ page, host }) => {
  host.cut();
  await page.reload();
  await expect(page.getByTestId('lost')).toBeVisible(SAID);
  host.mend();
  await expect(page.locator(seen('attract'))).toBeVisible();
});

test('what it says meanwhile can be written without the host, in every language', async ({ page, host }) => {
  for (const language of LANGUAGES) {
    await page.context().setOffline(false);
    host.show(on('portrait', fixtures.attract, { language, shop: { languages: LANGUAGES } }));
    await page.reload({ waitUntil: 'networkidle' });
    await expect(page.locator(seen('attract'))).toBeVisible();
    await page.context().setOffline(true);
    host.cut();
    await expect(page.getByTestId('lost')).toBeVisible(SAID);
    const unwritten = await page.getByTestId('lost').evaluate((lost) =>
      [...lost.querySelectorAll('h1, p')].flatMap((element) => {
        const [family = ''] = getComputedStyle(element).fontFamily.split(',');
        return [...(element.textContent ?? '')].filter((letter) => !document.fonts.check(`1em ${family}`, letter));
      }),
    );
    expect(unwritten.join(''), language).toBe('');
    host.mend();
  }
});

for (const glass of Object.keys(GLASS) as GlassName[])
  test(`what it says meanwhile fits: ${glass}`, async ({ page, host }) => {
    await page.setViewportSize(GLASS[glass].viewport);
    for (const language of ['ja', 'en', 'ja-easy'] as const) {
      const view: KioskView = on(glass, fixtures.dispensing, { language, easyView: true, shop: { languages: LANGUAGES } });
      host.mend();
      host.show(view);
      await expect(page.locator(seen('dispensing'))).toBeVisible();
      await expect(page.getByTestId('lost')).toHaveCount(0);
      host.cut();
      await expect(page.getByTestId('lost')).toBeVisible();
      expect(await page.evaluate(inspectScreen, glassOf(view)), language).toEqual([]);
    }
  });
