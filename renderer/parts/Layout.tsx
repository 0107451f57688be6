/**
 * Every screen has up to three places: what it costs (`bill`, always in the same spot), what it says (`stage`),
 * and what can be done (`side`, in reach of the hand). Portrait stacks them; landscape puts bill and side at the right.
 */
import { type ReactNode, useEffect, useRef } from 'react';
import type { ScreenName } from '../../app/view.ts';

interface Places {
  readonly name: ScreenName | 'customerSide';
  /** Drawn already, but not shown: nobody sees, touches or hears it. */
  readonly standby?: boolean;
  readonly testId?: string;
  readonly bill?: ReactNode;
  readonly stage: ReactNode;
  readonly side?: ReactNode;
}

export function Layout({ name, standby = false, testId, bill, stage, side }: Places) {
  const main = useRef<HTMLElement>(null);
  // Whoever goes by keyboard or screen reader starts at the new screen, not at the top of the page.
  useEffect(() => {
    if (!standby) main.current?.focus({ preventScroll: true });
  }, [name, standby]);
  return (
    <main
      ref={main}
      tabIndex={-1}
      className={`screen ${name}`}
      inert={standby}
      data-screen={standby ? undefined : name}
      data-standby={standby || undefined}
      data-testid={testId}
    >
      {bill !== undefined && <div className="bill-place">{bill}</div>}
      <div className="stage">{stage}</div>
      {side !== undefined && <div className="side">{side}</div>}
    </main>
  );
}
