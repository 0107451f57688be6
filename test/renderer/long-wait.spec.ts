/** A code that does not come: PayPay is slow, or the kiosk's disk does not answer. Whoever waits for it long can say what for. */
import { LANGUAGES } from '../../app/view.ts';
import { fixtures, GLASS, type GlassName, on } from './fixtures.ts';
import { expect, glassOf, test } from './screen.ts';

test('after 10 s before a code that does not come, or that ran out, the order’s number and the shop’s phone', async ({ kiosk }) => {
  const { page } = kiosk;
  const number = page.getByTestId('order-number');
  const ranOut = { ...fixtures.awaitingPayment, now_ms: fixtures.awaitingPayment.now_ms + 3_600_000 };
  for (const waits of [fixtures.creatingCode, ranOut]) {
    await kiosk.glass('portrait');
    await kiosk.show(waits);
    await page.waitForTimeout(5_000);
    await expect(number, 'nobody needs it at first').toHaveCount(0);
    const words = await page.locator('.qr-waiting > p').boundingBox();
    await expect(number).toHaveText('3-0142', { timeout: 6_000 });
    await expect(page.locator('.qr-waiting')).toContainText(waits.shop.phone ?? '');
    expect(await page.locator('.qr-waiting > p').boundingBox(), 'nothing moves').toEqual(words);
    expect(await kiosk.faultsOfAxe()).toEqual([]);
    // The same card in both: its words are looked at in one.
    if (waits === ranOut) continue;
    const faults: string[] = [];
    for (const glass of Object.keys(GLASS) as GlassName[])
      for (const easyView of [false, true])
        for (const language of LANGUAGES) {
          await kiosk.glass(glass);
          const view = on(glass, waits, { language, easyView, shop: { languages: LANGUAGES } });
          const found = await page.evaluate(
            async ([next, judged]) => {
              window.stand.show(next);
              await window.settle();
              return window.inspectScreen(judged);
            },
            [view, glassOf(view)] as const,
          );
          await expect(number).toHaveCount(1);
          faults.push(...found.map((fault) => `${glass}, ${language}, ${easyView ? 'easy view' : 'normal view'}: ${fault}`));
        }
    expect(faults).toEqual([]);
  }
});
