/** Notices as JSON by POST, for a program of the shop's own. */
import type { Message } from './notice.ts';

const LIMIT_ms = 15_000;

/** One POST. @throws Error unless the answer is a success */
export async function post(url: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    redirect: 'error',
    signal: AbortSignal.timeout(LIMIT_ms),
  });
  // Read to the end, or the connection is not used again; nobody needs what it says.
  const text = (await response.text()).slice(0, 200);
  if (!response.ok) throw new HttpError(response.status, text);
}

export class HttpError extends Error {
  readonly status: number;
  constructor(status: number, text: string) {
    super(`answered ${status}: ${text}`);
    this.status = status;
  }
}

export const webhookChannel =
  ({ url }: { url: string }) =>
  ({ id, at_ms, shop, machineName, text, notice }: Message): Promise<void> =>
    post(url, { id, at_ms, shop, machineName, kind: notice.kind, check: notice.check, says: notice.says, since_ms: notice.since_ms, text });
