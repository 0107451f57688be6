import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cancelWindowEnd_ms } from '../../../app/order/cancel-window.ts';
import { decide, LATE_PAYMENT_MARGIN_ms, LONGEST_CODE_ms, watchEnd_ms } from '../../../app/order/decide.ts';
import type { OrderEvent } from '../../../app/order/events.ts';
import { apply, type Order } from '../../../app/order/order.ts';
import { DECISIONS, decisionTable } from './decision-table.ts';
import { nothingAsked, NOW_ms, opened, stamp, tell } from './orders.ts';

describe('decide', () => {
  for (const row of DECISIONS)
    it(`${row.facts}${row.asked === '' ? '' : `; ${row.asked}`}: ${row.does}`, () => {
      const order = tell(...row.events);
      for (const situation of row.situations) expect(decide(order, situation, row.answers ?? nothingAsked)).toEqual(row.step);
    });

  it('knows until when PayPay cancels by Japan’s calendar, whatever the zone of the host', () => {
    const inTokyo = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Tokyo', dateStyle: 'short', timeStyle: 'medium' });
    expect(inTokyo.format(cancelWindowEnd_ms(Date.parse('2026-11-23T23:59:59+09:00')) - 1)).toBe('2026-11-24 00:14:59');
    expect(inTokyo.format(cancelWindowEnd_ms(Date.parse('2026-11-24T00:00:00+09:00')) - 1)).toBe('2026-11-25 00:14:59');
    const zones = ['UTC', 'America/Los_Angeles', 'Pacific/Kiritimati', 'Asia/Kathmandu'];
    const before = process.env['TZ'];
    try {
      fc.assert(
        fc.property(
          fc.date({ min: new Date('2024-01-01'), max: new Date('2035-12-31'), noInvalidDate: true }),
          fc.constantFrom(...zones),
          (paid, zone) => {
            process.env['TZ'] = zone;
            const end_ms = cancelWindowEnd_ms(paid.getTime());
            const days = (at_ms: number) => Date.parse(`${inTokyo.format(at_ms).slice(0, 10)}T00:00:00Z`) / 86_400_000;
            expect(inTokyo.format(end_ms).slice(11)).toBe('00:15:00');
            expect(days(end_ms) - days(paid.getTime())).toBe(1);
          },
        ),
      );
    } finally {
      if (before === undefined) delete process.env['TZ'];
      else process.env['TZ'] = before;
    }
  });

  it('watches a code that was never seen by PayPay’s clock, however wrong the host’s is', () => {
    const year_ms = 365 * 86_400_000;
    for (const hostAt_ms of [NOW_ms - year_ms, NOW_ms - 720_000, NOW_ms, NOW_ms + year_ms]) {
      let order: Order | null = null;
      for (const event of [
        opened([100]),
        { type: 'code.requested', requestedAt_ms: NOW_ms },
        { type: 'cancel.requested', reason: 'codeUnknown' },
        { type: 'payment.closed', how: 'unpaid' },
      ] satisfies OrderEvent[])
        order = apply(order, 'o-1', event, stamp(hostAt_ms));
      if (order?.code.state !== 'requested') throw new Error('the code was asked for');
      expect(watchEnd_ms(order.code)).toBe(NOW_ms + LONGEST_CODE_ms + LATE_PAYMENT_MARGIN_ms);
    }
  });
});

describe('docs/money.md', () => {
  it('has the table that the code was tested with (UPDATE_DOCS=1 writes it)', () => {
    const file = new URL('../../../docs/money.md', import.meta.url);
    const page = readFileSync(file, 'utf8');
    const [begin, end] = ['<!-- decisions: begin, written by test/app/order/decide.test.ts -->\n', '<!-- decisions: end -->'];
    const [before = '', rest = ''] = page.split(begin);
    const [table, after = ''] = rest.split(end);
    const written = `\n${decisionTable()}\n\n`;
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, before + begin + written + end + after);
    else expect(table).toBe(written);
  });
});
