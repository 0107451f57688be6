/** What every part of the screen needs: the view, the words in the customer's language, the way to ask, the time. */
import { createContext, useContext, useEffect, useState } from 'react';
import type { KioskCommand, KioskView } from '../app/view.ts';
import type { Texts, TextsOf } from './texts.ts';

export interface Kiosk {
  readonly view: KioskView;
  readonly receivedAt_ms: number;
  readonly texts: Texts;
  readonly textsOf: TextsOf;
  readonly send: (command: KioskCommand) => void;
  /** A counter's second screen, which the customer sees: nothing is rung up or ended there. */
  readonly customerSide: boolean;
}

export const KioskContext = createContext<Kiosk | null>(null);

export function useKiosk(): Kiosk {
  const kiosk = useContext(KioskContext);
  if (kiosk === null) throw new Error('outside of the kiosk');
  return kiosk;
}

/** PayPay's time now: what the view said, and what has gone by since on the monotonic clock. */
export const nowOf = ({ view, receivedAt_ms }: Pick<Kiosk, 'view' | 'receivedAt_ms'>): number =>
  view.now_ms + performance.now() - receivedAt_ms;

const TICK_ms = 250;

/** @returns milliseconds until `at_ms`, never below 0, counted down four times a second */
export function useRemaining(at_ms: number): number {
  const { view, receivedAt_ms } = useKiosk();
  const [now_ms, setNow] = useState(() => nowOf({ view, receivedAt_ms }));
  useEffect(() => {
    const tick = (): void => setNow(nowOf({ view, receivedAt_ms }));
    tick();
    const timer = setInterval(tick, TICK_ms);
    return () => clearInterval(timer);
  }, [view, receivedAt_ms]);
  return Math.max(0, at_ms - now_ms);
}

/** @returns true once `condition` has held for `after_ms` */
export function useLasting(condition: boolean, after_ms: number): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!condition) return setLasting(false);
    const timer = setTimeout(() => setLasting(true), after_ms);
    return () => clearTimeout(timer);
  }, [condition, after_ms]);
  return lasting;
}
