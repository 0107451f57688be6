/** The console's routes on this machine's loopback: for the kiosk's own screen, and for programs that can read the data folder. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { rmSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import type { Clock, Log } from '../../app/ports.ts';
import { createLiveSockets } from './live.ts';
import { requestOf, send } from './node-http.ts';
import { writePrivate } from './private-file.ts';
import { isOperatorPath, type OperatorEnd, type Routes } from './routes.ts';

/** What the server that asks has found out about a request. */
export interface Caller {
  /** It names this server, and no page of another site sent it. */
  readonly ours: boolean;
  /** It comes from the kiosk's own screen. */
  readonly paired: boolean;
}

export interface LocalDoor {
  takes(path: string): boolean;
  serve(request: IncomingMessage, response: ServerResponse, caller: Caller): Promise<void>;
  /** @returns false when it is not for this door */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, caller: Caller): boolean;
  /** Writes down where this machine's programs find the door, and what opens it: for the command line. Again and again while the disk is full. */
  announce(file: string, url: string): void;
  close(): void;
}

/** A disk that is full is emptied, one that is read-only is replaced; the kiosk's screen must be there to say so. */
const ANNOUNCE_AGAIN_ms = 15_000;

const bearer = (request: IncomingMessage): string => /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';

export function createLocalDoor(
  end: OperatorEnd,
  routes: Routes,
  headers: Readonly<Record<string, string>>,
  ports: { readonly clock: Clock; readonly log: Log },
): LocalDoor {
  const token = Buffer.from(randomBytes(24).toString('base64url'));
  const sockets = createLiveSockets(end, ports);
  let announced: string | null = null;
  let again: unknown = null;
  const isProgram = (request: IncomingMessage): boolean => {
    const given = Buffer.from(bearer(request));
    return given.length === token.length && timingSafeEqual(given, token);
  };

  const door: LocalDoor = {
    takes: isOperatorPath,
    async serve(request, response, { ours, paired }) {
      const program = isProgram(request);
      if (!program && !ours) return void response.writeHead(403, headers).end();
      const path = (request.url ?? '').split('?', 1)[0];
      // Figures without secrets: any program of this machine may watch the kiosk.
      const figures = path === '/health' || path === '/metrics';
      const visitor = program ? ({ from: 'cli', admitted: true } as const) : ({ from: 'kiosk', admitted: paired || figures } as const);
      const answer = await routes(requestOf(request, 'http://127.0.0.1'), { ...visitor, deviceId: null });
      await send(answer, response, headers);
    },
    upgrade(request, socket, head, { ours, paired }) {
      if (request.url !== '/operator/live' || !((ours && paired) || isProgram(request))) return false;
      sockets.accept(request, socket, head, () => true);
      return true;
    },
    announce(file, url) {
      try {
        writePrivate(file, JSON.stringify({ url, token: token.toString(), pid: process.pid }));
        announced = file;
      } catch (error) {
        ports.log.warn('door.notAnnounced', { message: `the command line does not find this kiosk: ${(error as Error).message}` });
        again = ports.clock.setTimeout(() => door.announce(file, url), ANNOUNCE_AGAIN_ms);
      }
    },
    close() {
      sockets.close();
      ports.clock.clearTimeout(again);
      try {
        if (announced !== null) rmSync(announced, { force: true });
      } catch (error) {
        // Whoever reads it sees that its process is gone.
        ports.log.warn('door.notTakenDown', { message: (error as Error).message });
      }
    },
  };
  return door;
}
