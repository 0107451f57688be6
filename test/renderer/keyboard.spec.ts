/** Everything that a finger can do, a keyboard can: whoever can't touch plugs a switch or a keyboard in. */
import { type KioskCommand, type KioskView, LANGUAGES, type ProductView } from '../../app/view.ts';
import { fixtures, type GlassName, on, products } from './fixtures.ts';
import { press } from './keyboard.ts';
import { expect, type Screen, test } from './screen.ts';

const cookies: ProductView = { ...products[10], allergens: ['乳', '卵', '小麦', 'まつたけ'] } as ProductView;
const id = (name: string): string => `[data-testid="${name}"]`;

/** Shows the view, presses the target, and @returns what the screen asked the kiosk for. */
async function ask(kiosk: Screen, view: KioskView, target: string, key?: string): Promise<KioskCommand[]> {
  await kiosk.show(view);
  await kiosk.asked();
  await press(kiosk, target, key);
  return (await kiosk.asked()).filter((command) => command.do !== 'stay');
}

for (const glass of ['portrait', 'landscape', 'small'] as GlassName[])
  for (const easyView of [false, true])
    test(`a purchase, a cancellation, an ending: ${glass}${easyView ? ', easy view' : ''}`, async ({ kiosk }) => {
      await kiosk.glass(glass);
      const step = (view: KioskView, target: string, key?: string): Promise<KioskCommand[]> =>
        ask(kiosk, on(glass, view, { easyView }), target, key);
      expect(await step(fixtures.attract, '.action')).toEqual([{ do: 'start' }]);
      expect(await step(fixtures['selecting-empty'], id('product-water'))).toEqual([{ do: 'add', sku: 'water' }]);
      expect(await step(fixtures['selecting-empty'], id('buy-water'))).toEqual([{ do: 'buy', sku: 'water' }]);
      expect(await step(fixtures['selecting-single'], id('product-water'), 'Space')).toEqual([{ do: 'buy', sku: 'water' }]);
      expect(await step(fixtures['selecting-cart'], '.stepper button')).toEqual([{ do: 'remove', sku: 'green-tea' }]);
      expect(await step(fixtures['selecting-cart'], id('cart-checkout'))).toEqual([{ do: 'checkout' }]);
      expect(await step(fixtures['selecting-cart'], id('leave'))).toEqual([{ do: 'finish' }]);
      expect(await step(fixtures.awaitingPayment, id('cancel'))).toEqual([{ do: 'cancel' }]);
      expect(await step(fixtures['codeClosed-expired'], id('new-code'))).toEqual([{ do: 'newCode' }]);
      expect(await step(fixtures['codeClosed-expired'], id('finish'))).toEqual([{ do: 'finish' }]);
      expect(await step(fixtures.thanks, id('finish'))).toEqual([{ do: 'finish' }]);
      expect(await step(fixtures['refunding-completed'], id('finish'))).toEqual([{ do: 'finish' }]);
      expect(await step(fixtures['refunding-partly'], id('easy-view'))).toEqual([{ do: 'setEasyView', easyView: !easyView }]);
      // Where two languages don't fit beside the name, a sheet has them.
      const sheet = glass === 'small' && easyView;
      expect(await step(fixtures['refunding-partly'], sheet ? id('languages') : id('language-en'))).toEqual(
        sheet ? [] : [{ do: 'setLanguage', language: 'en' }],
      );
    });

test('six languages on small glass: a sheet that Escape closes and that goes when one is chosen', async ({ kiosk }) => {
  const { page } = kiosk;
  await kiosk.glass('small');
  await kiosk.show(on('small', fixtures.awaitingPayment, { shop: { languages: ['ja', 'en', 'zh-Hans', 'zh-Hant', 'ko', 'ja-easy'] } }));
  await kiosk.asked();
  const sheet = page.locator('dialog');
  await press(kiosk, id('languages'));
  await expect(sheet).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(sheet).toHaveCount(0);
  await press(kiosk, id('languages'));
  await press(kiosk, id('language-ko'));
  await expect(sheet).toHaveCount(0);
  expect(await kiosk.asked()).toEqual([{ do: 'setLanguage', language: 'ko' }]);
});

test('a product’s details: read, closed, bought', async ({ kiosk }) => {
  const { page } = kiosk;
  await kiosk.glass('portrait');
  await kiosk.show(on('portrait', fixtures['selecting-empty']));
  await kiosk.asked();
  await press(kiosk, '.tile-details');
  const sheet = page.locator('dialog');
  await expect(sheet).toContainText('一番茶');
  await page.keyboard.press('Escape');
  await expect(sheet).toHaveCount(0);
  await press(kiosk, '.tile-details');
  await press(kiosk, '.sheet .action:last-child');
  expect((await kiosk.asked()).at(-1)).toEqual({ do: 'buy', sku: 'green-tea' });
  // With something in the cart "buy now" would pay for that as well.
  await kiosk.show(on('portrait', fixtures['selecting-cart']), ['.tile-details']);
  await expect(sheet.locator('.action')).toHaveText(['とじる', 'カートへ']);
  // A foreigner reads what they must not eat.
  const foreign = { language: 'en', shop: { languages: LANGUAGES } } as const;
  await kiosk.show(on('portrait', { ...fixtures['selecting-empty'], products: [cookies] }, foreign), ['.tile-details']);
  await expect(sheet.locator('dd').first()).toHaveText('Milk; Egg; Wheat; まつたけ');
  await expect(sheet.locator('dd [lang="ja"]')).toHaveText('まつたけ');
});

test('an idle warning holds the focus: Enter stays, Escape stays, and the way out is the way out', async ({ kiosk }) => {
  const { page } = kiosk;
  await kiosk.glass('portrait');
  for (const key of ['Enter', 'Escape']) {
    await kiosk.show(on('portrait', fixtures['selecting-idle']));
    await kiosk.asked();
    await page.keyboard.press(key);
    expect(await kiosk.asked(), key).toEqual([{ do: 'stay' }]);
  }
  await kiosk.show(on('portrait', fixtures['selecting-idle']));
  await kiosk.asked();
  await press(kiosk, '.sheet-idle .action-quiet');
  expect(await kiosk.asked()).toEqual([{ do: 'finish' }]);
});

test('a till: digits typed, the last one deleted, charged', async ({ kiosk }) => {
  const { page } = kiosk;
  await kiosk.glass('small');
  await kiosk.show(on('small', fixtures.counter, { shop: { mode: 'counter' } }));
  await kiosk.asked();
  await press(kiosk, '.key', '1');
  for (const key of ['5', '0', '9', 'Backspace']) await page.keyboard.press(key);
  await expect(page.getByTestId('amount')).toHaveText('¥150');
  await press(kiosk, id('cart-checkout'));
  expect(await kiosk.asked()).toContainEqual({ do: 'charge', amount_jpy: 150 });
});
