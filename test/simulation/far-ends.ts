/** PayPay and the machine at their far ends, with a seed's misbehaviour. Both are the project's strict simulators. */
import type { Ids } from '../../app/ports.ts';
import { memoryCable } from '../../hardware/transport/memory.ts';
import type { Port } from '../../hardware/transport/wire.ts';
import { createVmcSimulator } from '../../hardware/xy-vmc/simulator.ts';
import { FAULTS, type VmcSimulator } from '../../hardware/xy-vmc/simulator-types.ts';
import type { ApiReply, ApiRequest } from '../../main/paypay/simulator/answer.ts';
import { PayPaySimulator } from '../../main/paypay/simulator/core.ts';
import { FAULT_KINDS } from '../../main/paypay/simulator/faults.ts';
import { inProcessTransport, type Way } from '../../main/paypay/simulator/in-process.ts';
import type { Transport } from '../../main/paypay/transport.ts';
import type { Random } from './random.ts';
import type { VirtualTime } from './time.ts';

export const KEYS = { apiKey: 'key', apiSecret: 'secret' };
export const MERCHANT = '123456789012345678';
export const SELECTIONS = [1, 2, 3, 4];
export const STOCK = 9;

/** Tells of every request as it arrives, before it is answered. */
class WatchedPayPay extends PayPaySimulator {
  watch: (request: ApiRequest) => void = () => {};
  override handle(request: ApiRequest): ApiReply {
    this.watch(request);
    return super.handle(request);
  }
}

export interface FarPayPay {
  readonly simulator: WatchedPayPay;
  readonly transport: Transport;
  /** Nothing gets through, for days if need be; `heal` does not mend it. */
  cutOff: boolean;
  /** From now on everything is answered, at once and as it should be. */
  heal(): void;
}

/** An answer that says nothing of what PayPay did. */
const SAYS_NOTHING: readonly string[] = ['500', '502', '503', 'hang'];

export function farPayPay(time: VirtualTime, start_ms: number, random: Random): FarPayPay {
  const clock = time.clock(start_ms);
  const draw: Ids = { next: (kind) => kind, random: () => random.next() };
  const simulator = new WatchedPayPay({
    clock,
    ids: draw,
    keys: KEYS,
    merchantId: MERCHANT,
    switches: {
      codeLifetime_ms: random.chance(0.05) ? 301_000 : random.whole(20, 60) * 1000,
      confirmScreenOutlivesCode_ms: random.pick([0, 10_000, 60_000]),
      deletePaidCode: random.pick(['alreadyPaid', 'notFound', 'badRequest', 'deleted']),
      deleteExpiredCode: random.pick(['notFound', 'deleted']),
      detailsOfGoneCode: random.pick(['created', 'notFound']),
      duplicateCode: random.pick(['refuse', 'replay']),
      cancelUnknownPayment: random.pick(['accept', 'refuse']),
      cancelLag_ms: random.pick([0, 1_000, 20_000, 90_000]),
      refundLag_ms: random.pick([0, 1_000, 20_000, 600_000]),
      // Now and then a hold ends by itself while the goods come out.
      authorizationLifetime_ms: random.chance(0.03) ? 15_000 : 86_400_000,
      // With the rule of one refund PayPay itself would hide that a kiosk asks for two.
      multipleRefunds: random.pick(['refuse', 'refuseOldStyle', 'allow']),
      statusAfterPartialRefund: random.pick(['REFUNDED', 'COMPLETED']),
    },
  });
  /** Share of the calls that go wrong; most worlds are kind. */
  let trouble = random.pick([0, 0, 0, 0.05, 0.25, 0.6]);
  const outage = random.chance(0.1)
    ? { from_ms: random.between(0, 60_000), for_ms: random.pick([5_000, 60_000, 600_000, 2 * 86_400_000]) }
    : null;
  let healthy = false;
  const way = (): Way => {
    if (far.cutOff) return { way: 'down' };
    if (healthy) return { way: 'open', there_ms: 20, back_ms: 20 };
    if (outage && time.now_ms >= outage.from_ms && time.now_ms < outage.from_ms + outage.for_ms) return { way: 'down' };
    if (trouble > 0 && random.chance(trouble)) {
      if (random.chance(0.15)) return { way: 'down' };
      const kind = random.pick(FAULT_KINDS);
      simulator.faults.add({
        operation: '*',
        kind,
        times: 1,
        delay_ms: random.whole(100, 40_000),
        ...(kind === '429' ? { retryAfter_s: random.whole(0, 3) } : {}),
        ...(SAYS_NOTHING.includes(kind) ? { processed: random.chance(0.5) } : {}),
      });
      // Arrives, and has its effect, when nobody waits for it any more.
      if (random.chance(0.05)) return { way: 'open', there_ms: 45_000, back_ms: 100 };
    }
    return { way: 'open', there_ms: random.between(5, 200), back_ms: random.between(5, 200) };
  };
  const far: FarPayPay = {
    simulator,
    transport: inProcessTransport(simulator, clock, way),
    cutOff: false,
    heal() {
      healthy = true;
      trouble = 0;
      simulator.faults.add({ operation: '*', kind: '500', times: 0, delay_ms: 0 });
    },
  };
  return far;
}

export interface FarMachine {
  readonly simulator: VmcSimulator;
  /** The kiosk's end of the cable. */
  readonly port: Port;
  /** The adapter in the kiosk's USB socket is pulled out, or put back. */
  usb(plugged: boolean): void;
  /** Its wall clock, in which its ledger is written. */
  now_ms(): number;
  /** What goes wrong with the next vends. */
  trouble(): void;
  /** The machine loses power and gets it back. */
  restart(): void;
  heal(): void;
}

export function farMachine(time: VirtualTime, start_ms: number, random: Random): FarMachine {
  const clock = time.machineClock(start_ms);
  // There is less in it than the kiosk was told.
  const miscounted = random.chance(0.15);
  const simulator = createVmcSimulator(
    {
      slots: SELECTIONS.map((selection) => ({ selection, stock: miscounted ? random.pick([STOCK, 2, 1, 0]) : STOCK, capacity: 10 })),
      // Five times the usual interval: a fifth of the work, and every wait is longer.
      pollInterval_ms: 1_000,
      motor_ms: 1_500,
      countsStock: random.chance(0.7),
      keep: 1_000,
    },
    clock,
  );
  const cable = memoryCable();
  let healthy = false;
  const likelihood = random.pick([0, 0, 0.15, 0.5]);
  let events: ReturnType<VmcSimulator['attach']> | null = null;
  let plugged = true;
  const attach = () =>
    void cable.b.open({ data: (bytes) => events?.data(bytes), closed: () => {} }).then((wire) => (events = simulator.attach(wire)));
  attach();
  return {
    simulator,
    port: cable.a,
    usb(now) {
      if (now === plugged) return;
      plugged = now;
      if (!now) return cable.unplug();
      cable.plug();
      // The machine's end was there all the time; only its way to the kiosk was not.
      attach();
    },
    now_ms: () => clock.now_ms(),
    trouble() {
      if (healthy || !random.chance(likelihood)) return;
      simulator.fault({ selection: null, kind: random.pick(FAULTS), times: 1, for_ms: random.whole(500, 60_000) });
    },
    restart: () => simulator.restart(),
    heal() {
      healthy = true;
      this.usb(true);
      simulator.cable(true);
      simulator.door(false);
    },
  };
}
