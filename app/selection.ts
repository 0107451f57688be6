/** A customer who chooses at the machine's own keys (keypad, MDB vend request): the machine begins the sale, waits for its end, and may give up. */
import type { DraftLine, Planogram } from './catalogue/planogram.ts';
import type { MachineConfig } from './config.ts';
import type { Sale } from './kiosk.machine.ts';
import type { CancelReason } from './order/events.ts';
import type { Clock, Log, MachineSelection, PaymentGateway } from './ports.ts';

/** The machine's keys begin every sale, and the screen only takes the money. */
export const choosesAtMachine = (machine: MachineConfig): boolean => machine.driver === 'mdb-qibixx' && machine.mode === 'alwaysIdle';

/** A machine that waits for our answer gets it this much before its own limit. */
const MARGIN_ms = 10_000;

export interface MachineSide {
  readonly chosen: (selection: MachineSelection) => void;
  /** The sale is over, or can't be: a machine that still waits is told so. */
  readonly end: () => void;
}

export interface MachineSideWorld {
  readonly planogram: Planogram;
  readonly gateway: Pick<PaymentGateway, 'now_ms'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Makes room on the screen where it only shows how the last sale ended. False: it is somebody's, or nothing can be sold. */
  readonly free: () => boolean;
  /** @returns the sale that came of it; null: none did */
  readonly draft: (line: DraftLine, until_ms: number | null) => Sale | null;
  readonly leave: (sale: Sale, reason: CancelReason) => void;
  readonly after: (delay_ms: number, callback: () => void) => void;
}

export function createMachineSide({ planogram, gateway, clock, log, free, draft, leave, after }: MachineSideWorld): MachineSide {
  let waiting: MachineSelection | null = null;
  const end = (): void => {
    waiting?.decline();
    waiting = null;
  };
  return {
    end,
    chosen(selection) {
      const slot = planogram.slots().find((candidate) => candidate.slot === selection.slot);
      const product = slot && planogram.catalogue.product(slot.sku);
      // The machine knows what it holds, but not what staff or a failed vend took off sale. Nobody's age can be asked while it waits.
      const forSale = product !== undefined && !slot?.disabled && slot?.quarantined === null && !product.ageRestricted;
      if (waiting !== null || !forSale || !free()) {
        log.warn('selection.declined', { slot: selection.slot, known: product !== undefined, forSale, busy: waiting !== null });
        return selection.decline();
      }
      waiting = selection;
      const { slot: chosen, price_jpy = product.price_jpy, deadline_monotonic_ms, withdrawn } = selection;
      const left_ms = deadline_monotonic_ms === undefined ? null : Math.max(0, deadline_monotonic_ms - clock.monotonic_ms() - MARGIN_ms);
      const line = { line: 0, slot: chosen, sku: product.sku, name: product.name, price_jpy };
      const sale = draft(line, left_ms === null ? null : gateway.now_ms() + left_ms);
      if (sale === null) return end();
      if (left_ms !== null) after(left_ms, () => leave(sale, 'expired'));
      void withdrawn?.then(() => {
        if (waiting === selection) waiting = null;
        // Nobody would give out what is paid now. Once it was paid this changes nothing.
        leave(sale, 'customer');
      });
    },
  };
}
