/** A counter for a test: the kiosk as it is shipped, without a machine, and a PayPay simulator, each a process of its own. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Ledger } from '../../main/paypay/simulator/ledger.ts';
import { callJson, startNode } from './program.ts';

/** @param operator that part of the configuration */
export async function openCounter(operator?: object) {
  const folder = mkdtempSync(path.join(tmpdir(), 'jihanki-counter-'));
  const keys = { PAYPAY_API_KEY: 'e2e', PAYPAY_API_SECRET: randomBytes(16).toString('hex') };
  const configFile = path.join(folder, 'shop.yaml');
  writeFileSync(
    configFile,
    JSON.stringify({
      version: 1,
      shop: { name: { ja: 'まちかど商店', en: 'Corner shop' }, merchantName: 'まちかど商店', mode: 'counter', phone: '03-0000-0000' },
      paypay: { pollInterval_ms: 2000, merchantId: 'e2e' },
      machine: { driver: 'none' },
      sale: { final_ms: 60_000 },
      ...(operator === undefined ? {} : { operator }),
      products: [
        { sku: 'tea', name: { ja: 'お茶', en: 'Tea' }, price_jpy: 150 },
        { sku: 'cake', name: { ja: 'ケーキ', en: 'Cake' }, price_jpy: 420 },
      ],
    }),
  );
  const payPayArgs = ['--port', '0', '--api-key', keys.PAYPAY_API_KEY, '--api-secret', keys.PAYPAY_API_SECRET, '--merchant', 'e2e'];
  const payPay = startNode('main/paypay/simulator/cli.ts', payPayArgs);
  const payPayUrl = await payPay.line(/^paypay simulator: (http:\S+)/m);
  const hostArgs = ['--config', configFile, '--data', path.join(folder, 'data'), '--paypay', payPayUrl, '--port', '0'];
  const kiosk = startNode('dist/main/browser.js', hostArgs, keys);
  const address = await kiosk.line(/^kiosk: (http:\S+)/m);
  return {
    folder,
    kiosk: () => kiosk,
    address,
    customerAddress: `${new URL(address).origin}/?side=customer`,
    pay: (url: string) => callJson(`${payPayUrl}/_simulator/pay`, { url }),
    ledger: () => callJson<Ledger>(`${payPayUrl}/_simulator/ledger`),
    async end() {
      await Promise.all([kiosk.end('SIGKILL'), payPay.end('SIGKILL')]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
