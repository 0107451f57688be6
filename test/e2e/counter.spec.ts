/** A till on a tablet: no machine, the staff's screen and the customer's in two windows of one browser. */
import { expect, test } from '@playwright/test';
import { openCounter } from './counter.ts';
import { readQr, see } from './screen.ts';

test('staff ring up, the customer pays on the other screen, both see the result', async ({ page: staff, context }) => {
  const counter = await openCounter();
  try {
    await staff.goto(counter.address);
    await see(staff, 'attract');
    const customer = await context.newPage();
    await customer.goto(counter.customerAddress);
    await expect(customer.getByTestId('customer-side')).toContainText('まちかど商店');
    await expect(customer.getByRole('button', { name: 'お会計をはじめる' }), 'a customer begins no sale').toHaveCount(0);

    await staff.getByRole('button', { name: 'お会計をはじめる' }).tap();
    await expect(customer.getByTestId('customer-side')).toContainText('お会計を準備しています');
    await customer.getByTestId('language-en').tap();
    await expect(customer.getByTestId('customer-side')).not.toContainText('お会計を準備しています');
    await expect(staff.getByTestId('cart-checkout'), 'the till stays in the staff’s language').toHaveText('お支払いへ');
    for (const key of ['1', '2', '3', '0']) await staff.locator('.key', { hasText: new RegExp(`^${key}$`) }).tap();
    await expect(staff.getByTestId('amount')).toHaveText('¥1,230');
    await staff.getByTestId('cart-checkout').tap();
    await see(customer, 'awaitingPayment');
    await expect(customer.getByTestId('amount')).toHaveText('¥1,230');
    await counter.pay(await readQr(customer));
    await see(customer, 'thanks');
    await see(staff, 'thanks');
    const number = await staff.getByTestId('order-number').textContent();
    await expect(customer.getByTestId('order-number')).toHaveText(number ?? '');
    await expect(customer.getByTestId('finish'), 'the staff’s screen is closed by staff').toHaveCount(0);
    await staff.getByTestId('finish').tap();
    await expect(customer.getByTestId('customer-side'), 'the next customer finds the shop’s language').toContainText('いらっしゃいませ');
    await expect(staff.getByTestId('last-sale')).toContainText(`${number} ¥1,230 支払いずみ`);
    await staff.getByRole('button', { name: 'お会計をはじめる' }).tap();
    await expect(staff.getByTestId('last-sale'), 'whoever rings up sees it as well').toContainText(`${number} ¥1,230 支払いずみ`);
    await expect(customer.getByTestId('customer-side')).toContainText('お会計を準備しています');
    await expect(customer.getByText(number ?? ''), 'the next customer does not').toHaveCount(0);
    expect(await counter.ledger()).toMatchObject({ taken_jpy: 1230, returned_jpy: 0 });
  } finally {
    await counter.end();
  }
});

test('what the customer chose while they waited stays theirs when staff begin', async ({ page: staff, context }) => {
  const counter = await openCounter();
  try {
    await staff.goto(counter.address);
    await see(staff, 'attract');
    const customer = await context.newPage();
    await customer.goto(counter.customerAddress);
    await customer.getByTestId('language-en').tap();
    await expect(customer.getByTestId('customer-side')).toContainText('Welcome');
    await customer.getByTestId('easy-view').tap();
    await staff.getByRole('button', { name: 'お会計をはじめる' }).tap();
    await expect(customer.getByTestId('customer-side')).toContainText('Your bill is being prepared');
    await expect(customer.locator('html')).toHaveAttribute('data-easy', 'true');
  } finally {
    await counter.end();
  }
});

test('products on one tablet, given up by the customer, then paid', async ({ page }) => {
  const counter = await openCounter();
  try {
    await page.goto(counter.address);
    const ringUp = async () => {
      await see(page, 'attract');
      await page.getByRole('button', { name: 'お会計をはじめる' }).tap();
      await page.getByRole('button', { name: '商品', exact: true }).tap();
      await page.getByTestId('product-tea').tap();
      await page.getByTestId('product-cake').tap();
      await page.getByTestId('cart-checkout').tap();
      await see(page, 'awaitingPayment');
      return readQr(page);
    };
    const first = await ringUp();
    await page.getByTestId('cancel').tap();
    await see(page, 'codeClosed');
    await expect(counter.pay(first)).rejects.toThrow(/409/);
    await page.getByTestId('finish').tap();
    await counter.pay(await ringUp());
    await see(page, 'thanks');
    await expect(page.getByTestId('thanks')).toContainText('お支払いがすみました');
    expect(await counter.ledger()).toMatchObject({ taken_jpy: 570, returned_jpy: 0 });
  } finally {
    await counter.end();
  }
});
