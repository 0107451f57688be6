/** What a driver remembers of its wire for people: counters and the newest frames. Cheap enough for every frame. */
import type { Clock, MachineDiagnostics } from '../app/ports.ts';

type Counter = keyof MachineDiagnostics['counters'];
const KEPT_FRAMES = 50;

export interface Recorder {
  readonly counters: Record<Counter, number>;
  /** @param frame a function is called when somebody reads the diagnostics */
  frame(direction: 'in' | 'out', frame: Uint8Array | string | (() => string)): void;
  connected(connected: boolean): void;
  readonly diagnostics: () => MachineDiagnostics;
}

export function createRecorder(driver: string, port: string, clock: Clock): Recorder {
  const counters = { framesIn: 0, framesOut: 0, badChecksums: 0, garbageBytes: 0, resends: 0, duplicates: 0, reconnects: 0 };
  const frames: { at_ms: number; direction: 'in' | 'out'; frame: Uint8Array | string | (() => string) }[] = [];
  let connectedSince_ms: number | null = null;
  let connectedBefore = false;
  return {
    counters,
    frame: (direction, frame) => {
      frames.push({ at_ms: clock.now_ms(), direction, frame });
      if (frames.length > KEPT_FRAMES) frames.shift();
    },
    connected: (connected) => {
      if (connected === (connectedSince_ms !== null)) return;
      connectedSince_ms = connected ? clock.now_ms() : null;
      if (connected && connectedBefore) counters.reconnects += 1;
      connectedBefore ||= connected;
    },
    diagnostics: () => ({
      driver,
      port,
      connectedSince_ms,
      counters: { ...counters },
      lastFrames: frames.map((entry) => ({ ...entry, frame: written(entry.frame) })),
    }),
  };
}

const written = (frame: Uint8Array | string | (() => string)): string =>
  typeof frame === 'string' ? frame : typeof frame === 'function' ? frame() : hex(frame);

/** Bytes as people write them: `FA FB 41 00 40`. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ');
}
