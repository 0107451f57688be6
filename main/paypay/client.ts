/** A client of PayPay's Open Payment API that knows what it knows: done, rejected, not sent, or unknown. */
import type { z } from 'zod';
import type { Clock, Ids, Log } from '../../app/ports.ts';
import { systemClock, systemIds } from '../system.ts';
import { linkRequestToken, readLinkAnswer, type LinkRequest, type LinkResult } from './account-link.ts';
import { originOf, pagesOf, type Environment } from './environment.ts';
import { query, type Operation } from './operations/operation.ts';
import * as cashback from './operations/cashback.ts';
import * as code from './operations/code.ts';
import * as payment from './operations/payment.ts';
import * as pending from './operations/pending.ts';
import * as topup from './operations/topup.ts';
import * as user from './operations/user.ts';
import { classify, fieldErrors, type PayPayOutcome } from './outcome.ts';
import { ServerClock } from './server-clock.ts';
import { type Keys, type Signer, signer } from './sign.ts';
import { httpTransport, type Transport, type WireRequest } from './transport.ts';

export interface PayPayClientOptions extends Keys {
  /** `sandbox`, `staging`, `production`, or an address. */
  readonly environment: Environment;
  /** Sent as X-ASSUME-MERCHANT. */
  readonly merchantId?: string | undefined;
  /** Replaces HTTP, time and randomness of this machine. */
  readonly transport?: Transport;
  readonly clock?: Clock;
  readonly ids?: Ids;
  readonly log?: Log;
}

export interface CallOptions {
  /** Ends the call early, as a time-out would: with what is known by then. */
  readonly signal?: AbortSignal;
}

/** One method of the client. Never throws or rejects, and ends within the operation's time-out, retries included. */
export type Call<O extends Operation> = (input: z.input<O['input']>, options?: CallOptions) => Promise<PayPayOutcome<z.output<O['data']>>>;

const CONTENT_TYPE = 'application/json';
const ATTEMPTS = 3;
const FIRST_PAUSE_MS = 250;
/** PayPay refuses at 120 s; the `Date` header and the way there and back blur a few of them. */
const SKEW_MS = 60_000;

/**
 * Every operation takes PayPay's own field names. Limits are checked before anything is sent: the outcome is then `rejected`
 * with the code `INVALID_REQUEST`, and its message names the field. `requestedAt` is filled in where it is missing.
 *
 * Retries happen here and nowhere else: at most two, and only when nothing was sent, when the operation may be repeated
 * without harm, after the seconds that a 429 asked for, or once when a 401 shows that the clock was wrong.
 */
export class PayPayClient {
  readonly #options: PayPayClientOptions;
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #transport: Transport;
  readonly #authorize: Signer;
  /** PayPay's time. */
  readonly time: ServerClock;

  /** Makes a QR for one payment. */
  readonly createCode = this.#method(code.createCode);
  /** Whether a QR was paid: the only truth about it. */
  readonly paymentDetails = this.#method(code.paymentDetails);
  /** Takes a QR back. Says nothing about whether it was paid; ask `paymentDetails` next. */
  readonly deleteCode = this.#method(code.deleteCode);
  /** Undoes a payment, or one that is yet to come, until 00:14:59 JST of the next day. */
  readonly cancel = this.#method(payment.cancel);
  /** Returns money, the whole or a part. */
  readonly refund = this.#method(payment.refund);
  readonly refundDetails = this.#method(payment.refundDetails);
  /** Takes what was authorised, or less of it. */
  readonly capture = this.#method(payment.capture);
  /** Lets go of what was authorised. */
  readonly revert = this.#method(payment.revert);
  readonly reauthorize = this.#method(payment.reauthorize);
  /** Charges a user who linked the account. */
  readonly createNativePayment = this.#method(payment.createNativePayment);
  /** Of a payment without QR; those with a QR are asked by `paymentDetails`. */
  readonly nativePaymentDetails = this.#method(payment.nativePaymentDetails);
  readonly preauthorize = this.#method(payment.preauthorize);
  readonly createContinuousPayment = this.#method(payment.createContinuousPayment);

  /** Puts a bill into a user's app. */
  readonly createPendingPayment = this.#method(pending.createPendingPayment);
  readonly pendingPaymentDetails = this.#method(pending.pendingPaymentDetails);
  readonly cancelPendingPayment = this.#method(pending.cancelPendingPayment);

  /** A QR by which a user links the account to the merchant. */
  readonly createAccountLink = this.#method(user.createAccountLink);
  readonly userAuthorization = this.#method(user.userAuthorization);
  readonly unlinkUser = this.#method(user.unlinkUser);
  readonly userProfile = this.#method(user.userProfile);
  readonly checkWallet = this.#method(user.checkWallet);
  readonly walletBalance = this.#method(user.walletBalance);
  readonly paymentMethods = this.#method(user.paymentMethods);

  readonly giveCashback = this.#method(cashback.giveCashback);
  readonly cashbackDetails = this.#method(cashback.cashbackDetails);
  readonly reverseCashback = this.#method(cashback.reverseCashback);
  readonly cashbackReversalDetails = this.#method(cashback.cashbackReversalDetails);
  readonly expectedCashback = this.#method(cashback.expectedCashback);

  readonly createTopupCode = this.#method(topup.createTopupCode);
  readonly topupDetails = this.#method(topup.topupDetails);
  readonly deleteTopupCode = this.#method(topup.deleteTopupCode);

  /** @throws Error when the environment is not one */
  constructor(options: PayPayClientOptions) {
    this.#options = options;
    this.#authorize = signer(options);
    this.#clock = options.clock ?? systemClock();
    this.#ids = options.ids ?? systemIds(this.#clock);
    this.#transport = options.transport ?? httpTransport(originOf(options.environment));
    this.time = new ServerClock(this.#clock);
  }

  /**
   * Address of PayPay's page where a user, in a browser, links the account to the merchant. The user comes back to
   * `redirectUrl` with a `responseToken` for {@link PayPayClient.readLinkAnswer}.
   * @throws Error without a merchantId, with a secret that is no base64, or on staging: nobody could read the page
   */
  async linkPage(request: Omit<LinkRequest, 'merchantId'>): Promise<string> {
    const { environment, apiKey, merchantId } = this.#options;
    if (merchantId === undefined) throw new Error('linkPage: the client has no merchantId, whom the user is to trust');
    const requestToken = await linkRequestToken(this.#options, { ...request, merchantId });
    return `${pagesOf(environment)}/app/opa/user_authorization${query({ apiKey, requestToken })}`;
  }

  /** @param nonce the one of the request */
  readLinkAnswer(responseToken: string, nonce: string): Promise<LinkResult> {
    const { apiKey, merchantId } = this.#options;
    const audience = merchantId === undefined ? [apiKey] : [apiKey, merchantId];
    return readLinkAnswer(this.#options, responseToken, { nonce, audience, now_ms: this.time.now_ms() });
  }

  /** Closes the connections; calls under way end as `unknown` or `unavailable`. */
  close(): Promise<void> {
    return this.#transport.close();
  }

  #method<O extends Operation>(operation: O): Call<O> {
    return (input, options) => this.#call(operation, input, options?.signal) as ReturnType<Call<O>>;
  }

  async #call(operation: Operation, input: unknown, signal: AbortSignal | undefined): Promise<PayPayOutcome<unknown>> {
    const parsed = operation.input.safeParse(input);
    if (!parsed.success)
      return { outcome: 'rejected', code: 'INVALID_REQUEST', message: `${operation.name}: ${fieldErrors(parsed.error)}` };

    const limit = new AbortController();
    const deadline_ms = this.#clock.monotonic_ms() + operation.timeout_ms;
    const timer = this.#clock.setTimeout(() => limit.abort(new Error(`no answer within ${operation.timeout_ms} ms`)), operation.timeout_ms);
    const giveUp = () => limit.abort(new Error('given up by the caller'));
    if (signal?.aborted) giveUp();
    signal?.addEventListener('abort', giveUp);
    try {
      // An earlier try may have had its effect, and a later refusal proves nothing about that one.
      let doubt = false;
      for (let attempt = 1; ; attempt++) {
        const { outcome, skewed } = await this.#attempt(operation, parsed.data, attempt, limit.signal);
        doubt ||= outcome.outcome === 'unknown' && operation.method !== 'GET';
        const pause_ms = attempt < ATTEMPTS ? this.#pauseBeforeRetry(operation, outcome, attempt, skewed) : null;
        const again =
          pause_ms !== null && this.#clock.monotonic_ms() + pause_ms < deadline_ms && (await this.#sleep(pause_ms, limit.signal));
        if (!again) return doubt && outcome.outcome !== 'done' ? inDoubt(outcome) : outcome;
      }
    } finally {
      this.#clock.clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
    }
  }

  /** One signed exchange. `skewed`: PayPay refused the signature, and its `Date` shows that our clock was the reason. */
  async #attempt(operation: Operation, input: unknown, attempt: number, signal: AbortSignal) {
    const sent_ms = this.#clock.monotonic_ms();
    let request: WireRequest;
    try {
      request = this.#sign(operation, input);
    } catch (error) {
      // Half a surrogate pair has no place in a path, a circular object none in JSON.
      return { outcome: invalid(operation, (error as Error).message), skewed: false };
    }
    const wire = await this.#transport.send(request, signal);
    const outcome = classify(operation, wire);
    const reply = outcome.outcome === 'unavailable' ? undefined : outcome.reply;
    // Only an answer in PayPay's form may set the clock: a proxy's or captive portal's page has a Date as well.
    const moved_ms = wire.kind === 'reply' && reply?.code ? this.time.observe(wire.headers['date'], sent_ms) : 0;
    this.#report(operation, outcome, attempt, this.#clock.monotonic_ms() - sent_ms, input);
    return { outcome, skewed: reply?.httpStatus === 401 && moved_ms > SKEW_MS };
  }

  #sign(operation: Operation, input: unknown): WireRequest {
    const path = operation.path(input);
    const epoch_s = Math.floor(this.time.now_ms() / 1000);
    const content: { requestedAt?: number } = operation.body?.(input) ?? (input as object);
    const body = operation.method === 'POST' ? JSON.stringify({ ...content, requestedAt: content.requestedAt ?? epoch_s }) : null;
    const signed = { method: operation.method, path: path.split('?', 1)[0] as string, contentType: CONTENT_TYPE, body: body ?? '' };
    return {
      method: operation.method,
      path,
      headers: {
        accept: CONTENT_TYPE,
        ...(body === null ? {} : { 'content-type': CONTENT_TYPE }),
        ...(this.#options.merchantId === undefined ? {} : { 'x-assume-merchant': this.#options.merchantId }),
        ...operation.headers?.(input),
        authorization: this.#authorize({ ...signed, nonce: this.#ids.next('nonce'), epoch_s }),
      },
      body,
    };
  }

  /** How long to wait before the same request may go again; null: it may not. */
  #pauseBeforeRetry(operation: Operation, outcome: PayPayOutcome<unknown>, attempt: number, skewed: boolean): number | null {
    if (outcome.outcome === 'done') return null;
    if (outcome.outcome === 'rejected') {
      if (skewed && attempt === 1) return 0;
      const seconds = outcome.reply?.retryAfter_s ?? null;
      return outcome.reply?.httpStatus === 429 && seconds !== null ? seconds * 1000 : null;
    }
    if (outcome.outcome === 'unknown' && !operation.repeatable) return null;
    const longest_ms = FIRST_PAUSE_MS * 2 ** attempt;
    return longest_ms / 2 + (this.#ids.random() * longest_ms) / 2;
  }

  /** @returns false when the signal came first */
  #sleep(delay_ms: number, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve(false);
      const onAbort = () => {
        this.#clock.clearTimeout(timer);
        resolve(false);
      };
      const timer = this.#clock.setTimeout(() => {
        signal.removeEventListener('abort', onAbort);
        resolve(true);
      }, delay_ms);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Reads that succeed are not worth a line: a kiosk asks every few seconds. */
  #report(operation: Operation, outcome: PayPayOutcome<unknown>, attempt: number, took_ms: number, input: unknown): void {
    const log = this.#options.log;
    if (!log || (outcome.outcome === 'done' && operation.method === 'GET')) return;
    const reply = outcome.outcome === 'unavailable' ? undefined : outcome.reply;
    const { merchantPaymentId, merchantRefundId } = input as Record<string, string | undefined>;
    log[outcome.outcome === 'done' ? 'info' : 'warn'](`paypay.${operation.name}`, {
      outcome: outcome.outcome,
      merchantPaymentId,
      merchantRefundId,
      httpStatus: reply?.httpStatus,
      code: reply?.code,
      codeId: reply?.codeId,
      requestId: reply?.requestId,
      message: outcome.outcome === 'done' ? undefined : outcome.message,
      attempt,
      took_ms: Math.round(took_ms),
    });
  }
}

const invalid = (operation: Operation, why: string): PayPayOutcome<never> => ({
  outcome: 'rejected',
  code: 'INVALID_REQUEST',
  message: `${operation.name}: ${why}`,
});

const inDoubt = (outcome: Exclude<PayPayOutcome<unknown>, { outcome: 'done' }>): PayPayOutcome<never> => ({
  outcome: 'unknown',
  message: outcome.outcome === 'unknown' ? outcome.message : `an earlier try may have had its effect; then: ${outcome.message}`,
  ...(outcome.outcome !== 'unavailable' && outcome.reply ? { reply: outcome.reply } : {}),
});
