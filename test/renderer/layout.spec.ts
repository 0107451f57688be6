/**
 * Every screen on every glass: under a finger, and with words three times as long in every language; and what must not move. As a shop
 * shows them, pictures.spec.ts judges them.
 */
import { LANGUAGES } from '../../app/view.ts';
import { cases, fixtures, GLASS, type GlassName, longNames, on } from './fixtures.ts';
import { expect, test } from './screen.ts';

// What is wrong is said in words.
test.use({ trace: 'off' });

for (const glass of Object.keys(GLASS) as GlassName[])
  for (const easyView of [false, true])
    test(`every button under a finger: ${glass}, ${easyView ? 'easy view' : 'normal view'}`, async ({ kiosk }) => {
      await kiosk.glass(glass);
      const faults: string[] = [];
      for (const [name, { view, press }] of Object.entries(cases)) {
        const found = await kiosk.judgePressed(on(glass, view, { easyView, shop: { languages: LANGUAGES } }), press);
        faults.push(...found.map((fault) => `${name}: ${fault}`));
      }
      expect(faults).toEqual([]);
    });

for (const glass of Object.keys(GLASS) as GlassName[])
  for (const easyView of [false, true])
    for (const language of LANGUAGES)
      test(`long names: ${glass}, ${easyView ? 'easy view' : 'normal view'}, ${language}`, async ({ kiosk }) => {
        await kiosk.glass(glass);
        const faults: string[] = [];
        for (const [name, { view, press }] of Object.entries(cases)) {
          const found = await kiosk.judge(on(glass, longNames(view), { language, easyView, shop: { languages: LANGUAGES } }), press);
          faults.push(...found.map((fault) => `${name}: ${fault}`));
        }
        expect(faults).toEqual([]);
      });

/** Where everything on the tiles is, but for the mark of how many of it are in the cart. */
const places = (): string[] =>
  [...document.querySelectorAll('.tile')].flatMap((tile) => {
    const price = [...tile.querySelectorAll('.tile-price')].find(
      (one) => one.checkVisibility({ visibilityProperty: true }) && getComputedStyle(one).clipPath === 'none',
    );
    const digits = document.createRange();
    digits.setStart(price!.firstChild!, 0);
    digits.setEnd(price!.firstChild!, price!.firstChild!.textContent!.length);
    return [tile, digits, ...tile.querySelectorAll('.tile-picture, .tile-name, .tile-choose > .tile-reason, .tile-details')].map((one) => {
      const { x, y, width, height } = one.getBoundingClientRect();
      const called = one instanceof Element ? one.className : 'price';
      return `${tile.querySelector('.tile-name')?.textContent} ${called} ${[x, y, width, height].map((px) => px.toFixed(1)).join(' ')}`;
    });
  });

for (const glass of Object.keys(GLASS) as GlassName[])
  for (const easyView of [false, true])
    test(`the first product in the cart moves nothing on the tiles: ${glass}, ${easyView ? 'easy view' : 'normal view'}`, async ({
      kiosk,
    }) => {
      await kiosk.glass(glass);
      for (const language of LANGUAGES) {
        const empty = on(glass, fixtures['selecting-eighteen'], { language, easyView, shop: { languages: LANGUAGES } });
        await kiosk.show(empty);
        const before = await kiosk.page.evaluate(places);
        expect(before.length).toBeGreaterThan(60);
        await kiosk.page.evaluate((next) => window.stand.show(next), { ...empty, screen: fixtures['selecting-cart'].screen });
        await kiosk.page.evaluate(() => window.settle());
        await expect(kiosk.page.locator('.cart-line')).toHaveCount(2);
        expect(await kiosk.page.evaluate(places), language).toEqual(before);
      }
    });
