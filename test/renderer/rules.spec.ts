/** Every rule finds what it is there for: a screen that is well is spoilt in one way, and the rule says so. */
import { LANGUAGES } from '../../app/view.ts';
import { cases, on } from './fixtures.ts';
import { expect, test } from './screen.ts';

const SPOILT = [
  ['a word that is cut off', 'awaitingPayment', '.instruction { height: 0.3rem; overflow: hidden }', /is cut off by instruction/],
  ['a name on one line', 'selecting-cart', '.tile-name { white-space: nowrap; overflow: hidden; width: 2rem }', /is cut off at the side/],
  ['a list that does not scroll', 'selecting-sixty', '.products { overflow: hidden }', /is cut off by products/],
  ['words on words', 'thanks', '.outlet { margin-top: -2rem }', /lies on/],
  ['words under a QR', 'thanks-receipt', '.receipt .qr { position: relative; top: -2rem }', /lies on the QR/],
  ['a QR that is cut', 'thanks-receipt', '.receipt svg { width: 9rem; height: 9rem }', /the QR is cut off by qr/],
  ['words under a picture', 'selecting-cart', '.tile-picture { position: relative; top: 1.6rem; background: #fff }', /is covered by/],
  ['words on a button', 'codeClosed-expired', '.contact { position: relative; top: 3rem }', /lies on action/],
  ['words beyond the edge', 'thanks', '.amount { position: relative; left: 4rem }', /is beyond the edge/],
  ['a page that scrolls', 'thanks', 'body { overflow: auto } .stage { width: 40rem }', /the page scrolls sideways/],
  ['a low target', 'selecting-cart', '.tab { min-height: 1.9rem }', /is only 19\.. mm high/],
  ['a narrow target', 'selecting-cart', '.stepper button { width: 1.9rem }', /is only 19\.. mm wide/],
  ['targets side by side', 'counter', '.keypad-keys { gap: 0.3rem }', /is only 3\.. mm from/],
  ['a target out of reach', 'selecting-cart', '.question { min-height: 0 }', /is .* mm beyond reach/],
  ['grey words', 'awaitingPayment', '.instruction { color: #777 }', /instruction .* has a contrast of 4/],
  ['small instructions', 'awaitingPayment', '.instruction { font-size: 0.9rem }', /is written 4\.. mm high/],
  ['a small amount', 'awaitingPayment', '.amount { font-size: 1.6rem }', /is written 11\.. mm high/],
] as const;

for (const [name, fixture, css, sentence] of SPOILT)
  test(`found: ${name}`, async ({ kiosk: { page, glass, judge } }) => {
    await glass('portrait');
    // Reach is a matter of easy view; everything else of a screen with its usual letters.
    const easyView = name.includes('reach');
    const { view } = cases[fixture] ?? { view: cases['attract']!.view };
    const spoil = (sheet: string): Promise<void> =>
      page.evaluate((text) => {
        const style = new CSSStyleSheet();
        style.replaceSync(text);
        document.adoptedStyleSheets = [style];
      }, sheet);
    const shown = on('portrait', view, { easyView, shop: { languages: LANGUAGES } });
    expect(await judge(shown)).toEqual([]);
    await spoil(css.replaceAll('}', '!important }'));
    const found = await judge(shown);
    await spoil('');
    expect(found.join('\n')).toMatch(sentence);
  });

test('found: a button without a name', async ({ kiosk: { page, show, faultsOfAxe } }) => {
  await show(on('portrait', cases['thanks']!.view));
  expect(await faultsOfAxe()).toEqual([]);
  await page.evaluate(() => document.querySelector('[data-testid="finish"]')!.replaceChildren());
  expect((await faultsOfAxe()).join('\n')).toMatch(/button-name/);
});
