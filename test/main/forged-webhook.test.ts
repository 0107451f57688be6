/** The whole kiosk between a real PayPay port, a real machine port and somebody who forges webhooks. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { KioskView } from '../../app/view.ts';
import { listenTcp } from '../../hardware/transport/tcp.ts';
import { createVmcSimulator } from '../../hardware/xy-vmc/simulator.ts';
import { openHost } from '../../main/host.ts';
import { startSimulator } from '../../main/paypay/simulator/server.ts';
import { jsonLog, systemClock, systemIds } from '../../main/system.ts';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

test('a forged or replayed webhook makes the kiosk ask PayPay, and nothing else: no goods, no payment in the journal', async () => {
  const clock = systemClock();
  const folder = mkdtempSync(path.join(tmpdir(), 'jihanki-webhook-'));
  const [paypayPort, webhookPort] = [await freePort(), await freePort()];
  const paypay = await startSimulator({
    port: paypayPort,
    keys: { apiKey: 'k', apiSecret: 's' },
    merchantId: 'm',
    clock,
    ids: systemIds(clock),
  });
  const vmc = createVmcSimulator({ slots: [{ selection: 1, stock: 5 }], pollInterval_ms: 50, motor_ms: 50, boot_ms: 50 }, clock);
  const wire = await listenTcp(0, (accepted) => vmc.attach(accepted));
  vi.stubEnv('PAYPAY_API_KEY', 'k');
  vi.stubEnv('PAYPAY_API_SECRET', 's');
  const configFile = path.join(folder, 'shop.yaml');
  writeFileSync(
    configFile,
    `version: 1
shop: { name: { ja: 店 }, merchantName: 店 }
paypay:
  environment: http://127.0.0.1:${paypayPort}
  merchantId: m
  pollInterval_ms: 60000
  webhook: { port: ${webhookPort}, allow: ['127.0.0.1'] }
machine: { driver: xy-vmc, port: 'tcp://127.0.0.1:${wire.port}' }
products: [{ sku: tea, name: { ja: お茶 }, price_jpy: 150 }]
slots: [{ slot: '1', sku: tea, stock: 5 }]
`,
  );
  const lines: string[] = [];
  const host = await openHost(
    {
      configFile,
      dataFolder: path.join(folder, 'data'),
      machine: undefined,
      paypay: undefined,
      port: 0,
      open: false,
      windowed: false,
      framedBy: undefined,
    },
    { clock, log: jsonLog(clock, (line) => lines.push(line)) },
  );
  onTestFinished(async () => {
    await host.stop();
    vmc.stop();
    void wire.close();
    await paypay.close();
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });
  const screen = async <Name extends KioskView['screen']['name']>(name: Name) => {
    await vi.waitFor(() => expect(host.view().screen.name).toBe(name), { timeout: 15_000, interval: 20 });
    return host.view().screen as Extract<KioskView['screen'], { name: Name }>;
  };
  const asked = (): number => paypay.simulator.calls.get('paymentDetails') ?? 0;

  await screen('attract');
  host.send({ do: 'start' });
  host.send({ do: 'buy', sku: 'tea' });
  const { url } = await screen('awaitingPayment');
  const [code] = paypay.simulator.world.codes.values();
  const forged = JSON.stringify({
    notification_type: 'Transaction',
    merchant_order_id: code?.merchantPaymentId,
    order_id: '04123456789012345678',
    order_amount: '150',
    state: 'COMPLETED',
    paid_at: '2026-11-23T12:00:00+09:00',
  });
  const knock = () => fetch(`http://127.0.0.1:${webhookPort}/webhooks/paypay`, { method: 'POST', body: forged });

  const before = asked();
  expect((await knock()).status).toBe(200);
  await vi.waitFor(() => expect(asked()).toBeGreaterThan(before), { timeout: 5_000 });
  await knock();
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(host.view().screen.name).toBe('awaitingPayment');
  expect(vmc.state().counters.drives).toBe(0);
  expect(lines.join('')).not.toContain('payment.completed');

  // The same words are believed to be worth a question: once it was paid, the kiosk knows at once, long before its next poll.
  await fetch(`http://127.0.0.1:${paypayPort}/_simulator/pay`, { method: 'POST', body: JSON.stringify({ url }) });
  await vi.waitFor(
    async () => {
      await fetch(`http://127.0.0.1:${webhookPort}/webhooks/paypay`, { method: 'POST', body: forged.replace('COMPLETED', 'AUTHORIZED') });
      expect(vmc.state().counters.dropped).toBe(1);
    },
    { timeout: 10_000, interval: 200 },
  );
  await screen('thanks');

  // A replay after the sale finds nothing to release.
  await knock();
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(vmc.state().counters.drives).toBe(1);
}, 60_000);
