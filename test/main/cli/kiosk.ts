/** As much of a kiosk as the command line sees of one: it signs everybody in, and does with the rest what a test wants. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

type Answers = Readonly<Record<string, (response: ServerResponse, request: IncomingMessage) => void>>;

export const ok = (value: unknown) => (response: ServerResponse) => void response.end(JSON.stringify({ ok: true, value }));

export interface Kiosk {
  /** The data folder in which it says where it is. */
  readonly data: string;
  /** Ends as a process does: nobody listens there any more. */
  end(): void;
}

/** @param answers by path; they go before those that every kiosk has */
export async function openKiosk(answers: Answers): Promise<Kiosk> {
  const all: Answers = {
    '/operator/door': (response) => void response.end(JSON.stringify({ staff: [{ staffId: 's', name: 'Sato' }], needsOwner: false })),
    '/operator/sign-in': ok({ token: 'session' }),
    '/operator/sign-out': ok(null),
    ...answers,
  };
  const server = createServer((request, response) => {
    request.resume().on('end', () => all[new URL(request.url ?? '', 'http://kiosk').pathname]?.(response, request));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const data = mkdtempSync(path.join(tmpdir(), 'jihanki-cli-'));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  writeFileSync(path.join(data, 'door.json'), JSON.stringify({ url, token: 't', pid: process.pid }));
  const end = () => {
    server.close();
    server.closeAllConnections();
  };
  onTestFinished(() => {
    end();
    rmSync(data, { recursive: true, force: true });
  });
  return { data, end };
}
