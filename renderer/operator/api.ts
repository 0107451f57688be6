/** The console's way to the kiosk: questions and commands by HTTP, and a WebSocket that says when to ask again. */
import type { DoorView } from '../../app/operator/view.ts';

/** Text in the languages of the console. */
export interface Both {
  readonly ja: string;
  readonly en?: string | undefined;
}

/** The kiosk said no, or could not be reached (`problem: 'lost'`). */
export class Trouble extends Error {
  readonly problem: string;
  readonly says: Both;
  readonly wait_ms: number;
  constructor(problem: string, says: Both, wait_ms = 0) {
    super(problem);
    this.problem = problem;
    this.says = says;
    this.wait_ms = wait_ms;
  }
}

const LOST = new Trouble('lost', { ja: 'キオスクにつながりません', en: 'The kiosk cannot be reached' });
const SESSION_KEY = 'jihanki-session';
const LIMIT_ms = 30_000;
/** Where there is no WebSocket (Electron's own scheme), pages ask again by themselves. */
const POLL_ms = 4_000;
const RECONNECT_ms = 1_500;

type Answered = { ok: true; value: unknown } | { ok: false; problem: string; says: Both; wait_ms?: number };

async function call(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(LIMIT_ms),
    });
  } catch {
    throw LOST;
  }
  return valueOf(response);
}

async function valueOf(response: Response): Promise<unknown> {
  const answer = (await response.json().catch(() => null)) as Answered | null;
  if (answer?.ok === true) return answer.value;
  if (answer === null || answer.problem === undefined) throw LOST;
  throw new Trouble(answer.problem, answer.says, answer.wait_ms);
}

export type DoorAnswer = { readonly door: DoorView } | { readonly needsPairing: true };

/** @throws Trouble `lost` */
export async function askDoor(): Promise<DoorAnswer> {
  try {
    const response = await fetch('/operator/door', { signal: AbortSignal.timeout(LIMIT_ms) });
    const body = (await response.json()) as DoorView | { needsPairing: true };
    return 'needsPairing' in body ? body : { door: body };
  } catch {
    throw LOST;
  }
}

export const pair = (code: string, name: string): Promise<unknown> => call('/operator/pair', { code, name });

/** @returns the session's token */
export const signIn = async (staffId: string, pin: string): Promise<string> =>
  ((await call('/operator/sign-in', { staffId, pin })) as { token: string }).token;
export const setUp = async (code: string, name: string, pin: string): Promise<string> =>
  ((await call('/operator/set-up', { code, name, pin })) as { token: string }).token;

/** Kept while the page is open: a phone that reloads the page does not ask for the PIN again. */
export const keptSession = {
  get: (): string | null => sessionStorage.getItem(SESSION_KEY),
  set: (token: string | null): void =>
    token === null ? sessionStorage.removeItem(SESSION_KEY) : sessionStorage.setItem(SESSION_KEY, token),
};

export interface Api {
  ask<T>(query: object, quiet?: boolean): Promise<T>;
  perform<T = unknown>(command: object): Promise<T>;
  /** @returns where the file can be fetched, once */
  exportOrders(what: object): Promise<string>;
  comparePayments<T>(file: File): Promise<T>;
  /** Something has changed, or may have. */
  onChange(listener: () => void): () => void;
  /** Whether the kiosk answers. */
  onConnection(listener: (connected: boolean) => void): () => void;
  end(): void;
}

/** @param ended the session is over: idle for too long, or ended elsewhere */
export function openApi(token: string, ended: () => void): Api {
  const changes = new Set<() => void>();
  const connections = new Set<(connected: boolean) => void>();
  let over = false;
  let socket: WebSocket | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const headers = { 'x-staff-session': token };

  const connected = (yes: boolean): void => connections.forEach((listener) => listener(yes));
  const changed = (): void => changes.forEach((listener) => listener());

  async function guarded<T>(work: Promise<unknown>): Promise<T> {
    try {
      const value = await work;
      connected(true);
      return value as T;
    } catch (error) {
      if (error instanceof Trouble && error.problem === 'notSignedIn' && !over) ended();
      if (error === LOST) connected(false);
      throw error;
    }
  }

  function connect(): void {
    if (over) return;
    const opening = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/operator/live`);
    socket = opening;
    opening.onopen = () => opening.send(JSON.stringify({ session: token }));
    opening.onmessage = () => {
      connected(true);
      changed();
    };
    opening.onclose = ({ code }) => {
      if (over) return;
      if (code === 4401) return ended();
      connected(false);
      timer = setTimeout(connect, RECONNECT_ms);
    };
  }
  if (location.protocol.startsWith('http')) connect();
  else timer = setInterval(changed, POLL_ms);

  return {
    ask: (query, quiet = false) => guarded(call('/operator/ask', query, quiet ? { ...headers, 'x-staff-quiet': '1' } : headers)),
    perform: (command) => guarded(call('/operator/perform', command, headers)),
    exportOrders: async (what) => (await guarded<{ path: string }>(call('/operator/export', what, headers))).path,
    comparePayments: (file) =>
      guarded(
        fetch(`/operator/compare?file=${encodeURIComponent(file.name)}`, { method: 'POST', headers, body: file }).then(valueOf, () => {
          throw LOST;
        }),
      ),
    onChange(listener) {
      changes.add(listener);
      return () => changes.delete(listener);
    },
    onConnection(listener) {
      connections.add(listener);
      return () => connections.delete(listener);
    },
    end() {
      over = true;
      clearTimeout(timer);
      socket?.close();
      void call('/operator/sign-out', {}, headers).catch(() => {});
    },
  };
}
