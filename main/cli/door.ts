/**
 * The way to the kiosk that runs on this machine. It wrote address and token into its data folder (main/operator/local-door.ts);
 * whoever can read that file may knock, and then signs in with a PIN, so roles hold here as everywhere. The journal is never opened.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { OrderExport, StaffCommand, StaffQuery } from '../../app/operator/commands.ts';
import { defaultDataFolder, demoDataFolder } from '../host-options.ts';
import type { Tending } from '../journal/tend.ts';
import { NoKiosk, NotKnown, Refusal, UsageError } from './command.ts';

/** Signs in with the first question that needs somebody. */
export interface Door {
  /** Whether all is well; anybody on this machine may ask. */
  health(): Promise<z.infer<typeof HealthFound>>;
  /** @throws UsageError | Refusal */
  ask<T>(query: StaffQuery): Promise<T>;
  /** @throws Refusal | NotKnown */
  perform<T>(command: StaffCommand): Promise<T>;
  /** The file's bytes, as they come. @throws Refusal */
  export(what: OrderExport): Promise<AsyncIterable<Uint8Array>>;
  /** What the kiosk's journal is asked for (main/journal/tend.ts), as it comes. @throws Refusal */
  journal(what: Tending): Promise<AsyncIterable<Uint8Array>>;
  /** Signs out. */
  close(): Promise<void>;
}

export interface DoorOptions {
  readonly data: string | undefined;
  readonly config: string | undefined;
  /** The name of the one who signs in; may be left out where there is only one. */
  readonly staff: string | undefined;
  pin(name: string): Promise<string>;
}

const LIMIT_ms = 60_000;
/** A journal of a million orders is proved in half a minute; what is written out comes as fast as it is read. */
const LONG_ms = 3_600_000;
const Announced = z.object({ url: z.url(), token: z.string().min(1), pid: z.int() });
const DoorView = z.object({ staff: z.array(z.object({ staffId: z.string(), name: z.string() })), needsOwner: z.boolean() });
const Both = z.object({ ja: z.string(), en: z.string().optional() });
const HealthFound = z.looseObject({
  level: z.enum(['ok', 'warn', 'bad']),
  version: z.string(),
  checks: z.array(z.looseObject({ name: z.string(), level: z.string(), says: Both })),
});
const Answered = z.union([
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({ ok: z.literal(false), problem: z.string(), says: Both, detail: z.string().optional(), wait_ms: z.number().optional() }),
]);

/** @throws NoKiosk | UsageError | Refusal */
export async function openDoor({ data, config, staff, pin }: DoorOptions): Promise<Door> {
  const { url, token } = announced(data, config);
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };

  async function send(route: string, body?: unknown, session?: string, limit_ms = LIMIT_ms): Promise<Response> {
    try {
      return await fetch(new URL(route, url), {
        method: body === undefined ? 'GET' : 'POST',
        headers: { ...headers, ...(session === undefined ? {} : { 'x-staff-session': session }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(limit_ms),
      });
    } catch (error) {
      throw new NoKiosk(`the kiosk at ${url} does not answer`, { cause: (error as Error).cause });
    }
  }
  const call = async (route: string, body: unknown, session?: string): Promise<unknown> => valueOf(await send(route, body, session));
  async function valueOf(response: Response): Promise<unknown> {
    const answer = Answered.safeParse(await response.json().catch(() => null)).data;
    if (answer === undefined) throw new NoKiosk(`what answers at ${url} is no kiosk (HTTP ${response.status})`);
    if (answer.ok) return answer.value;
    const { problem, says, detail, wait_ms } = answer;
    const more = [...(detail ? [detail] : []), ...(wait_ms ? [`wait ${Math.ceil(wait_ms / 1000)} s`] : [])];
    throw new Refusal(problem, [says.en ?? says.ja, ...more].join('; '));
  }

  const view = DoorView.safeParse(await (await send('/operator/door')).json().catch(() => null)).data;
  if (view === undefined) throw new NoKiosk(`what answers at ${url} is no kiosk`);
  const known = view;
  let session: Promise<string> | null = null;
  async function signIn(): Promise<string> {
    const who = member(known, staff);
    const answer = await call('/operator/sign-in', { staffId: who.staffId, pin: await pin(who.name) });
    return z.object({ token: z.string() }).parse(answer).token;
  }
  const signedIn = (): Promise<string> => (session ??= signIn());
  return {
    async health() {
      const found = HealthFound.safeParse(await (await send('/health')).json().catch(() => null)).data;
      if (found === undefined) throw new NoKiosk(`what answers at ${url} is no kiosk`);
      return found;
    },
    ask: async <T>(query: StaffQuery) => (await call('/operator/ask', query, await signedIn())) as T,
    async perform<T>(command: StaffCommand) {
      const token = await signedIn();
      try {
        return (await call('/operator/perform', command, token)) as T;
      } catch (error) {
        // Only a connection that was refused carried nothing; the money may be on its way after everything else.
        if (!(error instanceof NoKiosk) || (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ECONNREFUSED') throw error;
        throw new NotKnown(
          `the kiosk was told, and it is not known whether it did it: ${error.message}; look with jihanki orders (of a sale) or jihanki stock before you say it again`,
        );
      }
    },
    async export(what) {
      const ticket = z.object({ path: z.string().startsWith('/') }).parse(await call('/operator/export', what, await signedIn()));
      const response = await send(ticket.path, undefined, undefined, LONG_ms);
      if (!response.ok || response.body === null) throw new Refusal('reportsAway', `the export failed (HTTP ${response.status})`);
      return response.body;
    },
    async journal(what) {
      const response = await send('/operator/journal', what, await signedIn(), LONG_ms);
      if (response.ok && response.body !== null) return response.body;
      await valueOf(response);
      throw new NoKiosk(`what answers at ${url} is no kiosk (HTTP ${response.status})`);
    },
    async close() {
      const token = await session?.catch(() => null);
      if (token) await call('/operator/sign-out', {}, token).catch(() => {});
    },
  };
}

/** @throws UsageError | Refusal */
function member({ staff, needsOwner }: z.infer<typeof DoorView>, name: string | undefined) {
  if (needsOwner)
    throw new Refusal('needsOwner', 'there is no owner yet: open the console and make one with the code that the kiosk printed');
  const names = staff.map((one) => one.name).join(', ');
  const [found, ...others] = name === undefined ? staff : staff.filter((one) => one.name === name);
  if (found === undefined) throw new UsageError(`--staff: found "${name ?? ''}", allowed: ${names}`);
  if (others.length > 0) throw new UsageError(`--staff NAME (or JIHANKI_STAFF) is missing: ${names}`);
  return found;
}

/** @throws NoKiosk | UsageError */
function announced(data: string | undefined, config: string | undefined): z.infer<typeof Announced> {
  const folder = data ?? (config === undefined ? onlyFolder() : folderOf(config));
  const file = path.resolve(folder, 'door.json');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new NoKiosk(`no kiosk is running on ${path.resolve(folder)}`);
    throw new NoKiosk(`${file} can't be read (${(error as NodeJS.ErrnoException).code}): run this as the kiosk's user`);
  }
  const found = Announced.safeParse(readJson(text)).data;
  if (found === undefined) throw new NoKiosk(`${file} is damaged: restart the kiosk`);
  // A kiosk that died left it behind, and whoever listens there now is not to hear a PIN.
  if (!isRunning(found.pid)) throw new NoKiosk(`no kiosk is running on ${path.resolve(folder)}`);
  return found;
}

/** The demo of a configuration runs in a folder of its own. */
function folderOf(config: string): string {
  const usual = defaultDataFolder(config);
  const isOpen = (folder: string) => existsSync(path.join(folder, 'door.json'));
  return !isOpen(usual) && isOpen(demoDataFolder(config)) ? demoDataFolder(config) : usual;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** The kiosk keeps one folder a shop in `.jihanki` (main/host-options.ts). */
function onlyFolder(): string {
  const folders = existsSync('.jihanki') ? readdirSync('.jihanki').map((name) => path.join('.jihanki', name)) : [];
  const [only, ...others] = folders.filter((folder) => existsSync(path.join(folder, 'door.json')));
  if (only === undefined) throw new NoKiosk('no kiosk is running here: start one, or say where it keeps its data with --data DIR');
  if (others.length > 0) throw new UsageError(`several kiosks are running: say which with --data\n  ${[only, ...others].join('\n  ')}`);
  return only;
}
