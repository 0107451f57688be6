/** Notices as LINE messages (https://developers.line.biz/en/reference/messaging-api/#send-push-message), or to anything that takes the same. */
import { createHash } from 'node:crypto';
import type { Message } from './notice.ts';
import { HttpError, post } from './webhook.ts';

const TEXT_max = 5000;

/** LINE knows by this key that it had the message before, and answers 409. It wants a UUID. */
function retryKey(id: string): string {
  const hex = createHash('sha256').update(id).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export const lineChannel =
  ({ url, to, token }: { url: string; to: string; token: string }) =>
  async ({ id, subject, text }: Message): Promise<void> => {
    const body = { to, messages: [{ type: 'text', text: `${subject}\n${text}`.slice(0, TEXT_max) }] };
    try {
      await post(url, body, { authorization: `Bearer ${token}`, 'x-line-retry-key': retryKey(id) });
    } catch (error) {
      if (!(error instanceof HttpError) || error.status !== 409) throw error;
    }
  };
