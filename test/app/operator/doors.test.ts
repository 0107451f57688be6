/** Ways in that somebody may try by force, and what each role may do behind them. */
import { describe, expect, it } from 'vitest';
import { StaffCommandSchema } from '../../../app/operator/commands.ts';
import { createPairing } from '../../../app/operator/pairing.ts';
import { may, type Permission, PERMISSIONS } from '../../../app/operator/permissions.ts';
import { StaffProblem } from '../../../app/operator/problems.ts';
import { createGuesses } from '../../../app/operator/sign-in.ts';
import { createVirtualClock } from '../../hardware/virtual-clock.ts';

const HOUR_ms = 3_600_000;

describe('a PIN', () => {
  it('can be guessed at less than a hundred times a day, however fast the guesses come', async () => {
    const clock = createVirtualClock();
    const guesses = createGuesses(clock);
    let tried = 0;
    for (let passed_ms = 0; passed_ms < 24 * HOUR_ms; passed_ms += 1_000) {
      for (let i = 0; i < 5; i++) if (guesses.take('sato:lan').wait_ms === 0) tried += 1;
      await clock.advance(1_000);
    }
    expect(tried).toBeGreaterThan(5);
    expect(tried).toBeLessThan(110);
  });

  it('waits longer with every wrong guess, not for others, and no more after the right one', () => {
    const clock = createVirtualClock();
    const guesses = createGuesses(clock);
    const wait_ms = () => guesses.take('sato:kiosk').wait_ms;
    for (let i = 0; i < 3; i++) expect(wait_ms()).toBe(0);
    expect(wait_ms()).toBeGreaterThan(0);
    expect(guesses.take('suzuki:kiosk').wait_ms).toBe(0);
    guesses.forgive('sato:kiosk');
    expect(wait_ms()).toBe(0);
  });

  it('keeps its count over a restart: pulling the plug wins nothing', () => {
    const clock = createVirtualClock();
    const guesses = createGuesses(clock);
    guesses.restore('sato:kiosk', 10);
    expect(guesses.take('sato:kiosk').wait_ms).toBeGreaterThan(60_000);
  });
});

describe('a pairing code', () => {
  const problemOf = (work: () => unknown): string => {
    try {
      work();
      return 'none';
    } catch (error) {
      return error instanceof StaffProblem ? error.problem : String(error);
    }
  };

  it('ends with the fifth wrong try, and then the right one is wrong as well', () => {
    const pairing = createPairing(createVirtualClock(), () => '12345678');
    expect(
      problemOf(() => pairing.redeem('12345678')),
      'before it is shown',
    ).toBe('noPairing');
    pairing.begin({ by: 'sato' }, 'console');
    for (let i = 0; i < 4; i++) expect(problemOf(() => pairing.redeem('00000000'))).toBe('wrongCode');
    expect(problemOf(() => pairing.redeem('00000000'))).toBe('noPairing');
    expect(problemOf(() => pairing.redeem('12345678'))).toBe('noPairing');
  });

  it('ends with the first device, or after three minutes', async () => {
    const clock = createVirtualClock();
    const pairing = createPairing(clock, () => '12345678');
    const { valid_ms } = pairing.begin({ by: 'sato' }, 'till');
    expect(pairing.redeem('12345678')).toEqual({ by: { by: 'sato' }, use: 'till' });
    expect(problemOf(() => pairing.redeem('12345678'))).toBe('noPairing');
    pairing.begin({ by: 'sato' }, 'till');
    await clock.advance(valid_ms);
    expect(problemOf(() => pairing.redeem('12345678'))).toBe('noPairing');
  });
});

describe('roles', () => {
  const MONEY: readonly Permission[] = [
    'order.refund',
    'order.settle',
    'day.close',
    'orders',
    'order.story',
    'report',
    'orders.export',
    'payments.compare',
  ];
  const SHOP: readonly Permission[] = ['price.set', 'product.set', 'slot.set', 'staff.set', 'staff.remove', 'device.pair', 'config.reload'];

  it('a filler sees and moves no money; a cashier fills nothing; neither changes the shop', () => {
    for (const what of MONEY) expect([what, may('filler', what), may('cashier', what)]).toEqual([what, false, true]);
    for (const what of SHOP) expect([what, may('filler', what), may('cashier', what)]).toEqual([what, false, false]);
    for (const what of ['stock.fill', 'testVend'] as const) expect([may('filler', what), may('cashier', what)]).toEqual([true, false]);
  });

  it('an owner may do everything, and nothing can be asked for that is not in the table', () => {
    for (const what of Object.keys(PERMISSIONS) as Permission[]) expect([what, may('owner', what)]).toEqual([what, true]);
    const commands = StaffCommandSchema.options.map((option) => option.shape.do.value);
    for (const command of commands) expect(Object.keys(PERMISSIONS)).toContain(command);
  });
});
