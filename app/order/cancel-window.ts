/** Until when PayPay cancels a payment: 00:14:59 of the day after it, in Japan. Later it is a refund (docs/paypay.md). */
import { dayStart_ms, japanDay } from '../operator/japan-time.ts';

const AFTER_MIDNIGHT_ms = 15 * 60_000;

/**
 * @param paidAt_ms by PayPay's clock
 * @returns the first moment at which a cancel is too late, by the same clock
 */
export const cancelWindowEnd_ms = (paidAt_ms: number): number => dayStart_ms(japanDay(paidAt_ms) + 1) + AFTER_MIDNIGHT_ms;
