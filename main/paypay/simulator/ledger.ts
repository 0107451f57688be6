/** The simulator's books, for whoever has to compare them with the kiosk's. */
import { codeState } from './codes.ts';
import type { PayPaySimulator } from './core.ts';
import { returned_jpy, taken_jpy, type Payment } from './world.ts';

/** JSON, oldest first. `taken_jpy` left the payer's balance, `returned_jpy` of it came back. */
export function ledger(simulator: PayPaySimulator) {
  const { world } = simulator;
  const codes = [...world.codes.values()].map((code) => ({
    codeId: code.codeId,
    url: code.url,
    merchantPaymentId: code.merchantPaymentId,
    amount_jpy: code.amount_jpy,
    description: code.request['orderDescription'] ?? null,
    storeId: code.request['storeId'] ?? null,
    terminalId: code.request['terminalId'] ?? null,
    authorization: code.authorization,
    state: codeState(world, code),
    scanned: code.scannedAt_ms !== null,
    canceled: world.latentCancels.has(code.merchantPaymentId),
    createdAt_ms: code.createdAt_ms,
    expiresAt_ms: code.expiresAt_ms,
  }));
  const settled = [...world.paymentsById.keys()].map((id) => world.paymentById(id) as Payment);
  const payments = settled.map((payment) => ({
    paymentId: payment.paymentId,
    merchantPaymentId: payment.merchantPaymentId,
    kind: payment.kind,
    authorization: payment.authorization,
    status: payment.status,
    cancelPending: payment.cancelAt_ms !== null,
    amount_jpy: payment.amount_jpy,
    taken_jpy: taken_jpy(payment),
    returned_jpy: returned_jpy(payment),
    acceptedAt_ms: payment.acceptedAt_ms,
  }));
  const parts = <Part>(pick: (payment: Payment) => readonly Part[]) =>
    settled.flatMap((payment) =>
      pick(payment).map((part) => ({ paymentId: payment.paymentId, merchantPaymentId: payment.merchantPaymentId, ...part })),
    );
  return {
    now_ms: world.now_ms(),
    codes,
    payments,
    refunds: parts((payment) => payment.refunds),
    captures: parts((payment) => payment.captures),
    reverts: parts((payment) => (payment.revert ? [payment.revert] : [])),
    taken_jpy: payments.reduce((sum, payment) => sum + payment.taken_jpy, 0),
    returned_jpy: payments.reduce((sum, payment) => sum + payment.returned_jpy, 0),
    webhooks: simulator.webhooks.sent,
    calls: Object.fromEntries(simulator.calls),
  };
}
export type Ledger = ReturnType<typeof ledger>;
