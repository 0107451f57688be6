/** A question with its consequence in words, and one answer that does it. */
import { type ReactNode, useEffect, useRef } from 'react';
import type { Trouble } from '../api.ts';
import { useDesk } from '../desk.ts';

interface DialogProps {
  readonly title: string;
  readonly children?: ReactNode;
  readonly onClose: () => void;
  /** Absent: there is nothing to do but close. */
  readonly act?: { readonly label: string; readonly run: () => void; readonly disabled?: boolean; readonly danger?: boolean };
  readonly busy?: boolean;
  readonly trouble?: Trouble | null;
}

export function Dialog({ title, children, onClose, act, busy = false, trouble = null }: DialogProps) {
  const { t } = useDesk();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const { current } = dialog;
    current?.showModal();
    // A field only where typing is what the dialog is for: at the kiosk its keys would cover what must be read first.
    current?.querySelector<HTMLElement>('[data-first]')?.focus();
  }, []);
  return (
    <dialog ref={dialog} className="c-dialog" aria-label={title} onCancel={onClose} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (act && !busy && act.disabled !== true) act.run();
        }}
      >
        {/* The browser gives the focus to the first that takes it. */}
        <h2 tabIndex={-1}>{title}</h2>
        <div className="c-dialog-body">{children}</div>
        <TroubleLine trouble={trouble} />
        <div className="c-dialog-actions">
          <button type="button" className="c-button" onClick={onClose} disabled={busy}>
            {act ? t('cancel') : t('close')}
          </button>
          {act && (
            <button type="submit" className={`c-button ${act.danger ? 'c-danger' : 'c-primary'}`} disabled={busy || act.disabled === true}>
              {act.label}
            </button>
          )}
        </div>
      </form>
    </dialog>
  );
}

export function TroubleLine({ trouble }: { trouble: Trouble | null }) {
  const { text } = useDesk();
  return trouble === null ? null : (
    <p className="c-trouble" role="alert">
      {text(trouble.says)}
    </p>
  );
}
