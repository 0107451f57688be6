/** The wire to the kiosk is down: what stood on the screen may no longer be true, so it is covered. */
import { useLayoutEffect, useRef } from 'react';
import { Dots } from '../parts/marks.tsx';
import type { Texts } from '../texts.ts';

export function Lost({ texts }: { texts: Texts }) {
  const dialog = useRef<HTMLDialogElement>(null);
  // A sheet that stands open is above everything but a dialog that was opened later.
  useLayoutEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      className="lost"
      role="alertdialog"
      aria-labelledby="lost-title"
      aria-describedby="lost-hint"
      data-testid="lost"
      // It goes when the host is back, for no key before.
      closedby="none"
    >
      <div className="message">
        <Dots />
        <h1 id="lost-title">{texts.t('lost.title')}</h1>
        <p id="lost-hint">{texts.t('lost.hint')}</p>
      </div>
    </dialog>
  );
}
