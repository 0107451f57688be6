/**
 * The console's HTTP routes, as a function from request to response: the loopback server, the TLS server for the local
 * network and Electron's own scheme all answer with it. What a person may do is decided in app/operator, not here.
 */
import { Readable } from 'node:stream';
import { z } from 'zod';
import type { StaffPlace } from '../../app/catalogue/events.ts';
import { ExportSchema, type OrderExport } from '../../app/operator/commands.ts';
import type { Health } from '../../app/operator/health.ts';
import type { Operator } from '../../app/operator/operator.ts';
import { type Answer, answerTo, type Problem, PROBLEMS } from '../../app/operator/problems.ts';
import type { Session } from '../../app/operator/sessions.ts';
import type { Clock, Log, Unsubscribe } from '../../app/ports.ts';
import { type Tending, TendingSchema } from '../journal/tend.ts';
import type { Comparison } from '../../app/operator/reconcile.ts';
import { NotPayPayFile } from './not-paypay-file.ts';
import type { ExportFile } from './export.ts';

/** What stands behind the routes. */
export interface OperatorEnd {
  /** The kiosk behind it may be replaced; ask every time. */
  readonly operator: Operator;
  /** Something changed that a console shows. */
  onChange(listener: () => void): Unsubscribe;
  /** Written down before the first byte. */
  exportOrders(who: Session, what: OrderExport): Promise<ExportFile>;
  /** @see main/journal/tend.ts; written down before the first byte */
  tendJournal(who: Session, what: Tending): Promise<AsyncIterable<Uint8Array>>;
  comparePayments(who: Session, name: string, file: AsyncIterable<Uint8Array>): Promise<Comparison>;
  health(): Promise<Health>;
  metrics(): Promise<string>;
}

export interface Visitor {
  readonly from: StaffPlace;
  /** The paired device that asks; null at this machine. */
  readonly deviceId: string | null;
  /** May come to the door: a paired screen or device, or a program of the machine's owner. */
  readonly admitted: boolean;
}

export type Routes = (request: Request, visitor: Visitor) => Promise<Response>;

export const DEVICE_COOKIE = 'jihanki-device';
export const SESSION_HEADER = 'x-staff-session';
/** Set by a page that refreshes itself. */
const QUIET_HEADER = 'x-staff-quiet';
const LARGEST_BODY_bytes = 64 * 1024;
const DEVICE_LIFE_s = 400 * 86_400;
const TICKET_ms = 60_000;

/** Whether a path belongs to these routes. */
export const isOperatorPath = (path: string): boolean => /^\/(operator\/(?!assets\/)[a-z-]+|health|metrics)$/.test(path);

const SignIn = z.strictObject({ staffId: z.string().max(64), pin: z.string().max(64) });
const SetUp = z.strictObject({ code: z.string().max(20), name: z.string().max(80), pin: z.string().max(64) });
const Pair = z.strictObject({ code: z.string().max(20), name: z.string().max(80) });

const STATUS: Partial<Record<Problem, number>> = {
  notSignedIn: 401,
  notAllowed: 403,
  wait: 429,
  wrongPin: 401,
  wrongCode: 401,
  noPairing: 401,
};

const json = (status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(JSON.stringify(value), { status, headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers } });

const answered = (answer: Answer): Response => json(answer.ok ? 200 : (STATUS[answer.problem] ?? 409), answer);
const refused = (problem: Problem, detail?: string): Response =>
  answered({ ok: false, problem, says: PROBLEMS[problem], ...(detail === undefined ? {} : { detail }) });

/** @returns undefined when it is too large or not JSON */
async function body(request: Request): Promise<unknown> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > LARGEST_BODY_bytes) return undefined;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

export function createRoutes(end: OperatorEnd, { clock, log }: { clock: Clock; log: Log }, newTicket: () => string): Routes {
  const tickets = new Map<string, { readonly what: OrderExport; readonly session: string; readonly until_ms: number }>();

  async function parsed<T>(request: Request, schema: z.ZodType<T>): Promise<T | null> {
    return schema.safeParse(await body(request)).data ?? null;
  }

  async function exportTicket(request: Request, token: string): Promise<Response> {
    end.operator.allow(token, 'orders.export');
    const what = await parsed(request, ExportSchema);
    if (what === null) return refused('notUnderstood');
    const now_ms = clock.monotonic_ms();
    for (const [old, { until_ms }] of tickets) if (until_ms < now_ms) tickets.delete(old);
    const ticket = newTicket();
    tickets.set(ticket, { what, session: token, until_ms: now_ms + TICKET_ms });
    return answered({ ok: true, value: { path: `/operator/export?ticket=${ticket}` } });
  }

  /** A browser saves what it gets from a link, and a link has no headers: so it has a ticket, good once and for its session. */
  async function exportFile(url: URL): Promise<Response> {
    const ticket = url.searchParams.get('ticket') ?? '';
    const found = tickets.get(ticket);
    tickets.delete(ticket);
    if (found === undefined || found.until_ms < clock.monotonic_ms()) return refused('notSignedIn');
    const file = await end.exportOrders(end.operator.allow(found.session, 'orders.export'), found.what);
    return new Response(Readable.toWeb(Readable.from(file.body)) as ReadableStream<Uint8Array>, {
      headers: { 'content-type': file.type, 'content-disposition': `attachment; filename="${file.name}"`, 'cache-control': 'no-store' },
    });
  }

  async function compare(request: Request, url: URL, token: string): Promise<Response> {
    const who = end.operator.allow(token, 'payments.compare');
    if (request.body === null) return refused('notUnderstood');
    const name = (url.searchParams.get('file') ?? 'file').slice(0, 100);
    return answered({ ok: true, value: await end.comparePayments(who, name, request.body as AsyncIterable<Uint8Array>) });
  }

  async function tend(request: Request, token: string): Promise<Response> {
    const who = end.operator.allow(token, 'journal.tend');
    const what = await parsed(request, TendingSchema);
    if (what === null) return refused('notUnderstood');
    const pieces = await end.tendJournal(who, what);
    return new Response(Readable.toWeb(Readable.from(pieces)) as ReadableStream<Uint8Array>, { headers: { 'cache-control': 'no-store' } });
  }

  async function post(request: Request, url: URL, { from, deviceId }: Visitor): Promise<Response> {
    const { operator } = end;
    const token = request.headers.get(SESSION_HEADER) ?? '';
    switch (url.pathname) {
      case '/operator/sign-in': {
        const given = await parsed(request, SignIn);
        return given === null ? refused('notUnderstood') : answered(await operator.signIn({ ...given, from, deviceId }));
      }
      case '/operator/set-up': {
        const given = await parsed(request, SetUp);
        return given === null ? refused('notUnderstood') : answered(await operator.setUp({ ...given, from, deviceId }));
      }
      case '/operator/sign-out':
        operator.signOut(token);
        return answered({ ok: true, value: null });
      case '/operator/perform':
        return answered(await operator.perform(token, await body(request)));
      case '/operator/ask':
        return answered(await operator.ask(token, await body(request), request.headers.has(QUIET_HEADER)));
      case '/operator/export':
        return exportTicket(request, token);
      case '/operator/journal':
        // It may write a file of this machine: for its own programs only.
        return from === 'cli' ? tend(request, token) : json(404, { ok: false });
      case '/operator/compare':
        return compare(request, url, token);
      default:
        return json(404, { ok: false });
    }
  }

  async function pair(request: Request): Promise<Response> {
    const given = await parsed(request, Pair);
    if (given === null) return refused('notUnderstood');
    const answer = await end.operator.pair(given);
    if (!answer.ok) return answered(answer);
    const { token } = answer.value as { token: string };
    const cookie = `${DEVICE_COOKIE}=${token}; Path=/; Max-Age=${DEVICE_LIFE_s}; HttpOnly; Secure; SameSite=Strict`;
    return json(200, { ok: true, value: null }, { 'set-cookie': cookie });
  }

  async function route(request: Request, visitor: Visitor): Promise<Response> {
    const url = new URL(request.url);
    const get = request.method === 'GET';
    if (request.method === 'POST' && url.pathname === '/operator/pair' && visitor.from === 'lan') return pair(request);
    if (!visitor.admitted) return visitor.from === 'lan' ? json(401, { needsPairing: true }) : json(403, { ok: false });
    if (get && url.pathname === '/operator/door') return json(200, end.operator.door());
    if (get && url.pathname === '/operator/export') return exportFile(url);
    if (get && url.pathname === '/health') {
      const health = await end.health();
      return json(health.level === 'bad' ? 503 : 200, health);
    }
    if (get && url.pathname === '/metrics')
      return new Response(await end.metrics(), { headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' } });
    if (request.method !== 'POST') return json(405, { ok: false });
    return post(request, url, visitor);
  }

  return async (request, visitor) => {
    try {
      return await route(request, visitor);
    } catch (error) {
      if (error instanceof NotPayPayFile) return refused('notUnderstood', error.message);
      const answer = answerTo(error);
      if (answer !== null) return answered(answer);
      log.error('operator.failed', { message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      return json(500, { ok: false });
    }
  };
}
