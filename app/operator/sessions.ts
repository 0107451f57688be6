/** Who is signed in. A session ends by itself; tokens are held in memory only and end with the process. */
import type { StaffPlace } from '../catalogue/events.ts';
import type { Clock } from '../ports.ts';
import type { Role } from './permissions.ts';

export interface StaffMember {
  readonly staffId: string;
  readonly name: string;
  readonly role: Role;
}

export interface Session extends StaffMember {
  readonly token: string;
  readonly from: StaffPlace;
  /** The paired phone or laptop it was opened on; the session ends with the pairing. */
  readonly deviceId: string | null;
}

/** Where a session is opened. */
export interface Whereabouts {
  readonly from: StaffPlace;
  readonly deviceId: string | null;
}

/** Without a sign of life; the kiosk's own screen stands in public. */
export const IDLE_ms: Readonly<Record<StaffPlace, number>> = { kiosk: 120_000, lan: 15 * 60_000, cli: 5 * 60_000 };
const LONGEST_ms = 12 * 3_600_000;
export const SESSIONS_max = 32;

export interface Sessions {
  open(member: StaffMember, where: Whereabouts, token: string): Session;
  /** @param quiet a page that refreshes itself: no sign of life */
  use(token: string, quiet: boolean): Session | null;
  end(token: string, why: 'left' | 'idle' | 'removed'): void;
  all(): readonly Session[];
  stop(): void;
}

export function createSessions(clock: Clock, onEnd: (session: Session, why: 'left' | 'idle' | 'removed') => void): Sessions {
  const sessions = new Map<string, { readonly session: Session; readonly endsAt_ms: number; timer: unknown }>();

  function end(token: string, why: 'left' | 'idle' | 'removed'): void {
    const known = sessions.get(token);
    if (known === undefined) return;
    sessions.delete(token);
    clock.clearTimeout(known.timer);
    onEnd(known.session, why);
  }
  const sleep = (session: Session, endsAt_ms: number): unknown =>
    clock.setTimeout(() => end(session.token, 'idle'), Math.max(0, Math.min(IDLE_ms[session.from], endsAt_ms - clock.monotonic_ms())));

  return {
    open({ staffId, name, role }, { from, deviceId }, token) {
      const session: Session = { staffId, name, role, from, deviceId, token };
      const endsAt_ms = clock.monotonic_ms() + LONGEST_ms;
      sessions.set(token, { session, endsAt_ms, timer: sleep(session, endsAt_ms) });
      return session;
    },
    use(token, quiet) {
      const known = sessions.get(token);
      if (known === undefined) return null;
      if (quiet) return known.session;
      clock.clearTimeout(known.timer);
      known.timer = sleep(known.session, known.endsAt_ms);
      return known.session;
    },
    end,
    all: () => [...sessions.values()].map(({ session }) => session),
    stop() {
      for (const { timer } of sessions.values()) clock.clearTimeout(timer);
      sessions.clear();
    },
  };
}
