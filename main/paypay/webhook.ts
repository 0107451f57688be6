/**
 * Receives PayPay's webhooks. They carry no signature, so they prove nothing: all they do is make the kiosk ask PayPay at
 * once. Who may knock is limited by source address (PayPay publishes its own, FAQ 4414062832143).
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import type { Clock, Log } from '../../app/ports.ts';
import { MerchantId } from './operations/operation.ts';

export interface WebhookOptions {
  readonly host: string;
  readonly port: number;
  /** Addresses or CIDR ranges that may knock. */
  readonly allow: readonly string[];
  /** Reverse proxies whose X-Forwarded-For is believed. */
  readonly proxies: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
  /** PayPay may have something new about this payment. */
  readonly onHint: (merchantPaymentId: string) => void;
}

export interface WebhookReceiver {
  readonly port: number;
  close(): Promise<void>;
}

const PATH = '/webhooks/paypay';
const LARGEST_BODY_BYTES = 64_000;
const SLOWEST_REQUEST_MS = 5000;
/** PayPay needs a few. */
const CONNECTIONS_max = 100;
/** PayPay repeats what was not acknowledged within a few seconds. */
const REPEAT_MS = 10_000;
const REMEMBERED = 1000;

/** Keys come and go between PayPay's products; amounts were seen as text and as numbers, times with Z and with +09:00. */
export const Transaction = z.looseObject({
  notification_type: z.literal('Transaction'),
  /** Empty in some AUTHORIZED notifications. */
  merchant_order_id: MerchantId,
  /** PayPay's paymentId. */
  order_id: z.coerce.string().max(64).nullish(),
  state: z.string().max(40),
  order_amount: z
    .union([
      z.int(),
      z
        .string()
        .regex(/^\d{1,11}$/)
        .transform(Number),
    ])
    .nullish(),
  paid_at: z.iso.datetime({ offset: true }).nullish().catch(null),
});

type Ranges = readonly [ipaddr.IPv4 | ipaddr.IPv6, number][];

/** @throws Error naming the entry that is neither an address nor a range */
function parseRanges(entries: readonly string[], key: string): Ranges {
  return entries.map((entry) => {
    try {
      if (entry.includes('/')) return ipaddr.parseCIDR(entry);
      const address = ipaddr.process(entry);
      return [address, address.kind() === 'ipv4' ? 32 : 128];
    } catch {
      throw new Error(`${key}: found "${entry}", allowed: an IP address or a range such as 192.0.2.0/24`);
    }
  });
}

const within = (address: string, ranges: Ranges): boolean => {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  return ranges.some(([range, bits]) => parsed.kind() === range.kind() && parsed.match(range, bits));
};

/** The address that knocked: the peer or, behind proxies that are believed, the first one before them. */
function sourceOf(request: IncomingMessage, proxies: Ranges): string {
  const chain = String(request.headers['x-forwarded-for'] ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
  let source = request.socket.remoteAddress ?? '';
  while (within(source, proxies) && chain.length > 0) source = chain.pop() as string;
  return source;
}

/** @throws Error when an address in the configuration is none, or the port can't be opened */
export async function openWebhook(options: WebhookOptions): Promise<WebhookReceiver> {
  const { log, clock } = options;
  const allow = parseRanges(options.allow, 'allow');
  const proxies = parseRanges(options.proxies, 'proxies');
  const seen = new Map<string, number>();

  /** True the first time, and again when PayPay can't be repeating itself any more. */
  const isNews = (key: string): boolean => {
    const now_ms = clock.monotonic_ms();
    const before_ms = seen.get(key);
    if (before_ms !== undefined && now_ms - before_ms < REPEAT_MS) return false;
    seen.delete(key);
    seen.set(key, now_ms);
    if (seen.size > REMEMBERED) seen.delete(seen.keys().next().value as string);
    return true;
  };

  const process = (body: string): void => {
    const notification = parse(body);
    if (!notification) return log.info('paypay.webhook.ignored', { bytes: body.length });
    const { merchant_order_id: merchantPaymentId, state } = notification;
    if (!isNews(`${merchantPaymentId} ${state}`)) return;
    log.info('paypay.webhook', { merchantPaymentId, state });
    options.onHint(merchantPaymentId);
  };

  const answer = (response: ServerResponse, status: number, text: string): void => {
    response.writeHead(status, { 'content-type': 'text/plain', ...(status === 200 ? {} : { connection: 'close' }) }).end(text);
  };

  const server = createServer({ connectionsCheckingInterval: 1000 }, (request, response) => {
    const source = sourceOf(request, proxies);
    if (!within(source, allow)) {
      log.warn('paypay.webhook.refused', { source });
      return answer(response, 403, 'not from here');
    }
    if (request.method !== 'POST' || request.url?.split('?', 1)[0] !== PATH) return answer(response, 404, `POST ${PATH} only`);
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= LARGEST_BODY_BYTES) return void chunks.push(chunk);
      request.pause();
      if (response.headersSent) return;
      response.once('finish', () => request.destroy());
      answer(response, 413, 'too large');
    });
    request.on('error', () => {});
    request.on('end', () => {
      // PayPay waits less than two seconds, so it gets its answer before anything else happens.
      response.once('finish', () => process(Buffer.concat(chunks).toString('utf8')));
      answer(response, 200, 'OK');
    });
  });
  server.maxConnections = CONNECTIONS_max;
  server.requestTimeout = SLOWEST_REQUEST_MS;
  server.headersTimeout = SLOWEST_REQUEST_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function parse(body: string): z.output<typeof Transaction> | null {
  try {
    return Transaction.safeParse(JSON.parse(body)).data ?? null;
  } catch {
    return null;
  }
}
