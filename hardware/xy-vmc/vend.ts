/** One vend (0x06, or 0x03), from the queue to what is known of the goods. The command leaves at most once; see link.ts for its repetitions. */
import type { Clock, Log, VendOutcome, VendProgress } from '../../app/ports.ts';
import { COMMAND, drive, wordBytes } from './codec.ts';
import type { Verdict } from './evidence.ts';
import type { Outgoing } from './link.ts';
import type { XyVmcOptions } from './options.ts';
import type { Session } from './session.ts';
import { dispensing, refusal } from './status.ts';

export interface RunningVend {
  readonly selection: number;
  /** A dispensing status (0x04) for this selection came. */
  status(status: number): void;
  /** The controller's word on whether this selection can sell (0x02). */
  answer(status: number): void;
  /** Nobody waits any more: no timer stays. */
  abandon(): void;
}

export interface VendRun {
  readonly selection: number;
  readonly options: XyVmcOptions;
  readonly clock: Clock;
  readonly log: Log;
  readonly session: Session;
  readonly onProgress: (progress: VendProgress) => void;
  /** From here on statuses go to this vend. */
  readonly attach: (vend: RunningVend) => void;
  readonly investigate: (still_ms: number, over: () => boolean) => Promise<Verdict>;
}

/** A controller that only ever reports progress is broken; nobody waits longer than so many deadlines. */
const MOST_DEADLINES = 10;
/** No POLL for this long: the command is still in our hands and stays there. */
const QUEUE_LIMIT_MS = 5000;

const outcomeOf = (verdict: Verdict): VendOutcome => {
  switch (verdict.evidence) {
    case 'delivered':
      return { outcome: 'succeeded', proof: 'machine' };
    case 'notDelivered':
      return { outcome: 'failed', why: verdict.why, detail: verdict.proof };
    case 'none':
      return { outcome: 'unknown', likely: verdict.likely, evidence: verdict.proof };
  }
};

export function runVend({ selection, options, clock, log, session, onProgress, attach, investigate }: VendRun): Promise<VendOutcome> {
  return new Promise((resolve) => {
    const begun_ms = clock.monotonic_ms();
    let over = false;
    let searching = false;
    let timer: unknown = null;

    const finish = (outcome: VendOutcome) => {
      if (over) return;
      over = true;
      if (timer !== null) clock.clearTimeout(timer);
      // What was given an outcome must not move any more.
      session.abandon(outgoing);
      resolve(outcome);
    };
    const after = (delay_ms: number, callback: () => void) => {
      if (timer !== null) clock.clearTimeout(timer);
      timer = clock.setTimeout(callback, delay_ms);
    };
    /** The status did not come, or can't come any more: what else is there to see? */
    const search = (still_ms: number) => {
      if (over || searching) return;
      searching = true;
      void investigate(still_ms, () => over).then((verdict) => finish(outcomeOf(verdict)));
    };
    let lastSign_ms = begun_ms;
    const sign = () => {
      lastSign_ms = clock.monotonic_ms();
      const limit_ms = begun_ms + MOST_DEADLINES * options.vendDeadline_ms - lastSign_ms;
      after(Math.max(0, Math.min(options.vendDeadline_ms, limit_ms)), () => search(clock.monotonic_ms()));
    };
    let moved = false;
    const vend: RunningVend = {
      selection,
      answer: (status) => {
        // Told to buy, the controller answers so before anything moves; later it is about another question (4.3.2).
        const refused = options.command === 'buy' && !moved && !searching ? refusal(status) : null;
        if (refused) finish({ outcome: 'failed', ...refused });
      },
      abandon: () => {
        over = true;
        if (timer !== null) clock.clearTimeout(timer);
        session.abandon(outgoing);
      },
      status: (status) => {
        moved = true;
        session.answered(outgoing);
        const told = dispensing(status);
        switch (told.means) {
          case 'progress':
            onProgress(told.progress);
            if (!searching) sign();
            return;
          case 'delivered':
            // Told to buy, the controller decides by its own settings what a success is.
            if (options.command === 'buy') return finish({ outcome: 'succeeded', proof: 'machine' });
            return finish({ outcome: 'succeeded', proof: options.dropSensor ? 'dropSensor' : 'actuated' });
          case 'failed':
            return finish({ outcome: 'failed', why: told.why, detail: told.detail });
          case 'terminated':
            return search(clock.monotonic_ms());
          case 'unrecognised':
            return log.warn('vmc.statusUnrecognised', { selection, status });
        }
      },
    };
    const outgoing: Outgoing = {
      ...(options.command === 'buy'
        ? { command: COMMAND.buy, text: wordBytes(selection) }
        : { command: COMMAND.drive, text: drive(selection, options.dropSensor, options.elevator) }),
      onSent: () => {
        // Not earlier: a status that comes before belongs to somebody else's vend.
        attach(vend);
        onProgress('sent');
        sign();
      },
      // The motor may begin with any repetition, so the deadline does.
      onResent: () => (searching ? undefined : sign()),
      onFate: (fate) => {
        if (fate === 'acknowledged') {
          onProgress('accepted');
          sign();
        } else if (fate === 'notSent') {
          finish({ outcome: 'failed', why: 'notSent', detail: 'the controller went away before the command was sent' });
        } else {
          log.warn('vmc.driveUnconfirmed', { selection, fate });
          // Unanswered: the controller is there, its status may still come before the deadline.
          if (fate === 'lost') search(lastSign_ms + options.vendDeadline_ms);
        }
      },
    };
    session.enqueue(outgoing, true);
    if (timer === null)
      after(QUEUE_LIMIT_MS, () => {
        if (session.withdraw(outgoing)) finish({ outcome: 'failed', why: 'notSent', detail: 'the controller did not ask for a command' });
      });
  });
}
