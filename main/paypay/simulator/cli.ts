/** `npm run paypay:simulator`: a PayPay on a loopback port. */
import { parseArgs } from 'node:util';
import { systemClock, systemIds } from '../../system.ts';
import { FaultSeed } from './faults.ts';
import { startSimulator } from './server.ts';
import { httpPost } from './webhooks.ts';

const USAGE = `usage: npm run paypay:simulator -- --port P --api-key K --api-secret S --merchant M
         [--merchant-name NAME] [--webhook URL] [--fault-seed N --fault-rate 0..1]`;

function options() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      'api-key': { type: 'string' },
      'api-secret': { type: 'string' },
      merchant: { type: 'string' },
      'merchant-name': { type: 'string' },
      webhook: { type: 'string' },
      'fault-seed': { type: 'string', default: '1' },
      'fault-rate': { type: 'string', default: '0' },
    },
  });
  const { port, 'api-key': apiKey, 'api-secret': apiSecret, merchant, 'merchant-name': merchantName } = values;
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw new Error(`--port: found "${port}", allowed: 0 to 65535`);
  if (!apiKey || !apiSecret || !merchant) throw new Error('--api-key, --api-secret and --merchant are needed');
  const [seed, rate] = [Number(values['fault-seed']), Number(values['fault-rate'])];
  if (!Number.isInteger(seed)) throw new Error(`--fault-seed: found "${values['fault-seed']}", allowed: a whole number`);
  if (!(rate >= 0 && rate <= 1)) throw new Error(`--fault-rate: found "${values['fault-rate']}", allowed: 0 to 1`);
  if (values.webhook !== undefined && !URL.canParse(values.webhook))
    throw new Error(`--webhook: found "${values.webhook}", allowed: an address`);
  return {
    server: { port: Number(port), keys: { apiKey, apiSecret }, merchantId: merchant, ...(merchantName ? { merchantName } : {}) },
    faults: FaultSeed.parse({ seed, rate }),
    webhook: values.webhook,
  };
}

try {
  const clock = systemClock();
  const given = options();
  const server = await startSimulator({ ...given.server, clock, ids: systemIds(clock) });
  server.simulator.faults.seed(given.faults);
  if (given.webhook !== undefined) server.simulator.webhooks.post = httpPost(given.webhook);
  console.log(`paypay simulator: ${server.url}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close());
} catch (error) {
  console.error(`paypay simulator: ${(error as Error).message}\n${USAGE}`);
  process.exitCode = 1;
}
