/** A machine at a real pty, and one thing that happens to one frame on its way. */
import type { Clock } from '../../app/ports.ts';
import { standAt } from '../../hardware/simulator/stand.ts';
import type { Peer } from '../../hardware/simulator/stand.ts';
import { serialPort } from '../../hardware/transport/serial.ts';
import { openPtyPair, sleep } from './pty.ts';

export type Happening = 'lost' | 'late' | 'doubled' | 'corrupted' | 'disconnect';
export const HAPPENINGS: readonly Happening[] = ['lost', 'late', 'doubled', 'corrupted', 'disconnect'];
export type Direction = 'toMachine' | 'toKiosk';

export interface Wiring {
  readonly baud: number;
  /** Length of the first frame in what came in; 0: not all of it is there. */
  readonly frameLength: (bytes: Uint8Array) => number;
  /** How late "late" is. */
  readonly late_ms: number;
  /** Told of every frame at the kiosk's end: what reaches it, and what it really says. */
  readonly seen?: (direction: Direction, frame: Uint8Array) => void;
}

export interface StruckPty {
  /** The kiosk's end. */
  readonly path: string;
  /** It happens to the next such frame. */
  plan(direction: Direction, isMeant: (frame: Uint8Array) => boolean, what: Happening): void;
  /** Whether what was planned has happened. */
  struck(): boolean;
  close(): Promise<void>;
}

export async function openStruckPty(peer: Peer, clock: Clock, { baud, frameLength, late_ms, seen }: Wiring): Promise<StruckPty> {
  const pty = await openPtyPair();
  let planned: { direction: Direction; isMeant: (frame: Uint8Array) => boolean; what: Happening } | null = null;
  const strike = (direction: Direction, frame: Uint8Array, pass: (frame: Uint8Array) => void) => {
    if (planned?.direction !== direction || !planned.isMeant(frame)) return pass(frame);
    const { what } = planned;
    planned = null;
    // The checksum, or a letter of a line.
    const at = frame.at(-1) === 0x0a ? frame.length - 3 : frame.length - 1;
    if (what === 'lost') return;
    if (what === 'late') return void setTimeout(() => pass(frame), late_ms);
    if (what === 'corrupted') return pass(frame.map((byte, i) => (i === at ? byte ^ 0x90 : byte)));
    pass(frame);
    if (what === 'doubled') return pass(frame);
    void pty.pull().then(async () => {
      await sleep(200);
      await pty.plug();
    });
  };
  const stand = standAt(serialPort(pty.b, baud), clock, {
    attach: (wire) => {
      const toKiosk = (frame: Uint8Array) => {
        seen?.('toKiosk', frame);
        wire.write(frame);
      };
      const events = peer.attach({ ...wire, write: (bytes) => strike('toKiosk', bytes, toKiosk) });
      let rest: Buffer = Buffer.alloc(0);
      return {
        ...events,
        data: (bytes) => {
          rest = Buffer.concat([rest, bytes]);
          for (let length = frameLength(rest); length > 0; length = frameLength(rest)) {
            const frame = Uint8Array.from(rest.subarray(0, length));
            seen?.('toMachine', frame);
            strike('toMachine', frame, events.data);
            rest = rest.subarray(length);
          }
        },
      };
    },
  });
  return {
    path: pty.a,
    plan: (direction, isMeant, what) => (planned = { direction, isMeant, what }),
    struck: () => planned === null,
    close: async () => {
      stand.close();
      await pty.close();
    },
  };
}
