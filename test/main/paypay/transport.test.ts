import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { httpTransport, type Transport, type WireRequest } from '../../../main/paypay/transport.ts';
import { selfSigned } from './self-signed.ts';

const GET: WireRequest = { method: 'GET', path: '/v2/codes/payments/p', headers: {}, body: null };
const POST: WireRequest = { method: 'POST', path: '/v2/codes', headers: { 'content-type': 'application/json' }, body: '{"a":"日本"}' };
const never = () => new AbortController().signal;

const open: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

const listen = async <S extends Server>(server: S): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  open.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
};
const transportTo = (origin: string, tls?: { ca?: string }): Transport => {
  const transport = httpTransport(origin, tls);
  open.push(() => transport.close());
  return transport;
};
/** A TCP server that does what it is told with every connection. */
const raw = async (onConnection: (socket: Socket) => void) => {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    onConnection(socket);
  });
  return transportTo(`http://127.0.0.1:${await listen(server)}`);
};

describe('nothing was sent', () => {
  test('connection refused', async () => {
    const server = createServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    expect(await transportTo(`http://127.0.0.1:${port}`).send(POST, never())).toMatchObject({ kind: 'notSent' });
  });

  test('no such host', async () => {
    expect(await transportTo('http://paypay.invalid').send(POST, never())).toMatchObject({ kind: 'notSent' });
  });

  test('a certificate that nobody trusts', async () => {
    const { key, cert } = selfSigned();
    let requests = 0;
    const port = await listen(createHttpsServer({ key, cert }, () => requests++));
    expect(await transportTo(`https://127.0.0.1:${port}`).send(POST, never())).toMatchObject({ kind: 'notSent' });
    expect(requests).toBe(0);
  });

  test('a TLS handshake that breaks', async () => {
    const port = await listen(createServer((socket) => void socket.on('error', () => {}).once('data', () => socket.destroy())));
    expect(await transportTo(`https://127.0.0.1:${port}`).send(POST, never())).toMatchObject({ kind: 'notSent' });
  });

  test('given up while waiting for a connection: it does not leave later either', async () => {
    const { key, cert } = selfSigned();
    let requests = 0;
    const far = await listen(createHttpsServer({ key, cert }, () => requests++));
    const slow = await listen(
      createServer((socket) => {
        socket.on('error', () => {}).pause();
        setTimeout(() => {
          const onward = connect(far, '127.0.0.1').on('error', () => {});
          socket.pipe(onward).pipe(socket);
        }, 150);
      }),
    );
    const transport = transportTo(`https://127.0.0.1:${slow}`, { ca: cert });
    const stop = new AbortController();
    const sent = transport.send(POST, stop.signal);
    setTimeout(() => stop.abort(new Error('too late')), 50);
    expect(await sent).toEqual({ kind: 'notSent', message: 'too late' });
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(requests).toBe(0);
  });

  test('given up before it began', async () => {
    expect(await transportTo('http://127.0.0.1:1').send(GET, AbortSignal.abort(new Error('no')))).toEqual({
      kind: 'notSent',
      message: 'no',
    });
  });
});

describe('sent, and no whole answer', () => {
  test('the connection breaks before the answer', async () => {
    const transport = await raw((socket) => void socket.once('data', () => socket.destroy()));
    expect(await transport.send(POST, never())).toMatchObject({ kind: 'noAnswer' });
  });

  test('it breaks in the middle of the body', async () => {
    const transport = await raw(
      (socket) => void socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"resultInfo"')),
    );
    expect(await transport.send(POST, never())).toMatchObject({ kind: 'noAnswer' });
  });

  test('it breaks in the middle of a chunked body', async () => {
    const transport = await raw(
      (socket) => void socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"res\r\n')),
    );
    expect(await transport.send(POST, never())).toMatchObject({ kind: 'noAnswer' });
  });

  test('what answers does not speak HTTP', async () => {
    const transport = await raw((socket) => void socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9\r\n')));
    expect(await transport.send(POST, never())).toMatchObject({ kind: 'noAnswer' });
  });

  test('it answers more than any answer of this API', async () => {
    const transport = await raw(
      (socket) =>
        void socket.once('data', () => socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 5000000\r\n\r\n${' '.repeat(2_000_000)}`)),
    );
    expect(await transport.send(GET, never())).toMatchObject({ kind: 'noAnswer', message: 'answer of more than 1000000 bytes' });
  });

  test('given up while waiting for the answer', async () => {
    const transport = await raw(() => {});
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error('15 s')), 100);
    expect(await transport.send(POST, stop.signal)).toEqual({ kind: 'noAnswer', message: '15 s' });
  });
});

describe('an answer', () => {
  test('comes with status, lower-case headers and text, over one connection that is kept', async () => {
    let connections = 0;
    const bodies: string[] = [];
    const server = createHttpServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        bodies.push(Buffer.concat(chunks).toString());
        response.writeHead(201, { 'X-REQUEST-ID': 'OPA1' });
        // Cut inside a character.
        const whole = Buffer.from('{"名":"お茶"}');
        response.write(whole.subarray(0, 3));
        setTimeout(() => response.end(whole.subarray(3)), 20);
      });
    });
    server.on('connection', () => connections++);
    const transport = transportTo(`http://127.0.0.1:${await listen(server)}`);
    for (let i = 0; i < 3; i++)
      expect(await transport.send(POST, never())).toMatchObject({
        kind: 'reply',
        status: 201,
        body: '{"名":"お茶"}',
        headers: { 'x-request-id': 'OPA1' },
      });
    expect(connections).toBe(1);
    expect(bodies).toEqual([POST.body, POST.body, POST.body]);
  });

  test('a certificate of a known authority is accepted', async () => {
    const { key, cert } = selfSigned();
    const port = await listen(createHttpsServer({ key, cert }, (_, response) => response.end('ok')));
    expect(await transportTo(`https://127.0.0.1:${port}`, { ca: cert }).send(GET, never())).toMatchObject({ kind: 'reply', body: 'ok' });
  });
});
