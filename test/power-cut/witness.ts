/** An intent is durable before its request leaves: when one reaches a far end, the file on the disk must have it already. */
import type { OrderEvent } from '../../app/order/events.ts';
import { COMMAND, word } from '../../hardware/xy-vmc/codec.ts';
import type { Watch } from './far-ends.ts';
import { lastVend, orderEvents } from './journal.ts';

interface Body {
  readonly [name: string]: string | undefined;
}
type Intent = readonly [orderId: string | undefined, stands: (event: OrderEvent) => boolean];

/** What each request that changes something at PayPay rests on. */
const INTENTS: Readonly<Record<string, (body: Body, amount_jpy: number | undefined, target: string) => Intent>> = {
  createCode: (body) => [body['merchantPaymentId'], ({ type }) => type === 'code.requested'],
  cancel: (_, __, target) => [target.slice('/v2/payments/'.length), ({ type }) => type === 'cancel.requested'],
  refund: (body, amount_jpy) => [
    body['merchantRefundId']?.replace(/-refund.*$/, ''),
    (event) => event.type === 'refund.requested' && event.amount_jpy === amount_jpy,
  ],
  capture: (body, amount_jpy) => [
    body['merchantPaymentId'],
    (event) =>
      event.type === 'capture.requested' && event.merchantCaptureId === body['merchantCaptureId'] && event.amount_jpy === amount_jpy,
  ],
  revert: (body) => [body['merchantRevertId']?.replace(/-revert$/, ''), ({ type }) => type === 'revert.requested'],
};

export function createWitness(journalFile: string, violate: (what: string) => void): Watch {
  return {
    request(operation, { target, body }) {
      const intent = INTENTS[operation];
      if (intent === undefined) return;
      const read = (body === '' ? {} : JSON.parse(body)) as { readonly amount?: { readonly amount: number } };
      const [orderId = '', stands] = intent(read as Body, read.amount?.amount, target);
      if (!orderEvents(journalFile, orderId).some(stands)) violate(`${orderId}: ${operation} arrived before its intent was durable`);
    },
    drive({ command, text }) {
      const selection = word(text, command === COMMAND.drive ? 2 : 0);
      const vend = lastVend(journalFile);
      if (vend === null) return violate(`slot ${selection} was driven before vend.requested was durable`);
      const { orderId, line } = vend;
      const events = orderEvents(journalFile, orderId);
      const opened = events.find((event) => event.type === 'order.opened');
      const ended = events.some((event) => /^vend\.(succeeded|failed|unknown)$/.test(event.type) && 'line' in event && event.line === line);
      if (opened?.lines[line]?.slot !== String(selection) || ended)
        violate(`${orderId}: slot ${selection} was driven, and the last vend.requested is line ${line}${ended ? ', which has ended' : ''}`);
      if (events.some(({ type }) => type === 'cancel.requested')) violate(`${orderId}: driven after a cancel was requested`);
    },
  };
}
