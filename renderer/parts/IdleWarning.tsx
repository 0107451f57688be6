/** Before a screen is given up that somebody may still read or fill, they get 20 s and one tap (WCAG 2.2 §2.2.1). */
import { useEffect, useRef } from 'react';
import { useKiosk, useRemaining } from '../kiosk.ts';
import { useSpeech } from '../sound.ts';
import { LANGUAGE_NAMES } from '../texts.ts';
import { EasyView } from './EasyView.tsx';
import { Languages } from './Languages.tsx';

const WARN_ms = 21_000;

export function IdleWarning() {
  const { view } = useKiosk();
  // Thanks say when they go beside their button, from their first moment on.
  if (view.screen.name === 'thanks' || view.idleAt_ms === null) return null;
  return <Warning key={view.idleAt_ms} at_ms={view.idleAt_ms} />;
}

function Warning({ at_ms }: { at_ms: number }) {
  const { view, texts, send } = useKiosk();
  const remaining_ms = useRemaining(at_ms);
  const dialog = useRef<HTMLDialogElement>(null);
  const stayButton = useRef<HTMLButtonElement>(null);
  const warn = remaining_ms <= WARN_ms;
  useEffect(() => {
    const element = dialog.current;
    if (!warn || element === null || element.open) return;
    element.showModal();
    stayButton.current?.focus();
  }, [warn]);
  useSpeech(warn ? texts.t('idle.title') : '', LANGUAGE_NAMES[texts.language].voice, view.shop.speech);
  if (!warn) return null;
  const stay = (): void => send({ do: 'stay' });
  // A touch on anything here is a sign of life, but for the way out, and for what makes the question readable first.
  return (
    <dialog
      ref={dialog}
      className="sheet sheet-idle"
      aria-labelledby="idle-title"
      aria-describedby="idle-hint"
      onClick={stay}
      // It goes when the kiosk has heard it, not before.
      onCancel={(event) => (event.preventDefault(), stay())}
    >
      <h2 id="idle-title">{texts.t('idle.title')}</h2>
      <p id="idle-hint" className="hint">
        {texts.t('idle.hint', { n: Math.ceil(remaining_ms / 1000) })}
      </p>
      <div className="actions">
        <EasyView />
        <Languages folded />
        <button
          type="button"
          className="action action-quiet"
          onClick={(event) => {
            event.stopPropagation();
            send({ do: 'finish' });
          }}
        >
          {texts.t('idle.leave')}
        </button>
        <button ref={stayButton} type="button" className="action" data-testid="stay">
          {texts.t('idle.stay')}
        </button>
      </div>
    </dialog>
  );
}
