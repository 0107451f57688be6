/** Why the last wish could not be met, in words. */
import type { Problem as ProblemView } from '../../app/view.ts';
import { useKiosk } from '../kiosk.ts';
import { Attention } from './marks.tsx';

export function Problem({ problem }: { problem: ProblemView | null }) {
  const { texts } = useKiosk();
  return (
    <div role="status">
      {problem !== null && (
        <p className="problem">
          <Attention />
          {texts.t(`reason.${problem}`)}
        </p>
      )}
    </div>
  );
}
