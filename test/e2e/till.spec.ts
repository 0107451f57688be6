/** A counter on tablets in the shop's network: what an unpaired one gets, a sale on two of them, a weak network, the end of one. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { freePort } from '../../main/demo/free-port.ts';
import { localAddresses } from '../../main/operator/lan-address.ts';
import { openCounter } from './counter.ts';
import { readQr, see } from './screen.ts';
import { enterPin, openConsole, pairingCode, PINS, signIn } from './staff.ts';

test.beforeEach(({ page }) => page.addInitScript(() => localStorage.setItem('jihanki-tongue', 'en')));

/** This machine's own address is reached without leaving it, as 127.0.0.2 is. */
const LAN = localAddresses()[0] ?? '127.0.0.2';

/** The shop's network between a tablet and the kiosk. */
async function network(port: number) {
  const ends = new Set<Socket>();
  let held = false;
  const server = createServer((near) => {
    const far = connect(port, LAN);
    for (const [end, other] of [[near, far] as const, [far, near] as const]) {
      ends.add(end);
      if (held) end.pause();
      end.on('data', (data) => other.write(data));
      end.on('error', () => other.destroy());
      end.on('close', () => other.destroy() && ends.delete(end));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    /** Nothing gets through, and nobody is told. */
    hold(wanted: boolean) {
      held = wanted;
      for (const end of ends)
        if (wanted) end.pause();
        else end.resume();
    },
    close() {
      server.close();
      for (const end of ends) end.destroy();
    },
  };
}

async function tablet(browser: Browser, address: string): Promise<Page> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 800 }, hasTouch: true });
  const page = await context.newPage();
  await page.addInitScript(() => localStorage.setItem('jihanki-tongue', 'en'));
  await page.goto(address);
  return page;
}

async function enterCode(tabletPage: Page, code: string, name: string): Promise<void> {
  await tabletPage.getByLabel('8-digit code').fill(code);
  await tabletPage.getByLabel('Name of this device').fill(name);
  await tabletPage.getByRole('button', { name: 'Add' }).tap();
}

/** What a page of this address gets from the screen's wire: the code that ended it, or the first message. */
const wireOf = (page: Page): Promise<number | string> =>
  page.evaluate(
    () =>
      new Promise<number | string>((resolve) => {
        const socket = new WebSocket(`wss://${location.host}/kiosk`);
        socket.onmessage = ({ data }: MessageEvent<string>) => resolve(data);
        socket.onclose = ({ code }) => resolve(code);
      }),
  );

/** @returns asks when the page first showed it, by its own observation: how often a test looks does not count */
async function appearance(page: Page, selector: string): Promise<() => Promise<number>> {
  const seen = await page.evaluateHandle((wanted) => {
    const found = new Promise<number>((resolve) => {
      const look = (): void => {
        if (document.querySelector(wanted) !== null) resolve(Date.now());
      };
      new MutationObserver(look).observe(document, { childList: true, subtree: true, attributes: true });
    });
    return { found };
  }, selector);
  return () => seen.evaluate(({ found }) => found);
}

test('tablets as tills: nothing unless paired, one sale on both, lost and back with the network, cut off when removed', async ({
  page,
  browser,
}) => {
  const port = await freePort(0);
  const counter = await openCounter({ lan: { host: LAN, port, till: true } });
  const wire = await network(port);
  try {
    await page.goto(counter.address);
    // As on a PC: with its keyboard.
    await openConsole(page);
    await page.getByLabel('8-digit code').fill(await counter.kiosk().line(/the code (\d{8}) makes one/));
    await page.getByLabel('Your name').fill('owner');
    await page.getByLabel(/^New PIN/).fill(PINS.owner);
    await page.keyboard.press('Enter');
    await page.getByTestId('page-people').tap();
    await page.getByTestId('leave').tap();
    const owner = await signIn(counter, 'owner');
    expect(await owner.perform({ do: 'staff.set', staffId: null, name: 'cashier', role: 'cashier', pin: PINS.cashier })).toMatchObject({
      ok: true,
    });
    const lan = await counter.kiosk().line(/^console: (https:\S+)/m);
    expect(new URL(lan).host).toBe(`${LAN}:${port}`);

    const customer = await tablet(browser, `${lan}?side=customer`);
    await expect(customer.getByText('Add this device')).toBeVisible();
    for (const name of ['index.html', 'health', 'metrics', 'operator/door'])
      expect((await customer.request.get(`${lan}${name}`)).ok(), `${name} is for paired ones`).toBe(false);
    expect(await wireOf(customer), 'no view for a stranger').toBe(4401);
    const code = await pairingCode(page, 'till');
    await enterCode(customer, code === '00000000' ? '00000001' : '00000000', 'customer’s tablet');
    await expect(customer.getByRole('alert')).toHaveText('Wrong code');
    await enterCode(customer, code, 'customer’s tablet');
    await expect(customer.getByTestId('customer-side')).toContainText('まちかど商店');
    expect(await customer.evaluate(() => isSecureContext), 'it may keep itself awake').toBe(true);

    const staff = await tablet(browser, `https://127.0.0.1:${wire.port}/`);
    await enterCode(staff, await pairingCode(page, 'till'), 'till');
    await see(staff, 'attract');
    const ringUp = async (amount: string) => {
      await staff.getByRole('button', { name: 'お会計をはじめる' }).tap();
      for (const key of amount) await staff.locator('.key', { hasText: new RegExp(`^${key}$`) }).tap();
      await staff.getByTestId('cart-checkout').tap();
      await see(staff, 'awaitingPayment');
      await see(customer, 'awaitingPayment');
    };
    await ringUp('1230');
    await expect(customer.getByTestId('amount')).toHaveText('¥1,230');
    await counter.pay(await readQr(customer));
    await see(customer, 'thanks');
    await see(staff, 'thanks');
    await expect(customer.getByTestId('order-number')).toHaveText((await staff.getByTestId('order-number').textContent()) ?? '');
    await staff.getByTestId('finish').tap();
    await see(staff, 'attract');

    await ringUp('500');
    const lost = await appearance(staff, '[data-testid="lost"]');
    const heldAt_ms = Date.now();
    wire.hold(true);
    expect((await lost()) - heldAt_ms).toBeLessThan(2000);
    await counter.pay(await readQr(customer));
    await see(customer, 'thanks');
    const back = await appearance(staff, '.kiosk:not([inert]) [data-screen="thanks"]');
    const freeAt_ms = Date.now();
    wire.hold(false);
    expect((await back()) - freeAt_ms).toBeLessThan(2000);
    await expect(staff.getByTestId('lost')).toHaveCount(0);
    await staff.getByTestId('finish').tap();

    await see(staff, 'attract');
    await openConsole(staff);
    await enterPin(staff, 'owner');
    await staff.getByTestId('page-people').tap();
    await expect(staff.getByText('A device is added at the kiosk’s own screen')).toBeVisible();
    await expect(staff.getByTestId('pair-device')).toHaveCount(0);
    await staff.getByTestId('leave').tap();

    const { devices } = await owner.ask<{ devices: { deviceId: string; name: string }[] }>({ ask: 'devices' });
    const deviceId = devices.find(({ name }) => name === 'till')?.deviceId ?? '';
    expect(await owner.perform({ do: 'device.remove', deviceId })).toMatchObject({ ok: true });
    await expect(staff.getByText('Add this device')).toBeVisible({ timeout: 3000 });
    expect(await wireOf(staff)).toBe(4401);
    await expect(customer.getByTestId('customer-side'), 'the other one goes on').toContainText('いらっしゃいませ');
    expect(await counter.ledger()).toMatchObject({ taken_jpy: 1730, returned_jpy: 0 });
  } finally {
    wire.close();
    await counter.end();
  }
});

/** Where a process listens, as address:port; IPv6 in the kernel's own hexadecimal. */
function listening(pid: number): string[] {
  const own = new Set(readdirSync(`/proc/${pid}/fd`).map((fd) => readLink(`/proc/${pid}/fd/${fd}`)));
  return ['tcp', 'tcp6'].flatMap((family) =>
    readFileSync(`/proc/net/${family}`, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === '0A' && own.has(`socket:[${inode}]`))
      .map(([, local = '']) => {
        const [address = '', port = ''] = local.split(':');
        const bytes = (address.match(/../g) ?? []).map((byte) => parseInt(byte, 16));
        return `${family === 'tcp' ? bytes.reverse().join('.') : address}:${parseInt(port, 16)}`;
      }),
  );
}

function readLink(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}

test('without its entry, nothing listens but on loopback', async () => {
  test.skip(process.platform !== 'linux', 'the list of listening sockets is read from /proc');
  const port = await freePort(0);
  for (const operator of [undefined, { lan: { host: LAN, port } }]) {
    const counter = await openCounter(operator);
    try {
      const loopback = `127.0.0.1:${new URL(counter.address).port}`;
      const seen = listening(counter.kiosk().process.pid ?? 0);
      expect(seen.sort()).toEqual([loopback, ...(operator === undefined ? [] : [`${LAN}:${port}`])].sort());
    } finally {
      await counter.end();
    }
  }
});
