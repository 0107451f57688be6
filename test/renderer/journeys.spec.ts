/** Whole journeys by keyboard alone, against a kiosk's double that answers each command with the view that follows it. */
import type { KioskCommand, KioskView, ProductView } from '../../app/view.ts';
import { fixtures, type GlassName, on, products } from './fixtures.ts';
import { press } from './keyboard.ts';
import { expect, type Screen, test } from './screen.ts';

const id = (name: string): string => `[data-testid="${name}"]`;
/** What is pressed; what the kiosk hears of it, if anything; and what it shows then, one view after the other. */
type Step = readonly [target: string, heard?: KioskCommand, ...shown: KioskView[]];

/** Goes the way, and sees that the focus is never lost: it stays where it was, or is at the new screen. */
async function walk(kiosk: Screen, glass: GlassName, easyView: boolean, first: KioskView, steps: readonly Step[]): Promise<void> {
  const { page } = kiosk;
  const drawn = (view: KioskView): KioskView => on(glass, view, { easyView });
  const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.tagName ?? 'BODY');
  await kiosk.glass(glass);
  await kiosk.show(drawn(first));
  await kiosk.asked();
  for (const [target, heard, ...shown] of steps) {
    await press(kiosk, target);
    await page.evaluate(() => window.settle());
    expect(
      (await kiosk.asked()).filter((command) => command.do !== 'stay'),
      target,
    ).toEqual(heard === undefined ? [] : [heard]);
    for (const view of shown) {
      await page.evaluate((next) => window.stand.show(next), drawn(view));
      await page.evaluate(() => window.settle());
      await expect(page.locator(`[data-screen="${view.screen.name}"]`)).toBeVisible();
      // Nobody has begun yet on attract: it starts at the top.
      if (view.screen.name !== 'attract') expect(await focused(), `the focus after ${target}`).not.toBe('BODY');
    }
    expect(await focused(), `the focus after ${target}`).not.toBe(shown.at(-1)?.screen.name === 'attract' ? '' : 'BODY');
  }
}

const selecting = fixtures['selecting-empty'];
const chosen = (sku: string): KioskView => {
  const { name, price_jpy } = products.find((product) => product.sku === sku) as ProductView;
  return {
    ...selecting,
    screen: { name: 'selecting', cart: [{ sku, name, quantity: 1, price_jpy }], total_jpy: price_jpy, problem: null },
  };
};
const paid = [fixtures.dispensing, fixtures.thanks];
const finish: Step = [id('finish'), { do: 'finish' }, fixtures.attract];
const till = (view: KioskView): KioskView => ({ ...view, shop: fixtures.counter.shop });

for (const [glass, easyView] of [
  ['portrait', false],
  ['landscape', true],
  ['small', true],
] as const) {
  const journey = (name: string, first: KioskView, steps: readonly Step[]): void =>
    test(`${name}: ${glass}${easyView ? ', easy view' : ''}`, ({ kiosk }) => walk(kiosk, glass, easyView, first, steps));

  journey('from attract over tabs, details and a cart to the goods', fixtures.attract, [
    ['.action', { do: 'start' }, selecting],
    ['.tab:nth-child(2)'],
    ['.tab:first-child'],
    ['.tile-details'],
    ['.sheet .action-quiet'],
    ['.tile-details'],
    ['.sheet .action-second', { do: 'add', sku: 'green-tea' }, chosen('green-tea')],
    [id('product-onigiri'), { do: 'add', sku: 'onigiri' }, fixtures['selecting-cart']],
    ['.cart-line:first-child .stepper button:last-child', { do: 'add', sku: 'green-tea' }, fixtures['selecting-cart']],
    ['.cart-line:first-child .stepper button:first-child', { do: 'remove', sku: 'green-tea' }, fixtures['selecting-cart']],
    [id('cart-checkout'), { do: 'checkout' }, fixtures.creatingCode, fixtures.awaitingPayment, ...paid],
    finish,
  ]);

  journey('a code that is given up, one that expires, and a new one that is paid', fixtures['selecting-cart'], [
    [id('cart-checkout'), { do: 'checkout' }, fixtures.creatingCode, fixtures.awaitingPayment],
    [id('cancel'), { do: 'cancel' }, fixtures.checking, fixtures['codeClosed-expired']],
    [id('new-code'), { do: 'newCode' }, fixtures.creatingCode, fixtures.awaitingPayment],
    [id('cancel'), { do: 'cancel' }, fixtures.checking, fixtures['codeClosed-cancelled']],
    finish,
  ]);

  journey('two presses from attract to the code', fixtures.attract, [
    ['.action', { do: 'start' }, selecting],
    [id('buy-water'), { do: 'buy', sku: 'water' }, fixtures.creatingCode, fixtures.awaitingPayment, ...paid],
    finish,
  ]);

  journey('one tap to the code, and money back', fixtures['selecting-single'], [
    [id('product-water'), { do: 'buy', sku: 'water' }, fixtures.awaitingPayment, fixtures.dispensing, fixtures['refunding-requested']],
    finish,
  ]);

  journey('an age check that is given up', fixtures['selecting-age'], [
    [id('cart-checkout'), { do: 'checkout' }, fixtures.checkingAge],
    [id('cancel'), { do: 'cancel' }, fixtures['selecting-age']],
    [id('leave'), { do: 'finish' }, fixtures.attract],
  ]);

  journey('somebody who is asked and goes', fixtures['selecting-idle'], [
    ['.sheet-idle .action-quiet', { do: 'finish' }, fixtures.attract],
  ]);

  journey('a till: an amount, then products', till(fixtures.attract), [
    ['.action', { do: 'start' }, fixtures.counter],
    ['.key:nth-child(7)'],
    ['.key:nth-child(11)'],
    [id('cart-checkout'), { do: 'charge', amount_jpy: 100 }, till(fixtures.awaitingPayment), till(fixtures.thanks)],
    [id('finish'), { do: 'finish' }, till(fixtures.attract)],
    ['.action', { do: 'start' }, fixtures.counter],
    ['.tab[aria-pressed="false"]'],
    [id('product-green-tea'), { do: 'add', sku: 'green-tea' }, till(chosen('green-tea'))],
    [id('cart-checkout'), { do: 'checkout' }, till(fixtures.awaitingPayment)],
  ]);

  const english = (view: KioskView): KioskView => ({ ...view, comfort: { ...view.comfort, language: 'en' } });
  const sheet = glass === 'small';
  journey('another language, and the other view', fixtures.awaitingPayment, [
    ...(sheet ? ([[id('languages')], ['.sheet .action-quiet'], [id('languages')]] as const) : []),
    [id('language-en'), { do: 'setLanguage', language: 'en' }, english(fixtures.awaitingPayment)],
    [id('easy-view'), { do: 'setEasyView', easyView: !easyView }, fixtures.awaitingPayment],
  ]);
}

for (const glass of ['portrait', 'landscape', 'small'] as const)
  test(`a price is a button only while nothing is chosen, and then a part of the tile: ${glass}`, async ({ kiosk }) => {
    const { page } = kiosk;
    const asked = async (): Promise<KioskCommand[]> => (await kiosk.asked()).filter((command) => command.do !== 'stay');
    await kiosk.glass(glass);
    await kiosk.show(on(glass, selecting));
    await asked();
    const price = await page.getByTestId('buy-green-tea').boundingBox();
    if (price === null) throw new Error('there is no price to touch');
    const touch = (): Promise<void> => page.touchscreen.tap(price.x + price.width / 2, price.y + price.height / 2);
    await touch();
    expect(await asked()).toEqual([{ do: 'buy', sku: 'green-tea' }]);
    await page.evaluate((next) => window.stand.show(next), on(glass, chosen('onigiri')));
    await expect(page.getByRole('button', { name: 'すぐ買う' })).toHaveCount(0);
    await touch();
    expect(await asked()).toEqual([{ do: 'add', sku: 'green-tea' }]);
    await page.evaluate((next) => window.stand.show(next), on(glass, selecting));
    await page.getByRole('button', { name: '緑茶 ¥150 すぐ買う' }).tap();
    expect(await asked()).toEqual([{ do: 'buy', sku: 'green-tea' }]);
  });

for (const glass of ['portrait', 'small'] as const)
  test(`the next customer finds the first product where it was, however far the one before scrolled: ${glass}`, async ({ kiosk }) => {
    const first = async (): Promise<number | undefined> => (await kiosk.page.getByTestId('product-green-tea').boundingBox())?.y;
    await kiosk.glass(glass);
    await kiosk.show(on(glass, fixtures['selecting-eighteen']));
    const before = await first();
    await kiosk.page.getByTestId('product-orange-1').scrollIntoViewIfNeeded();
    expect(await first()).toBeLessThan(before ?? NaN);
    await kiosk.show(on(glass, fixtures['selecting-eighteen']));
    expect(await first()).toBe(before);
  });

test('where there is no cart, and at a till, a product has one button', async ({ kiosk }) => {
  await kiosk.glass('portrait');
  await kiosk.show(on('portrait', fixtures['selecting-single']));
  await expect(kiosk.page.getByTestId('product-water')).toBeVisible();
  await expect(kiosk.page.getByTestId('buy-water')).toHaveCount(0);
  await kiosk.show(till(on('portrait', fixtures.counter)), ['.tab[aria-pressed="false"]']);
  await expect(kiosk.page.getByTestId('product-water')).toBeVisible();
  await expect(kiosk.page.getByTestId('buy-water')).toHaveCount(0);
});
