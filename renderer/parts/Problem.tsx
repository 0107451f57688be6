/** Why the last wish could not be met, in words. */
import type { NotForSale } from '../../app/view.ts';
import { useKiosk } from '../kiosk.ts';
import { Attention } from './marks.tsx';

export function Problem({ problem }: { problem: NotForSale | 'codeRejected' | null }) {
  const { texts } = useKiosk();
  return (
    <div role="status">
      {problem !== null && (
        <p className="problem">
          <Attention />
          {texts.t(problem === 'codeRejected' ? 'codeRejected.title' : `reason.${problem}`)}
        </p>
      )}
    </div>
  );
}
