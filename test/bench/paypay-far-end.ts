/** PayPay for the benchmark, in a process of its own: HTTP, and TLS with a round trip as long as a mobile network's. */
import { createServer as createTlsServer } from 'node:https';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { startSimulator } from '../../main/paypay/simulator/server.ts';
import { systemClock, systemIds } from '../../main/system.ts';
import { keys, merchantId } from '../main/paypay/samples.ts';
import { selfSigned } from '../main/paypay/self-signed.ts';

const roundTrip_ms = Number(process.argv[2] ?? 0);
const clock = systemClock();
const plain = await startSimulator({ clock, ids: systemIds(clock), keys, merchantId, port: 0 });
const tls = selfSigned();

const secure = createTlsServer(tls, (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const reply = plain.simulator.handle({
      method: request.method ?? '',
      target: request.url ?? '',
      headers,
      body: Buffer.concat(chunks).toString(),
    });
    response.writeHead(reply.status, reply.headers).end(reply.body);
  });
});
secure.keepAliveTimeout = 65_000;

const listen = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

/** Carries bytes with half a round trip each way; the first ones wait for the handshake of TCP as well. */
const securePort = await listen(secure);
const carried = new Set<Socket>();
const far = createServer((near) => {
  const onward = connect(securePort, '127.0.0.1');
  let opened_ms = performance.now() + roundTrip_ms;
  for (const [from, to] of [
    [near, onward],
    [onward, near],
  ] as const) {
    carried.add(from);
    from.setNoDelay(true);
    from.on('error', () => to.destroy()).on('close', () => (carried.delete(from), to.destroy()));
    from.on('data', (chunk) => {
      const wait_ms = roundTrip_ms / 2 + Math.max(0, opened_ms - performance.now());
      opened_ms = 0;
      if (roundTrip_ms === 0) to.write(chunk);
      else setTimeout(() => to.write(chunk), wait_ms);
    });
  }
});
const farPort = await listen(far);

process.on('message', (message) => {
  if (message === 'idle') for (const socket of carried) socket.destroy();
  process.send?.({ cpu: process.cpuUsage() });
});
process.send?.({ plain: plain.url, secure: `https://127.0.0.1:${farPort}`, ca: tls.cert });
