/** A Modbus RTU relay board with something behind each relay. Relay n has input n as its sensor. */
import type { Clock } from '../../app/ports.ts';
import { createActuatorSimulator } from '../actuator/simulator.ts';
import type { ActuatorSimulator, ActuatorSimulatorOptions } from '../actuator/simulator.ts';
import { hex } from '../recorder.ts';
import { crc16, sealFrame } from './codec.ts';

export interface RelaySimulatorOptions {
  readonly relays: number;
  readonly stock?: number;
  readonly unit?: number;
  readonly travel_ms?: number;
  readonly seen_ms?: number;
  readonly drawFault?: ActuatorSimulatorOptions['drawFault'];
  /** Inputs read 0 when they see something. */
  readonly activeLow?: boolean;
}

const QUESTION = 8;
const ILLEGAL_FUNCTION = 1;
const ILLEGAL_ADDRESS = 2;
const ILLEGAL_VALUE = 3;
const DEVICE_FAILURE = 4;
const BUSY = 6;

export function createRelaySimulator(options: RelaySimulatorOptions, clock: Clock): ActuatorSimulator {
  const unit = options.unit ?? 1;
  const channels = Array.from({ length: options.relays }, (_, i) => i);
  const common = { channels, ...options };
  return createActuatorSimulator(common, clock, ({ units, command, reply, closed, violate }) => {
    let buffer: Uint8Array = new Uint8Array(0);
    const bits = (count: number, bit: (channel: number) => boolean): number[] => {
      const bytes = Array<number>(Math.ceil(count / 8)).fill(0);
      for (let i = 0; i < count; i += 1) if (bit(i)) bytes[i >> 3] = (bytes[i >> 3] as number) | (1 << (i & 7));
      return bytes;
    };
    const answer = (question: Uint8Array) => {
      const [, code, , , , ,] = question as unknown as [number, number];
      const address = ((question[2] as number) << 8) | (question[3] as number);
      const value = ((question[4] as number) << 8) | (question[5] as number);
      const refuse = (reason: number) => sealFrame(unit, code | 0x80, reason);
      if (code === 1 || code === 2) {
        if (address !== 0 || value < 1 || value > options.relays) {
          violate(`read of ${value} from ${address}`);
          return reply(refuse(ILLEGAL_ADDRESS));
        }
        const sees = (channel: number) => (units.get(channel)?.seen ?? false) !== (options.activeLow ?? false);
        const data = bits(value, code === 1 ? closed : sees);
        return reply(sealFrame(unit, code, data.length, ...data));
      }
      if (code !== 5) {
        violate(`function ${code}`);
        return reply(refuse(ILLEGAL_FUNCTION));
      }
      const relay = address - 0x0200;
      if (relay < 0 || relay >= options.relays) {
        violate(`relay ${relay}`);
        return reply(refuse(ILLEGAL_ADDRESS));
      }
      if (value === 0 || value > 0x7fff) {
        violate(`pulse of ${value}`);
        return reply(refuse(ILLEGAL_VALUE));
      }
      if (closed(relay)) violate(`relay ${relay} pulsed while closed`);
      command(relay, value * 100, question, { refused: refuse(BUSY), inDoubt: refuse(DEVICE_FAILURE) });
    };
    return {
      receive: (bytes) => {
        const joined = new Uint8Array(buffer.length + bytes.length);
        joined.set(buffer);
        joined.set(bytes, buffer.length);
        buffer = joined;
        while (buffer.length >= QUESTION) {
          const question = buffer.slice(0, QUESTION);
          const crc = crc16(question, QUESTION - 2);
          if (question[0] === unit && question[6] === (crc & 0xff) && question[7] === crc >> 8) {
            buffer = buffer.slice(QUESTION);
            answer(question);
          } else {
            violate(`not a question: ${hex(question)}`);
            buffer = buffer.slice(1);
          }
        }
      },
    };
  });
}
