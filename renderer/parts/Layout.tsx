/** Every screen has two places: what it says (`stage`), and what can be done (`side`, in reach of the hand). */
import type { ReactNode } from 'react';
import type { ScreenName } from '../../app/view.ts';

export function Layout({ name, testId, stage, side }: { name: ScreenName | 'lost'; testId?: string; stage: ReactNode; side?: ReactNode }) {
  return (
    <main className="screen" data-screen={name} data-testid={testId}>
      <div className="stage">{stage}</div>
      {side !== undefined && <div className="side">{side}</div>}
    </main>
  );
}
