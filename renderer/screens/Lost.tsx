/** The wire to the kiosk is down: what stood on the screen may no longer be true, so it is covered. */
import { Dots } from '../parts/marks.tsx';
import type { Texts } from '../texts.ts';

export function Lost({ texts }: { texts: Texts }) {
  return (
    <div className="lost" role="alert" data-testid="lost">
      <div className="message">
        <Dots />
        <h1>{texts.t('lost.title')}</h1>
        <p>{texts.t('lost.hint')}</p>
      </div>
    </div>
  );
}
