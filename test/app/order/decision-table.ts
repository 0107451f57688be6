/**
 * The decision table in words and in code: every row is run against `decide`, and docs/money.md is made from it.
 * Rows stand in the order in which a reader meets them; "any" situation means that it is run live and after a restart.
 */
import {
  CANCEL_TAKES_ms,
  CANCEL_TAKES_ms_max,
  LATE_PAYMENT_MARGIN_ms,
  LONGEST_CODE_ms,
  type Answers,
  type Situation,
  type Step,
} from '../../../app/order/decide.ts';
import type { OrderEvent } from '../../../app/order/events.ts';
import {
  cancelled,
  codeCreated,
  EXPIRES_ms,
  held,
  jammed,
  live,
  NOW_ms,
  opened,
  paid,
  restarted,
  said,
  unknown,
  vended,
  vendRequested,
} from './orders.ts';

export interface Row {
  /** Heading under which the row stands. */
  readonly part:
    | 'Making a code'
    | 'Waiting for the payment'
    | 'Closing a code'
    | 'Watching a closed code'
    | 'Dispensing'
    | 'Returning money'
    | 'Letting go of a hold'
    | 'The end';
  /** The last durable facts. */
  readonly facts: string;
  /** What else is known. */
  readonly asked: string;
  /** What is done, in words. */
  readonly does: string;
  readonly events: readonly OrderEvent[];
  readonly situations: readonly Situation[];
  readonly answers?: Answers;
  readonly step: Step;
}

const any = [live(), restarted()];
const leaving = [live({ leaving: 'customer' })];
const PRICES = [100, 200];
const sale: readonly OrderEvent[] = [opened(PRICES)];
const code = [...sale, ...codeCreated];
const sold = [...code, paid(300)];
const kept = [opened(PRICES, { settlement: 'authorize' }), ...codeCreated, held(300)];
const hold = opened(PRICES, { unknownVend: 'hold' });
const refunding: readonly OrderEvent[] = [...sold, ...vended(0), ...jammed(1), { type: 'refund.requested', amount_jpy: 200 }];
const closing = [...code, ...cancelled];
const unpaid: readonly OrderEvent[] = [...closing, { type: 'payment.closed', how: 'unpaid' }];
const oldCode = live({ now_ms: EXPIRES_ms + LATE_PAYMENT_MARGIN_ms });
const captured = { merchantCaptureId: 'c-1', completed: true, amount_jpy: 100 };
const capturing: readonly OrderEvent[] = [
  ...kept,
  ...vended(0),
  ...jammed(1),
  { type: 'capture.requested', merchantCaptureId: 'c-1', amount_jpy: 100 },
];
const letGo: readonly OrderEvent[] = [...kept, ...jammed(0), ...jammed(1), { type: 'revert.requested' }];
const refused = { code: 'UNACCEPTABLE_OP', message: 'no' };
const close = (result: Extract<Step, { do: 'close' }>['result']): Step => ({ stage: 'end', do: 'close', result });

export const DECISIONS: readonly Row[] = [
  // ---------------------------------------------------------------- making a code
  {
    part: 'Making a code',
    facts: '`order.opened`',
    asked: 'the customer is there',
    does: '`code.requested`, then ask PayPay for a code',
    events: sale,
    situations: [live()],
    step: { stage: 'code', do: 'requestCode' },
  },
  {
    part: 'Making a code',
    facts: '`order.opened`',
    asked: 'after a restart, or the customer left',
    does: 'close as *abandoned*: nothing was sent',
    events: sale,
    situations: [restarted(), live({ leaving: 'customer' })],
    step: close('abandoned'),
  },
  {
    part: 'Making a code',
    facts: '`code.rejected`',
    asked: '',
    does: 'close as *abandoned*: there is no code',
    events: [...sale, { type: 'code.requested' }, { type: 'code.rejected', code: 'X', message: '' }],
    situations: any,
    step: close('abandoned'),
  },
  {
    part: 'Making a code',
    facts: '`code.requested`, no answer',
    asked: '',
    does: 'never show a code; `cancel.requested`',
    events: [...sale, { type: 'code.requested' }],
    situations: any,
    step: { stage: 'close', do: 'requestCancel', reason: 'codeUnknown' },
  },
  // ---------------------------------------------------------------- waiting
  {
    part: 'Waiting for the payment',
    facts: '`code.created`',
    asked: 'the customer is there, nothing asked yet or not paid yet',
    does: 'ask PayPay every few seconds',
    events: code,
    situations: [live()],
    step: { stage: 'pay', do: 'poll' },
  },
  {
    part: 'Waiting for the payment',
    facts: '`code.created`',
    asked: 'PayPay: created, unclear',
    does: 'go on asking',
    events: code,
    situations: [live()],
    answers: { payment: said('unrecognised') },
    step: { stage: 'pay', do: 'poll' },
  },
  {
    part: 'Waiting for the payment',
    facts: '`code.created`',
    asked: 'PayPay: paid',
    does: '`payment.completed` (or `payment.authorized`)',
    events: code,
    situations: [live()],
    answers: { payment: said('completed') },
    step: { stage: 'pay', do: 'recordPayment', payment: said('completed') },
  },
  // ---------------------------------------------------------------- closing
  {
    part: 'Closing a code',
    facts: '`code.created`',
    asked: 'the customer cancelled, the code expired, a restart, or PayPay took the payment back',
    does: 'delete the code',
    events: code,
    situations: [...leaving, restarted(), live({ now_ms: EXPIRES_ms })],
    step: { stage: 'close', do: 'deleteCode', codeId: '04-code' },
  },
  {
    part: 'Closing a code',
    facts: '`code.created`',
    asked: 'deleted, whatever PayPay said to that',
    does: 'ask whether it was paid before',
    events: code,
    situations: [...leaving, restarted()],
    answers: { codeDeleted: true },
    step: { stage: 'close', do: 'askPayment' },
  },
  {
    part: 'Closing a code',
    facts: '`code.created`',
    asked: 'deleted; PayPay: paid',
    does: '`payment.completed`: it counts',
    events: code,
    situations: [...leaving, restarted()],
    answers: { codeDeleted: true, payment: said('completed') },
    step: { stage: 'close', do: 'recordPayment', payment: said('completed') },
  },
  {
    part: 'Closing a code',
    facts: '`code.created`',
    asked: 'deleted; PayPay: unclear',
    does: 'wait and ask again',
    events: code,
    situations: leaving,
    answers: { codeDeleted: true, payment: said('reauthorizing') },
    step: { stage: 'close', do: 'waitAndAsk', until_ms: null },
  },
  {
    part: 'Closing a code',
    facts: '`code.created`',
    asked: 'deleted; PayPay: not paid',
    does: '`cancel.requested`: from here on nothing is dispensed',
    events: code,
    situations: leaving,
    answers: { codeDeleted: true, payment: said('created') },
    step: { stage: 'close', do: 'requestCancel', reason: 'customer' },
  },
  {
    part: 'Closing a code',
    facts: '`cancel.requested`',
    asked: '',
    does: 'send the cancel until it is accepted or refused',
    events: [...code, { type: 'cancel.requested', reason: 'customer' }],
    situations: any,
    step: { stage: 'close', do: 'sendCancel' },
  },
  {
    part: 'Closing a code',
    facts: '`cancel.accepted`, or PayPay refused',
    asked: '',
    does: 'ask what became of the payment',
    events: closing,
    situations: any,
    step: { stage: 'close', do: 'askPayment' },
  },
  {
    part: 'Closing a code',
    facts: '`cancel.accepted`, or PayPay refused',
    asked: 'PayPay: not paid',
    does: '`payment.closed` unpaid',
    events: closing,
    situations: any,
    answers: { payment: said('absent') },
    step: { stage: 'close', do: 'closePayment', how: 'unpaid' },
  },
  {
    part: 'Closing a code',
    facts: '`cancel.accepted`, or PayPay refused',
    asked: 'PayPay: failed, canceled, expired or refunded',
    does: '`payment.closed` reversed',
    events: closing,
    situations: any,
    answers: { payment: said('failed') },
    step: { stage: 'close', do: 'closePayment', how: 'reversed' },
  },
  {
    part: 'Closing a code',
    facts: '`cancel.accepted`',
    asked: `PayPay: paid, the cancel was accepted less than ${CANCEL_TAKES_ms / 1000} s ago`,
    does: 'wait for the reversal and ask again',
    events: closing,
    situations: any,
    answers: { payment: said('completed'), cancelAcceptedAt_ms: NOW_ms },
    step: { stage: 'close', do: 'waitAndAsk', until_ms: null },
  },
  {
    part: 'Closing a code',
    facts: '`cancel.accepted`, or PayPay refused',
    asked: 'PayPay: paid, and it stays so',
    does: '`payment.completed`: it will be refunded, never dispensed',
    events: closing,
    situations: [live({ now_ms: NOW_ms + CANCEL_TAKES_ms })],
    answers: { payment: said('completed'), cancelAcceptedAt_ms: NOW_ms },
    step: { stage: 'close', do: 'recordPayment', payment: said('completed') },
  },
  // ---------------------------------------------------------------- watching
  {
    part: 'Watching a closed code',
    facts: '`payment.closed` unpaid',
    asked: `the code expired less than ${LATE_PAYMENT_MARGIN_ms / 1000} s ago, or not yet`,
    does: 'go on asking PayPay',
    events: unpaid,
    situations: any,
    answers: { payment: said('created') },
    step: { stage: 'watch', do: 'waitAndAsk', until_ms: EXPIRES_ms + LATE_PAYMENT_MARGIN_ms },
  },
  {
    part: 'Watching a closed code',
    facts: '`payment.closed` unpaid',
    asked: `PayPay: paid after all, less than ${CANCEL_TAKES_ms / 1000} s ago, and the cancel was accepted`,
    does: 'wait for the reversal and ask again',
    events: unpaid,
    situations: any,
    answers: { payment: said('completed') },
    step: { stage: 'watch', do: 'waitAndAsk', until_ms: null },
  },
  {
    part: 'Watching a closed code',
    facts: '`payment.closed` unpaid',
    asked: 'PayPay: paid after all, and it stays so',
    does: '`payment.completed`: it will be refunded',
    events: unpaid,
    situations: [live({ now_ms: NOW_ms + CANCEL_TAKES_ms })],
    answers: { payment: said('completed') },
    step: { stage: 'watch', do: 'recordPayment', payment: said('completed') },
  },
  {
    part: 'Watching a closed code',
    facts: '`payment.closed` unpaid',
    asked: 'PayPay: paid and taken back by the cancel',
    does: 'close as *abandoned*',
    events: unpaid,
    situations: any,
    answers: { payment: said('failed') },
    step: close('abandoned'),
  },
  {
    part: 'Watching a closed code',
    facts: '`payment.closed` unpaid',
    asked: `PayPay: not paid, ${LATE_PAYMENT_MARGIN_ms / 1000} s after the expiry`,
    does: 'close as *abandoned*: nobody can pay any more',
    events: unpaid,
    situations: [oldCode],
    answers: { payment: said('created') },
    step: close('abandoned'),
  },
  {
    part: 'Watching a closed code',
    facts: '`payment.closed` unpaid, the code itself never seen',
    asked: `PayPay: not paid, ${(LONGEST_CODE_ms + LATE_PAYMENT_MARGIN_ms) / 1000} s after the order was opened`,
    does: 'close as *abandoned*',
    events: [
      ...sale,
      { type: 'code.requested' },
      { type: 'cancel.requested', reason: 'codeUnknown' },
      { type: 'payment.closed', how: 'unpaid' },
    ],
    situations: [restarted({ now_ms: NOW_ms + LONGEST_CODE_ms + LATE_PAYMENT_MARGIN_ms })],
    answers: { payment: said('absent') },
    step: close('abandoned'),
  },
  {
    part: 'Watching a closed code',
    facts: '`payment.closed` reversed',
    asked: '',
    does: 'close: *abandoned*, or *refunded* when the payment had been seen',
    events: [...closing, { type: 'payment.closed', how: 'reversed' }],
    situations: any,
    step: close('abandoned'),
  },
  // ---------------------------------------------------------------- dispensing
  {
    part: 'Dispensing',
    facts: '`payment.completed` or `payment.authorized`, some lines not asked for',
    asked: 'the customer is there, the slot is ready',
    does: '`vend.requested`, then the vend; one line after the other',
    events: sold,
    situations: [live()],
    step: { stage: 'vend', do: 'vend', line: 0 },
  },
  {
    part: 'Dispensing',
    facts: '`payment.completed`, some lines not asked for',
    asked: 'a slot is not ready',
    does: 'leave this line out, vend the next one',
    events: sold,
    situations: [live({ slotReady: (slot) => slot !== '1' })],
    step: { stage: 'vend', do: 'vend', line: 1 },
  },
  {
    part: 'Dispensing',
    facts: '`payment.completed`, some lines not asked for',
    asked: 'after a restart',
    does: 'vend nothing more: return their price',
    events: [...sold, ...vended(0)],
    situations: [restarted()],
    step: { stage: 'settle', do: 'requestRefund', amount_jpy: 200 },
  },
  {
    part: 'Dispensing',
    facts: '`payment.completed`, some lines not asked for',
    asked: 'after a restart within `resumeVendWithin_ms`, by the clock of a machine that ran on',
    does: 'vend as if live',
    events: sold,
    situations: [restarted({ since_ms: () => 4_000, resumeVendWithin_ms: 10_000 })],
    step: { stage: 'vend', do: 'vend', line: 0 },
  },
  {
    part: 'Dispensing',
    facts: '`payment.completed`, counter mode',
    asked: 'the customer is there',
    does: 'everything is handed over',
    events: [opened(PRICES, { fulfilment: 'counter' }), ...codeCreated, paid(300)],
    situations: [live()],
    step: { stage: 'vend', do: 'handOver' },
  },
  {
    part: 'Dispensing',
    facts: '`payment.completed`, counter mode',
    asked: 'after a restart',
    does: 'return it: nobody saw that it was paid',
    events: [opened(PRICES, { fulfilment: 'counter' }), ...codeCreated, paid(300)],
    situations: [restarted()],
    step: { stage: 'settle', do: 'requestRefund', amount_jpy: 300 },
  },
  {
    part: 'Dispensing',
    facts: '`vend.requested`, no outcome',
    asked: '',
    does: 'ask the machine what became of it; **never send the vend again**',
    events: [...sold, vendRequested(0)],
    situations: any,
    step: { stage: 'vend', do: 'askMachine', line: 0 },
  },
  // ---------------------------------------------------------------- returning
  {
    part: 'Returning money',
    facts: 'every line has an end, some did not come out',
    asked: '',
    does: '`refund.requested`: one refund for their sum',
    events: [...sold, ...jammed(0), ...jammed(1)],
    situations: any,
    step: { stage: 'settle', do: 'requestRefund', amount_jpy: 300 },
  },
  {
    part: 'Returning money',
    facts: 'paid after a cancel was requested',
    asked: '',
    does: '`refund.requested` for everything',
    events: [...closing, paid(300)],
    situations: any,
    step: { stage: 'settle', do: 'requestRefund', amount_jpy: 300 },
  },
  {
    part: 'Returning money',
    facts: '`vend.unknown`, likely not delivered or no evidence, policy `refund`',
    asked: '',
    does: 'counts as not delivered',
    events: [...sold, ...vended(0), ...unknown('none', 1)],
    situations: any,
    step: { stage: 'settle', do: 'requestRefund', amount_jpy: 200 },
  },
  {
    part: 'Returning money',
    facts: '`vend.unknown`, likely delivered',
    asked: '',
    does: 'close as *attention*: a person decides',
    events: [...sold, ...vended(0), ...unknown('delivered', 1)],
    situations: any,
    step: close('attention'),
  },
  {
    part: 'Returning money',
    facts: '`vend.unknown`, policy `hold`',
    asked: '',
    does: 'close as *attention*: a person decides, the one refund is kept for them',
    events: [hold, ...codeCreated, paid(300), ...jammed(0), ...unknown('none', 1)],
    situations: any,
    step: close('attention'),
  },
  {
    part: 'Returning money',
    facts: '`refund.requested` or `refund.accepted`',
    asked: '',
    does: 'ask PayPay for this refund',
    events: refunding,
    situations: any,
    step: { stage: 'settle', do: 'askRefund' },
  },
  {
    part: 'Returning money',
    facts: '`refund.requested` or `refund.accepted`',
    asked: 'PayPay: no such refund',
    does: 'send it, always with the same ids',
    events: refunding,
    situations: any,
    answers: { refund: 'absent' },
    step: { stage: 'settle', do: 'sendRefund' },
  },
  {
    part: 'Returning money',
    facts: '`refund.requested`',
    asked: 'PayPay: created',
    does: '`refund.accepted`',
    events: refunding,
    situations: any,
    answers: { refund: 'created' },
    step: { stage: 'settle', do: 'recordRefund', status: 'created' },
  },
  {
    part: 'Returning money',
    facts: '`refund.accepted`',
    asked: 'PayPay: created',
    does: 'wait and ask again',
    events: [...refunding, { type: 'refund.accepted' }],
    situations: any,
    answers: { refund: 'created' },
    step: { stage: 'settle', do: 'waitAndAsk', until_ms: null },
  },
  {
    part: 'Returning money',
    facts: '`refund.requested` or `refund.accepted`',
    asked: 'PayPay: refunded',
    does: '`refund.completed`',
    events: refunding,
    situations: any,
    answers: { refund: 'refunded' },
    step: { stage: 'settle', do: 'recordRefund', status: 'refunded' },
  },
  {
    part: 'Returning money',
    facts: '`refund.requested` or `refund.accepted`',
    asked: 'PayPay refuses',
    does: 'ask for the payment: the money may be back already',
    events: refunding,
    situations: any,
    answers: { refundRefused: refused },
    step: { stage: 'settle', do: 'askPayment' },
  },
  {
    part: 'Returning money',
    facts: '`refund.requested` or `refund.accepted`',
    asked: 'PayPay refuses; the payment lists this refund',
    does: 'believe the list',
    events: refunding,
    situations: any,
    answers: {
      refundRefused: refused,
      payment: said('refunded', { refunds: [{ merchantRefundId: 'r-1', status: 'refunded', amount_jpy: 200 }] }),
    },
    step: { stage: 'settle', do: 'recordRefund', status: 'refunded' },
  },
  {
    part: 'Returning money',
    facts: '`refund.requested` or `refund.accepted`',
    asked: 'PayPay refuses; the payment was reversed',
    does: '`payment.closed` reversed',
    events: refunding,
    situations: any,
    answers: { refundRefused: refused, payment: said('failed') },
    step: { stage: 'settle', do: 'closePayment', how: 'reversed' },
  },
  {
    part: 'Returning money',
    facts: '`refund.requested` or `refund.accepted`',
    asked: `PayPay refuses; its cancel was accepted, and the payment is less than ${CANCEL_TAKES_ms_max / 3_600_000} h old`,
    does: 'wait for the reversal and ask again',
    events: [...closing, paid(300), { type: 'refund.requested', amount_jpy: 300 }],
    situations: any,
    answers: { refundRefused: refused, payment: said('completed') },
    step: { stage: 'settle', do: 'waitAndAsk', until_ms: null },
  },
  {
    part: 'Returning money',
    facts: '`refund.requested` or `refund.accepted`',
    asked: 'PayPay refuses; the payment stands',
    does: '`refund.rejected`',
    events: refunding,
    situations: any,
    answers: { refundRefused: refused, payment: said('completed') },
    step: { stage: 'settle', do: 'rejectRefund', ...refused },
  },
  // ---------------------------------------------------------------- holds
  {
    part: 'Letting go of a hold',
    facts: '`payment.authorized`, nothing came out',
    asked: '',
    does: '`revert.requested`',
    events: [...kept, ...jammed(0), ...jammed(1)],
    situations: any,
    step: { stage: 'settle', do: 'requestRevert' },
  },
  {
    part: 'Letting go of a hold',
    facts: '`revert.requested`',
    asked: 'PayPay: authorized',
    does: 'send the revert, always with the same id',
    events: letGo,
    situations: any,
    answers: { payment: said('authorized') },
    step: { stage: 'settle', do: 'sendRevert' },
  },
  {
    part: 'Letting go of a hold',
    facts: '`revert.requested`',
    asked: 'PayPay: canceled, expired, failed or unknown to it',
    does: '`revert.completed`',
    events: letGo,
    situations: any,
    answers: { payment: said('canceled') },
    step: { stage: 'settle', do: 'recordRevert' },
  },
  {
    part: 'Letting go of a hold',
    facts: '`revert.requested`',
    asked: 'PayPay refuses, and still holds',
    does: '`revert.rejected`',
    events: letGo,
    situations: any,
    answers: { payment: said('authorized'), revertRefused: refused },
    step: { stage: 'settle', do: 'rejectRevert', ...refused },
  },
  {
    part: 'Letting go of a hold',
    facts: '`payment.authorized`, something came out',
    asked: 'PayPay: authorized',
    does: '`capture.requested` with a new id, for exactly what came out',
    events: capturing,
    situations: any,
    answers: { payment: said('authorized') },
    step: { stage: 'settle', do: 'capture', amount_jpy: 100 },
  },
  {
    part: 'Letting go of a hold',
    facts: '`capture.requested`',
    asked: 'PayPay: completed, captured as asked by one of our tries',
    does: '`capture.completed`',
    events: capturing,
    situations: any,
    answers: { payment: said('completed', { captures: [captured] }) },
    step: { stage: 'settle', do: 'recordCapture', merchantCaptureId: 'c-1', amount_jpy: 100 },
  },
  {
    part: 'Letting go of a hold',
    facts: '`capture.requested`',
    asked: 'PayPay: completed, captured otherwise',
    does: '`capture.rejected`',
    events: capturing,
    situations: any,
    answers: { payment: said('completed', { captures: [{ ...captured, amount_jpy: 300 }] }) },
    step: { stage: 'settle', do: 'rejectCapture', code: 'CAPTURED_OTHERWISE', message: 'captured 300' },
  },
  {
    part: 'Letting go of a hold',
    facts: '`capture.requested`',
    asked: 'PayPay refuses and still holds, or the hold ended',
    does: '`capture.rejected`',
    events: capturing,
    situations: any,
    answers: { payment: said('expired') },
    step: { stage: 'settle', do: 'rejectCapture', code: 'HOLD_ENDED', message: 'expired' },
  },
  // ---------------------------------------------------------------- the end
  {
    part: 'The end',
    facts: 'every line delivered (a hold: captured)',
    asked: '',
    does: 'close as *vended*',
    events: [...sold, ...vended(0), ...vended(1)],
    situations: any,
    step: close('vended'),
  },
  {
    part: 'The end',
    facts: '`refund.completed`, some lines delivered (a hold: captured)',
    asked: '',
    does: 'close as *partlyVended*',
    events: [...refunding, { type: 'refund.completed' }],
    situations: any,
    step: close('partlyVended'),
  },
  {
    part: 'The end',
    facts: '`refund.completed` or `revert.completed`, nothing delivered',
    asked: '',
    does: 'close as *refunded*',
    events: [...letGo, { type: 'revert.completed' }],
    situations: any,
    step: close('refunded'),
  },
  {
    part: 'The end',
    facts: '`refund.rejected`, `capture.rejected` or `revert.rejected`',
    asked: '',
    does: 'close as *attention*',
    events: [...refunding, { type: 'refund.rejected', ...refused }],
    situations: any,
    step: close('attention'),
  },
];

/** The table of docs/money.md. */
export function decisionTable(): string {
  const parts = [...new Set(DECISIONS.map(({ part }) => part))];
  return parts
    .map((part) => {
      const rows = DECISIONS.filter((row) => row.part === part).map(({ facts, asked, does }) => `| ${facts} | ${asked} | ${does} |`);
      return [`### ${part}`, '', '| last durable facts | known besides | what is done |', '|---|---|---|', ...rows].join('\n');
    })
    .join('\n\n');
}
