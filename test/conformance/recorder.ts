/** A simulated PayPay behind a real TLS port that writes down what went over the wire. */
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { PayPaySimulator } from '../../main/paypay/simulator/core.ts';
import { systemClock } from '../../main/system.ts';
import { keys, merchantId } from '../main/paypay/samples.ts';
import { seededIds } from '../main/paypay/virtual-clock.ts';

export interface Exchange {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  readonly status: number;
  readonly answer: string;
}

export interface Recorder {
  readonly port: number;
  readonly simulator: PayPaySimulator;
  readonly exchanges: Exchange[];
  close(): Promise<void>;
}

/** @param seed the same seed makes the same codes, payments and users again */
export async function recordingPayPay(tls: { key: string; cert: string }, seed: number): Promise<Recorder> {
  const simulator = new PayPaySimulator({ clock: systemClock(), ids: seededIds(seed), keys, merchantId });
  const exchanges: Exchange[] = [];
  const server = createServer(tls, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: target = '' } = request;
      const body = Buffer.concat(chunks).toString('utf8');
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      const reply = simulator.handle({ method, target, headers, body });
      exchanges.push({ method, target, headers, body, status: reply.status, answer: reply.body });
      response.writeHead(reply.status, reply.headers).end(reply.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    simulator,
    exchanges,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
