/** Takes the pictures of the README from the real demo: `node test/e2e/pictures.ts`. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { findChromium } from '../../main/chromium.ts';
import { buy, kioskOn, seeLedger, startDemo } from './demo.ts';
import { ROOT } from './program.ts';
import { choose, readQr, see } from './screen.ts';

const folder = path.join(ROOT, 'docs/pictures');
mkdirSync(folder, { recursive: true });
const demo = await startDemo();
const browser = await chromium.launch({
  executablePath: findChromium() ?? '',
  args: ['--disable-background-networking', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
});
const take = async (page: Page, name: string): Promise<void> => {
  await page.waitForTimeout(1000);
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
};
const pay = async (url: string): Promise<void> =>
  void (await fetch(new URL('/_simulator/pay', url), { method: 'POST', body: JSON.stringify({ url }) }));

try {
  const kiosk = await browser.newPage({ viewport: { width: 540, height: 960 }, hasTouch: true, locale: 'ja-JP', timezoneId: 'Asia/Tokyo' });
  const street = await browser.newPage({ viewport: { width: 1600, height: 1000 }, locale: 'ja-JP', timezoneId: 'Asia/Tokyo' });
  await street.goto(demo.street);
  await kioskOn(street).locator('[data-screen="attract"]').waitFor();
  await kiosk.goto(demo.kiosk);

  await see(kiosk, 'attract');
  await kiosk.getByRole('button', { name: '画面にふれてください' }).tap();
  for (const sku of ['green-tea', 'cider']) await kiosk.getByTestId(`product-${sku}`).tap();
  await take(kiosk, 'catalogue');
  await kiosk.getByTestId('cart-checkout').tap();
  await see(kiosk, 'awaitingPayment');
  await take(kiosk, 'pay');
  await pay(await readQr(kiosk));
  await see(kiosk, 'thanks');
  await take(kiosk, 'thanks');
  await kiosk.getByTestId('finish').tap();

  await street.locator('#story-refund').click();
  await choose(kiosk, 'water');
  await pay(await readQr(kiosk));
  await kiosk.locator('[data-testid="refund-state"][data-state="completed"]').waitFor();
  await take(kiosk, 'refund');
  await kiosk.getByTestId('finish').tap();

  await buy(street, 'cafe-au-lait');
  await kioskOn(street).locator('[data-screen="thanks"]').waitFor();
  await seeLedger(street, 540, 430, 110);
  await take(street, 'street');
} finally {
  await browser.close();
  await demo.end();
}
