/** Whatever the far ends answer, and however they contradict themselves: no rule is broken, and every order closes. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createOrderBook } from '../../../app/order/book.ts';
import { decide } from '../../../app/order/decide.ts';
import type { Settlement, UnknownVendPolicy } from '../../../app/order/events.ts';
import { createSettler } from '../../../app/order/settler.ts';
import type { RefundStatus, VendEvidence, VendOutcome } from '../../../app/ports.ts';
import { type Answer, farEnds, STATUSES } from './far-ends.ts';
import { createDisk } from '../../simulation/disk.ts';
import { VirtualTime } from '../../simulation/time.ts';
import { NOW_ms, opened } from './orders.ts';

const LIMIT_ms = 7 * 86_400_000;

const likely = fc.constantFrom('delivered', 'notDelivered', 'none');
const anyAnswer = (
  kinds: readonly Answer['kind'][],
  statuses: readonly Answer['status'][],
  refunds: readonly RefundStatus[],
): fc.Arbitrary<Answer> =>
  fc.record({
    kind: fc.constantFrom(...kinds),
    status: fc.constantFrom(...statuses),
    captured_jpy: fc.constantFrom(100, 200, 300),
    refund: fc.constantFrom(...refunds),
    code: fc.constantFrom('gone', 'paid'),
    vend: fc.oneof(
      fc.constant<VendOutcome>({ outcome: 'succeeded', proof: 'machine' }),
      fc.constant<VendOutcome>({ outcome: 'failed', why: 'jam', detail: '' }),
      likely.map((is): VendOutcome => ({ outcome: 'unknown', likely: is, evidence: '' })),
    ),
    evidence: fc.oneof(
      fc.constantFrom<VendEvidence>({ evidence: 'delivered', proof: '' }, { evidence: 'notDelivered', proof: '' }),
      likely.map((is): VendEvidence => ({ evidence: 'none', likely: is, proof: '' })),
    ),
    ready: fc.boolean(),
  });

interface Case {
  readonly settlement: Settlement;
  readonly unknownVend: UnknownVendPolicy;
  readonly counter: boolean;
  /** Of the process that sells; after it another one takes over. */
  readonly sellsFor_ms: number;
  readonly leavesAfter_ms: number | null;
  readonly answers: readonly Answer[];
}

const anyCase: fc.Arbitrary<Case> = fc.record({
  settlement: fc.constantFrom('sale', 'authorize'),
  unknownVend: fc.constantFrom('refund', 'hold'),
  counter: fc.boolean(),
  sellsFor_ms: fc.constantFrom(0, 5_000, 60_000, 1_000_000),
  leavesAfter_ms: fc.constantFrom(null, 3_000, 30_000),
  answers: fc
    .tuple(
      fc.array(anyAnswer(['done', 'done', 'done', 'rejected', 'unavailable', 'unknown'], STATUSES, ['absent', 'created', 'refunded']), {
        maxLength: 30,
      }),
      // In the end they say something that can be final, also for a payment that was seen before.
      anyAnswer(
        ['done'],
        STATUSES.filter((status) => status !== 'reauthorizing' && status !== 'unrecognised' && status !== 'created'),
        ['refunded'],
      ),
    )
    .map(([before, last]) => [...before, last]),
});

async function runCase({ settlement, unknownVend, counter, sellsFor_ms, leavesAfter_ms, answers }: Case) {
  const time = new VirtualTime();
  const clock = time.clock(NOW_ms);
  const disk = createDisk({ clock });
  const { gateway, machine } = farEnds(answers, () => clock.now_ms());
  const faults: string[] = [];
  const open = async (bootId: string) => {
    const journal = disk.open(bootId);
    const book = createOrderBook(journal, clock);
    await book.load();
    const ids = { next: () => 'id', random: () => 0.5 };
    const log = { info() {}, warn() {}, error() {} };
    const world = { book, gateway, machine, describe: () => '', failureOf: () => 'keep' as const, onProgress: () => {} };
    const settler = createSettler(
      { book, gateway, machine, clock, ids, log, world, decide, bootId, onFault: (fault) => faults.push(fault.message) },
      { pollInterval_ms: 4_000, resumeVendWithin_ms: 0 },
    );
    return { journal, book, settler };
  };
  const isClosed = () => disk.durable().some(({ event }) => event.type === 'order.closed');

  const first = await open('m:p1');
  const order = opened([100, 200], { settlement, unknownVend, fulfilment: counter ? 'counter' : 'machine' });
  void first.settler
    .sell('o-1', order)
    .then(() => first.settler.drive('o-1', ['pay']))
    .then(() => first.settler.drive('o-1', ['close'], 60_000))
    .then(() => first.settler.drive('o-1', ['vend']))
    .then(() => first.settler.release('o-1'));
  if (leavesAfter_ms !== null) clock.setTimeout(() => first.settler.leave('o-1', 'customer'), leavesAfter_ms);
  await time.run(() => faults.length > 0, sellsFor_ms);
  disk.crash();
  if (disk.durable().length > 0 && !isClosed()) {
    const second = await open('m:p2');
    second.settler.settleAll();
    await time.run(() => isClosed() || faults.length > 0, LIMIT_ms);
  }
  return { faults, rows: disk.durable(), closed: disk.durable().length === 0 || isClosed() };
}

it('breaks no rule and closes every order, whatever the far ends say', async () => {
  const ends = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(anyCase, async (given) => {
      const { faults, rows, closed } = await runCase(given);
      expect(faults).toEqual([]);
      expect(closed).toBe(true);
      const last = rows.at(-1)?.event;
      if (last?.type === 'order.closed') ends.set(last.result, (ends.get(last.result) ?? 0) + 1);
    }),
    { numRuns: 1_500 },
  );
  expect([...ends.keys()].sort()).toEqual(['abandoned', 'attention', 'partlyVended', 'refunded', 'vended']);
}, 60_000);
