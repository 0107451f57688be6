/** A vending machine behind a VMC of Hunan Xing Yuan. The kiosk chooses the selection; the controller turns it and tells what fell. */
import type { Clock, Log, MachineReason, MachineSelection, MachineState, SlotState, VendingMachine, VendOutcome } from '../../app/ports.ts';
import { createRecorder } from '../recorder.ts';
import { createVendMemory } from '../vend-memory.ts';
import type { Port } from '../transport/wire.ts';
import {
  checkSelection,
  COMMAND,
  MENU,
  readDispensing,
  readJammedSelections,
  readMachineStatus,
  readSelectionInfo,
  readSelectionStatus,
  readStoredStock,
  wordBytes,
} from './codec.ts';
import type { Frame } from './codec.ts';
import { judge, readMark } from './evidence.ts';
import type { Mark, Verdict } from './evidence.ts';
import type { Fate } from './link.ts';
import { createSession } from './session.ts';
import { dispensing, elevatorReason, pushedState, selectionState } from './status.ts';
import { runVend } from './vend.ts';
import type { RunningVend } from './vend.ts';

export interface XyVmcOptions {
  /** The drop sensor decides whether a vend succeeded; without one a success is only *actuated*. */
  readonly dropSensor: boolean;
  readonly elevator: boolean;
  /** Longest silence of a running vend. */
  readonly vendDeadline_ms: number;
  /** Send 0x01 with length 4. */
  readonly padCheck: boolean;
  /** Slot → selection number; a slot that is not here and is a plain number is its own selection. */
  readonly selections?: Readonly<Record<string, number>> | undefined;
}

const STATUS_INTERVAL_MS = 5000;
/** How long evidence waits for a controller that is not there, when the motor stands still already. */
const EVIDENCE_LIMIT_MS = 15_000;
const EVIDENCE_STEP_MS = 1000;

interface Selection {
  state: SlotState;
  stock: number | null;
  capacity: number | null;
  /** Session in which the stock was told. */
  session: number;
}

export function createXyVmc(port: Port, options: XyVmcOptions, { clock, log }: { clock: Clock; log: Log }): VendingMachine {
  const recorder = createRecorder('xy-vmc', port.name, clock);
  const names = new Map(Object.entries(options.selections ?? {}).map(([slot, selection]) => [selection, slot]));
  const selections = new Map<number, Selection>();
  /** Ends of vends that nobody waited for (any more), by selection. */
  const lateEnds = new Map<number, number>();
  const memory = createVendMemory();
  const stateListeners = new Set<(state: MachineState) => void>();
  const selectionListeners = new Set<(selection: MachineSelection) => void>();
  let machine: { reasons: readonly MachineReason[]; temperature_c: number | null } = { reasons: [], temperature_c: null };
  let elevator: MachineReason | null = null;
  let running: RunningVend | null = null;
  let counts = false;
  /** Questions that this firmware leaves unanswered are not asked again until it reconnects. */
  const notUnderstood = new Set<number>();
  let statusTimer: unknown = null;
  let snapshot: MachineState | null = null;

  const selectionOf = (slot: string): number | null =>
    options.selections?.[slot] ?? (/^[1-9]\d{0,4}$/.test(slot) && Number(slot) <= 0xffff ? Number(slot) : null);
  const slotOf = (selection: number): string => names.get(selection) ?? String(selection);
  const entry = (selection: number): Selection => {
    const known = selections.get(selection) ?? { state: 'unknown', stock: null, capacity: null, session: 0 };
    selections.set(selection, known);
    return known;
  };
  const state = (): MachineState => {
    if (snapshot) return snapshot;
    const phase = session.phase();
    const reasons: MachineReason[] = phase === 'ready' ? [...machine.reasons] : [phase];
    if (phase === 'ready' && elevator !== null && !reasons.includes(elevator)) reasons.push(elevator);
    if (phase === 'ready' && running) reasons.push('busy');
    const slots = new Map(
      Array.from(selections, ([selection, { state, stock, capacity }]) => [
        slotOf(selection),
        { state, ...(stock === null ? {} : { stock }), ...(capacity === null ? {} : { capacity }) },
      ]),
    );
    snapshot = { ready: reasons.length === 0, reasons, slots, temperature_c: machine.temperature_c };
    return snapshot;
  };
  const changed = () => {
    snapshot = null;
    for (const listener of stateListeners) listener(state());
  };

  const noteStock = (selection: number, stock: number) => {
    const known = entry(selection);
    const was = known.stock;
    known.stock = stock;
    known.session = session.number();
    if (was !== stock) changed();
  };
  const askCheck = async (selection: number): Promise<SlotState | MachineReason> => {
    const answer = await session.ask(COMMAND.checkSelection, checkSelection(selection, options.padCheck), (frame) => {
      const status = frame.command === COMMAND.selectionStatus ? readSelectionStatus(frame.text) : null;
      return status?.selection === selection ? selectionState(status.status) : null;
    });
    if (answer === 'ready' || answer === 'empty' || answer === 'paused' || answer === 'missing') {
      const known = entry(selection);
      const was = known.state;
      // A jammed selection answers "paused": the jam is the more useful word.
      known.state = answer === 'paused' && was === 'jammed' ? 'jammed' : answer;
      if (known.state !== was) changed();
    }
    return answer ?? 'unknown';
  };
  /** The answer to 0x70/42 names no selection, so one question at a time. */
  let stockQuestion: Promise<unknown> = Promise.resolve();
  const askStock = (selection: number): Promise<number | null> => {
    const asked = stockQuestion.then(async () => {
      if (notUnderstood.has(COMMAND.menu) || session.phase() === 'disconnected') return null;
      const question = [MENU.selectionConfiguration, 0, ...wordBytes(selection)];
      const stock = await session.ask(COMMAND.menu, question, ({ command, text }) =>
        command === COMMAND.menuAnswer ? readStoredStock(text) : null,
      );
      if (stock !== null) noteStock(selection, stock);
      else if (session.phase() === 'ready') notUnderstood.add(COMMAND.menu);
      return stock;
    });
    stockQuestion = asked;
    return asked;
  };
  const askJammed = (selection: number): Promise<boolean | null> =>
    session.ask(COMMAND.menu, [MENU.jammedSelections, 0], ({ command, text }) =>
      command === COMMAND.menuAnswer ? (readJammedSelections(text)?.includes(selection) ?? null) : null,
    );
  const askMachine = () => {
    if (session.phase() !== 'ready' || running) return;
    for (const command of options.elevator ? [COMMAND.askMachine, COMMAND.askElevator] : [COMMAND.askMachine]) {
      if (notUnderstood.has(command)) continue;
      const onFate = (fate: Fate) => void (fate === 'unanswered' && notUnderstood.add(command));
      session.enqueue({ command, text: [], onFate });
    }
  };
  const keepAsking = () => {
    statusTimer = clock.setTimeout(() => {
      askMachine();
      keepAsking();
    }, STATUS_INTERVAL_MS);
  };

  const receive = ({ command, text }: Frame) => {
    switch (command) {
      case COMMAND.dispensing: {
        const status = readDispensing(text);
        if (!status) return log.warn('vmc.unreadable', { command, length: text.length });
        if (running?.selection === status.selection) return running.status(status.status);
        log.warn('vmc.statusNotAsked', { slot: slotOf(status.selection), status: status.status });
        const { means } = dispensing(status.status);
        if (means === 'delivered' || means === 'failed') lateEnds.set(status.selection, status.status);
        return;
      }
      case COMMAND.selectionInfo: {
        const info = readSelectionInfo(text);
        if (!info) return log.warn('vmc.unreadable', { command, length: text.length });
        const known = entry(info.selection);
        const wasEmpty = known.state === 'empty';
        const ranOut = info.stock === 0 && known.stock !== 0;
        noteStock(info.selection, info.stock);
        known.capacity = info.capacity;
        known.state = wasEmpty && info.stock === 0 ? 'empty' : pushedState(info.status);
        changed();
        // Only the controller's own check says whether stock 0 means empty or not counted.
        if (ranOut && info.status === 0) void askCheck(info.selection);
        return;
      }
      case COMMAND.machineStatus: {
        const status = readMachineStatus(text);
        if (!status) return log.warn('vmc.unreadable', { command, length: text.length });
        const reasons: MachineReason[] = [];
        if (status.doorOpen) reasons.push('doorOpen');
        if (status.temperatureFault) reasons.push('temperature');
        const same = reasons.join() === machine.reasons.join() && status.temperature_c === machine.temperature_c;
        machine = { reasons, temperature_c: status.temperature_c };
        return same ? undefined : changed();
      }
      case COMMAND.elevatorStatus: {
        const reason = elevatorReason(text[0] ?? 0);
        if (reason === elevator) return;
        elevator = reason;
        return changed();
      }
      case COMMAND.select: {
        const selection = ((text[0] ?? 0) << 8) | (text[1] ?? 0);
        if (selection === 0) return log.info('vmc.selectionCancelled');
        const decline = () => session.enqueue({ command: COMMAND.select, text: [0, 0] });
        for (const listener of selectionListeners) listener({ slot: slotOf(selection), decline });
        return;
      }
      default:
        // Money, display, fully loaded, menu: notices that a kiosk without cash has no use for but the log.
        if (command !== COMMAND.selectionStatus && command !== COMMAND.menuAnswer)
          log.info('vmc.notice', { command, text: Buffer.from(text).toString('hex') });
    }
  };

  const session = createSession(port, clock, log, recorder, {
    phase: (phase) => {
      if (phase === 'ready') {
        notUnderstood.clear();
        askMachine();
      }
      changed();
    },
    data: receive,
  });

  const sleep = (delay_ms: number) => new Promise<void>((resolve) => void clock.setTimeout(resolve, delay_ms));
  /**
   * Asks and waits until the evidence is clear, or can't become clearer.
   * @param still_ms when the motor certainly stands still, on the monotonic clock
   * @param over ends the search: the status came after all
   */
  const investigate = async (selection: number, before: Mark, still_ms: number, over: () => boolean): Promise<Verdict> => {
    const limit_ms = Math.max(still_ms, clock.monotonic_ms() + EVIDENCE_LIMIT_MS);
    let verdict: Verdict = { evidence: 'none', likely: 'none', proof: 'the controller did not come back' };
    for (;;) {
      const end = lateEnds.get(selection);
      if (end !== undefined) {
        lateEnds.delete(selection);
        const told = dispensing(end);
        const proof = `the controller's late status 0x${end.toString(16).padStart(2, '0')}`;
        if (told.means === 'delivered') return { evidence: 'delivered', proof };
        if (told.means === 'failed') return { evidence: 'notDelivered', why: told.why, proof };
      }
      if (over()) return verdict;
      if (session.phase() === 'ready') {
        const asked = clock.monotonic_ms();
        const [stock, jammed] = await Promise.all([askStock(selection), askJammed(selection), askCheck(selection)]);
        const known = entry(selection);
        const told = stock ?? (known.session === session.number() ? known.stock : null);
        verdict = judge(before, { stock: told, state: known.state, jammed }, asked >= still_ms);
        if (lateEnds.has(selection)) continue;
        if (verdict.evidence !== 'none' || asked >= still_ms) return verdict;
      } else if (clock.monotonic_ms() >= limit_ms) return verdict;
      await sleep(EVIDENCE_STEP_MS);
    }
  };

  const mark = (slot: string): Mark => {
    const known = selections.get(selectionOf(slot) ?? -1);
    return { stock: known?.stock ?? null, state: known?.state ?? 'unknown', counts, at_ms: clock.now_ms() };
  };

  const notSent = (detail: string): VendOutcome => ({ outcome: 'failed', why: 'notSent', detail });
  keepAsking();

  return {
    state,
    onState: (listener) => {
      stateListeners.add(listener);
      return () => void stateListeners.delete(listener);
    },
    check: async (slot) => {
      const selection = selectionOf(slot);
      if (selection === null) return { ready: false, reason: 'missing' };
      const reason = state().reasons[0];
      if (reason) return { ready: false, reason };
      const answer = askCheck(selection);
      if (entry(selection).stock === null) void askStock(selection);
      const told = await answer;
      return told === 'ready' ? { ready: true } : { ready: false, reason: told };
    },
    mark,
    vend: ({ vendId, slot }, onProgress) =>
      memory.once(vendId, async () => {
        const selection = selectionOf(slot);
        if (selection === null) return notSent(`slot ${slot} has no selection number; add it to machine.selections`);
        if (!state().ready) return notSent(`the machine is not ready: ${state().reasons.join(', ')}`);
        const before = mark(slot);
        // Until the controller tells it anew, its stock is not known: a mark must never be older than a vend.
        entry(selection).stock = null;
        const outcome = await runVend({
          selection,
          options,
          clock,
          log,
          session,
          onProgress,
          attach: (vend) => {
            running = vend;
            lateEnds.delete(selection);
            changed();
          },
          investigate: (still_ms, over) => investigate(selection, before, still_ms, over),
        });
        running = null;
        const known = entry(selection);
        known.stock = null;
        if (outcome.outcome === 'failed' && outcome.why === 'jam') known.state = 'jammed';
        changed();
        void askStock(selection).then((stock) => {
          if (outcome.outcome === 'succeeded' && before.stock !== null && stock === before.stock - 1) counts = true;
        });
        return outcome;
      }),
    evidence: async ({ slot, mark: written }) => {
      const selection = selectionOf(slot);
      if (selection === null) return { evidence: 'none', likely: 'none', proof: `slot ${slot} has no selection number` };
      const before = readMark(written);
      const passed_ms = Math.max(0, clock.now_ms() - before.at_ms);
      const still_ms = clock.monotonic_ms() + Math.max(0, options.vendDeadline_ms - passed_ms);
      const verdict = await investigate(selection, before, still_ms, () => false);
      return verdict.evidence === 'notDelivered' ? { evidence: 'notDelivered', proof: verdict.proof } : verdict;
    },
    onSelection: (listener) => {
      selectionListeners.add(listener);
      return () => void selectionListeners.delete(listener);
    },
    diagnostics: recorder.diagnostics,
    close: async () => {
      if (statusTimer !== null) clock.clearTimeout(statusTimer);
      stateListeners.clear();
      session.close();
    },
  };
}
