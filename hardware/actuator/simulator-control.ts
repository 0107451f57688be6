/** The control calls of a simulated relay or lock board. */
import { z } from 'zod';
import type { ControlHandler } from '../simulator/control.ts';
import { ACTUATOR_FAULTS } from './simulator.ts';
import type { ActuatorSimulator } from './simulator.ts';

const Channel = z.coerce.number().int().min(0).max(255);
const Fault = z.strictObject({
  slot: Channel.nullable().default(null),
  kind: z.enum(ACTUATOR_FAULTS),
  times: z.int().min(1).max(1_000_000).default(1),
  for_ms: z.int().min(1).max(600_000).optional(),
});
const Cable = z.strictObject({ connected: z.boolean() });
const Stock = z.strictObject({ slot: Channel, count: z.int().min(0).max(999) });

/** `slot` is the board's own number: a relay from 0, a lock from 1. */
export function actuatorControl(simulator: ActuatorSimulator): Readonly<Record<string, ControlHandler>> {
  return {
    'GET /state': () => simulator.state(),
    'POST /fault': (body) => {
      const { slot, kind, times, for_ms } = Fault.parse(body);
      simulator.fault({ channel: slot, kind, times, for_ms });
    },
    'POST /cable': (body) => simulator.cable(Cable.parse(body).connected),
    'POST /stock': (body) => {
      const { slot, count } = Stock.parse(body);
      simulator.stock(slot, count);
    },
  };
}
