/** What an exchange with PayPay tells: the one place where HTTP and `resultInfo` become an {@link Outcome}. */
import { z } from 'zod';
import type { Done, Rejected, Unavailable, UnknownOutcome } from '../../app/errors.ts';
import { codeRow } from './codes.ts';
import type { Operation } from './operations/operation.ts';
import type { WireFailure, WireReply } from './transport.ts';

/** What PayPay's support asks for. `code` is the stable key; `message` never is. */
export interface Reply {
  readonly httpStatus: number;
  /** `resultInfo.code`; null when the answer was not in PayPay's form (a proxy's page, half a body). */
  readonly code: string | null;
  readonly codeId: string | null;
  /** X-REQUEST-ID. */
  readonly requestId: string | null;
  /** Seconds to wait, from a 429. */
  readonly retryAfter_s: number | null;
}

/** An {@link Outcome} with the answer behind it, where there was one. */
export type PayPayOutcome<T> =
  | (Done<T> & { readonly reply: Reply })
  /** Without a reply when this client itself refused to send (code `INVALID_REQUEST`, the message names the field). */
  | (Rejected & { readonly reply?: Reply })
  | Unavailable
  | (UnknownOutcome & { readonly reply?: Reply });

const Envelope = z.looseObject({
  resultInfo: z.looseObject({ code: z.string().min(1), message: z.string().nullish(), codeId: z.string().nullish() }),
  data: z.unknown().optional(),
});

function parseEnvelope(body: string): z.infer<typeof Envelope> | null {
  try {
    return Envelope.safeParse(JSON.parse(body)).data ?? null;
  } catch {
    return null;
  }
}

function retryAfter_s(header: string | undefined): number | null {
  const seconds = Number(header);
  return header !== undefined && Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}

const helpPage = (apiName: string, code: string, codeId: string | null): string =>
  `https://developer.paypay.ne.jp/develop/resolve?${new URLSearchParams({ api_name: apiName, code, code_id: codeId ?? '' }).toString()}`;

/**
 * 2xx with one of the operation's own codes and readable data: done. 4xx with a code, and any 429: rejected. Everything
 * else that came after sending is unknown, also a 2xx whose code means "not yet" (a capture's USER_CONFIRMATION_REQUIRED),
 * and a 4xx that says that an earlier request of this name had its effect (DUPLICATE_DYNAMIC_QR_REQUEST, ALREADY_CAPTURED).
 */
export function classify<Data extends z.ZodType>(
  operation: Operation<z.ZodType, Data>,
  wire: WireReply | WireFailure,
): PayPayOutcome<z.output<Data>> {
  if (wire.kind !== 'reply') return { outcome: wire.kind === 'notSent' ? 'unavailable' : 'unknown', message: wire.message };

  const envelope = parseEnvelope(wire.body);
  const reply: Reply = {
    httpStatus: wire.status,
    code: envelope?.resultInfo.code ?? null,
    codeId: envelope?.resultInfo.codeId ?? null,
    requestId: wire.headers['x-request-id'] ?? null,
    retryAfter_s: retryAfter_s(wire.headers['retry-after']),
  };
  const code = reply.code ?? (wire.status === 429 ? 'RATE_LIMIT' : null);
  if (code === null) return { outcome: 'unknown', message: `HTTP ${wire.status} without PayPay's form of answer`, reply };

  const message = `HTTP ${wire.status} ${code}: ${envelope?.resultInfo.message ?? ''}`;
  if (wire.status >= 400 && wire.status < 500 && codeRow(operation.name, code)?.reaction !== 'ask')
    return { outcome: 'rejected', code, message, help: helpPage(operation.apiName, code, reply.codeId), reply };
  if (wire.status < 200 || wire.status >= 300 || !operation.success.includes(code)) return { outcome: 'unknown', message, reply };

  const data = operation.data.safeParse(envelope?.data ?? null);
  if (data.success) return { outcome: 'done', value: data.data, reply };
  return { outcome: 'unknown', message: `HTTP ${wire.status} ${code} with unreadable data: ${fieldErrors(data.error)}`, reply };
}

/** The fields at fault, the first few, each with what is allowed. */
export const fieldErrors = (error: z.ZodError): string =>
  error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || 'request'}: ${issue.message}`)
    .join('; ');
