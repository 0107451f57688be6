/**
 * The one door for staff, whichever way they come: who they are, what they may do, and that it stands in the journal.
 * The kiosk's screen, HTTP, WebSocket and the command line all end here.
 */
import type { Act, ShopEvent, StaffPlace } from '../catalogue/events.ts';
import type { Config } from '../config.ts';
import type { Clock, Ids, Log, Unsubscribe } from '../ports.ts';
import type { Archive } from './archive.ts';
import { answerQuery } from './ask.ts';
import { Name, Pin, StaffCommandSchema, StaffQuerySchema } from './commands.ts';
import { Refused, type StaffDesk } from './desk.ts';
import type { Health } from './health.ts';
import type { SelfCheck } from './pay-pay-side.ts';
import { createPairing, type PairedDevice } from './pairing.ts';
import { may, type Permission } from './permissions.ts';
import { performCommand } from './perform.ts';
import { type Answer, answerTo, PROBLEMS, StaffProblem } from './problems.ts';
import { createSessions, type Session, SESSIONS_max, type StaffMember, type Whereabouts } from './sessions.ts';
import { createGuesses, isEasyPin } from './sign-in.ts';
import type { DoorView } from './view.ts';

/** People and their PINs. A PIN is only ever compared, with a slow hash. */
export interface StaffStore {
  list(): readonly StaffMember[];
  verify(staffId: string, pin: string): Promise<boolean>;
  /** @param pin null keeps the one there is */
  put(member: StaffMember, pin: string | null): Promise<void>;
  remove(staffId: string): Promise<void>;
}

/** Phones, laptops and tills that may reach the door over the network. */
export interface DeviceStore {
  list(): readonly PairedDevice[];
  add(device: PairedDevice, token: string): Promise<void>;
  remove(deviceId: string): Promise<void>;
  holder(token: string): PairedDevice | null;
}

export interface OperatorPorts {
  readonly desk: StaffDesk;
  readonly archive: Archive;
  readonly staff: StaffStore;
  readonly devices: DeviceStore;
  /** What nobody can guess. */
  readonly secrets: { token(): string; digits(count: number): string };
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** Printed where only who starts the kiosk sees it; makes the first owner. */
  readonly setUpCode: string;
  config(): Config;
  /** Reads the configuration file again. @returns why it is not in force; empty when it is */
  reload(): Promise<readonly string[]>;
  /** The configuration file with everything that staff changed. */
  exportConfig(): Promise<string>;
  health(): Promise<Health>;
  /** Asks PayPay about every order that is not final. */
  selfCheck(act: Act): Promise<SelfCheck>;
  /** Where phones and laptops find the console; null while it is not on the network. */
  network(): Network | null;
}

export interface Network {
  readonly addresses: readonly string[];
  /** Of the certificate, SHA-256: what a browser shows on its warning. */
  readonly fingerprint: string;
  /** Tills are served there as well (`operator.lan.till`). */
  readonly tills: boolean;
}

export interface Operator {
  door(): DoorView;
  /** @returns a session's token */
  setUp(input: { code: string; name: string; pin: string } & Whereabouts): Promise<Answer>;
  /** @returns a session's token; a wrong PIN makes the next try wait */
  signIn(input: { staffId: string; pin: string } & Whereabouts): Promise<Answer>;
  signOut(token: string): void;
  /** @returns a device's token */
  pair(input: { code: string; name: string }): Promise<Answer>;
  /** @param input anything: parsed here */
  perform(token: string, input: unknown): Promise<Answer>;
  /** @param quiet asked by a page that refreshes itself: it does not keep the session alive */
  ask(token: string, input: unknown, quiet?: boolean): Promise<Answer>;
  /** For what is too large for an answer. @throws StaffProblem */
  allow(token: string, what: Permission): Session;
  /** Something changed that a console shows. */
  onChange(listener: () => void): Unsubscribe;
  changed(): void;
  stop(): void;
}

/** A guess at who is unknown costs as much as any other. */
const NOBODY = 'nobody';
const SETUP = 'setUp';
const PAIRING = 'pairing';

export function createOperator(ports: OperatorPorts): Operator {
  const { desk, staff, clock, log, secrets } = ports;
  const guesses = createGuesses(clock);
  const pairing = createPairing(clock, () => secrets.digits(8));
  const listeners = new Set<() => void>();
  /** Sessions for which the kiosk stands still. */
  const holding = new Set<string>();

  const changed = (): void => listeners.forEach((listener) => listener());
  const guessKey = (staffId: string, from: StaffPlace): string => `${staffId}:${from}`;

  const sessions = createSessions(clock, ({ token, staffId, name }, why) => {
    hold(token, false);
    void note({ type: 'staff.signedOut', staffId, by: name, why });
    changed();
  });

  const unsubscribe = desk.onShopEvent((event) => {
    if (event.type === 'staff.tried') guesses.restore(guessKey(event.staffId, event.from), event.failures);
    if (event.type === 'staff.signedIn') guesses.forgive(guessKey(event.staffId, event.from));
    changed();
  });

  /** For the record only: a journal that can't be written must not keep staff from seeing that it can't. */
  async function note(event: ShopEvent): Promise<void> {
    try {
      await desk.record([event]);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      log.warn('staff.notRecorded', { type: event.type, why: error.why });
    }
  }

  function hold(token: string, wanted: boolean): void {
    const before = holding.size;
    if (wanted) holding.add(token);
    else holding.delete(token);
    if (before === 0 && holding.size > 0) desk.beginMaintenance();
    if (before > 0 && holding.size === 0) desk.endMaintenance();
  }

  function guess(key: string): number {
    const { wait_ms, failures } = guesses.take(key);
    if (wait_ms > 0) throw new StaffProblem('wait', { wait_ms });
    return failures;
  }

  async function open(member: StaffMember, where: Whereabouts): Promise<{ token: string }> {
    if (sessions.all().length >= SESSIONS_max) throw new StaffProblem('tooManySessions');
    const { from } = where;
    const session = sessions.open(member, where, secrets.token());
    // Whoever stands at the kiosk's screen covers it: nothing is sold meanwhile.
    if (from === 'kiosk') hold(session.token, true);
    await note({ type: 'staff.signedIn', staffId: member.staffId, by: member.name, from });
    log.info('staff.signedIn', { staffId: member.staffId, role: member.role, from });
    changed();
    return { token: session.token };
  }

  function session(token: string, quiet = false): Session {
    const found = sessions.use(token, quiet);
    if (found === null) throw new StaffProblem('notSignedIn');
    return found;
  }

  function allow(token: string, what: Permission, quiet = false): Session {
    const found = session(token, quiet);
    if (!may(found.role, what)) {
      log.warn('staff.notAllowed', { staffId: found.staffId, role: found.role, what });
      throw new StaffProblem('notAllowed');
    }
    return found;
  }

  /** What goes wrong is an answer; what nobody thought of is one too, and a line in the log. */
  async function answer(work: () => Promise<unknown>): Promise<Answer> {
    try {
      return { ok: true, value: (await work()) ?? null };
    } catch (error) {
      const known = answerTo(error);
      if (known !== null) return known;
      log.error('staff.failed', { message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      return { ok: false, problem: 'reportsAway', says: PROBLEMS.reportsAway, detail: error instanceof Error ? error.message : '' };
    }
  }

  function parsed<T>(
    schema: { safeParse(input: unknown): { success: true; data: T } | { success: false; error: Error } },
    input: unknown,
  ): T {
    const result = schema.safeParse(input);
    if (result.success) return result.data;
    throw new StaffProblem('notUnderstood', { detail: result.error.message.slice(0, 500) });
  }

  return {
    door() {
      const { shop } = ports.config();
      const people = staff.list();
      return {
        shop: shop.name,
        machineName: shop.machineName,
        needsOwner: !people.some((member) => member.role === 'owner'),
        staff: people.map(({ staffId, name }) => ({ staffId, name })),
      };
    },
    setUp: ({ code, name, pin, ...where }) =>
      answer(async () => {
        if (staff.list().some((member) => member.role === 'owner')) throw new StaffProblem('alreadySetUp');
        guess(SETUP);
        if (code !== ports.setUpCode) throw new StaffProblem('wrongCode');
        guesses.forgive(SETUP);
        const member: StaffMember = { staffId: ports.ids.next('nonce'), name: parsed(Name, name), role: 'owner' };
        if (isEasyPin(parsed(Pin, pin))) throw new StaffProblem('easyPin');
        await staff.put(member, pin);
        await note({ type: 'staff.changed', staffId: member.staffId, name: member.name, role: 'owner', by: member.name });
        return open(member, where);
      }),
    signIn: ({ staffId, pin, from, deviceId }) =>
      answer(async () => {
        const member = staff.list().find((candidate) => candidate.staffId === staffId);
        const key = guessKey(member?.staffId ?? NOBODY, from);
        const failures = guess(key);
        if (member === undefined) throw new StaffProblem('wrongPin');
        await note({ type: 'staff.tried', staffId, from, failures });
        if (!Pin.safeParse(pin).success || !(await staff.verify(staffId, pin))) {
          log.warn('staff.refused', { staffId, from, failures });
          throw new StaffProblem('wrongPin');
        }
        guesses.forgive(key);
        // The slow hash takes its time: who was removed or got another role meanwhile does not come in as who they were.
        const now = staff.list().find((candidate) => candidate.staffId === staffId);
        if (now === undefined) throw new StaffProblem('wrongPin');
        return open(now, { from, deviceId });
      }),
    signOut: (token) => sessions.end(token, 'left'),
    pair: ({ code, name }) =>
      answer(async () => {
        const called = parsed(Name, name);
        // Only a guess at a code that there is costs time: nobody can keep the owner's own phone out beforehand.
        if (pairing.isOpen()) guess(PAIRING);
        const { by, use } = pairing.redeem(code);
        guesses.forgive(PAIRING);
        const token = secrets.token();
        const device = { deviceId: ports.ids.next('nonce'), name: called, pairedAt_ms: clock.now_ms(), use };
        await desk.record([{ type: 'device.paired', deviceId: device.deviceId, name: device.name, ...by }]);
        await ports.devices.add(device, token);
        return { token };
      }),
    perform: (token, input) =>
      answer(async () => {
        session(token);
        const command = parsed(StaffCommandSchema, input);
        const who = allow(token, command.do);
        log.info('staff.does', { staffId: who.staffId, from: who.from, do: command.do });
        const value = await performCommand(command, who, {
          ...ports,
          hold,
          beginPairing(act, use) {
            guesses.forgive(PAIRING);
            return pairing.begin(act, use);
          },
          endSessions: (ended) => {
            for (const other of sessions.all()) if (ended(other)) sessions.end(other.token, 'removed');
          },
        });
        changed();
        return value;
      }),
    ask: (token, input, quiet = false) =>
      answer(async () => {
        session(token, quiet);
        const query = parsed(StaffQuerySchema, input);
        const who = allow(token, query.ask, quiet);
        return answerQuery(query, who, ports, { sessions: sessions.all(), holding });
      }),
    allow: (token, what) => allow(token, what),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    changed,
    stop() {
      unsubscribe();
      sessions.stop();
    },
  };
}
