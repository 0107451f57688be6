/** A Modbus RTU relay board: a relay per slot, and an input that sees its door or its product. */
import type { Board } from '../actuator/driver.ts';
import type { FindReply, Inquiry } from '../transport/inquiry.ts';
import { bitOf, findReply, pulseRelay, readCoils, readInputs } from './codec.ts';
import type { Reply } from './codec.ts';
import type { ModbusRelayOptions } from './options.ts';

/**
 * Exceptions after which nothing moved ("MODBUS Application Protocol", section 7): illegal function, address or value, busy,
 * and a gateway without a way. Others (4: it failed while it acted; 5: it is still at it; 0x0B: nobody answered the gateway)
 * leave it open.
 */
const CERTAIN_REFUSALS: ReadonlySet<number> = new Set([1, 2, 3, 6, 0x0a]);

export function modbusRelayBoard(options: ModbusRelayOptions, inquiry: Inquiry): Board {
  const slots = new Map(Object.entries(options.slots));
  const watched = [...slots.values()].some(({ input }) => input !== undefined);
  const answerTo =
    (question: Uint8Array): FindReply<Reply> =>
    (bytes, onBadChecksum) =>
      findReply(question, bytes, onBadChecksum);
  const ask = (question: Uint8Array) => inquiry.ask(question, answerTo(question));
  const read = async (question: Uint8Array, index: number): Promise<boolean | null> => {
    const reply = await ask(question);
    return reply && 'data' in reply ? bitOf(reply.data, index) : null;
  };
  // A write is confirmed by its echo, a read never is.
  const harmless = watched ? readInputs(options.unit, 1) : readCoils(options.unit, 1);
  return {
    name: 'modbus-relay',
    // A coin acceptor tells two pulses apart by the gap between them.
    rest_ms: options.pulse_ms + 300,
    slots: new Map([...slots].map(([slot, { input }]) => [slot, { sensor: input !== undefined }])),
    actuate: async (slot) => {
      const wiring = slots.get(slot);
      if (!wiring) return 'refused';
      const reply = await ask(pulseRelay(options.unit, wiring.relay, options.pulse_ms));
      if (!reply) return null;
      if ('data' in reply) return 'done';
      return CERTAIN_REFUSALS.has(reply.exception) ? 'refused' : null;
    },
    moving: async (slot) => {
      const wiring = slots.get(slot);
      return wiring ? read(readCoils(options.unit, wiring.relay + 1), wiring.relay) : null;
    },
    sensor: async (slot) => {
      const wiring = slots.get(slot);
      if (wiring?.input === undefined) return null;
      const level = await read(readInputs(options.unit, wiring.input + 1), wiring.input);
      return level === null ? null : level !== wiring.activeLow;
    },
    probe: () => inquiry.probe(harmless, answerTo(harmless)),
  };
}
