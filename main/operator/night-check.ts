/** The check of every night: PayPay's word on each order that is not final, and what of it somebody must still see. */
import type { Act } from '../../app/catalogue/events.ts';
import type { StaffDesk } from '../../app/operator/desk.ts';
import type { HealthFacts } from '../../app/operator/health.ts';
import { dayStart_ms, japanDay } from '../../app/operator/japan-time.ts';
import { type SelfCheck, selfCheck } from '../../app/operator/pay-pay-side.ts';
import type { Clock, Log } from '../../app/ports.ts';

/** In Japan: after PayPay's maintenance windows, before the first customer. */
const NIGHT_ms = 3.5 * 3_600_000;
/** What PayPay did not answer is asked again. */
const RETRY_ms = 3_600_000;

export interface NightCheck {
  /** Now, because somebody asked for it. */
  check(act?: Act): Promise<SelfCheck>;
  /** What the last check found, without the orders that have become final since. */
  last(): HealthFacts['selfCheck'];
  stop(): void;
}

export function openNightCheck({ desk, clock, log }: { desk: StaffDesk; clock: Clock; log: Log }): NightCheck {
  let last: { at_ms: number; found: SelfCheck } | null = null;
  let timer: unknown = null;
  let stopped = false;

  async function check(act?: Act): Promise<SelfCheck> {
    const found = await selfCheck(desk, act);
    last = { at_ms: clock.now_ms(), found };
    log.info('orders.selfChecked', { asked: found.asked, differences: found.differences.length });
    for (const { orderId, asked } of found.differences) log.warn('order.differs', { orderId, message: asked.says.en ?? asked.says.ja });
    return found;
  }

  function next(delay_ms: number): void {
    timer = clock.setTimeout(() => {
      void check()
        .then(({ differences }) => differences.some(({ asked }) => asked.status === null))
        .catch((error: unknown) => {
          log.warn('selfCheck.failed', { message: String(error).slice(0, 300) });
          return true;
        })
        .then((again) => stopped || next(again ? RETRY_ms : untilNight_ms(clock.now_ms())));
    }, delay_ms);
  }
  next(untilNight_ms(clock.now_ms()));

  return {
    check,
    last() {
      if (last === null) return null;
      const open = new Set(desk.openOrders().map(({ orderId }) => orderId));
      const differences = last.found.differences.filter(({ orderId, asked }) => asked.agrees === false && open.has(orderId));
      return { at_ms: last.at_ms, differences: differences.map(({ orderNumber, asked }) => ({ orderNumber, says: asked.says })) };
    },
    stop() {
      stopped = true;
      clock.clearTimeout(timer);
    },
  };
}

/** Until the next half past three in the morning in Japan; a clock that is set only moves the night. */
function untilNight_ms(now_ms: number): number {
  const today_ms = dayStart_ms(japanDay(now_ms)) + NIGHT_ms;
  return today_ms > now_ms ? today_ms - now_ms : today_ms + 86_400_000 - now_ms;
}
