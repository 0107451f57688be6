import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decide, type Step } from '../../../app/order/decide.ts';
import { DECISIONS, decisionTable } from './decision-table.ts';
import { live, nothingAsked, opened, restarted, tell } from './orders.ts';

describe('decide', () => {
  for (const row of DECISIONS)
    it(`${row.facts}${row.asked === '' ? '' : `; ${row.asked}`}: ${row.does}`, () => {
      const order = tell(...row.events);
      for (const situation of row.situations) expect(decide(order, situation, row.answers ?? nothingAsked)).toEqual(row.step);
    });

  it('does nothing with a closed order', () => {
    const order = tell(opened([100]), {
      type: 'order.closed',
      closing: 1,
      result: 'abandoned',
      taken_jpy: 0,
      returned_jpy: 0,
      dispensed_jpy: 0,
    });
    for (const situation of [live(), restarted()]) expect(decide(order, situation, {})).toEqual({ stage: 'end', do: 'nothing' });
  });

  it('has a row in the table for every step it can take', () => {
    // `nothing` is the closed order above.
    const every: Record<Exclude<Step['do'], 'nothing'>, true> = {
      requestCode: true,
      poll: true,
      recordPayment: true,
      deleteCode: true,
      askPayment: true,
      waitAndAsk: true,
      requestCancel: true,
      sendCancel: true,
      closePayment: true,
      vend: true,
      askMachine: true,
      handOver: true,
      requestRefund: true,
      askRefund: true,
      sendRefund: true,
      recordRefund: true,
      rejectRefund: true,
      capture: true,
      recordCapture: true,
      rejectCapture: true,
      requestRevert: true,
      sendRevert: true,
      recordRevert: true,
      rejectRevert: true,
      close: true,
    };
    expect(new Set(DECISIONS.map(({ step }) => step.do))).toEqual(new Set(Object.keys(every)));
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
