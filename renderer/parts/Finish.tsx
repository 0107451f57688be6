/** The way out of a final screen, and when thanks take it by themselves. */
import { useKiosk, useRemaining } from '../kiosk.ts';

export function Finish({ label, primary = true }: { label: string; primary?: boolean }) {
  const { view, send, customerSide } = useKiosk();
  if (customerSide) return null;
  return (
    <div className="finish">
      {view.screen.name === 'thanks' && view.idleAt_ms !== null && <Closing at_ms={view.idleAt_ms} />}
      <button
        type="button"
        className={primary ? 'action' : 'action action-quiet'}
        data-testid="finish"
        onClick={() => send({ do: 'finish' })}
      >
        {label}
      </button>
    </div>
  );
}

function Closing({ at_ms }: { at_ms: number }) {
  const { texts } = useKiosk();
  const n = Math.ceil(useRemaining(at_ms) / 1000);
  return <p className="hint">{texts.t('thanks.closing', { n })}</p>;
}
