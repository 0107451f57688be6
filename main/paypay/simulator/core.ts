/** A PayPay without a network: request in, reply out, on a clock of the caller's. */
import { timingSafeEqual } from 'node:crypto';
import type { Clock, Ids } from '../../../app/ports.ts';
import { signer, type Keys, type Signer } from '../sign.ts';
import { refusal, unauthorized, type Answer, type ApiReply, type ApiRequest } from './answer.ts';
import { Faults, faultAnswer, faultFate, isProcessed, type Fault } from './faults.ts';
import { ROUTES } from './routes.ts';
import { Switches } from './switches.ts';
import { authorizationPage, consent } from './users.ts';
import { Webhooks } from './webhooks.ts';
import { World } from './world.ts';

export interface SimulatorOptions {
  readonly clock: Clock;
  /** Its `random()` makes codeIds and paymentIds, so a seeded one makes the same ones again. */
  readonly ids: Ids;
  readonly keys: Keys;
  /** Requests may leave the merchant out, but may not name another one. */
  readonly merchantId: string;
  /** As the payer's app shows it. */
  readonly merchantName?: string;
  readonly switches?: Partial<Switches>;
  /** Base of the URLs in the QR codes. */
  readonly publicUrl?: string;
}

const ALLOWED_SKEW_S = 120;
const NONCES_KEPT = 10_000;
const AUTHORIZATION = /^hmac OPA-Auth:([^:]+):([^:]+):([^:]+):(\d{1,12}):([^:]+)$/;

export class PayPaySimulator {
  readonly world: World;
  readonly faults = new Faults();
  readonly webhooks: Webhooks;
  readonly merchantName: string;
  /** How often each operation was called. */
  readonly calls = new Map<string, number>();
  readonly #options: SimulatorOptions;
  readonly #authorize: Signer;
  readonly #nonces = new Set<string>();

  constructor(options: SimulatorOptions) {
    this.#options = options;
    this.#authorize = signer(options.keys);
    this.merchantName = options.merchantName ?? options.merchantId;
    this.world = new World(
      options.clock,
      options.ids,
      Switches.parse(options.switches ?? {}),
      options.publicUrl ?? 'https://qr.paypay.invalid',
    );
    this.webhooks = new Webhooks(options.clock, this.world, this.faults, options.merchantId);
  }

  /** One call of the API. */
  handle(request: ApiRequest): ApiReply {
    this.world.settleExpiries();
    const [path = '', search = ''] = request.target.split('?', 2);
    const query = new URLSearchParams(search);
    const plainPath = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
    // A browser comes here, so nothing is signed but the token. PayPay's Node SDK asks at the second address.
    if (plainPath === '/app/opa/user_authorization' || plainPath === '/v2/user_authorization')
      return this.#reply(authorizationPage(this.world, query, this.#options.keys));
    for (const route of ROUTES) {
      const match = route.method === request.method ? route.path.exec(plainPath) : null;
      if (!match) continue;
      this.calls.set(route.operation, (this.calls.get(route.operation) ?? 0) + 1);
      const fault = this.faults.next(route.operation);
      const answer = (): Answer =>
        this.#authentic(request, path, query)
          ? route.answer(this.world, { params: match.slice(1).map(decode), query, body: request.body })
          : unauthorized;
      return fault ? this.#misbehave(fault, answer) : this.#reply(answer());
    }
    return this.#reply(this.#authentic(request, path, query) ? refusal(404, 'RESOURCE_NOT_FOUND', '', 'No such API') : unauthorized);
  }

  /** A user answers the account-link page behind `url`; null when there is none. */
  consent(url: string, result: 'succeeded' | 'declined'): ReturnType<typeof consent> | null {
    const session = this.world.links.get(url);
    return session ? consent(this.world, session, result, this.#options.keys) : null;
  }

  #misbehave(fault: Fault, answer: () => Answer): ApiReply {
    const honest = isProcessed(fault) || fault.kind === 'slow' ? answer() : null;
    const reply = this.#reply(faultAnswer(fault.kind) ?? honest ?? unauthorized);
    const headers =
      fault.kind === '429' && fault.retryAfter_s !== undefined
        ? { ...reply.headers, 'retry-after': `${fault.retryAfter_s}` }
        : reply.headers;
    if (fault.kind === '502') {
      const html = { date: reply.headers['date'] ?? '', 'content-type': 'text/html' };
      return {
        status: 502,
        headers: html,
        body: '<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>',
        fate: { kind: 'send' },
      };
    }
    if (fault.kind === 'garbled') return { ...reply, body: reply.body.slice(0, reply.body.length / 2) };
    return { ...reply, headers, fate: faultFate(fault) };
  }

  #reply(answer: Answer): ApiReply {
    const { code, message, codeId, data } = answer;
    const requestId = `OPA${this.world.token(30, '0123456789ABCDEF')}`;
    return {
      status: answer.status,
      headers: {
        date: new Date(this.world.now_ms()).toUTCString(),
        'content-type': 'application/json;charset=UTF-8',
        'x-request-id': requestId,
      },
      body: JSON.stringify({
        resultInfo: { code, message: answer.status < 400 ? message : `${message} | [${requestId}]`, ...(codeId ? { codeId } : {}) },
        data,
      }),
      fate: { kind: 'send' },
    };
  }

  /** Signs the request again with what it claims, and compares. Which part was wrong is not told, as with PayPay. */
  #authentic(request: ApiRequest, path: string, query: URLSearchParams): boolean {
    const { keys, merchantId } = this.#options;
    const merchant = query.get('assumeMerchant') ?? request.headers['x-assume-merchant'];
    if (merchant && merchant !== merchantId) return false;
    const given = request.headers['authorization'] ?? '';
    const [, apiKey, , nonce = '', epoch] = AUTHORIZATION.exec(given) ?? [];
    if (apiKey !== keys.apiKey || Math.abs(this.world.now_s() - Number(epoch)) >= ALLOWED_SKEW_S) return false;
    const expected = this.#authorize({
      method: request.method,
      path,
      contentType: request.headers['content-type'],
      body: request.body,
      nonce,
      epoch_s: Number(epoch),
    });
    const [a, b] = [Buffer.from(given), Buffer.from(expected)];
    if (a.length !== b.length || !timingSafeEqual(a, b)) return false;
    if (!this.world.switches.refuseRepeatedNonce) return true;
    if (this.#nonces.has(nonce)) return false;
    this.#nonces.add(nonce);
    if (this.#nonces.size > NONCES_KEPT) this.#nonces.delete(this.#nonces.values().next().value as string);
    return true;
  }
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
