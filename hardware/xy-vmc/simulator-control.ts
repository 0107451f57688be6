/** The control calls of a simulated VMC, parsed and bounded. Also used in-process by the demo. */
import { z } from 'zod';
import type { ControlHandler } from '../simulator/control.ts';
import { FAULTS } from './simulator-types.ts';
import type { VmcSimulator } from './simulator-types.ts';

const Selection = z.coerce.number().int().min(1).max(0xffff);
const Fault = z.strictObject({
  slot: Selection.nullable().default(null),
  kind: z.enum(FAULTS),
  times: z.int().min(1).max(1_000_000).default(1),
  for_ms: z.int().min(1).max(600_000).optional(),
});
const Cable = z.strictObject({ connected: z.boolean() });
const Stock = z.strictObject({ slot: Selection, count: z.int().min(0).max(255) });
const Pause = z.strictObject({ slot: Selection, paused: z.boolean() });
const Door = z.strictObject({ open: z.boolean() });
const Trouble = z.strictObject({ temperature: z.boolean().optional(), elevator: z.int().min(0).max(4).optional() });
const Setting = z.strictObject({
  what: z.enum(['price', 'stock', 'capacity', 'product']),
  address: z.int().min(0).max(0xffff),
  value: z.int().min(0).max(255),
});
const Keypad = z.strictObject({ slot: z.coerce.number().int().min(0).max(0xffff) });

/** `slot` is the selection number, as a number or as text; null or absent in a fault: whichever is driven next. */
export function vmcControl(simulator: VmcSimulator): Readonly<Record<string, ControlHandler>> {
  return {
    'GET /state': () => simulator.state(),
    'POST /fault': (body) => {
      const { slot, kind, times, for_ms } = Fault.parse(body);
      simulator.fault({ selection: slot, kind, times, for_ms });
    },
    'POST /cable': (body) => simulator.cable(Cable.parse(body).connected),
    'POST /restart': () => simulator.restart(),
    'POST /stock': (body) => {
      const { slot, count } = Stock.parse(body);
      simulator.stock(slot, count);
    },
    'POST /pause': (body) => {
      const { slot, paused } = Pause.parse(body);
      simulator.pause(slot, paused);
    },
    'POST /door': (body) => simulator.door(Door.parse(body).open),
    'POST /trouble': (body) => {
      const { temperature, elevator } = Trouble.parse(body);
      simulator.trouble({ ...(temperature !== undefined && { temperature }), ...(elevator !== undefined && { elevator }) });
    },
    'POST /menu': () => simulator.menu(),
    'POST /filled': () => simulator.filled(),
    'POST /set': (body) => simulator.set(Setting.parse(body)),
    'POST /keypad': (body) => simulator.keypad(Keypad.parse(body).slot),
  };
}
