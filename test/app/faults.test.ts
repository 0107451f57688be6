/** What a real kiosk does when its journal fails while it runs, and when an order breaks a rule. */
import { afterEach, describe, expect, it } from 'vitest';
import { decide } from '../../app/order/decide.ts';
import { JournalError, type NewRow, type PaymentFacts } from '../../app/ports.ts';
import { farEnds, WELL } from './order/far-ends.ts';
import { cancelled, codeCreated, opened, paid } from './order/orders.ts';
import { openShop, type TestShop } from './shop.ts';

let shop: TestShop;
afterEach(() => shop.close());

/** The kiosk meets customers until somebody is at the code. */
async function choose(): Promise<void> {
  await shop.send({ do: 'start' });
  await shop.send({ do: 'add', sku: 'tea' }, { do: 'checkout' });
  await shop.see('awaitingPayment');
}

describe('a journal that fails while the kiosk runs', () => {
  it('ends the sale, tells staff, shows the customer the order, and sells again when it is mended', async () => {
    let full = false;
    shop = await openShop({
      journal: (journal) => ({
        ...journal,
        append: (rows) => (full ? Promise.reject(new JournalError('full', 'no room')) : journal.append(rows)),
      }),
    });
    await choose();
    const { orderNumber } = (await shop.see('awaitingPayment')).order;
    full = true;
    await shop.pay();
    const screen = await shop.see('outOfService');
    expect(screen).toMatchObject({ reasons: ['journalFailed'], interrupted: { orderNumber } });
    expect(shop.kiosk.operator.facts().journal).toMatchObject({ fault: 'full' });
    full = false;
    await shop.see('attract', 600_000);
    expect(shop.kiosk.operator.facts().journal).toBeNull();
    // What was paid went back: nobody saw that it was.
    await shop.until(() => shop.kiosk.operator.facts().openOrders === 0);
    expect(shop.rows().flatMap((row) => (row.event.type === 'order.closed' ? row.event.result : []))).toEqual(['refunded']);
  });
});

describe('a disk that takes a write and does not answer', () => {
  /** Opens a shop on it. @returns lets it fall silent after its next write, and lets it answer */
  async function open() {
    let answer: (() => void) | null = null;
    let silent = false;
    shop = await openShop({
      journal: (journal) => ({
        ...journal,
        async append(rows) {
          const written = await journal.append(rows);
          if (silent) await new Promise<void>((resolve) => (answer = resolve));
          return written;
        },
      }),
    });
    return {
      fallSilent: () => void (silent = true),
      answer() {
        silent = false;
        answer?.();
      },
    };
  }

  it('stops the sale of anything new and tells staff, and lets who waits go on when it answers', async () => {
    const disk = await open();
    await choose();
    disk.fallSilent();
    await shop.pay();
    await shop.clock.advance(9_000);
    expect(shop.kiosk.operator.facts()).toMatchObject({ journal: null, gate: [] });
    await shop.clock.advance(10_000);
    const { journal, gate, screen } = shop.kiosk.operator.facts();
    expect(journal).toMatchObject({ fault: 'io', message: 'no answer for 10000 ms' });
    expect({ gate, screen }).toEqual({ gate: ['journalFailed'], screen: 'awaitingPayment' });
    disk.answer();
    await shop.see('thanks');
    expect(shop.kiosk.operator.facts()).toMatchObject({ journal: null, gate: [] });
  });

  it('while nobody buys: the first screen says so, and sells again', async () => {
    const disk = await open();
    disk.fallSilent();
    const recorded = shop.kiosk.operator.record([{ type: 'stock.set', slot: '1', count: 3, by: 'sato', reason: 'counted' }]);
    expect(await shop.see('outOfService', 15_000)).toMatchObject({ reasons: ['journalFailed'] });
    disk.answer();
    await recorded;
    await shop.see('attract');
  });
});

describe('an order that breaks a rule', () => {
  const events = (orderId: string, list: readonly NewRow['event'][]): NewRow[] =>
    list.map((event) => ({ stream: 'order', orderId, event }) as NewRow);
  const first = opened([150], { merchantPaymentId: 'p-2', merchantRefundId: 'p-2-refund', fulfilment: 'counter' });

  it('stops selling over restarts until staff release it, and holds up no other order', async () => {
    // The database lets this through, and no order's rules do: paid twice as much as was asked for.
    const poisoned = events('poisoned', [opened([150]), ...codeCreated, paid(300)]);
    const waiting = events('waiting', [first, ...codeCreated, ...cancelled, { type: 'payment.closed', how: 'reversed' }]);
    shop = await openShop({ rows: [...poisoned, ...waiting], see: 'outOfService' });
    expect(shop.view().screen).toMatchObject({ reasons: ['brokenRule'], interrupted: null });
    const { operator } = shop.kiosk;
    expect(operator.facts().stops).toEqual([{ orderId: 'poisoned', rule: expect.stringContaining('paid 300, asked for 150') as string }]);
    await shop.until(() =>
      shop.rows().some((row) => row.stream === 'order' && row.orderId === 'waiting' && row.event.type === 'order.closed'),
    );

    await shop.restart('outOfService');
    expect(shop.kiosk.operator.facts().stops).toHaveLength(1);
    expect(shop.rows().filter(({ event }) => event.type === 'kiosk.stopped')).toHaveLength(1);

    await shop.kiosk.operator.release({ by: 'sato' });
    await shop.see('attract');
    expect(shop.kiosk.operator.facts().stops).toEqual([]);
    await expect(shop.kiosk.operator.release({ by: 'sato' })).rejects.toThrow('nothingWaits');
    await shop.restart('attract');
  });

  it('while a customer pays another one: the customer is served, then the gate is closed', async () => {
    let broken = false;
    shop = await openShop({
      // A decision that no rule allows, as a defect would make it.
      decide: (order, situation, answers) =>
        broken && order.orderId === 'waiting'
          ? { stage: 'close', do: 'requestCancel', reason: 'customer' }
          : decide(order, situation, answers),
      rows: events('waiting', [first, ...codeCreated, ...cancelled, { type: 'payment.closed', how: 'unpaid' }]),
    });
    await choose();
    broken = true;
    await shop.until(() => shop.kiosk.operator.facts().stops.length > 0, 600_000);
    expect(shop.view().screen.name).toBe('awaitingPayment');
    await shop.pay();
    await shop.see('thanks');
    expect((await shop.see('outOfService')).reasons).toEqual(['brokenRule']);
    expect(shop.rows().filter(({ event }) => event.type === 'kiosk.stopped')).toHaveLength(1);
  });

  it('while its own customer pays: the customer is told the number of the order', async () => {
    let broken = false;
    shop = await openShop({
      decide: (order, situation, answers) =>
        broken ? { stage: 'pay', do: 'recordPayment', payment: WRONG } : decide(order, situation, answers),
    });
    await choose();
    const { orderNumber } = (await shop.see('awaitingPayment')).order;
    broken = true;
    expect(await shop.see('outOfService')).toMatchObject({ reasons: ['brokenRule'], interrupted: { orderNumber } });
    await shop.send({ do: 'finish' });
    expect(await shop.see('outOfService')).toMatchObject({ reasons: ['brokenRule'], interrupted: null });
  });
});

describe('a slot that staff took off sale after a code ended', () => {
  it('is not sold from by the next code', async () => {
    const { machine } = farEnds([WELL], () => 0);
    shop = await openShop({ machine });
    await choose();
    await shop.send({ do: 'cancel' });
    await shop.see('codeClosed');
    await shop.kiosk.operator.record([{ type: 'slot.disabled', slot: '1', by: 'sato', reason: '' }]);
    await shop.send({ do: 'newCode' });
    await shop.see('awaitingPayment');
    const slots = shop.rows().flatMap(({ event }) => (event.type === 'order.opened' ? [event.lines.map(({ slot }) => slot)] : []));
    expect(slots).toEqual([['1'], ['3']]);
  });
});

describe('a statechart that crashes', () => {
  it('ends the process, which then recovers from the journal', async () => {
    const print = () => {
      throw new Error('a defect');
    };
    shop = await openShop({ printer: { print } });
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    const crashed = new Promise<unknown>((resolve) => process.once('uncaughtException', resolve));
    try {
      await choose();
      await shop.pay();
      await shop.until(() => shop.rows().some(({ event }) => event.type === 'order.closed'));
      expect(await crashed).toMatchObject({ message: 'a defect' });
    } finally {
      process.removeAllListeners('uncaughtException');
      for (const other of others) process.on('uncaughtException', other);
    }
  });
});

const WRONG: PaymentFacts = {
  status: 'completed',
  ...{ paymentId: 'pp', amount_jpy: 1, acceptedAt_ms: 1, expiresAt_ms: null },
  ...{ refunds: [], captures: [] },
};
