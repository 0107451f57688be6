/** Where notices go, on loopback: a program that takes JSON, and a mail server that takes what RFC 5321 says. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** @param statuses of the first answers; then 200 */
export async function openReceiver(statuses: number[] = []) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: JSON.parse(text) as unknown });
      response.writeHead(statuses.shift() ?? 200).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/notices`,
    received,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

export async function openMailServer() {
  const mails: { from: string; to: string[]; data: string }[] = [];
  const server = createTcpServer((socket) => {
    let mail = { from: '', to: [] as string[], data: '' };
    let inData = false;
    let rest = '';
    const say = (line: string) => socket.write(`${line}\r\n`);
    const command = (line: string): void => {
      const [, verb = ''] = /^(\w+)/.exec(line.toUpperCase()) ?? [];
      const address = /<(.*)>/.exec(line)?.[1] ?? '';
      if (inData && line === '.') {
        mails.push(mail);
        mail = { from: '', to: [], data: '' };
        inData = false;
        say('250 queued');
      } else if (inData) mail.data += `${line}\n`;
      else if (verb === 'EHLO' || verb === 'HELO') say('250 mail.test');
      else if (verb === 'MAIL') {
        mail.from = address;
        say('250 ok');
      } else if (verb === 'RCPT') {
        mail.to.push(address);
        say('250 ok');
      } else if (verb === 'DATA' && mail.from !== '' && mail.to.length > 0) {
        inData = true;
        say('354 go on');
      } else if (verb === 'QUIT') socket.end('221 bye\r\n');
      else say('503 bad sequence');
    };
    socket.setEncoding('utf8').on('error', () => socket.destroy());
    socket.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\r\n');
      rest = lines.pop() ?? '';
      lines.forEach(command);
    });
    say('220 mail.test');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, mails, close: () => void server.close() };
}
