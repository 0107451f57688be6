/** How staff open their console on the kiosk: seven touches on the shop's name within five seconds, while nobody is buying. */
import { lazy, type MouseEvent, type ReactNode, Suspense, useCallback, useRef, useState, useSyncExternalStore } from 'react';
import type { ScreenName } from '../app/view.ts';
import type { Link } from './link.ts';

// A bundle of its own: customers never wait for it.
const Console = lazy(() => import('./operator/Console.tsx').then((module) => ({ default: module.Console })));

const TOUCHES = 7;
const WITHIN_ms = 5_000;
const RESTING: readonly ScreenName[] = ['attract', 'outOfService', 'maintenance', 'recovering'];
const isResting = (screen: ScreenName | undefined): boolean => screen !== undefined && RESTING.includes(screen);

/** Either the customers' screen or the console; never both, for each owns the whole page. */
export function StaffDoor({ link, children }: { link: Link; children: (open: () => void) => ReactNode }) {
  const [open, setOpen] = useState(false);
  const leave = useCallback(() => setOpen(false), []);
  // At the machine's own keys or at a till: their screen is here.
  const customer = useSyncExternalStore(
    useCallback((listener) => link.onState(listener), [link]),
    () => !isResting(link.state().view?.screen.name),
  );
  if (!open) return children(() => setOpen(true));
  return (
    <Suspense>
      <Console onLeave={leave} customer={customer} />
    </Suspense>
  );
}

/** @returns a listener for clicks anywhere on the customers' screen */
export function useStaffTouches(screen: ScreenName | undefined, open: () => void): (event: MouseEvent) => void {
  const touches = useRef<readonly number[]>([]);
  return ({ target }) => {
    const onName = target instanceof Element && target.closest('.header-shop') !== null;
    const now_ms = performance.now();
    touches.current = onName && isResting(screen) ? [...touches.current.filter((at_ms) => now_ms - at_ms < WITHIN_ms), now_ms] : [];
    if (touches.current.length < TOUCHES) return;
    touches.current = [];
    open();
  };
}
