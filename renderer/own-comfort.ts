/** A counter's second screen is the customer's: what they choose there turns only that screen, and goes with them. */
import { useCallback, useEffect, useMemo, useState } from 'react';
import type { ComfortView, KioskCommand, KioskView } from '../app/view.ts';
import type { LinkState } from './link.ts';

/** Somebody who chose a language and left again before anything was rung up. */
const FORGET_ms = 60_000;

interface Wire {
  readonly view: LinkState['view'];
  readonly send: (command: KioskCommand) => void;
}

/** @returns the wire as it is, or, on a customer's side, with a comfort of this screen's own */
export function useOwnComfort(wire: Wire, customerSide: boolean): Wire {
  const { view, send } = wire;
  const [chosen, setChosen] = useState<Partial<ComfortView>>({});
  const waiting = view?.screen.name === 'attract';
  // Whoever was served is gone when the counter waits for the next one.
  useEffect(() => {
    if (waiting) setChosen({});
  }, [waiting]);
  useEffect(() => {
    const timer = waiting ? setTimeout(() => setChosen({}), FORGET_ms) : undefined;
    return () => clearTimeout(timer);
  }, [chosen, waiting]);

  const own = useMemo((): KioskView | null => {
    if (view === null || !customerSide) return view;
    return { ...view, comfort: { language: view.shop.languages[0] ?? 'ja', easyView: false, ...chosen } };
  }, [view, customerSide, chosen]);
  const ask = useCallback(
    (command: KioskCommand): void => {
      if (customerSide && command.do === 'setLanguage') setChosen((before) => ({ ...before, language: command.language }));
      else if (customerSide && command.do === 'setEasyView') setChosen((before) => ({ ...before, easyView: command.easyView }));
      else send(command);
    },
    [customerSide, send],
  );
  return { view: own, send: ask };
}
