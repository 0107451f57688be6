/** When somebody who is not there must be told. Pure: health in, notices out. */
import type { LocalText } from '../order/events.ts';
import type { Check, CheckName, Health } from './health.ts';

export interface Notice {
  readonly kind: 'raised' | 'reminder' | 'cleared';
  readonly check: CheckName;
  readonly says: LocalText;
  readonly since_ms: number;
}

/** What is wrong of one check. */
export interface Standing {
  /** When the last message was made, which goes on its way until somebody has it; null: not told yet. */
  readonly toldAt_ms: number | null;
  /** Since when each thing of it is wrong: its level, and what it is about. */
  readonly since_ms: Readonly<Record<string, number>>;
}
/** By the name of the check. */
export type Alerts = ReadonlyMap<string, Standing>;

/** How long something must be wrong before it is worth a message: much of it mends itself. */
const PATIENCE_ms: Readonly<Record<CheckName, number>> = {
  journal: 0,
  rules: 0,
  attention: 0,
  refunds: 0,
  selling: 600_000,
  selfCheck: 0,
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

/** Getting worse, and each further order or slot, is news; getting better is none until it is well. */
const thingsOf = ({ level, subjects = [] }: Check): readonly string[] => ['warn', ...(level === 'bad' ? ['bad'] : []), ...subjects];

/** @returns what to tell now, and what to remember until the next time */
export function alertsAfter(
  before: Alerts,
  health: Health,
  now_ms: number,
): { readonly alerts: Alerts; readonly notices: readonly Notice[] } {
  const alerts = new Map<string, Standing>();
  const notices: Notice[] = [];
  for (const check of health.checks) {
    const known = before.get(check.name);
    const tell = (kind: Notice['kind'], since_ms: number) => notices.push({ kind, check: check.name, says: check.says, since_ms });
    // What can't be told at the moment has neither come nor gone.
    if (check.unknown) {
      if (known !== undefined) alerts.set(check.name, known);
      continue;
    }
    if (check.level === 'ok') {
      if (known?.toldAt_ms != null) tell('cleared', firstOf(known));
      continue;
    }
    // A clock that was set back must not silence what is to come.
    const sinceOf = (thing: string) => Math.min(known?.since_ms[thing] ?? now_ms, now_ms);
    const since_ms = Object.fromEntries(thingsOf(check).map((thing) => [thing, sinceOf(thing)]));
    let toldAt_ms = known?.toldAt_ms == null ? null : Math.min(known.toldAt_ms, now_ms);
    const isNews = (at_ms: number) => (toldAt_ms === null || at_ms > toldAt_ms) && now_ms - at_ms >= PATIENCE_ms[check.name];
    const news = Object.values(since_ms).some(isNews);
    if (news || (toldAt_ms !== null && now_ms - toldAt_ms >= REMIND_EVERY_ms)) {
      toldAt_ms = now_ms;
      tell(news ? 'raised' : 'reminder', firstOf({ since_ms }));
    }
    alerts.set(check.name, { toldAt_ms, since_ms });
  }
  return { alerts, notices };
}

const firstOf = ({ since_ms }: Pick<Standing, 'since_ms'>): number => Math.min(...Object.values(since_ms));
