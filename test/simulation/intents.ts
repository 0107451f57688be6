/** What each request that changes something at PayPay rests on: an event of its order that is durable before it leaves. */
import type { OrderEvent } from '../../app/order/events.ts';
import type { ApiRequest } from '../../main/paypay/simulator/answer.ts';

export interface Intent {
  readonly orderId: string;
  readonly stands: (event: OrderEvent) => boolean;
}

/** PayPay's field names, as far as they matter here. */
interface Body {
  readonly merchantPaymentId?: string;
  readonly merchantRefundId?: string;
  readonly merchantCaptureId?: string;
  readonly merchantRevertId?: string;
  readonly amount?: { readonly amount: number };
}

const CANCEL = '/v2/payments/';

/**
 * @returns null when nothing needs to be written before: a question, or a code that is taken back
 * @throws Error for a request that changes something and that no kiosk makes
 */
export function intentOf({ method, target, body }: ApiRequest): Intent | null {
  if (method === 'GET') return null;
  if (method === 'DELETE')
    return target.startsWith(CANCEL) ? { orderId: target.slice(CANCEL.length), stands: ({ type }) => type === 'cancel.requested' } : null;
  const { merchantPaymentId = '', merchantRefundId = '', merchantCaptureId, merchantRevertId = '', amount } = JSON.parse(body) as Body;
  switch (target) {
    case '/v2/codes':
      return { orderId: merchantPaymentId, stands: ({ type }) => type === 'code.requested' };
    case '/v2/refunds':
      return {
        orderId: merchantRefundId.replace(/-refund.*$/, ''),
        stands: (event) => event.type === 'refund.requested' && event.amount_jpy === amount?.amount,
      };
    case '/v2/payments/capture':
      return {
        orderId: merchantPaymentId,
        stands: (event) =>
          event.type === 'capture.requested' && event.merchantCaptureId === merchantCaptureId && event.amount_jpy === amount?.amount,
      };
    case '/v2/payments/preauthorize/revert':
      return { orderId: merchantRevertId.replace(/-revert$/, ''), stands: ({ type }) => type === 'revert.requested' };
    default:
      throw new Error(`a kiosk does not ask for ${method} ${target}`);
  }
}
