/**
 * Any MDB machine, through a Qibixx adapter that plays its cashless reader: the machine chooses slot and price and
 * vends by itself, we approve or deny. `alwaysIdle`: choose, pay, approve. `authorizeFirst`: pay, open a session with
 * exactly that amount, approve the matching choice.
 */
import type {
  Clock,
  Log,
  MachineReason,
  MachineSelection,
  MachineState,
  VendEvidence,
  VendingMachine,
  VendOutcome,
  VendProgress,
} from '../../app/ports.ts';
import { createRecorder } from '../recorder.ts';
import type { Port } from '../transport/wire.ts';
import { createVendMemory } from '../vend-memory.ts';
import { openAdapter } from './adapter.ts';
import { readLine, yenOf } from './lines.ts';
import type { QibixxOptions } from './options.ts';
import { GRACE_MS, notSent, runVend } from './vend.ts';
import type { RunningVend, VendRun } from './vend.ts';

/** We deny before the machine gives up by itself: then nothing is left open. */
const DENY_EARLY_MS = 5000;
/** So long the check of the next product waits for the end of a session: the machine is asked to end it after the grace. */
const FREE_LIMIT_MS = 10_000;

interface Request {
  readonly amount: string;
  readonly item: string;
  readonly price_jpy: number;
  readonly timer: unknown;
  readonly ended: () => void;
}

export function createQibixx(port: Port, options: QibixxOptions, { clock, log }: { clock: Clock; log: Log }): VendingMachine {
  const recorder = createRecorder('mdb-qibixx', port.name, clock);
  const memory = createVendMemory();
  const stateListeners = new Set<(state: MachineState) => void>();
  const selectionListeners = new Set<(selection: MachineSelection) => void>();
  let status: 'inactive' | 'disabled' | 'enabled' | 'idle' | 'vend' = 'inactive';
  let request: Request | null = null;
  let running: RunningVend | null = null;
  /** What this process heard of a vend that an earlier one asked for. */
  let late: 'success' | 'failure' | 'reset' | null = null;
  let everReady = false;

  const state = (): MachineState => {
    const phase = adapter.phase();
    const reasons: MachineReason[] = [];
    if (phase !== 'ready') reasons.push(phase);
    // Inactive or disabled: the machine resets the reader or takes it out of use, as in its service menu.
    else if (status === 'inactive') reasons.push('starting');
    else if (status === 'disabled') reasons.push('serviceMenu');
    else if (options.mode === 'authorizeFirst' && status !== 'enabled' && !running) reasons.push('busy');
    if (running) reasons.push('busy');
    const slots = new Map(request ? [[request.item, { state: 'ready' as const }]] : []);
    return { ready: reasons.length === 0, reasons, slots, temperature_c: null };
  };
  const changed = () => {
    for (const listener of stateListeners) listener(state());
  };
  const endRequest = () => {
    if (!request) return;
    clock.clearTimeout(request.timer);
    const { ended } = request;
    request = null;
    ended();
    changed();
  };
  const deny = (why: string) => {
    log.info('mdb.denied', { item: request?.item, why });
    adapter.say('C,VEND,-1');
    endRequest();
  };

  const onRequest = (amount: string, item: string) => {
    // The machine repeats itself when an ACK got lost: no second choice.
    if (request?.amount === amount && request.item === item) return;
    endRequest();
    const price_jpy = yenOf(amount);
    // Who pays first gets a session, and whatever is chosen without one was not paid for.
    const unwanted = running !== null || options.mode === 'authorizeFirst' || selectionListeners.size === 0;
    if (unwanted || price_jpy === null) {
      log.warn('mdb.requestDenied', { amount, item, wholeYen: price_jpy !== null, busy: running !== null });
      return adapter.say('C,VEND,-1');
    }
    const wait_ms = options.responseTime_s * 1000 - DENY_EARLY_MS;
    let ended = () => undefined as void;
    const withdrawn = new Promise<void>((resolve) => {
      ended = resolve;
    });
    const mine: Request = { amount, item, price_jpy, timer: clock.setTimeout(() => deny('nobody paid in time'), wait_ms), ended };
    request = mine;
    changed();
    const selection: MachineSelection = {
      slot: item,
      price_jpy,
      deadline_monotonic_ms: clock.monotonic_ms() + wait_ms,
      decline: () => {
        if (request === mine) deny('declined');
      },
      withdrawn,
    };
    for (const listener of selectionListeners) listener(selection);
  };

  const adapter = openAdapter(port, options, clock, log, recorder, {
    phase: (phase) => {
      if (phase === 'disconnected') {
        endRequest();
        status = 'inactive';
        running?.lost();
      }
      if (phase === 'ready') everReady = true;
      changed();
    },
    found: (reader) => {
      if (!everReady && late === null && reader === 'reset') late = 'reset';
    },
    rebooted: () => running?.rebooted(),
    vending: () => running !== null,
    // Before the first set-up of this process: what an earlier one left behind.
    undecided: () => running !== null || request !== null || !everReady,
    line: (text) => {
      const line = readLine(text);
      if (line.says === 'status') {
        status = line.status;
        endRequest();
      }
      if (line.says === 'vendRequest') status = 'vend';
      if (line.says === 'vendSuccess' && !running) late = 'success';
      if (line.says === 'vendFailure' && !running) late = 'failure';
      if (line.says === 'error') {
        log.warn('mdb.error', { about: line.about });
        if (line.about.startsWith('STOP -') && !running && (status === 'idle' || status === 'vend')) {
          status = 'enabled';
          changed();
        }
      }
      if (running) running.line(line);
      else if (line.says === 'vendRequest') onRequest(line.amount, line.item);
      if (line.says === 'status' || line.says === 'vendRequest') changed();
    },
  });

  /** In `authorizeFirst`, until the session of the vend before is over. */
  const free = () =>
    new Promise<void>((resolve) => {
      const isFree = () => state().reasons.every((reason) => reason !== 'busy');
      if (isFree()) return resolve();
      const end = () => {
        stateListeners.delete(look);
        clock.clearTimeout(timer);
        resolve();
      };
      const look = () => (isFree() ? end() : undefined);
      const timer = clock.setTimeout(end, FREE_LIMIT_MS);
      stateListeners.add(look);
    });
  /** An MDB machine can't be asked about a past vend; what it said by itself while we were starting is all there is. */
  const lateEvidence = (): VendEvidence => {
    switch (late) {
      case 'success':
        return { evidence: 'delivered', proof: 'the machine reported a success after the restart' };
      case 'failure':
        return { evidence: 'notDelivered', why: 'motor', proof: 'the machine reported a failed vend after the restart' };
      case 'reset':
        // Paid first, the approval comes only with the customer's choice, so the reset may well have come before it.
        return options.mode === 'authorizeFirst'
          ? { evidence: 'none', likely: 'none', proof: 'machine or adapter started anew since; whether anything was approved is not known' }
          : { evidence: 'none', likely: 'delivered', proof: 'machine or adapter started anew since, which MDB counts as delivered' };
      case null:
        return { evidence: 'none', likely: 'none', proof: 'an MDB machine can not be asked about a past vend' };
    }
  };
  const run = async (goods: VendRun['goods'], onProgress: (progress: VendProgress) => void): Promise<VendOutcome> => {
    const attach = (vend: RunningVend) => {
      running = vend;
      changed();
    };
    const outcome = await runVend({ goods, options, clock, log, say: adapter.say, onProgress, attach });
    running = null;
    // A session that we opened and that the machine leaves open would refuse the next one. Where only the line with its end
    // got lost, the adapter refuses this.
    if (goods.by === 'paid') clock.setTimeout(() => (status !== 'enabled' && !running ? adapter.say('C,STOP') : undefined), GRACE_MS);
    changed();
    return outcome;
  };

  return {
    state,
    onState: (listener) => {
      stateListeners.add(listener);
      return () => void stateListeners.delete(listener);
    },
    check: async (slot) => {
      if (!/^[1-9]\d{0,4}$/.test(slot)) return { ready: false, reason: 'missing' };
      if (options.mode === 'authorizeFirst' && !running) await free();
      const reason = state().reasons[0];
      if (reason) return { ready: false, reason };
      if (options.mode === 'authorizeFirst') return { ready: true };
      return request?.item === slot ? { ready: true } : { ready: false, reason: 'unknown' };
    },
    mark: () => ({ status }),
    vend: ({ vendId, slot, price_jpy }, onProgress) =>
      memory.once(vendId, async () => {
        if (!state().ready) return notSent(`the machine is not ready: ${state().reasons.join(', ')}`);
        late = null;
        if (!/^[1-9]\d{0,4}$/.test(slot)) return notSent(`slot ${slot} is no item number of an MDB machine`);
        if (options.mode === 'authorizeFirst') return run({ by: 'paid', item: slot, price_jpy }, onProgress);
        const chosen = request;
        if (chosen?.item !== slot || chosen.price_jpy !== price_jpy) return notSent('the machine does not wait for this choice any more');
        endRequest();
        return run({ by: 'chosen', amount: chosen.amount, item: chosen.item }, onProgress);
      }),
    evidence: ({ vendId }) => memory.evidence(vendId, async () => lateEvidence()),
    onSelection: (listener) => {
      selectionListeners.add(listener);
      return () => void selectionListeners.delete(listener);
    },
    diagnostics: () => ({ ...recorder.diagnostics(), trouble: adapter.trouble() ?? undefined }),
    close: async () => {
      memory.close();
      running?.abandon();
      running = null;
      stateListeners.clear();
      if (request) deny('the kiosk stops');
      adapter.close();
    },
  };
}
