/** `npm run paypay:simulator -- --port P --api-key K --api-secret S --merchant M [--merchant-name NAME]` */
import { parseArgs } from 'node:util';
import { systemClock, systemIds } from '../../system.ts';
import { startSimulator } from './server.ts';

const USAGE = 'usage: npm run paypay:simulator -- --port P --api-key K --api-secret S --merchant M [--merchant-name NAME]';

function options() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      'api-key': { type: 'string' },
      'api-secret': { type: 'string' },
      merchant: { type: 'string' },
      'merchant-name': { type: 'string' },
    },
  });
  const { port, 'api-key': apiKey, 'api-secret': apiSecret, merchant, 'merchant-name': merchantName } = values;
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw new Error(`--port: found "${port}", allowed: 0 to 65535`);
  if (!apiKey || !apiSecret || !merchant) throw new Error('--api-key, --api-secret and --merchant are needed');
  return { port: Number(port), keys: { apiKey, apiSecret }, merchantId: merchant, ...(merchantName ? { merchantName } : {}) };
}

try {
  const clock = systemClock();
  const server = await startSimulator({ ...options(), clock, ids: systemIds(clock) });
  console.log(`paypay simulator: ${server.url}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close());
} catch (error) {
  console.error(`paypay simulator: ${(error as Error).message}\n${USAGE}`);
  process.exitCode = 1;
}
