/** When somebody who is not there must be told. Pure: health in, notices out. */
import type { LocalText } from '../order/events.ts';
import type { Check, CheckName, Health } from './health.ts';

export interface Notice {
  readonly kind: 'raised' | 'reminder' | 'cleared';
  readonly check: CheckName;
  readonly says: LocalText;
  readonly since_ms: number;
}

interface Standing {
  readonly since_ms: number;
  /** null: not told yet. */
  readonly toldAt_ms: number | null;
}
export type Alerts = ReadonlyMap<CheckName, Standing>;

/** How long something must be wrong before it is worth a message: much of it mends itself. */
const PATIENCE_ms: Readonly<Record<CheckName, number>> = {
  journal: 0,
  rules: 0,
  attention: 0,
  refunds: 0,
  slots: 0,
  stock: 60_000,
  success: 0,
  temperature: 300_000,
  machine: 180_000,
  paypay: 300_000,
  clock: 600_000,
  disk: 600_000,
  configuration: 60_000,
  reports: 3_600_000,
};
const REMIND_EVERY_ms = 24 * 3_600_000;

/** A check that is wrong, unless it can't be told at the moment whether it is. */
function isWrong(check: Check, health: Health): boolean {
  if (check.level === 'ok') return false;
  // Without PayPay its clock can't be compared: that is one trouble, not two.
  return !(check.name === 'clock' && health.checks.some((other) => other.name === 'paypay' && other.level !== 'ok'));
}

/** @returns what to tell now, and what to remember until the next time */
export function alertsAfter(
  before: Alerts,
  health: Health,
  now_ms: number,
): { readonly alerts: Alerts; readonly notices: readonly Notice[] } {
  const alerts = new Map<CheckName, Standing>();
  const notices: Notice[] = [];
  for (const check of health.checks) {
    const known = before.get(check.name);
    const tell = (kind: Notice['kind'], since_ms: number) => notices.push({ kind, check: check.name, says: check.says, since_ms });
    if (!isWrong(check, health)) {
      if (known?.toldAt_ms != null) tell('cleared', known.since_ms);
      continue;
    }
    const since_ms = known?.since_ms ?? now_ms;
    let toldAt_ms = known?.toldAt_ms ?? null;
    const due = toldAt_ms === null ? now_ms - since_ms >= PATIENCE_ms[check.name] : now_ms - toldAt_ms >= REMIND_EVERY_ms;
    if (due) {
      tell(toldAt_ms === null ? 'raised' : 'reminder', since_ms);
      toldAt_ms = now_ms;
    }
    alerts.set(check.name, { since_ms, toldAt_ms });
  }
  return { alerts, notices };
}
