/** An 8A/80 lock board with doors: opening a lock lets its door spring open; after a while somebody closes it. */
import type { Clock } from '../../app/ports.ts';
import { createActuatorSimulator } from '../actuator/simulator.ts';
import type { ActuatorSimulator, ActuatorSimulatorOptions } from '../actuator/simulator.ts';
import { hex } from '../recorder.ts';
import { LOCK, lockFrame } from './codec.ts';

export interface LockSimulatorOptions {
  readonly locks: number;
  readonly board?: number;
  readonly openState?: '00' | '11';
  readonly stock?: number;
  readonly travel_ms?: number;
  readonly seen_ms?: number;
  readonly drawFault?: ActuatorSimulatorOptions['drawFault'];
}

export function createLockSimulator(options: LockSimulatorOptions, clock: Clock): ActuatorSimulator {
  const board = options.board ?? 1;
  const open = options.openState === '11' ? 0x11 : 0x00;
  const channels = Array.from({ length: options.locks }, (_, i) => i + 1);
  return createActuatorSimulator({ travel_ms: 120, seen_ms: 3000, channels, ...options }, clock, ({ units, command, reply, violate }) => {
    let buffer: Uint8Array = new Uint8Array(0);
    const answer = ([code, , channel, last]: Uint8Array) => {
      if (channel === undefined || !units.has(channel)) return violate(`lock ${channel}`);
      const state = units.get(channel)?.seen ? open : open ^ 0x11;
      if (code === LOCK.query && last === 0x33) return reply(lockFrame(LOCK.query, board, channel, state));
      if (code === LOCK.open && last === 0x11) return command(channel, 0, lockFrame(LOCK.open, board, channel, state), null);
      return violate(`command ${code} ${last}`);
    };
    return {
      receive: (bytes) => {
        const joined = new Uint8Array(buffer.length + bytes.length);
        joined.set(buffer);
        joined.set(bytes, buffer.length);
        buffer = joined;
        while (buffer.length >= 5) {
          const frame = buffer.slice(0, 5);
          const sum = frame.subarray(0, 4).reduce((xor, byte) => xor ^ byte, 0);
          if (frame[1] === board && sum === frame[4] && (frame[0] === LOCK.open || frame[0] === LOCK.query)) {
            buffer = buffer.slice(5);
            answer(frame);
          } else {
            violate(`not a question: ${hex(frame)}`);
            buffer = buffer.slice(1);
          }
        }
      },
    };
  });
}
