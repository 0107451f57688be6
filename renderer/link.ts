/** The wire to the kiosk: Electron's preload when it is there, else a WebSocket to the host that served this page. */
import type { KioskCommand, KioskView } from '../app/view.ts';

/** What Electron's preload puts on the window (`main/preload.ts`). */
interface Preload {
  /** @param listener null: the host lives, and nothing changed */
  onView(listener: (view: KioskView | null) => void): void;
  send(command: KioskCommand): void;
  ready(): void;
}
declare global {
  interface Window {
    readonly kiosk?: Preload;
  }
}

/** What came over the wire, as it stands. */
export interface LinkState {
  /** null until the kiosk has spoken for the first time. */
  readonly view: KioskView | null;
  /** When it came, on `performance.now()`: time is counted on from there, never from this computer's own clock. */
  readonly receivedAt_ms: number;
  readonly connected: boolean;
}

export interface Link {
  state(): LinkState;
  onState(listener: () => void): () => void;
  /** Dropped while the wire is down: a tap that arrives late would surprise whoever stands there then. */
  readonly send: (command: KioskCommand) => void;
}

const RECONNECT_ms = 200;
/** The host says something 2.5 times a second (main/websocket.ts, main/ipc.ts); one that is silent for so long is gone, whatever the wire claims. */
const SILENCE_ms = 1000;

/** A view comes whole with every change. @returns `after`, with every part that is as it was being the very object it was */
export function kept<Part>(before: unknown, after: Part): Part {
  if (!isObject(before) || !isObject(after) || Array.isArray(before) !== Array.isArray(after)) return after;
  const parts = Object.entries(after).map(([key, part]) => [key, kept(before[key], part)] as const);
  if (parts.length === Object.keys(before).length && parts.every(([key, part]) => Object.is(part, before[key]))) return before as Part;
  return (Array.isArray(after) ? parts.map(([, part]) => part) : Object.fromEntries(parts)) as Part;
}
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

export function openLink(): Link {
  const listeners = new Set<() => void>();
  let state: LinkState = { view: null, receivedAt_ms: 0, connected: false };
  let socket: WebSocket | null = null;

  const change = (next: Partial<LinkState>): void => {
    state = { ...state, ...next };
    listeners.forEach((listener) => listener());
  };
  const show = (view: KioskView): void => change({ view: kept(state.view, view), receivedAt_ms: performance.now(), connected: true });

  function connect(): void {
    const opening = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/kiosk`);
    let giveUp = setTimeout(lose, SILENCE_ms);
    socket = opening;
    opening.onmessage = ({ data }: MessageEvent<string>) => {
      clearTimeout(giveUp);
      giveUp = setTimeout(lose, SILENCE_ms);
      const { view } = JSON.parse(data) as { view?: KioskView };
      if (view !== undefined) show(view);
    };
    // This device was removed, or its pairing is gone: the host has another page for it now (main/websocket.ts).
    opening.onclose = ({ code }) => (code === 4401 ? location.reload() : lose());

    // A dead network never closes a socket properly: do not wait for it.
    function lose(): void {
      clearTimeout(giveUp);
      opening.onmessage = null;
      opening.onclose = null;
      opening.close();
      if (state.connected) change({ connected: false });
      setTimeout(connect, RECONNECT_ms);
    }
  }

  const { kiosk } = window;
  if (kiosk) {
    let silent: ReturnType<typeof setTimeout> | undefined;
    kiosk.onView((view) => {
      if (view !== null) return show(view);
      clearTimeout(silent);
      silent = setTimeout(() => change({ connected: false }), SILENCE_ms);
      if (state.view !== null && !state.connected) change({ connected: true });
    });
    kiosk.ready();
  } else connect();

  return {
    state: () => state,
    onState(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    send(command) {
      if (kiosk) kiosk.send(command);
      else if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ command }));
    },
  };
}
