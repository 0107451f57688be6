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
  VendingMachine,
  VendOutcome,
  VendProgress,
} from '../../app/ports.ts';
import { createRecorder } from '../recorder.ts';
import type { Port } from '../transport/wire.ts';
import { createVendMemory } from '../vend-memory.ts';
import { openAdapter } from './adapter.ts';
import { readLine, yenOf } from './lines.ts';
import type { AdapterLine } from './lines.ts';
import type { QibixxOptions } from './options.ts';

/** We deny before the machine gives up by itself: then nothing is left open. */
const DENY_EARLY_MS = 5000;
/** The success line may come a moment after the status. */
const GRACE_MS = 1500;
/** A cable that is out for longer won't bring the end of this vend any more. */
const LOST_LIMIT_MS = 30_000;

interface Request {
  readonly amount: string;
  readonly item: string;
  readonly price_jpy: number;
  readonly timer: unknown;
  readonly ended: () => void;
}

interface Running {
  line(line: AdapterLine): void;
  lost(): void;
  rebooted(): void;
  /** Nobody waits any more: no timer stays. */
  abandon(): void;
}

export function createQibixx(port: Port, options: QibixxOptions, { clock, log }: { clock: Clock; log: Log }): VendingMachine {
  const recorder = createRecorder('mdb-qibixx', port.name, clock);
  const memory = createVendMemory();
  const stateListeners = new Set<(state: MachineState) => void>();
  const selectionListeners = new Set<(selection: MachineSelection) => void>();
  let status: 'inactive' | 'disabled' | 'enabled' | 'idle' | 'vend' = 'inactive';
  let request: Request | null = null;
  let running: Running | null = null;
  let lateSuccess = false;
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
    if (running || price_jpy === null || selectionListeners.size === 0) {
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
    rebooted: () => running?.rebooted(),
    // Before the first set-up of this process: what an earlier one left behind.
    undecided: () => running !== null || !everReady,
    line: (text) => {
      const line = readLine(text);
      if (line.says === 'status') {
        status = line.status;
        endRequest();
      }
      if (line.says === 'vendRequest') status = 'vend';
      if (line.says === 'vendSuccess' && !running) lateSuccess = true;
      if (line.says === 'error') log.warn('mdb.error', { about: line.about });
      if (running) running.line(line);
      else if (line.says === 'vendRequest') onRequest(line.amount, line.item);
      if (line.says === 'status' || line.says === 'vendRequest') changed();
    },
  });

  const notSent = (detail: string): VendOutcome => ({ outcome: 'failed', why: 'notSent', detail });
  const unknown = (likely: 'delivered' | 'notDelivered' | 'none', evidence: string): VendOutcome => ({
    outcome: 'unknown',
    likely,
    evidence,
  });

  /** @param approveWhat in authorizeFirst: the choice to approve; the session was opened by us just before */
  const run = (
    approval: string | null,
    approveWhat: { slot: string; price_jpy: number } | null,
    onProgress: (progress: VendProgress) => void,
  ): Promise<VendOutcome> =>
    new Promise((resolve) => {
      let approved = approval !== null;
      let taken = false;
      let timer: unknown = null;
      const finish = (outcome: VendOutcome) => {
        if (timer !== null) clock.clearTimeout(timer);
        running = null;
        resolve(outcome);
        changed();
        // A session that we opened and that the machine leaves open would refuse the next one.
        if (approveWhat) clock.setTimeout(() => (status === 'idle' && !running ? adapter.say('C,STOP') : undefined), GRACE_MS);
      };
      const after = (delay_ms: number, callback: () => void) => {
        if (timer !== null) clock.clearTimeout(timer);
        timer = clock.setTimeout(callback, delay_ms);
      };
      const deadline = () => {
        if (!approved) {
          adapter.say('C,STOP');
          return finish(notSent('nothing was chosen on the machine in time'));
        }
        const end = unknown(taken ? 'none' : 'notDelivered', `the machine did not end the vend within ${options.vendDeadline_ms} ms`);
        if (taken) return finish(end);
        // The adapter may never have heard the approval; then this frees the machine. After an approval it is refused.
        adapter.say('C,VEND,-1');
        after(GRACE_MS, () => finish(end));
      };
      const approve = (amount: string) => {
        approved = true;
        onProgress('sent');
        adapter.say(`C,VEND,${amount}`);
        after(options.vendDeadline_ms, deadline);
      };
      running = {
        line: (line) => {
          switch (line.says) {
            case 'vendSuccess':
              return approved ? finish({ outcome: 'succeeded', proof: 'machine' }) : undefined;
            case 'vendFailure':
              return approved ? finish({ outcome: 'failed', why: 'motor', detail: 'the machine reported a failed vend' }) : undefined;
            case 'busy':
              if (!approved || taken) return;
              taken = true;
              return onProgress('moving');
            case 'error':
              // "-3" is the adapter's word for a wrong state: nothing was approved, or no session was opened.
              return /^(VEND|START) -/.test(line.about) ? finish(notSent(`the adapter refused: ${line.about}`)) : undefined;
            case 'vendRequest':
              if (approved) {
                adapter.say('C,VEND,-1');
                return finish(unknown('none', 'the machine asked for the next vend before it ended this one'));
              }
              if (approveWhat?.slot === line.item && yenOf(line.amount) === approveWhat.price_jpy) return approve(line.amount);
              log.warn('mdb.requestDenied', { amount: line.amount, item: line.item, paidFor: approveWhat?.slot });
              return adapter.say('C,VEND,-1');
            case 'status':
              if (!approved)
                return line.status === 'inactive' || line.status === 'disabled'
                  ? finish(notSent('the machine left the session'))
                  : undefined;
              if (line.status === 'inactive')
                return finish(unknown('delivered', 'the machine reset after the approval, which MDB counts as delivered'));
              return after(GRACE_MS, () =>
                finish(unknown('notDelivered', 'the machine ended the session without saying that it delivered')),
              );
            case 'other':
              return;
          }
        },
        lost: () =>
          approved
            ? after(LOST_LIMIT_MS, () => finish(unknown('none', 'the adapter went away after the approval')))
            : finish(notSent('the adapter went away before anything was approved')),
        abandon: () => {
          if (timer !== null) clock.clearTimeout(timer);
        },
        rebooted: () => (approved ? finish(unknown('delivered', 'the adapter started anew after the approval')) : undefined),
      };
      changed();
      if (approval !== null) approve(approval);
      else after(options.vendDeadline_ms, deadline);
    });

  return {
    state,
    onState: (listener) => {
      stateListeners.add(listener);
      return () => void stateListeners.delete(listener);
    },
    check: async (slot) => {
      const reason = state().reasons[0];
      if (reason) return { ready: false, reason };
      if (options.mode === 'authorizeFirst') return { ready: true };
      return request?.item === slot ? { ready: true } : { ready: false, reason: 'unknown' };
    },
    mark: () => ({ status }),
    vend: ({ vendId, slot, price_jpy }, onProgress) =>
      memory.once(vendId, async () => {
        if (!state().ready) return notSent(`the machine is not ready: ${state().reasons.join(', ')}`);
        if (options.mode === 'authorizeFirst') {
          const ended = run(null, { slot, price_jpy }, onProgress);
          adapter.say(`C,START,${price_jpy}`);
          return ended;
        }
        const chosen = request;
        lateSuccess = false;
        if (chosen?.item !== slot || chosen.price_jpy !== price_jpy) return notSent('the machine does not wait for this choice any more');
        endRequest();
        return run(chosen.amount, null, onProgress);
      }),
    evidence: ({ vendId }) =>
      memory.evidence(vendId, async () =>
        lateSuccess
          ? { evidence: 'delivered', proof: 'the machine reported a success after the restart' }
          : { evidence: 'none', likely: 'none', proof: 'an MDB machine can not be asked about a past vend' },
      ),
    onSelection: (listener) => {
      selectionListeners.add(listener);
      return () => void selectionListeners.delete(listener);
    },
    diagnostics: recorder.diagnostics,
    close: async () => {
      memory.close();
      running?.abandon();
      running = null;
      stateListeners.clear();
      endRequest();
      adapter.close();
    },
  };
}
