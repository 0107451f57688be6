import { afterAll, beforeAll, describe } from 'vitest';
import { createPayPayGateway, type PayPayGateway } from '../../../main/paypay/gateway.ts';
import { inProcessTransport } from '../../../main/paypay/simulator/in-process.ts';
import { PayPaySimulator } from '../../../main/paypay/simulator/core.ts';
import { startSimulator, type SimulatorServer } from '../../../main/paypay/simulator/server.ts';
import { systemClock } from '../../../main/system.ts';
import { gatewayContract, type Far } from './gateway.contract.ts';
import { pay } from '../../../main/paypay/simulator/codes.ts';
import { VirtualClock, seededIds, silentLog } from './virtual-clock.ts';

const keys = { apiKey: 'a_testKey', apiSecret: 'testSecret' };
const merchantId = '123456789012345678';

describe('against the simulator over HTTP', () => {
  let server: SimulatorServer;
  let gateway: PayPayGateway;
  const ids = seededIds(7);
  beforeAll(async () => {
    const clock = systemClock();
    server = await startSimulator({ clock, ids, keys, merchantId, port: 0 });
    gateway = createPayPayGateway({ environment: server.url, keys, merchantId, clock, ids, log: silentLog });
    await gateway.probe();
  });
  afterAll(async () => {
    await gateway.close();
    await server.close();
  });
  const control = async (name: string, body: object) => {
    const response = await fetch(`${server.url}/_simulator/${name}`, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(await response.text());
  };
  gatewayContract((): Far => ({
    gateway,
    id: () => ids.next('order'),
    pay: (url) => control('pay', { url }),
    wait: (delay_ms) => control('clock', { advance_ms: delay_ms }),
  }));
});

describe('against the simulator in the same process, on a virtual clock', () => {
  const ids = seededIds(8);
  const clock = new VirtualClock();
  const simulator = new PayPaySimulator({ clock, ids, keys, merchantId });
  const transport = inProcessTransport(simulator, clock, () => ({ way: 'open', there_ms: 20, back_ms: 20 }));
  const real = createPayPayGateway({ environment: 'sandbox', keys, merchantId, clock, ids, log: silentLog, transport });
  /** Time passes whenever the gateway is asked something. */
  const gateway = new Proxy(real, {
    get: (target, name) => {
      const member = Reflect.get(target, name) as (...given: unknown[]) => unknown;
      return (...given: unknown[]) => {
        const result = member(...given);
        return result instanceof Promise ? clock.until(result) : result;
      };
    },
  });
  beforeAll(() => gateway.probe());
  gatewayContract((): Far => ({
    gateway,
    id: () => ids.next('order'),
    pay: async (url) => {
      const paid = pay(simulator.world, url);
      if ('refused' in paid) throw new Error(paid.refused);
    },
    wait: (delay_ms) => clock.advance(delay_ms),
  }));
});
