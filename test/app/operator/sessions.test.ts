/** A session ends by itself, with the device it was opened on, and with what its person may do. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IDLE_ms } from '../../../app/operator/sessions.ts';
import { type House, openHouse, type Person, PINS, valueOf } from './house.ts';

let house: House;
beforeEach(async () => void (house = await openHouse()));
afterEach(() => house.close());

const isOver = async ({ token }: Person): Promise<boolean> => {
  const answer = await house.operator.ask(token, { ask: 'planogram' }, true);
  return !answer.ok && answer.problem === 'notSignedIn';
};

describe('at the kiosk’s own screen', () => {
  it('a session ends after two minutes without a person, whatever changes meanwhile, and the kiosk sells again', async () => {
    const filler = await house.person('filler');
    await house.shop.see('maintenance');
    const owner = await house.person('owner', { from: 'cli', deviceId: null });
    const sees = house.operator.onChange(() => void house.operator.ask(filler.token, { ask: 'now' }, true));
    for (let passed_ms = 0; passed_ms < IDLE_ms.kiosk - 5_000; passed_ms += 5_000) {
      valueOf(await owner.perform({ do: 'stock.set', slot: '1', count: passed_ms / 5_000, reason: 'counted' }));
      await house.shop.clock.advance(5_000);
    }
    expect(await isOver(filler)).toBe(false);
    expect(house.shop.view().screen.name).toBe('maintenance');
    await house.shop.clock.advance(5_100);
    sees();
    expect(await isOver(filler)).toBe(true);
    await house.shop.see('attract');
  });

  it('a session goes on while its person does something', async () => {
    const filler = await house.person('filler');
    for (let i = 0; i < 5; i++) {
      await house.shop.clock.advance(IDLE_ms.kiosk - 1_000);
      await filler.ask({ ask: 'planogram' });
    }
    expect(await isOver(filler)).toBe(false);
  });
});

describe('what ends sessions at once', () => {
  it('a device that is removed takes its own with it, and no others', async () => {
    const owner = await house.person('owner');
    const { code } = valueOf<{ code: string }>(await owner.perform({ do: 'device.pair', use: 'console' }));
    valueOf(await house.operator.pair({ code, name: 'phone' }));
    const [device] = house.side.devices.list();
    const deviceId = device?.deviceId ?? '';
    const onPhone = await house.person('cashier', { from: 'lan', deviceId });
    const elsewhere = await house.person('cashier', { from: 'lan', deviceId: 'another' });
    valueOf(await owner.perform({ do: 'device.remove', deviceId }));
    expect([await isOver(onPhone), await isOver(elsewhere), await isOver(owner)]).toEqual([true, false, false]);
  });

  it('a new PIN of one’s own ends all one’s sessions but this one', async () => {
    const [here, phone] = [await house.person('owner'), await house.person('owner', { from: 'lan', deviceId: 'phone' })];
    const staffId = house.staffId('owner');
    valueOf(await here.perform({ do: 'staff.set', staffId, name: 'owner', role: 'owner', pin: '907351' }));
    expect([await isOver(here), await isOver(phone)]).toEqual([false, true]);
    expect(await house.operator.signIn({ staffId, pin: PINS.owner, from: 'lan', deviceId: null })).toMatchObject({ problem: 'wrongPin' });
  });

  it('a new role of one’s own ends this one too', async () => {
    const owner = await house.person('owner');
    valueOf(await owner.perform({ do: 'staff.set', staffId: null, name: 'second', role: 'owner', pin: '907351' }));
    const staffId = house.staffId('owner');
    valueOf(await owner.perform({ do: 'staff.set', staffId, name: 'owner', role: 'filler', pin: null }));
    expect(await isOver(owner)).toBe(true);
  });

  it('who is removed, demoted or given a new PIN while their PIN is being checked does not come in as before', async () => {
    const owner = await house.person('owner');
    const [filler, cashier] = [house.staffId('filler'), house.staffId('cashier')];
    const arrives = (staffId: string, pin: string) => house.operator.signIn({ staffId, pin, from: 'cli', deviceId: null });
    const coming = arrives(filler, PINS.filler);
    valueOf(await owner.perform({ do: 'staff.remove', staffId: filler }));
    expect(await coming).toMatchObject({ problem: 'wrongPin' });
    const demoted = arrives(cashier, PINS.cashier);
    valueOf(await owner.perform({ do: 'staff.set', staffId: cashier, name: 'cashier', role: 'filler', pin: null }));
    const { token } = valueOf<{ token: string }>(await demoted);
    expect(await house.operator.ask(token, { ask: 'orders', text: '', attention: false, limit: 1 })).toMatchObject({ ok: false });
  });
});

describe('a pairing code', () => {
  it('is made at the kiosk, not from a phone or a till', async () => {
    for (const from of ['lan', 'kiosk'] as const) {
      const owner = await house.person('owner', { from, deviceId: 'device' });
      expect(await owner.perform({ do: 'device.pair', use: 'till' })).toMatchObject({ problem: 'onlyAtKiosk' });
      expect(await owner.ask({ ask: 'devices' })).toMatchObject({ addedHere: false });
      house.operator.signOut(owner.token);
    }
  });

  it('is for a till only where there are tills', async () => {
    const without = await openHouse(false);
    const owner = await without.person('owner');
    expect(await owner.perform({ do: 'device.pair', use: 'till' })).toMatchObject({ problem: 'noTills' });
    expect(await owner.ask({ ask: 'devices' })).toMatchObject({ tills: false, addedHere: true });
    valueOf(await owner.perform({ do: 'device.pair', use: 'console' }));
    await without.close();
  });

  it('works at once, however many guesses somebody made before it was shown; a name that does not fit costs no try', async () => {
    for (let i = 0; i < 30; i++) expect(await house.operator.pair({ code: '00000000', name: 'x' })).toMatchObject({ problem: 'noPairing' });
    const owner = await house.person('owner');
    const first = valueOf<{ code: string }>(await owner.perform({ do: 'device.pair', use: 'console' }));
    const wrong = first.code === '00000000' ? '00000001' : '00000000';
    for (let i = 0; i < 3; i++) expect(await house.operator.pair({ code: wrong, name: 'x' })).toMatchObject({ problem: 'wrongCode' });
    expect(await house.operator.pair({ code: first.code, name: 'x' }), 'the next guess has to wait').toMatchObject({ problem: 'wait' });
    const { code } = valueOf<{ code: string }>(await owner.perform({ do: 'device.pair', use: 'console' }));
    expect(await house.operator.pair({ code, name: '  ' })).toMatchObject({ problem: 'notUnderstood' });
    valueOf(await house.operator.pair({ code, name: 'phone' }));
  });
});
