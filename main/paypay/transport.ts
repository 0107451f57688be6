/** One HTTP exchange with PayPay, and whether a failed one can have reached it. */
import { Pool } from 'undici';

export interface WireRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export interface WireReply {
  readonly kind: 'reply';
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** `notSent`: not a byte of the request left. `noAnswer`: it may have arrived, and no whole answer came back. */
export interface WireFailure {
  readonly kind: 'notSent' | 'noAnswer';
  readonly message: string;
}

export interface Transport {
  /** Never rejects. When the signal fires, the exchange ends at once with what is known by then. */
  send(request: WireRequest, signal: AbortSignal): Promise<WireReply | WireFailure>;
  close(): Promise<void>;
}

/** Answers of this API are a few kilobytes; whoever sends more is not PayPay. */
const LARGEST_REPLY_BYTES = 1_000_000;
/** Long enough for a customer to choose, short enough for home routers that forget silent connections. */
const KEEP_ALIVE_MS = 55_000;
const CONNECT_MS = 10_000;

/**
 * HTTP/1.1 with keep-alive over undici's dispatcher, which tells when it is about to write a request: an error before that
 * moment is `notSent`, one after it `noAnswer`.
 * @param tls trust another authority than the built-in ones (tests, corporate proxies)
 */
export function httpTransport(origin: string, tls: { ca?: string } = {}): Transport {
  const pool = new Pool(origin, {
    connections: 8,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: CONNECT_MS, ...tls },
  });
  return { send: (request, signal) => exchange(pool, request, signal), close: () => pool.destroy() };
}

function exchange(pool: Pool, request: WireRequest, signal: AbortSignal): Promise<WireReply | WireFailure> {
  return new Promise((resolve) => {
    let started = false;
    let abort: (() => void) | null = null;
    let status = 0;
    let headers: WireReply['headers'] = {};
    const chunks: Buffer[] = [];
    let bytes = 0;

    const settle = (result: WireReply | WireFailure) => {
      signal.removeEventListener('abort', onAbort);
      resolve(result);
    };
    const fail = (message: string) => settle({ kind: started ? 'noAnswer' : 'notSent', message });
    const onAbort = () => {
      fail(String(signal.reason instanceof Error ? signal.reason.message : signal.reason));
      abort?.();
    };
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort);

    pool.dispatch(
      { method: request.method, path: request.path, headers: request.headers, body: request.body },
      {
        onRequestStart(controller) {
          abort = () => controller.abort(new Error('no longer wanted'));
          // Given up while it waited for a connection: it must not leave any more, its caller was told so.
          if (signal.aborted) return abort();
          started = true;
        },
        onResponseStart(_controller, statusCode, incoming) {
          status = statusCode;
          headers = Object.fromEntries(
            Object.entries(incoming).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
          );
        },
        onResponseData(controller, chunk) {
          bytes += chunk.length;
          if (bytes > LARGEST_REPLY_BYTES) return controller.abort(new Error(`answer of more than ${LARGEST_REPLY_BYTES} bytes`));
          chunks.push(chunk);
        },
        onResponseEnd() {
          const reply: WireReply = { kind: 'reply', status, headers, body: Buffer.concat(chunks).toString('utf8') };
          // undici frees the connection one turn of the event loop later; a next request before that would open another.
          queueMicrotask(() => setImmediate(() => settle(reply)));
        },
        onResponseError(_controller, error) {
          fail(error.message || error.name);
        },
      },
    );
  });
}
