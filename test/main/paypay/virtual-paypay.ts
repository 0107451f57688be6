/** A client and a simulated PayPay in one process, on a clock that the test moves. */
import type { Log } from '../../../app/ports.ts';
import { PayPayClient } from '../../../main/paypay/client.ts';
import { PayPaySimulator, type SimulatorOptions } from '../../../main/paypay/simulator/core.ts';
import { inProcessTransport, type Way } from '../../../main/paypay/simulator/in-process.ts';
import { keys, merchantId, sample, type OperationName, type Requests } from './samples.ts';
import { VirtualClock, seededIds } from './virtual-clock.ts';

export const OPEN: Way = { way: 'open', there_ms: 20, back_ms: 20 };

export function virtualPayPay(seed = 1, options: { switches?: SimulatorOptions['switches']; way?: () => Way; log?: Log } = {}) {
  const clock = new VirtualClock();
  const ids = seededIds(seed);
  const simulator = new PayPaySimulator({ clock, ids, keys, merchantId, ...(options.switches ? { switches: options.switches } : {}) });
  const client = new PayPayClient({
    environment: 'sandbox',
    ...keys,
    merchantId,
    clock,
    ids,
    transport: inProcessTransport(simulator, clock, options.way ?? (() => OPEN)),
    ...(options.log ? { log: options.log } : {}),
  });
  const id = () => ids.next('order');
  return {
    clock,
    ids,
    simulator,
    world: simulator.world,
    client,
    id,
    /** Waits in virtual time. */
    until: <T>(promise: Promise<T>) => clock.until(promise),
    sample: <Name extends OperationName>(name: Name): Promise<Requests[Name]> => clock.until(sample(name, client, simulator, id)),
  };
}
