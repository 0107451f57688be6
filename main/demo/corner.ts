/** The street corner: what stands there, what a visitor may do to it, and whether the money and the goods agree. */
import type { Config } from '../../app/config.ts';
import type { Corner } from './street-server.ts';
import type { DemoKiosk } from './kiosk.ts';
import { selectionOf, type SimulatedMachine, type SimulatedPayPay } from './simulators.ts';
import type { StreetCommand, StreetSlot, StreetState } from './street.ts';

/** How long the power stays away after "cut the power when it is paid": long enough to see it. */
const POWER_CUT_ms = 5000;
const WATCH_ms = 50;
/** A pulled cable of a mishap comes back by itself. */
const CABLE_OUT_ms = 6000;
/** The controller's word for a jammed selection. */
const JAMMED = 3;
const TRAY = 6;

export interface OpenCorner extends Omit<Corner, 'pageFolder' | 'pictures'> {
  /** The kiosk starts after its corner, because it must know who may frame it. */
  attach(kiosk: DemoKiosk, origin: string): void;
}

export function openCorner(
  config: Config,
  { paypay, machine, framed }: { paypay: SimulatedPayPay | null; machine: SimulatedMachine | null; framed: boolean },
): OpenCorner {
  let kiosk: DemoKiosk | null = null;
  let kioskOrigin: string | null = null;
  let cutAfterPayment = false;

  async function phone(): Promise<Pick<StreetState, 'phone'> & { paid_jpy: number; returned_jpy: number }> {
    if (paypay === null) return { phone: null, paid_jpy: 0, returned_jpy: 0 };
    const { codes, taken_jpy, returned_jpy } = await paypay.ledger();
    const code = codes.findLast(({ state }) => state === 'waiting') ?? null;
    return { phone: { code: code && { url: code.url, amount_jpy: code.amount_jpy } }, paid_jpy: taken_jpy, returned_jpy };
  }

  async function goods(): Promise<Pick<StreetState, 'machine'> & { dispensed_jpy: number }> {
    if (machine === null) return { machine: null, dispensed_jpy: 0 };
    const state = await machine.state();
    const bySelection = new Map(state.slots.map((slot) => [slot.selection, slot]));
    const slots = config.slots.flatMap(({ slot, sku }): StreetSlot[] => {
      const product = config.products.find((candidate) => candidate.sku === sku);
      const spring = bySelection.get(selectionOf(config, slot));
      if (product === undefined || spring === undefined) return [];
      const { stock, capacity, dropped, status } = spring;
      return [{ slot, sku, name: product.name.ja, price_jpy: product.price_jpy, stock, capacity, dropped, jammed: status === JAMMED }];
    });
    const skuOf = new Map(config.slots.map(({ slot, sku }) => [selectionOf(config, slot), sku]));
    const fallen = state.drives.filter(({ dropped }) => dropped);
    return {
      machine: {
        connected: state.connected,
        doorOpen: state.doorOpen,
        running: state.running,
        drives: state.counters.drives,
        slots,
        tray: fallen
          .slice(-TRAY)
          .reverse()
          .map(({ selection }) => skuOf.get(selection) ?? ''),
      },
      dispensed_jpy: slots.reduce((sum, { dropped, price_jpy }) => sum + dropped * price_jpy, 0),
    };
  }

  /** Waits for the next payment and pulls the plug at once: before the kiosk has heard of it, or in the middle of what follows. */
  async function cutAtPayment(): Promise<void> {
    if (paypay === null || cutAfterPayment) return;
    cutAfterPayment = true;
    const before = (await paypay.ledger()).payments.length;
    while (cutAfterPayment && (await paypay.ledger()).payments.length === before) await pause(WATCH_ms);
    cutAfterPayment = false;
    kiosk?.power(false);
    await pause(POWER_CUT_ms);
    kiosk?.power(true);
  }

  const obey = async (command: StreetCommand): Promise<void> => {
    switch (command.do) {
      case 'power':
        return kiosk?.power(command.on);
      case 'cutAfterPayment':
        // Not awaited: it lasts until somebody pays. It ends with an error when the far end is gone, and so is the corner.
        return void cutAtPayment().catch(() => {});
      case 'mishap':
        return machine?.control('fault', {
          slot: null,
          kind: command.mishap,
          ...(command.mishap === 'pullMidVend' ? { for_ms: CABLE_OUT_ms } : {}),
        });
      case 'cable':
        return machine?.control('cable', { connected: command.connected });
      case 'door':
        return machine?.control('door', { open: command.open });
      case 'stock':
        return machine?.control('stock', { slot: selectionOf(config, command.slot), count: command.count });
    }
  };

  return {
    attach(started, origin) {
      kiosk = started;
      kioskOrigin = origin;
    },
    frames: () => [framed ? kioskOrigin : null, paypay?.url].filter((origin) => origin !== null && origin !== undefined),
    kioskAddress: () => kiosk?.address() ?? Promise.resolve(null),
    obey,
    async state() {
      const [{ phone: phoneState, paid_jpy, returned_jpy }, { machine: machineState, dispensed_jpy }] = await Promise.all([
        phone(),
        goods(),
      ]);
      return {
        kiosk: { running: kiosk?.running() ?? false, framed, cutAfterPayment },
        phone: phoneState,
        machine: machineState,
        ledger: paypay && machine ? { paid_jpy, dispensed_jpy, returned_jpy } : null,
      };
    },
  };
}

const pause = (delay_ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delay_ms));
