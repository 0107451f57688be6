/**
 * The gateway's contract against PayPay's own sandbox. Needs a developer account: PAYPAY_SANDBOX_API_KEY,
 * PAYPAY_SANDBOX_API_SECRET and PAYPAY_SANDBOX_MERCHANT_ID in the environment. No money moves, nobody pays.
 */
import { afterAll, beforeAll, describe, test } from 'vitest';
import { createPayPayGateway, type PayPayGateway } from '../../main/paypay/gateway.ts';
import { systemClock, systemIds } from '../../main/system.ts';
import { gatewayContract } from '../main/paypay/gateway.contract.ts';
import { silentLog } from '../main/paypay/virtual-clock.ts';

const NEEDED = ['PAYPAY_SANDBOX_API_KEY', 'PAYPAY_SANDBOX_API_SECRET', 'PAYPAY_SANDBOX_MERCHANT_ID'] as const;
const missing = NEEDED.filter((name) => !process.env[name]);

if (missing.length > 0) {
  test('PayPay’s sandbox', (context) => context.skip(`PayPay's sandbox was not asked: ${missing.join(', ')} not set`));
} else {
  describe('PayPay’s sandbox', () => {
    const clock = systemClock();
    const ids = systemIds(clock);
    let gateway: PayPayGateway;
    beforeAll(async () => {
      const [apiKey = '', apiSecret = '', merchantId = ''] = NEEDED.map((name) => process.env[name]);
      gateway = createPayPayGateway({ environment: 'sandbox', keys: { apiKey, apiSecret }, merchantId, clock, ids, log: silentLog });
      await gateway.probe();
    });
    afterAll(() => gateway.close());
    const wait = (delay_ms: number) => new Promise<void>((resolve) => clock.setTimeout(resolve, delay_ms));
    gatewayContract(() => ({ gateway, id: () => ids.next('order'), pay: null, wait }));
  });
}
