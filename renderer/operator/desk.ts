/** What every part of the console shares: the kiosk's answers, the language, who is signed in. */
import { createContext, useCallback, useContext, useEffect, useRef, useState } from 'react';
import { may, type Permission, type Role } from '../../app/operator/permissions.ts';
import { type Api, type Both, Trouble } from './api.ts';
import { say, type Tongue, type Word } from './words.ts';

export interface Desk {
  readonly api: Api;
  readonly tongue: Tongue;
  readonly role: Role;
  /** At the kiosk's own screen: no keyboard, no downloads, large targets. */
  readonly atKiosk: boolean;
  t(word: Word, ...values: readonly (string | number)[]): string;
  text(both: Both): string;
  may(what: Permission): boolean;
}

export const DeskContext = createContext<Desk | null>(null);

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (desk === null) throw new Error('outside of the console');
  return desk;
}

export const textIn = (tongue: Tongue, both: Both): string => (tongue === 'en' ? (both.en ?? both.ja) : both.ja);

export function makeDesk(parts: Pick<Desk, 'api' | 'tongue' | 'role' | 'atKiosk'>): Desk {
  return {
    ...parts,
    t: (word, ...values) => say(parts.tongue, word, ...values),
    text: (both) => textIn(parts.tongue, both),
    may: (what) => may(parts.role, what),
  };
}

export const count = (value: number): string => value.toLocaleString('en-US');
export const yen = (amount_jpy: number): string => `¥${amount_jpy.toLocaleString('en-US')}`;

export interface Asked<T> {
  readonly value: T | null;
  readonly trouble: Trouble | null;
  again(): void;
}

/**
 * The answer to a question, asked again whenever something changes.
 * @param query null asks nothing
 */
export function useAsk<T>(query: object | null): Asked<T> {
  const { api } = useDesk();
  const key = JSON.stringify(query);
  const [answer, setAnswer] = useState<{ key: string; value: T | null; trouble: Trouble | null }>({ key, value: null, trouble: null });
  const newest = useRef(0);
  const load = useCallback(
    (quiet: boolean) => {
      const asked = JSON.parse(key) as object | null;
      if (asked === null) return;
      const mine = ++newest.current;
      api.ask<T>(asked, quiet).then(
        (value) => mine === newest.current && setAnswer({ key, value, trouble: null }),
        (error: unknown) => {
          // What is on the screen stays while the kiosk can't be reached.
          if (mine === newest.current && error instanceof Trouble && error.problem !== 'lost')
            setAnswer({ key, value: null, trouble: error });
        },
      );
    },
    [api, key],
  );
  useEffect(() => {
    load(false);
    return api.onChange(() => load(true));
  }, [api, load]);
  const current = answer.key === key;
  return { value: current ? answer.value : null, trouble: current ? answer.trouble : null, again: () => load(false) };
}

/** A command under way; what went wrong stays until the next try. */
export function useDo(): { busy: boolean; trouble: Trouble | null; run<T>(command: object): Promise<T | null>; clear(): void } {
  const { api } = useDesk();
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  return {
    busy,
    trouble,
    clear: () => setTrouble(null),
    async run<T>(command: object) {
      setBusy(true);
      setTrouble(null);
      try {
        return (await api.perform<T>(command)) ?? ({} as T);
      } catch (error) {
        if (!(error instanceof Trouble)) throw error;
        setTrouble(error);
        return null;
      } finally {
        setBusy(false);
      }
    },
  };
}
