/** What staff look at: answers to {@link StaffQuery}. Reads only. */
import { impossible } from '../errors.ts';
import { ledger } from '../order/order.ts';
import { type Sums, sumsNow } from './archive.ts';
import type { StaffQuery } from './commands.ts';
import { dayView } from './day.ts';
import { historyRow, quarantineWords, slotWords } from './history.ts';
import { dayNamed, dayStart_ms, japanDay, type JapanDay, spanNamed } from './japan-time.ts';
import type { OperatorPorts } from './operator.ts';
import { may } from './permissions.ts';
import { StaffProblem } from './problems.ts';
import { holdOffer, refundOffer } from './refund.ts';
import { report } from './report.ts';
import { criteriaOf } from './search.ts';
import type { Session } from './sessions.ts';
import { storyOf } from './story.ts';
import { grow, moneyOf, type OrderSummary, waitsForPerson } from './summary.ts';
import type { DevicesView, NowView, PlanogramView, StoryView } from './view.ts';

const HISTORY_rows = 60;
const REPORT_DAYS_max = 3660;

/** What only the door knows. */
export interface Inside {
  readonly sessions: readonly Session[];
  /** Tokens of the sessions for which the kiosk stands still. */
  readonly holding: ReadonlySet<string>;
}

export async function answerQuery(query: StaffQuery, who: Session, ports: OperatorPorts, inside: Inside): Promise<unknown> {
  const { archive, desk } = ports;
  switch (query.ask) {
    case 'now':
      return now(who, ports, inside);
    case 'health':
      return ports.health();
    case 'planogram':
      return planogram(ports);
    case 'slot.history':
      return (await archive.record({ slot: query.slot, before: query.before, limit: HISTORY_rows })).map(historyRow);
    case 'product.history':
      return (await archive.record({ sku: query.sku, before: query.before, limit: HISTORY_rows })).map(historyRow);
    case 'record':
      return (await archive.record({ before: query.before, limit: HISTORY_rows })).map(historyRow);
    case 'orders': {
      const any = criteriaOf(query.text, ports.config().shop.machineName);
      const { attention, after, limit, result } = query;
      const [from, to] = [query.from, query.to].map((name) => (name === undefined ? undefined : spanNamed(name)));
      return archive.search({ any, attention, after, limit, result, from_ms: from?.from_ms, to_ms: to?.to_ms });
    }
    case 'order.story':
      return story(query.orderId, ports);
    case 'refund.offer':
      return desk.refundOffer(query.orderId);
    case 'report': {
      const { from, to } = range(query.from, query.to);
      const [sums, stockOuts] = await Promise.all([archive.sums(from, to), archive.stockOuts(dayStart_ms(from), dayStart_ms(to + 1))]);
      return report({ from, to, now_ms: ports.clock.now_ms(), sums, stockOuts, products: desk.planogram.catalogue.products() });
    }
    case 'day':
      return day(range(query.day, query.day).from, ports);
    case 'staff':
      return ports.staff.list();
    case 'devices':
      return {
        devices: ports.devices.list(),
        tills: ports.network()?.tills ?? false,
        addedHere: who.deviceId === null,
      } satisfies DevicesView;
    case 'config.export':
      return ports.exportConfig();
    default:
      return impossible(query);
  }
}

export function range(fromName: string, toName: string): { from: JapanDay; to: JapanDay } {
  const [from, to] = [dayNamed(fromName), dayNamed(toName)];
  if (from === null || to === null) throw new StaffProblem('notUnderstood');
  if (from > to) throw new StaffProblem('dayWrongWay');
  if (to - from >= REPORT_DAYS_max) throw new StaffProblem('rangeTooLong');
  return { from, to };
}

const sumOf = (sums: Sums, tally: string): { n: number; jpy: number } =>
  sums.byKey.reduce((sum, { tally: of, n, jpy }) => (of === tally ? { n: sum.n + n, jpy: sum.jpy + jpy } : sum), { n: 0, jpy: 0 });

async function now(who: Session, ports: OperatorPorts, { sessions, holding }: Inside): Promise<NowView> {
  const { desk, clock } = ports;
  const today = japanDay(clock.now_ms());
  const [health, sums] = await Promise.all([
    ports.health(),
    // Reports may be away; the rest of the page is worth seeing all the same.
    may(who.role, 'report') ? sumsNow(ports.archive, today) : null,
  ]);
  const facts = desk.facts();
  const { shop } = ports.config();
  return {
    me: { name: who.name, role: who.role, from: who.from },
    shop: shop.name,
    machineName: shop.machineName,
    now_ms: clock.now_ms(),
    screen: facts.screen,
    maintenance: facts.maintenance,
    holding: holding.has(who.token),
    level: health.level,
    checks: health.checks.filter((check) => check.level !== 'ok'),
    today:
      sums === null
        ? null
        : {
            orders: sumOf(sums, 'paid').n,
            taken_jpy: sumOf(sums, 'paid').jpy,
            returned_jpy: sumOf(sums, 'returned').jpy,
            units: sumOf(sums, 'sold').n,
          },
    attention: facts.attention,
    waiting: facts.waiting,
    others: sessions.filter((other) => other.token !== who.token).map(({ name, role, from }) => ({ name, role, from })),
  };
}

function planogram({ desk, config }: OperatorPorts): PlanogramView {
  const { catalogue } = desk.planogram;
  const facts = desk.facts();
  return {
    slots: desk.planogram.slots().map((slot) => {
      const product = catalogue.product(slot.sku);
      return {
        ...slot,
        name: product?.name ?? { ja: slot.sku },
        price_jpy: product?.price_jpy ?? 0,
        quarantined: slot.quarantined === null ? null : quarantineWords(slot.quarantined),
        machine: slotWords(facts.machine?.slots.get(slot.slot)?.state),
      };
    }),
    products: catalogue.products().map((product) => ({ ...product, revision: catalogue.revision(product.sku) })),
    categories: catalogue.categories(),
    waiting: facts.waiting,
    hasMachine: facts.machine !== null,
    stockLow: config().alerts.stockLow,
  };
}

async function story(orderId: string, { desk }: OperatorPorts): Promise<StoryView> {
  const { rows, order } = await desk.order(orderId);
  let summary: OrderSummary | null = null;
  for (const row of rows) summary = grow(summary, orderId, row.event, row.at_ms);
  const first = rows[0]?.event;
  if (summary === null || first?.type !== 'order.opened') throw new StaffProblem('noSuchOrder');
  const { taken_jpy, returned_jpy, dispensed_jpy } = order === null ? moneyOf(summary) : ledger(order);
  return {
    summary,
    lines: storyOf(rows),
    ledger: { taken_jpy, returned_jpy, dispensed_jpy },
    merchantRefundId: first.merchantRefundId,
    waitsForPerson: waitsForPerson(summary),
    hold: order && holdOffer(order),
    refund:
      order === null
        ? {
            most_jpy: 0,
            proposed_jpy: 0,
            says: [{ ja: 'この注文の記録に矛盾があります', en: 'The records of this order contradict each other' }],
          }
        : refundOffer(order),
  };
}

async function day(of: JapanDay, { archive, desk, clock }: OperatorPorts) {
  const sums = await archive.sums(of, of);
  const view = dayView(of, sums, { today: japanDay(clock.now_ms()), products: desk.planogram.catalogue.products(), closedBefore: null });
  const closings = await archive.record({ limit: 1, closedDay: view.day });
  const last = closings[0];
  const closedBefore =
    last?.event.type === 'day.closed'
      ? { at_ms: last.at_ms, by: last.event.by, net_jpy: last.event.taken_jpy - last.event.returned_jpy }
      : null;
  return { ...view, closedBefore };
}
