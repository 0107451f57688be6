/**
 * Lockers, gacha, coin pulses: a board that moves something when told, and perhaps a sensor that sees it. What the two
 * kinds of boards have in common; a board itself is a few lines (see modbus-relay/board.ts, lock-board/board.ts).
 */
import type { Clock, Log, MachineReason, MachineState, SlotState, VendingMachine, VendOutcome, VendProgress } from '../../app/ports.ts';
import { isRecent, madeNow, madeOf } from '../mark-age.ts';
import { createRecorder } from '../recorder.ts';
import { keepConnected } from '../transport/connection.ts';
import { createInquiry } from '../transport/inquiry.ts';
import type { Inquiry } from '../transport/inquiry.ts';
import type { Port } from '../transport/wire.ts';
import { createVendMemory } from '../vend-memory.ts';

export interface Board {
  readonly name: string;
  /** Slots this board has, and whether a sensor watches them. */
  readonly slots: ReadonlyMap<string, { readonly sensor: boolean }>;
  /** Moves the slot's relay or lock once. `refused`: certainly not; null: no answer, or one that leaves it open: perhaps. */
  actuate(slot: string): Promise<'done' | 'refused' | null>;
  /** Whether it is moving right now, where the board can tell: proof of a command whose answer got lost. */
  moving(slot: string): Promise<boolean | null>;
  /** The slot's sensor: true = door open, product seen. Null: no answer, or no sensor. */
  sensor(slot: string): Promise<boolean | null>;
  /** After a command, so long until the next: a relay that is still closed can't give a second pulse. */
  readonly rest_ms: number;
  /** A harmless question, for liveness, that no answer equals. */
  probe(): ReturnType<Inquiry['probe']>;
}

export interface ActuatorOptions {
  readonly sensorDeadline_ms: number;
}

const PROBE_INTERVAL_MS = 1000;
/** Noise and other boards on the line keep the port open; the board is there while it answers. */
const MOST_UNANSWERED = 3;
/** So many unanswered probes with their pauses. */
const SILENCE_MS = 3500;
const ECHO = 'the adapter echoes what is sent, which sounds like a board that confirms; switch its echo off, or take another one';
const SENSOR_INTERVAL_MS = 60;
/** The last product may still be in front of the sensor for so long. */
const CLEAR_LIMIT_MS = 1500;

export function createActuator(
  port: Port,
  options: ActuatorOptions,
  boardOn: (inquiry: Inquiry) => Board,
  { clock, log }: { clock: Clock; log: Log },
): VendingMachine {
  let phase: 'disconnected' | 'starting' | 'ready' = 'disconnected';
  let busy = false;
  let probeTimer: unknown = null;
  let lastFailure = '';
  let unanswered = 0;
  let trouble: string | undefined;
  const states = new Map<string, SlotState>();
  const listeners = new Set<(state: MachineState) => void>();
  const memory = createVendMemory();
  const sleep = (delay_ms: number) => new Promise<void>((resolve) => void clock.setTimeout(resolve, delay_ms));

  const state = (): MachineState => {
    const reasons: MachineReason[] = phase !== 'ready' ? [phase] : busy ? ['busy'] : [];
    const slots = new Map([...states].map(([slot, known]) => [slot, { state: known }]));
    return { ready: reasons.length === 0, reasons, slots, temperature_c: null };
  };
  const changed = () => {
    for (const listener of listeners) listener(state());
  };
  const enter = (next: typeof phase) => {
    if (phase === next) return;
    phase = next;
    recorder.connected(next !== 'disconnected');
    log.info('board.phase', { port: port.name, phase: next });
    changed();
  };
  const connection = keepConnected(port, clock, SILENCE_MS, {
    opened: () => void probe(),
    data: (bytes) => inquiry.receive(bytes),
    lost: (reason) => {
      if (phase !== 'disconnected') log.warn('board.lost', { port: port.name, reason });
      enter('disconnected');
      inquiry.lost();
    },
    failed: (reason) => {
      if (reason !== lastFailure) log.warn('board.port', { port: port.name, reason });
      lastFailure = reason;
    },
  });
  const recorder = createRecorder('board', port.name, clock);
  const inquiry = createInquiry((bytes) => connection.write(bytes), clock, recorder);
  const board = boardOn(inquiry);

  /**
   * Seen before anything moved: a door that stands open, a product in front of the sensor. Both make the slot `jammed`.
   * @param patience_ms so long it may still clear, and a lost answer is asked for again
   */
  const look = async (slot: string, patience_ms: number): Promise<SlotState> => {
    const wiring = board.slots.get(slot);
    const until_ms = clock.monotonic_ms() + patience_ms;
    let seen = wiring?.sensor ? await board.sensor(slot) : false;
    while (seen !== false && clock.monotonic_ms() < until_ms) {
      await sleep(SENSOR_INTERVAL_MS);
      seen = await board.sensor(slot);
    }
    const found: SlotState = !wiring ? 'missing' : seen === null ? 'unknown' : seen ? 'jammed' : 'ready';
    const before = states.get(slot);
    // The one that was looked at last is the last to be looked at again.
    states.delete(slot);
    states.set(slot, found);
    if (before !== found) changed();
    return found;
  };
  /** A door that was left open, a look that found no answer: neither keeps a slot off sale once it is over. */
  const lookAgain = async () => {
    for (const [slot, known] of [...states]) {
      if (known === 'ready' || known === 'missing') continue;
      if (busy || !connection.isOpen() || (await look(slot, 0)) === 'unknown') return;
    }
  };
  const probe = async () => {
    if (probeTimer !== null) clock.clearTimeout(probeTimer);
    probeTimer = null;
    const answer = connection.isOpen() && !busy ? await board.probe() : null;
    if (answer !== null && connection.isOpen()) {
      unanswered = answer === 'silent' ? unanswered + 1 : 0;
      if (answer === 'echoed' && trouble === undefined) log.error('board.echo', { port: port.name, hint: ECHO });
      trouble = answer === 'echoed' ? ECHO : undefined;
      if (answer === 'answered') {
        enter('ready');
        await lookAgain();
      } else if (answer === 'echoed') enter('starting');
      else if (phase === 'disconnected') log.info('board.silent', { port: port.name });
      else if (unanswered >= MOST_UNANSWERED) enter('disconnected');
    }
    if (!memory.isClosed()) probeTimer = clock.setTimeout(() => void probe(), PROBE_INTERVAL_MS);
  };

  /** Watches the sensor until it sees something. `blind`: it saw nothing, but could not be asked all the time. */
  const watch = async (slot: string, until_ms: number): Promise<'seen' | 'nothing' | 'blind'> => {
    let blind = false;
    while (clock.monotonic_ms() < until_ms && !memory.isClosed()) {
      const seen = connection.isOpen() ? await board.sensor(slot) : null;
      if (seen === true) return 'seen';
      blind ||= seen === null;
      await sleep(SENSOR_INTERVAL_MS);
    }
    return blind ? 'blind' : 'nothing';
  };
  const judge = async (slot: string, confirmed: boolean, onProgress: (progress: VendProgress) => void): Promise<VendOutcome> => {
    if (board.slots.get(slot)?.sensor !== true) {
      if (confirmed || (await board.moving(slot))) return { outcome: 'succeeded', proof: 'actuated' };
      return { outcome: 'unknown', likely: 'none', evidence: 'the board did not confirm the command, and no sensor watches this slot' };
    }
    onProgress('moving');
    const seen = await watch(slot, clock.monotonic_ms() + options.sensorDeadline_ms);
    if (seen === 'seen') return { outcome: 'succeeded', proof: 'dropSensor' };
    if (seen === 'blind')
      return { outcome: 'unknown', likely: 'none', evidence: 'the sensor could not be asked all the time, and saw nothing else' };
    return confirmed
      ? { outcome: 'failed', why: 'jam', detail: `the sensor saw nothing for ${options.sensorDeadline_ms} ms` }
      : { outcome: 'unknown', likely: 'notDelivered', evidence: 'the board did not confirm the command, and its sensor saw nothing' };
  };
  /** A board that is asked nothing during a long pulse would count as gone. */
  const rest = async (until_ms: number) => {
    for (;;) {
      const left_ms = until_ms - clock.monotonic_ms();
      if (left_ms <= 0 || memory.isClosed()) return;
      await sleep(Math.min(left_ms, PROBE_INTERVAL_MS));
      if (left_ms > PROBE_INTERVAL_MS) await board.probe();
    }
  };
  const run = async (slot: string, onProgress: (progress: VendProgress) => void): Promise<VendOutcome> => {
    onProgress('sent');
    const told = await board.actuate(slot);
    if (told === 'refused') return { outcome: 'failed', why: 'notSent', detail: 'the board refused the command' };
    const restUntil_ms = clock.monotonic_ms() + board.rest_ms;
    if (told === 'done') onProgress('accepted');
    const outcome = await judge(slot, told === 'done', onProgress);
    await rest(restUntil_ms);
    return outcome;
  };

  return {
    state,
    onState: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    check: async (slot) => {
      const reason = state().reasons[0];
      if (reason) return { ready: false, reason };
      const found = await look(slot, CLEAR_LIMIT_MS);
      return found === 'ready' ? { ready: true } : { ready: false, reason: found };
    },
    mark: (slot) => ({ state: states.get(slot) ?? 'unknown', ...madeNow(clock) }),
    vend: ({ vendId, slot }, onProgress) =>
      memory.once(vendId, async () => {
        if (!state().ready) return { outcome: 'failed', why: 'notSent', detail: `the board is not ready: ${state().reasons.join(', ')}` };
        busy = true;
        changed();
        // A sensor that sees something already can't prove anything.
        const found = await look(slot, CLEAR_LIMIT_MS);
        const outcome: VendOutcome =
          found === 'ready'
            ? await run(slot, onProgress)
            : { outcome: 'failed', why: 'notSent', detail: `slot ${slot} is ${found} before anything moved` };
        busy = false;
        // What the sensor saw of this vend must not stand as the state before the next, nor keep the slot off sale.
        states.delete(slot);
        changed();
        return outcome;
      }),
    evidence: ({ vendId, slot, mark }) =>
      memory.evidence(vendId, async () => {
        const until_ms = clock.monotonic_ms() + options.sensorDeadline_ms;
        while (phase !== 'ready' && clock.monotonic_ms() < until_ms && !memory.isClosed()) await sleep(SENSOR_INTERVAL_MS);
        if (mark['state'] === 'ready' && phase === 'ready' && (await look(slot, 0)) === 'jammed') {
          const proof = 'the sensor was quiet before the vend and sees something now';
          // A door that was opened in the meantime looks the same: a person judges.
          return isRecent(madeOf(mark), clock, options.sensorDeadline_ms)
            ? { evidence: 'delivered', proof }
            : { evidence: 'none', likely: 'delivered', proof: `${proof}, perhaps not of this vend` };
        }
        return { evidence: 'none', likely: 'none', proof: 'the board remembers nothing, and its sensor sees nothing now' };
      }),
    onSelection: () => () => undefined,
    diagnostics: () => ({ ...recorder.diagnostics(), driver: board.name, trouble }),
    close: async () => {
      memory.close();
      if (probeTimer !== null) clock.clearTimeout(probeTimer);
      listeners.clear();
      connection.close();
      enter('disconnected');
      inquiry.lost();
    },
  };
}
