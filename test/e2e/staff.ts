/** Staff of a test's kiosk: hired as an owner would, signed in at the kiosk's own door. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Browser, expect, type Page } from '@playwright/test';
import type { StaffCommand, StaffQuery } from '../../app/operator/commands.ts';
import type { Role } from '../../app/operator/permissions.ts';
import type { Answer } from '../../app/operator/problems.ts';
import type { DeviceUse } from '../../app/operator/pairing.ts';
import type { Corner } from './corner.ts';

export const PINS: Readonly<Record<Role, string>> = { owner: '482915', cashier: '705138', filler: '361920' };

/** A kiosk of whatever kind. */
type Kiosk = Pick<Corner, 'folder' | 'kiosk'>;

/** Where programs of this machine knock, and what opens. */
export function doorOf(corner: Kiosk): { url: string; token: string } {
  return JSON.parse(readFileSync(path.join(corner.folder, 'data', 'door.json'), 'utf8')) as { url: string; token: string };
}

async function post(corner: Kiosk, route: string, body: object, session = ''): Promise<Answer> {
  const { url, token } = doorOf(corner);
  const headers = { authorization: `Bearer ${token}`, 'x-staff-session': session };
  const response = await fetch(`${url}${route}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return (await response.json()) as Answer;
}

const valueOf = <T>(answer: Answer): T => {
  expect(answer).toMatchObject({ ok: true });
  return (answer as { value: T }).value;
};

/** The first owner by the code that the kiosk printed, then one of each other role by the owner. Each is called as the role. */
export async function hire(corner: Kiosk): Promise<void> {
  const code = await corner.kiosk().line(/the code (\d{8}) makes one/);
  const { token } = valueOf<{ token: string }>(await post(corner, '/operator/set-up', { code, name: 'owner', pin: PINS.owner }));
  for (const role of ['cashier', 'filler'] as const)
    valueOf(await post(corner, '/operator/perform', { do: 'staff.set', staffId: null, name: role, role, pin: PINS[role] }, token));
  valueOf(await post(corner, '/operator/sign-out', {}, token));
}

export interface Member {
  readonly session: string;
  perform(command: StaffCommand): Promise<Answer>;
  ask<T>(query: StaffQuery): Promise<T>;
}

/** Over HTTP, as a program of this machine. */
export async function signIn(corner: Kiosk, role: Role): Promise<Member> {
  const { url, token } = doorOf(corner);
  const door = (await (await fetch(`${url}/operator/door`, { headers: { authorization: `Bearer ${token}` } })).json()) as {
    staff: { staffId: string; name: string }[];
  };
  const staffId = door.staff.find(({ name }) => name === role)?.staffId ?? '';
  const { token: session } = valueOf<{ token: string }>(await post(corner, '/operator/sign-in', { staffId, pin: PINS[role] }));
  return {
    session,
    perform: (command) => post(corner, '/operator/perform', command, session),
    ask: async <T>(query: StaffQuery) => valueOf<T>(await post(corner, '/operator/ask', query, session)),
  };
}

/** At the kiosk: seven touches on the shop's name. */
export async function openConsole(page: Page): Promise<void> {
  for (let touch = 0; touch < 7; touch++) await page.locator('.header-shop').tap();
  await expect(page.getByTestId('console')).toBeVisible();
}

/** On the PIN pad, at the kiosk or on a phone. */
export async function enterPin(page: Page, role: Role, pin = PINS[role]): Promise<void> {
  await page.getByRole('button', { name: role, exact: true }).tap();
  for (const digit of pin) await page.locator('.c-pin').getByRole('button', { name: digit, exact: true }).tap();
  await page.getByRole('button', { name: 'Sign in' }).tap();
}

/** At the kiosk, in the hands of the owner. */
export async function pairingCode(kiosk: Page, use: DeviceUse = 'console'): Promise<string> {
  await openConsole(kiosk);
  await enterPin(kiosk, 'owner');
  await kiosk.getByTestId('page-people').tap();
  await kiosk.getByTestId('pair-device').tap();
  const dialog = kiosk.locator('dialog[open]');
  if (use === 'till') await dialog.getByRole('button', { name: 'A tablet as a till' }).tap();
  await dialog.getByRole('button', { name: 'Add a device' }).last().tap();
  const code = (await kiosk.getByTestId('pairing-code').textContent()) ?? '';
  await kiosk.keyboard.press('Escape');
  await kiosk.getByTestId('leave').tap();
  return code;
}

/** A phone on the network, paired with the code that the owner has the kiosk show. */
export async function pairPhone(corner: Kiosk, kiosk: Page, browser: Browser): Promise<{ phone: Page; close(): Promise<void> }> {
  const address = await corner.kiosk().line(/^console: (https:\S+)/m);
  const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 390, height: 844 }, hasTouch: true });
  const phone = await context.newPage();
  await phone.addInitScript(() => localStorage.setItem('jihanki-tongue', 'en'));
  await phone.goto(address);
  const code = await pairingCode(kiosk);
  await phone.getByLabel('8-digit code').fill(code);
  await phone.getByLabel('Name of this device').fill('phone');
  await phone.getByRole('button', { name: 'Add' }).tap();
  await expect(phone.locator('.c-people')).toBeVisible();
  return { phone, close: () => context.close() };
}
