/** PayPay's form of answer, and what becomes of it on the wire. */

export interface ApiRequest {
  readonly method: string;
  /** With query, as it stood in the request line. */
  readonly target: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly code: string;
  readonly codeId: string;
  readonly message: string;
  readonly data: unknown;
}

/** `cut`: half of the body, then the connection breaks. `reset`: it breaks before a byte is answered. `hang`: nothing, ever. */
export type Fate = { kind: 'send' } | { kind: 'slow'; delay_ms: number } | { kind: 'hang' } | { kind: 'cut' } | { kind: 'reset' };

export interface ApiReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly fate: Fate;
}

export const success = (data: unknown, status = 200): Answer => ({ status, code: 'SUCCESS', codeId: '08100001', message: 'Success', data });

export const accepted: Answer = { status: 202, code: 'REQUEST_ACCEPTED', codeId: '08100001', message: 'Request accepted', data: null };

export const refusal = (status: number, code: string, codeId: string, message: string): Answer => ({
  status,
  code,
  codeId,
  message,
  data: null,
});

export const unauthorized = refusal(401, 'UNAUTHORIZED', '08100016', 'Unauthorized request');
export const noLongerAvailable = refusal(400, 'ORDER_NO_LONGER_AVAILABLE', '', 'Order is no longer available');
export const paymentNotFound = refusal(404, 'RESOURCE_NOT_FOUND', '00200001', 'Order not found');
