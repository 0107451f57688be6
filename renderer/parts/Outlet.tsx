/** Where the goods come out, with an arrow to the real outlet's side. */
import { useKiosk } from '../kiosk.ts';

const ARROWS = { below: 'M24 6v34M10 27l14 14 14-14', left: 'M42 24H8M21 10 7 24l14 14', right: 'M6 24h34M27 10l14 14-14 14' } as const;

export function Outlet() {
  const { view, texts } = useKiosk();
  const { outlet } = view.shop;
  return (
    <p className={`outlet outlet-${outlet}`}>
      <svg viewBox="0 0 48 48" aria-hidden="true">
        <path d={ARROWS[outlet]} />
      </svg>
      <span>{texts.t('dispensing.outlet')}</span>
    </p>
  );
}
