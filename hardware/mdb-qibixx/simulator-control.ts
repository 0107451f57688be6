/** The control calls of a simulated adapter and its MDB machine. */
import { z } from 'zod';
import type { ControlHandler } from '../simulator/control.ts';
import { MDB_FAULTS } from './simulator.ts';
import type { QibixxSimulator } from './simulator.ts';

const Item = z.coerce.number().int().min(1).max(0xfffe);
const Fault = z.strictObject({
  slot: z.unknown().optional(),
  kind: z.enum(MDB_FAULTS),
  times: z.int().min(1).max(1_000_000).default(1),
  for_ms: z.int().min(1).max(600_000).optional(),
});
const Cable = z.strictObject({ connected: z.boolean() });
const Stock = z.strictObject({ slot: Item, count: z.int().min(0).max(999) });
const Press = z.strictObject({ slot: Item });

/** `slot` is the machine's item number. A fault belongs to the next selection, whichever it is. */
export function qibixxControl(simulator: QibixxSimulator): Readonly<Record<string, ControlHandler>> {
  return {
    'GET /state': () => simulator.state(),
    'POST /fault': (body) => {
      const { kind, times, for_ms } = Fault.parse(body);
      simulator.fault({ kind, times, for_ms });
    },
    'POST /cable': (body) => simulator.cable(Cable.parse(body).connected),
    'POST /restart': () => simulator.restart(),
    'POST /reboot': () => simulator.reboot(),
    'POST /stock': (body) => {
      const { slot, count } = Stock.parse(body);
      simulator.stock(slot, count);
    },
    'POST /press': (body) => ({ taken: simulator.press(Press.parse(body).slot) }),
    'POST /cancel': () => simulator.cancel(),
  };
}
