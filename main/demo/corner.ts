/** The street corner: what stands there, what a visitor may do to it, and whether the money and the goods agree. */
import type { Config } from '../../app/config.ts';
import type { Corner } from './street-server.ts';
import type { DemoKiosk } from './kiosk.ts';
import type { SimulatedMachine } from './machines.ts';
import type { SimulatedPayPay } from './simulators.ts';
import type { MachineKind, StreetCommand, StreetSlot, StreetState } from './street.ts';

/** How long the power stays away after "cut the power when it is paid": long enough to see it. */
const POWER_CUT_ms = 5000;
const WATCH_ms = 50;
/** A pulled cable of a mishap comes back by itself. */
const CABLE_OUT_ms = 6000;
const TRAY = 6;

export interface OpenCorner extends Omit<Corner, 'pageFolder' | 'pictures'> {
  /** The kiosk starts after its corner, because it must know who may frame it. */
  attach(kiosk: DemoKiosk, origin: string): void;
}

export interface CornerParts {
  readonly config: Config;
  readonly paypay: SimulatedPayPay | null;
  readonly machine: SimulatedMachine | null;
  readonly framed: boolean;
  /** Ends kiosk and machine, and starts both anew with another machine. */
  exchange(kind: MachineKind): Promise<{ config: Config; machine: SimulatedMachine; kiosk: DemoKiosk }>;
}

export function openCorner({ paypay, framed, exchange, ...first }: CornerParts): OpenCorner {
  let { config, machine } = first;
  let changing = false;
  /** What machines that stood here before gave out. */
  let earlier_jpy = 0;
  const fallen = new Map<string, number>();
  const tray: string[] = [];
  let kiosk: DemoKiosk | null = null;
  let kioskOrigin: string | null = null;
  let cutAfterPayment = false;
  let lastState: StreetState | null = null;

  async function phone(): Promise<Pick<StreetState, 'phone'> & { paid_jpy: number; returned_jpy: number }> {
    if (paypay === null) return { phone: null, paid_jpy: 0, returned_jpy: 0 };
    const { codes, taken_jpy, returned_jpy } = await paypay.ledger();
    const code = codes.findLast(({ state }) => state === 'waiting') ?? null;
    return { phone: { code: code && { url: code.url, amount_jpy: code.amount_jpy } }, paid_jpy: taken_jpy, returned_jpy };
  }

  async function goods(): Promise<Pick<StreetState, 'machine'> & { dispensed_jpy: number }> {
    if (machine === null) return { machine: null, dispensed_jpy: 0 };
    const { slots: units, ...state } = await machine.state();
    const slots = units.flatMap((unit): StreetSlot[] => {
      const planned = config.slots.find(({ slot }) => slot === unit.slot);
      const product = config.products.find(({ sku }) => sku === planned?.sku);
      if (planned === undefined || product === undefined) return [];
      const { sku, name, price_jpy } = product;
      return [{ ...unit, sku, name: name.ja, price_jpy, capacity: planned.capacity }];
    });
    // What fell since the last look lies on top of what fell before.
    for (const { slot, sku, dropped } of slots) {
      for (let seen = fallen.get(slot) ?? 0; seen < dropped; seen++) tray.unshift(sku);
      fallen.set(slot, dropped);
    }
    tray.length = Math.min(tray.length, TRAY);
    const { kind, mishaps, hasButtons } = machine;
    return {
      machine: { ...state, kind, changing, mishaps, hasButtons, slots, tray: [...tray] },
      dispensed_jpy: earlier_jpy + slots.reduce((sum, { dropped, price_jpy }) => sum + dropped * price_jpy, 0),
    };
  }

  /** Another machine takes its place; what the old one gave out stays in the sums. */
  async function replaceMachine(kind: MachineKind): Promise<void> {
    if (machine === null || changing || machine.kind === kind) return;
    const { dispensed_jpy } = await goods();
    changing = true;
    try {
      const next = await exchange(kind);
      earlier_jpy = dispensed_jpy;
      fallen.clear();
      ({ config, machine, kiosk } = next);
    } finally {
      changing = false;
    }
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
        return machine?.mishap(command.mishap, CABLE_OUT_ms);
      case 'cable':
        return machine?.cable(command.connected);
      case 'door':
        return machine?.door(command.open);
      case 'press':
        return machine?.press(command.slot);
      case 'stock':
        return machine?.stock(command.slot, command.count);
      case 'machine':
        return replaceMachine(command.kind);
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
      // The old machine is gone and the new one not there yet.
      if (changing && lastState !== null) return { ...lastState, machine: lastState.machine && { ...lastState.machine, changing } };
      const [{ phone: phoneState, paid_jpy, returned_jpy }, { machine: machineState, dispensed_jpy }] = await Promise.all([
        phone(),
        goods(),
      ]);
      return (lastState = {
        kiosk: { running: kiosk?.running() ?? false, framed, cutAfterPayment },
        phone: phoneState,
        machine: machineState,
        ledger: paypay && machine ? { paid_jpy, dispensed_jpy, returned_jpy } : null,
      });
    },
  };
}

const pause = (delay_ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delay_ms));
