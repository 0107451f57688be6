/** A vending machine behind a VMC of Hunan Xing Yuan. The kiosk chooses the selection; the controller turns it and tells what fell. */
import type { Clock, Log, MachineReason, MachineState, SlotState, VendingMachine, VendOutcome } from '../../app/ports.ts';
import { isRecent, madeNow } from '../mark-age.ts';
import { createRecorder } from '../recorder.ts';
import type { Port } from '../transport/wire.ts';
import { createVendMemory } from '../vend-memory.ts';
import { COMMAND, readDispensing, readMachineStatus, readSelectionInfo, readSelectionStatus, readSetting, word } from './codec.ts';
import type { Frame, Setting } from './codec.ts';
import { judge, readMark, since_ms } from './evidence.ts';
import type { Mark, Verdict } from './evidence.ts';
import { readNotice } from './notices.ts';
import type { XyVmcOptions } from './options.ts';
import { createKeypad } from './keypad.ts';
import { createQuestions } from './questions.ts';
import { createSelections } from './selections.ts';
import { createSession } from './session.ts';
import { dispensing, elevatorReason, pushedState } from './status.ts';
import { createTeller } from './teller.ts';
import { runVend } from './vend.ts';
import type { RunningVend } from './vend.ts';

const STATUS_INTERVAL_MS = 5000;
/** What a controller only says when nobody is in its menu: a customer's choice, money, a running vend. */
const OUTSIDE_MENU: readonly number[] = [COMMAND.select, COMMAND.moneyNotice, COMMAND.dispensing];
/** The document has no command for leaving the menu; so long after its call staff are taken for gone. */
const MENU_MS = 300_000;
/** How long evidence waits for a controller that is not there, when the motor stands still already. */
const EVIDENCE_LIMIT_MS = 15_000;
const EVIDENCE_STEP_MS = 1000;

export function createXyVmc(port: Port, options: XyVmcOptions, { clock, log }: { clock: Clock; log: Log }): VendingMachine {
  const recorder = createRecorder('xy-vmc', port.name, clock);
  const selections = createSelections(options.selections);
  /** Ends of vends that nobody waited for (any more), by selection. */
  const lateEnds = new Map<number, number>();
  const memory = createVendMemory();
  const stateListeners = new Set<(state: MachineState) => void>();
  const keypad = createKeypad(() => session, selections, log);
  let machine: { reasons: readonly MachineReason[]; temperature_c: number | null } = { reasons: [], temperature_c: null };
  let elevator: MachineReason | null = null;
  let running: RunningVend | null = null;
  let counts = false;
  let statusTimer: unknown = null;
  let lookedAt = 0;
  let snapshot: MachineState | null = null;
  /** Vends and searches for evidence that nothing may disturb, from their first line on. */
  let undisturbed = 0;
  /** Runs while staff are in the controller's menu. */
  let menuTimer: unknown = null;

  const state = (): MachineState => {
    if (snapshot) return snapshot;
    const phase = session.phase();
    const reasons: MachineReason[] = phase === 'ready' ? [...machine.reasons] : [phase];
    if (phase === 'ready' && elevator !== null && !reasons.includes(elevator)) reasons.push(elevator);
    if (phase === 'ready' && menuTimer !== null) reasons.push('serviceMenu');
    if (phase === 'ready' && running) reasons.push('busy');
    snapshot = { ready: reasons.length === 0, reasons, slots: selections.slots(), temperature_c: machine.temperature_c };
    return snapshot;
  };
  const changed = () => {
    snapshot = null;
    for (const listener of stateListeners) listener(state());
    teller.next();
  };
  const noteStock = (selection: number, stock: number) => {
    const entry = selections.entry(selection);
    const was = entry.stock;
    entry.stock = stock;
    entry.session = session.number();
    if (was !== stock) changed();
  };
  const askCheck = async (selection: number): Promise<SlotState | MachineReason> => {
    const answer = await questions.check(selection);
    if (answer === 'ready' || answer === 'empty' || answer === 'paused' || answer === 'missing') {
      const entry = selections.entry(selection);
      const was = entry.state;
      // A jammed selection answers "paused": the jam is the more useful word.
      entry.state = answer === 'paused' && was === 'jammed' ? 'jammed' : answer;
      if (entry.state !== was) changed();
    }
    return answer;
  };
  const askStock = async (selection: number): Promise<number | null> => {
    const stock = await questions.stock(selection);
    if (stock !== null) noteStock(selection, stock);
    return stock;
  };
  const isFree = () => undisturbed === 0 && state().ready;
  /** No customer asks for a slot that is not for sale, and not every controller tells that it sells again: one in each round. */
  const lookAgain = () => {
    const stopped = selections.stopped();
    const next = stopped.find((selection) => selection > lookedAt) ?? stopped[0];
    if (next === undefined) return;
    lookedAt = next;
    void askCheck(next);
  };
  const keepAsking = () => {
    statusTimer = clock.setTimeout(() => {
      if (session.phase() === 'ready' && !running) questions.machine();
      if (isFree()) lookAgain();
      keepAsking();
    }, STATUS_INTERVAL_MS);
  };

  const onDispensing = (text: Uint8Array) => {
    const told = readDispensing(text);
    if (!told) return log.warn('vmc.unreadable', { command: COMMAND.dispensing, length: text.length });
    if (running?.selection === told.selection) return running.status(told.status);
    log.warn('vmc.statusNotAsked', { slot: selections.slotOf(told.selection), status: told.status });
    const { means } = dispensing(told.status);
    if (means === 'delivered' || means === 'failed') lateEnds.set(told.selection, told.status);
  };
  const onSelectionInfo = (text: Uint8Array) => {
    const info = readSelectionInfo(text);
    if (!info) return log.warn('vmc.unreadable', { command: COMMAND.selectionInfo, length: text.length });
    const entry = selections.entry(info.selection);
    const ranOut = info.stock === 0 && entry.stock !== 0;
    entry.capacity = info.capacity;
    entry.price = info.price;
    entry.state = entry.state === 'empty' && info.stock === 0 ? 'empty' : pushedState(info.status);
    entry.stock = null;
    noteStock(info.selection, info.stock);
    // Only the controller's own check says whether stock 0 means empty or not counted.
    if (ranOut && info.status === 0 && running?.selection !== info.selection) void askCheck(info.selection);
  };
  const onMachineStatus = (text: Uint8Array) => {
    const status = readMachineStatus(text);
    if (!status) return log.warn('vmc.unreadable', { command: COMMAND.machineStatus, length: text.length });
    const reasons: MachineReason[] = [];
    if (status.doorOpen) reasons.push('doorOpen');
    if (status.temperatureFault && options.temperatureStops !== false) reasons.push('temperature');
    const same = reasons.join() === machine.reasons.join() && status.temperature_c === machine.temperature_c;
    machine = { reasons, temperature_c: status.temperature_c };
    if (!same) changed();
  };
  const leaveMenu = () => {
    if (menuTimer === null) return;
    clock.clearTimeout(menuTimer);
    menuTimer = null;
    changed();
  };
  const enterMenu = () => {
    leaveMenu();
    menuTimer = clock.setTimeout(leaveMenu, MENU_MS);
    changed();
  };
  /** The controller sets something of a selection, of a tray, or of all of them (4.2.2–4.2.5). */
  const onSet = (setting: Setting) => {
    const among = selections.addressed(setting.address);
    if (among === null) selections.forgetStocks();
    for (const selection of among ?? []) {
      const entry = selections.entry(selection);
      if (setting.what === 'capacity' || setting.what === 'price') entry[setting.what] = setting.value;
      if (setting.what === 'stock') {
        entry.stock = setting.value;
        entry.session = session.number();
        if (entry.state === 'empty' && setting.value > 0) entry.state = 'ready';
      }
    }
    changed();
  };
  const receive = ({ command, text }: Frame) => {
    const notice = readNotice(command, text);
    if (OUTSIDE_MENU.includes(command)) leaveMenu();
    switch (command) {
      case COMMAND.dispensing:
        return onDispensing(text);
      case COMMAND.selectionStatus: {
        const told = readSelectionStatus(text);
        return told?.selection === running?.selection && told ? running?.answer(told.status) : undefined;
      }
      case COMMAND.selectionInfo:
        return onSelectionInfo(text);
      case COMMAND.machineStatus:
        return onMachineStatus(text);
      case COMMAND.select:
        return keypad.pressed(word(text, 0));
      case COMMAND.elevatorStatus: {
        const reason = elevatorReason(text[0] ?? 0);
        if (reason === elevator) return;
        elevator = reason;
        return changed();
      }
      case COMMAND.fullyLoaded:
        selections.fill(session.number());
        changed();
        break;
      case COMMAND.callMenu:
        enterMenu();
        break;
      case COMMAND.setPrice:
      case COMMAND.setInventory:
      case COMMAND.setCapacity:
      case COMMAND.setProduct: {
        const setting = readSetting(command, text);
        if (setting) onSet(setting);
        else log.warn('vmc.unreadable', { command, length: text.length });
      }
    }
    if (notice) log.info(notice.event, notice.fields);
  };

  const session = createSession(port, clock, log, recorder, {
    phase: (phase) => {
      if (phase === 'ready') {
        if (options.pollInterval_ms !== undefined)
          session.enqueue({ command: COMMAND.pollInterval, text: [Math.round(options.pollInterval_ms / 100)] });
        questions.machine();
      } else {
        keypad.withdraw();
        leaveMenu();
      }
      changed();
    },
    data: receive,
  });
  const questions = createQuestions(session, options);
  const teller = createTeller({
    session,
    selections,
    log,
    isFree,
    ask: async (selection) => {
      const [stock] = await Promise.all([askStock(selection), askCheck(selection)]);
      // What came meanwhile may be older than the setting.
      if (stock === null) selections.entry(selection).stock = null;
    },
  });
  const undisturbedly = async <T>(work: () => Promise<T>, selection?: number): Promise<T> => {
    undisturbed += 1;
    teller.hold(selection);
    try {
      return await work();
    } finally {
      undisturbed -= 1;
      teller.next();
    }
  };
  keepAsking();

  const sleep = (delay_ms: number) => new Promise<void>((resolve) => void clock.setTimeout(resolve, delay_ms));
  /**
   * Asks and waits until the evidence is clear, or can't become clearer.
   * @param still_ms when the motor certainly stands still, on the monotonic clock
   * @param recent the mark is of the time of this vend
   * @param over ends the search: the status came after all
   */
  const investigate = async (selection: number, before: Mark, still_ms: number, recent: boolean, over: () => boolean): Promise<Verdict> => {
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
      if (over() || memory.isClosed()) return verdict;
      if (session.phase() === 'ready') {
        const asked_ms = clock.monotonic_ms();
        const [stock, jammed] = await Promise.all([askStock(selection), questions.jammed(selection), askCheck(selection)]);
        const entry = selections.entry(selection);
        const told = stock ?? (entry.session === session.number() ? entry.stock : null);
        verdict = judge(before, { stock: told, state: entry.state, jammed }, { still: asked_ms >= still_ms, recent });
        if (lateEnds.has(selection)) continue;
        if (verdict.evidence !== 'none' || asked_ms >= still_ms) return verdict;
      } else if (clock.monotonic_ms() >= limit_ms) return verdict;
      await sleep(EVIDENCE_STEP_MS);
    }
  };
  const mark = (slot: string): Mark => {
    const selection = selections.numberOf(slot);
    const entry = selection === null ? null : selections.entry(selection);
    return {
      stock: entry === null || selection === null || teller.isUnsure(selection) ? null : entry.stock,
      state: entry?.state ?? 'unknown',
      counts,
      ...madeNow(clock),
    };
  };
  const notSent = (detail: string): VendOutcome => ({ outcome: 'failed', why: 'notSent', detail });

  return {
    state,
    onState: (listener) => {
      stateListeners.add(listener);
      return () => void stateListeners.delete(listener);
    },
    check: async (slot) => {
      const selection = selections.numberOf(slot);
      if (selection === null) return { ready: false, reason: 'missing' };
      const reason = state().reasons[0];
      if (reason) return { ready: false, reason };
      const answer = askCheck(selection);
      if (selections.entry(selection).stock === null) void askStock(selection);
      const told = await answer;
      return told === 'ready' ? { ready: true } : { ready: false, reason: told };
    },
    mark,
    vend: ({ vendId, slot }, onProgress) =>
      memory.once(vendId, async () => {
        const selection = selections.numberOf(slot);
        if (selection === null) return notSent(`slot ${slot} has no selection number; add it to machine.selections`);
        if (!state().ready) return notSent(`the machine is not ready: ${state().reasons.join(', ')}`);
        return undisturbedly(async () => {
          const before = mark(slot);
          const entry = selections.entry(selection);
          // Until the controller tells it anew, its stock is not known: a mark must never be older than a vend.
          entry.stock = null;
          keypad.withdraw(selection);
          const attach = (vend: RunningVend) => {
            running = vend;
            lateEnds.delete(selection);
            changed();
          };
          const search = (still_ms: number, over: () => boolean) => investigate(selection, before, still_ms, true, over);
          const outcome = await runVend({ selection, options, clock, log, session, onProgress, attach, investigate: search });
          running = null;
          entry.stock = null;
          if (outcome.outcome === 'failed' && outcome.why === 'jam') entry.state = 'jammed';
          changed();
          void askStock(selection).then((stock) => {
            if (outcome.outcome === 'succeeded' && before.stock !== null && stock === before.stock - 1) counts = true;
          });
          return outcome;
        }, selection);
      }),
    evidence: ({ vendId, slot, mark: written }) =>
      memory.evidence(vendId, async () => {
        const selection = selections.numberOf(slot);
        if (selection === null) return { evidence: 'none', likely: 'none', proof: `slot ${slot} has no selection number` };
        const before = readMark(written);
        const still_ms = clock.monotonic_ms() + Math.max(0, options.vendDeadline_ms - since_ms(before, clock));
        const recent = isRecent(before, clock, options.vendDeadline_ms);
        return undisturbedly(() => investigate(selection, before, still_ms, recent, () => false));
      }),
    onSelection: keypad.onSelection,
    ...(options.syncSettings === true && {
      tell: (slot, { price_jpy, capacity, stock }) => {
        const selection = selections.numberOf(slot);
        if (selection !== null) teller.tell(selection, { price: price_jpy, capacity, stock });
      },
    }),
    diagnostics: recorder.diagnostics,
    close: async () => {
      memory.close();
      running?.abandon();
      if (statusTimer !== null) clock.clearTimeout(statusTimer);
      if (menuTimer !== null) clock.clearTimeout(menuTimer);
      stateListeners.clear();
      session.close();
    },
  };
}
