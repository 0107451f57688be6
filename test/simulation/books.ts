/**
 * What the simulation itself writes down while a kiosk lives: the rows that are durable, the vends that were asked for,
 * and every promise that is broken in front of its eyes. It knows the journal's events and nothing of how app/ reads them.
 */
import type { OrderEvent } from '../../app/order/events.ts';
import type { Journal, JournalRow, VendingMachine } from '../../app/ports.ts';
import { codeState } from '../../main/paypay/simulator/codes.ts';
import type { ApiRequest } from '../../main/paypay/simulator/answer.ts';
import { intentOf } from './intents.ts';
import type { World } from './world.ts';

export type Opened = Extract<OrderEvent, { type: 'order.opened' }>;

export interface OrderRecord {
  readonly orderId: string;
  readonly rows: Extract<JournalRow, { stream: 'order' }>[];
  /** Types of its durable events, vends with their line. */
  readonly facts: Set<string>;
  readonly opened: Opened;
}

export interface VendRecord {
  readonly orderId: string;
  readonly line: number;
  /** On the machine's wall clock. */
  readonly at_ms: number;
}

const ENDS = ['vend.succeeded', 'vend.failed', 'vend.unknown'];

const factOf = (event: OrderEvent): string => ('line' in event ? `${event.type}:${event.line}` : event.type);

export class Books {
  readonly orders = new Map<string, OrderRecord>();
  readonly open = new Set<string>();
  readonly vends: VendRecord[] = [];
  readonly #world: World;
  readonly #lineOf = new Map<string, { orderId: string; line: number }>();
  /** Orders whose cancel came to PayPay before their code did. */
  readonly #cancelledBefore = new Set<string>();
  /** Slots of which nobody knows what they gave; nobody releases them here. */
  readonly #inDoubt = new Set<string>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Sees every row that the disk acknowledges, before the kiosk does. */
  journal(of: Journal): Journal {
    return {
      ...of,
      append: async (rows) => {
        for (const { event } of rows) if (event.type === 'order.opened') this.#checkSale(event);
        try {
          const written = await of.append(rows);
          for (const row of written) this.#note(row, true);
          return written;
        } catch (error) {
          // They may be on the disk all the same.
          this.reread(this.#world.disk.durable());
          throw error;
        }
      },
    };
  }

  /** After a crash only what is on the disk counts. */
  reread(rows: readonly JournalRow[]): void {
    this.orders.clear();
    this.open.clear();
    this.#inDoubt.clear();
    for (const row of rows) this.#note(row, false);
  }

  #note(row: JournalRow, live: boolean): void {
    if (row.stream !== 'order') return;
    const { orderId, event } = row;
    if (live && this.#world.options.trace) this.#world.trace(`journal ${JSON.stringify(event)}`);
    if (event.type === 'order.opened') {
      this.orders.set(orderId, { orderId, rows: [row], facts: new Set([event.type]), opened: event });
      this.open.add(orderId);
      for (const { vendId, line } of event.lines) this.#lineOf.set(vendId, { orderId, line });
      return;
    }
    const order = this.orders.get(orderId);
    if (order === undefined) return this.#world.violate(`${event.type} of an order that was never opened`);
    order.rows.push(row);
    order.facts.add(factOf(event));
    if (event.type === 'vend.unknown') this.#inDoubt.add(order.opened.lines[event.line]?.slot ?? '?');
    if (event.type === 'order.closed') this.open.delete(orderId);
    if (event.type === 'order.reopened') this.open.add(orderId);
    if (!live) return;
    if (event.type === 'payment.closed' && event.how === 'unpaid') this.#checkClosedCode(order);
    if (event.type === 'order.closed') this.#checkDeadCode(order);
  }

  /** From here on the screen says that nothing was taken: PayPay must send back whatever comes, even if this kiosk never runs again. */
  #checkClosedCode({ orderId, facts }: OrderRecord): void {
    const { world } = this.#world.paypay.simulator;
    const code = world.codes.get(orderId);
    if (code === undefined) return;
    // Nobody saw this code or ever will; its request was so late that PayPay knew of nothing to cancel.
    if (!facts.has('code.created') && this.#cancelledBefore.has(orderId)) return;
    if (facts.has('code.created') && codeState(world, code) === 'waiting')
      this.#world.violate(`${orderId}: closed as unpaid, and its code still works`);
    if (codeState(world, code) !== 'paid' && !world.latentCancels.has(orderId))
      this.#world.violate(`${orderId}: closed as unpaid, and PayPay was not told to send back what comes late`);
  }

  /** From here on nobody watches it. */
  #checkDeadCode({ orderId }: OrderRecord): void {
    const { world } = this.#world.paypay.simulator;
    const code = world.codes.get(orderId);
    if (code === undefined) return;
    const state = codeState(world, code);
    const ended_ms = Math.min(code.deletedAt_ms ?? Number.POSITIVE_INFINITY, code.expiresAt_ms);
    const screenOpenUntil_ms = ended_ms + world.switches.confirmScreenOutlivesCode_ms;
    if (state === 'waiting' || (state !== 'paid' && code.scannedAt_ms !== null && world.now_ms() < screenOpenUntil_ms))
      this.#world.violate(`${orderId}: order closed while its code can be paid`);
  }

  /** An intent is durable before its request leaves. */
  arrived(request: ApiRequest): void {
    const intent = intentOf(request);
    if (intent === null) return;
    const { orderId, stands } = intent;
    const { method, target } = request;
    if (method === 'DELETE' && !this.#world.paypay.simulator.world.codes.has(orderId)) this.#cancelledBefore.add(orderId);
    if (this.orders.get(orderId)?.rows.some(({ event }) => stands(event)) !== true)
      this.#world.violate(`${orderId}: ${method} ${target} before its intent is durable`);
  }

  /** No sale that can't be finished: the machine has just been asked for these slots, and nothing before them is still in doubt. */
  #checkSale({ orderNumber, fulfilment, lines }: Opened): void {
    if (fulfilment !== 'machine') return;
    const slots = this.#world.machine?.simulator.state().slots ?? [];
    for (const { slot } of lines) {
      const empty = slots.find(({ selection }) => String(selection) === slot)?.stock === 0;
      if (empty || this.#inDoubt.has(slot))
        this.#world.violate(`${orderNumber}: sold from slot ${slot}, which is ${empty ? 'empty' : 'in doubt'}`);
    }
    for (const orderId of this.open) {
      const { facts, opened } = this.orders.get(orderId) as OrderRecord;
      const asked = opened.lines.find(
        ({ line }) => facts.has(`vend.requested:${line}`) && !ENDS.some((end) => facts.has(`${end}:${line}`)),
      );
      if (asked) this.#world.violate(`${orderNumber}: sold while line ${asked.line} of ${orderId} was in doubt`);
    }
  }

  machine(of: VendingMachine): VendingMachine {
    return {
      ...of,
      vend: (request, onProgress) => {
        const vend = this.#lineOf.get(request.vendId);
        const order = vend && this.orders.get(vend.orderId);
        if (vend === undefined || order === undefined) this.#world.violate(`a vend ${request.vendId} of no order`);
        else {
          if (!order.facts.has(`vend.requested:${vend.line}`))
            this.#world.violate(`${vend.orderId}: vend before vend.requested is durable`);
          if (order.facts.has('cancel.requested')) this.#world.violate(`${vend.orderId}: vend after a cancel was requested`);
          this.vends.push({ ...vend, at_ms: this.#world.machine?.now_ms() ?? 0 });
        }
        this.#world.machine?.trouble();
        return of.vend(request, onProgress);
      },
    };
  }
}
