/**
 * The kiosk with one rule switched off at a time. Each stands between the kiosk and one of its ports, or in the place of
 * its decisions; the code under test is the same. A simulation that does not find them proves nothing about the rules.
 */
import { done, rejected, type Outcome } from '../../app/errors.ts';
import { decide } from '../../app/order/decide.ts';
import type { Journal, JournalRow, NewRow, PaymentGateway, VendingMachine } from '../../app/ports.ts';
import type { Mode } from './config.ts';
import type { Mutant, World } from './world.ts';

/** What the kiosk is told of rows that are not on the disk. */
const pretended = (rows: readonly NewRow[], journal: Journal, { time, start_ms }: World): JournalRow[] =>
  rows.map((row) => ({ ...row, seq: 0, at_ms: Math.floor(start_ms + time.now_ms), monotonic_ms: time.now_ms, bootId: journal.bootId }));

const isIntent = (row: NewRow): boolean => row.event.type.endsWith('.requested');

/** Every answer to a request about money that nobody knows becomes `as`. */
const certain = (gateway: PaymentGateway, as: (operation: keyof PaymentGateway) => Outcome<never>): PaymentGateway => {
  const known = <Request, T>(operation: keyof PaymentGateway, call: (request: Request) => Promise<Outcome<T>>) => {
    return async (request: Request): Promise<Outcome<T>> => {
      const outcome = await call(request);
      return outcome.outcome === 'unknown' ? as(operation) : outcome;
    };
  };
  return {
    ...gateway,
    cancel: known('cancel', (request: Parameters<PaymentGateway['cancel']>[0]) => gateway.cancel(request)),
    refund: known('refund', (request: Parameters<PaymentGateway['refund']>[0]) => gateway.refund(request)),
    capture: known('capture', (request: Parameters<PaymentGateway['capture']>[0]) => gateway.capture(request)),
    revert: known('revert', (request: Parameters<PaymentGateway['revert']>[0]) => gateway.revert(request)),
  };
};

const SUCCESS: Partial<Record<keyof PaymentGateway, unknown>> = {
  cancel: 'accepted',
  refund: 'refunded',
  capture: 'captured',
  revert: 'reverted',
};

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'intentAfterEffect',
    breaks: 'An intent is written down together with its outcome, not before its request leaves.',
    journal(journal, world) {
      let held: NewRow[] = [];
      return {
        ...journal,
        async append(rows) {
          if (rows.every(isIntent)) {
            held.push(...rows);
            return pretended(rows, journal, world);
          }
          const before = held;
          held = [];
          return (await journal.append([...before, ...rows])).slice(before.length);
        },
      };
    },
  },
  {
    name: 'outcomeNotAwaited',
    breaks: 'An outcome is acted upon before it is durable.',
    journal: (journal, world) => ({
      ...journal,
      append(rows) {
        journal.append(rows).catch(() => {});
        return Promise.resolve(pretended(rows, journal, world));
      },
    }),
  },
  {
    name: 'unsynced',
    breaks: 'The disk acknowledges before it has flushed, as with synchronous = OFF.',
    disk: { honest: false },
  },
  {
    name: 'diskFaultsIgnored',
    breaks: 'A journal that can not be written does not stop the sale.',
    journal: (journal, world) => ({
      ...journal,
      append: (rows) => journal.append(rows).catch(() => pretended(rows, journal, world)),
    }),
  },
  {
    name: 'openOrdersForgotten',
    breaks: 'A restart does not look for what was left open.',
    journal: (journal) => ({ ...journal, openOrders: () => Promise.resolve([]) }),
  },
  {
    name: 'machineReturnUnheard',
    breaks: 'The kiosk hears that its machine is gone, and not that it is back.',
    machine: (machine) => ({ ...machine, onState: (listener) => machine.onState((state) => state.ready || listener(state)) }),
  },
  {
    name: 'deleteSkipped',
    breaks: 'A code is not deleted when it is closed.',
    gateway: (gateway) => ({ ...gateway, deleteCode: () => Promise.resolve(done('gone')) }),
  },
  {
    name: 'cancelSkipped',
    breaks: 'A code is closed without a cancel.',
    gateway: (gateway) => ({ ...gateway, cancel: () => Promise.resolve(done('accepted')) }),
  },
  {
    name: 'latePaymentsNotWatched',
    breaks: 'A closed code is not watched until nobody can pay it.',
    decide(order, situation, answers) {
      const step = decide(order, situation, answers);
      return step.stage === 'watch' && step.do !== 'recordPayment' ? { stage: 'end', do: 'close', result: 'abandoned' } : step;
    },
  },
  {
    name: 'vendAfterCancel',
    breaks: 'A payment that was seen after the cancel was requested still vends.',
    decide: (order, situation, answers) =>
      decide(order.payment === null ? order : { ...order, cancel: null }, { ...situation, live: true }, answers),
  },
  {
    name: 'vendForNobody',
    breaks: 'What was paid before a restart still vends, however long ago.',
    decide: (order, situation, answers) => decide(order, { ...situation, since_ms: () => 0, resumeVendWithin_ms: 1 }, answers),
  },
  {
    name: 'slotNotAsked',
    breaks: 'A code is made without asking the machine for the slot.',
    machine: (machine) => ({ ...machine, check: () => Promise.resolve({ ready: true }) }),
  },
  {
    name: 'vendRepeated',
    breaks: 'A vend without an outcome is sent again after a restart.',
    machine: (machine) => ({
      ...machine,
      async evidence({ vendId, slot }) {
        const outcome = await machine.vend({ vendId, slot, price_jpy: 0 }, () => {});
        return outcome.outcome === 'succeeded'
          ? { evidence: 'delivered', proof: 'vended again' }
          : { evidence: 'notDelivered', proof: 'vended again' };
      },
    }),
  },
  {
    name: 'refundBeforeEvidence',
    breaks: 'A vend without an outcome counts as not delivered, without asking the machine.',
    machine: (machine) => ({ ...machine, evidence: () => Promise.resolve({ evidence: 'notDelivered', proof: 'not asked' }) }),
  },
  {
    name: 'markTooLate',
    breaks: 'What the machine counts is written down as it is after the vend, not before.',
    machine: (machine) => ({
      ...machine,
      mark(slot) {
        const mark = machine.mark(slot);
        return typeof mark['stock'] === 'number' ? { ...mark, stock: mark['stock'] - 1 } : mark;
      },
    }),
  },
  {
    name: 'silenceIsFailure',
    breaks: 'A vend of which nothing was heard counts as not delivered.',
    machine: (machine): VendingMachine => ({
      ...machine,
      async vend(request, onProgress) {
        const outcome = await machine.vend(request, onProgress);
        return outcome.outcome === 'unknown' ? { outcome: 'failed', why: 'motor', detail: outcome.evidence } : outcome;
      },
    }),
  },
  {
    name: 'silenceIsSuccess',
    breaks: 'A vend of which nothing was heard counts as delivered.',
    machine: (machine): VendingMachine => ({
      ...machine,
      async vend(request, onProgress) {
        const outcome = await machine.vend(request, onProgress);
        return outcome.outcome === 'unknown' ? { outcome: 'succeeded', proof: 'machine' } : outcome;
      },
    }),
  },
  {
    name: 'timeOutIsFailure',
    breaks: 'A request to PayPay without an answer counts as refused.',
    gateway: (gateway) => certain(gateway, () => rejected('TIME_OUT', 'no answer')),
  },
  {
    name: 'timeOutIsSuccess',
    breaks: 'A request to PayPay without an answer counts as done.',
    gateway: (gateway) => certain(gateway, (operation) => done(SUCCESS[operation] as never)),
  },
  {
    name: 'lostCodeIgnored',
    breaks: 'A code whose creation was not answered counts as never made.',
    gateway: (gateway) => ({
      ...gateway,
      async createCode(request) {
        const outcome = await gateway.createCode(request);
        return outcome.outcome === 'unknown' ? rejected('TIME_OUT', 'no answer') : outcome;
      },
    }),
  },
  {
    name: 'freshRefundId',
    breaks: 'Every try of a refund has a new id.',
    mode: 'sale',
    gateway(gateway) {
      // Remembered while the process lives, as a careless program would.
      const last = new Map<string, string>();
      let tries = Math.floor(gateway.now_ms());
      return {
        ...gateway,
        refund(request) {
          const merchantRefundId = `${request.merchantRefundId}-${++tries}`;
          last.set(request.merchantRefundId, merchantRefundId);
          return gateway.refund({ ...request, merchantRefundId });
        },
        refundDetails: (request) =>
          gateway.refundDetails({ ...request, merchantRefundId: last.get(request.merchantRefundId) ?? request.merchantRefundId }),
      };
    },
  },
  {
    name: 'refundOfEverything',
    breaks: 'The whole payment is refunded, whatever came out.',
    mode: 'sale',
    gateway: (gateway, world) => ({
      ...gateway,
      refund: (request) =>
        gateway.refund({ ...request, amount_jpy: totalOf(world, request.merchantRefundId.replace('-refund', '')) ?? request.amount_jpy }),
    }),
  },
  {
    name: 'holdNeverLetGo',
    breaks: 'A hold of which nothing came out counts as let go of, without telling PayPay.',
    mode: 'authorize',
    gateway: (gateway) => ({ ...gateway, revert: () => Promise.resolve(done('reverted')) }),
  },
  {
    name: 'captureOfEverything',
    breaks: 'The whole hold is captured, whatever came out.',
    mode: 'authorize',
    gateway: (gateway, world) => ({
      ...gateway,
      capture: (request) => gateway.capture({ ...request, amount_jpy: totalOf(world, request.merchantPaymentId) ?? request.amount_jpy }),
    }),
  },
];

const totalOf = (world: World, orderId: string): number | undefined => world.books.orders.get(orderId)?.opened.total_jpy;

/** Where a mutant must be found. */
export const modesOfMutant = ({ mode }: Mutant): readonly Mode[] => (mode === undefined ? ['sale', 'authorize'] : [mode]);
