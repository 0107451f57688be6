/** The configuration file, edited while customers stand at the screen. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, type Page } from '@playwright/test';
import sharp from 'sharp';
import type { Corner } from './corner.ts';
import { test } from './fixture.ts';
import { choose, readQr, see } from './screen.ts';
import { hire, signIn } from './staff.ts';

const RED = [255, 0, 0];
const BLUE = [0, 0, 255];

const photograph = (corner: Corner, name: string, [r = 0, g = 0, b = 0]: readonly number[]) =>
  sharp({ create: { width: 1600, height: 1200, channels: 3, background: { r, g, b } } })
    .jpeg()
    .toFile(path.join(corner.folder, name));

/** What tea costs and looks like from now on, and the shop's logo. */
function edit(corner: Corner, { price_jpy, picture, logo }: { price_jpy: number; picture: string; logo: string }): void {
  const file = path.join(corner.folder, 'shop.yaml');
  const config = JSON.parse(readFileSync(file, 'utf8')) as { shop: object; products: { sku: string }[] };
  const products = config.products.map((product) => (product.sku === 'tea' ? { ...product, price_jpy, picture } : product));
  writeFileSync(file, JSON.stringify({ ...config, shop: { ...config.shop, logo }, products }));
}

/** The colour in the middle of a picture, as the browser has drawn it; null while it has not. */
const colour = (page: Page, selector: string): Promise<number[] | null> =>
  page.evaluate((which) => {
    const picture = document.querySelector<HTMLImageElement>(which);
    const pen = document.createElement('canvas').getContext('2d');
    if (picture === null || pen === null || !picture.complete || picture.naturalWidth === 0) return null;
    pen.drawImage(picture, 0, 0, 1, 1);
    // JPEG and WebP round a little.
    return [...pen.getImageData(0, 0, 1, 1).data.slice(0, 3)].map((value) => Math.round(value / 51) * 51);
  }, selector);
const TEA = '[data-testid="product-tea"] img.picture';
const LOGO = 'img.header-logo';

test('a new picture and a new price are there for the next customer; the one who pays keeps theirs', async ({ page, open }) => {
  const corner = await open();
  await page.goto(corner.address);
  await choose(page, 'tea');
  await Promise.all([photograph(corner, 'tea.jpg', RED), photograph(corner, 'logo.jpg', BLUE)]);
  edit(corner, { price_jpy: 180, picture: 'tea.jpg', logo: 'logo.jpg' });
  await expect.poll(() => corner.kiosk().stderr()).toContain('config.reloaded');
  await expect(page.getByTestId('amount')).toContainText('150');
  await corner.paypay('pay', { url: await readQr(page) });
  await see(page, 'thanks');
  expect((await corner.ledger()).payments.at(-1)?.amount_jpy).toBe(150);
  await page.getByTestId('finish').tap();

  await expect.poll(() => colour(page, LOGO)).toEqual(BLUE);
  await expect.poll(() => colour(page, TEA)).toEqual(RED);
  await expect(page.getByTestId('product-tea')).toContainText('180');

  await hire(corner);
  const owner = await signIn(corner, 'owner');
  await photograph(corner, 'tea.jpg', BLUE);
  expect(await owner.perform({ do: 'config.reload' })).toEqual({ ok: true, value: { problems: [] } });
  await expect.poll(() => colour(page, TEA), 'the same page, the same name, another picture').toEqual(BLUE);

  writeFileSync(path.join(corner.folder, 'torn.jpg'), 'not a picture');
  edit(corner, { price_jpy: 190, picture: 'torn.jpg', logo: 'logo.jpg' });
  expect(await owner.perform({ do: 'config.reload' })).toMatchObject({
    value: { problems: [expect.stringMatching(/^products\[0\]\.picture: found .*torn\.jpg, which can't be shown/)] },
  });
  await page.reload();
  await expect.poll(() => colour(page, TEA)).toEqual(BLUE);
  await expect(page.getByTestId('product-tea')).toContainText('180');
});
