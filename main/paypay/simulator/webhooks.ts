/** PayPay's notifications: sent at once, tried a few times, without a signature. */
import type { Clock } from '../../../app/ports.ts';
import type { Faults } from './faults.ts';
import type { Payment, World } from './world.ts';

/** Delivers one body; true when the receiver answered 200 before the signal fired. */
export type Post = (body: string, signal: AbortSignal) => Promise<boolean>;

/** JST, the way a captured one is written. */
const stamp = (time_ms: number | null): string | null =>
  time_ms === null ? null : `${new Date(time_ms + 9 * 3_600_000).toISOString().slice(0, 19)}+09:00`;

/** `order_id` is PayPay's paymentId, `merchant_order_id` the merchantPaymentId. */
export const transactionEvent = (merchantId: string, payment: Payment): object => ({
  notification_type: 'Transaction',
  merchant_id: merchantId,
  store_id: payment.request['storeId'] ?? '',
  pos_id: payment.request['terminalId'] ?? '',
  order_id: payment.paymentId,
  merchant_order_id: payment.merchantPaymentId,
  ...(payment.authorization ? { authorized_at: stamp(payment.acceptedAt_ms), expires_at: stamp(payment.expiresAt_ms) } : {}),
  paid_at: payment.status === 'COMPLETED' ? stamp(payment.captures[0]?.acceptedAt_ms ?? payment.acceptedAt_ms) : null,
  order_amount: String(payment.amount_jpy),
  state: payment.status,
});

const HELD_MS = 5000;

export class Webhooks {
  /** Where they go; nothing is sent while it is null. */
  post: Post | null = null;
  /** What was sent or tried, for the ledger. */
  readonly sent: { readonly body: string; readonly delivered: boolean }[] = [];
  readonly #clock: Clock;
  readonly #world: World;
  readonly #faults: Faults;
  #held: string | null = null;

  constructor(clock: Clock, world: World, faults: Faults, merchantId: string) {
    this.#clock = clock;
    this.#world = world;
    this.#faults = faults;
    world.onTransaction = (payment) => this.#send(transactionEvent(merchantId, payment));
    world.onNotification = (notification) => this.#send(notification);
  }

  #send(event: object): void {
    if (!this.post) return;
    const body = JSON.stringify(event);
    const fault = this.#faults.next('webhook');
    if (fault?.kind === 'lost') return;
    if (fault?.kind === 'late') return void this.#clock.setTimeout(() => void this.#deliver(body), fault.delay_ms);
    if (fault?.kind === 'reorder') {
      this.#held = body;
      this.#clock.setTimeout(() => this.#release(), HELD_MS);
      return;
    }
    void this.#deliver(body).then(() => this.#release());
    if (fault?.kind === 'duplicate') void this.#deliver(body);
  }

  #release(): void {
    if (this.#held !== null) void this.#deliver(this.#held);
    this.#held = null;
  }

  async #deliver(body: string): Promise<void> {
    const { webhookTimeout_ms, webhookRetries, webhookPause_ms } = this.#world.switches;
    for (let attempt = 0; attempt <= webhookRetries; attempt++) {
      if (attempt > 0) await new Promise<void>((resolve) => this.#clock.setTimeout(resolve, webhookPause_ms));
      const limit = new AbortController();
      const timer = this.#clock.setTimeout(() => limit.abort(), webhookTimeout_ms);
      const delivered = (await this.post?.(body, limit.signal).catch(() => false)) ?? false;
      this.#clock.clearTimeout(timer);
      this.sent.push({ body, delivered });
      if (delivered) return;
    }
  }
}

/** Over HTTP, to an address that the merchant registered. */
export const httpPost =
  (url: string): Post =>
  async (body, signal) => {
    const response = await fetch(url, { method: 'POST', body, signal, headers: { 'content-type': 'application/json' } });
    await response.body?.cancel();
    return response.status === 200;
  };
