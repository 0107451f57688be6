/** One vend of an MDB machine, from our approval, or from the session that we open for it, to what is known of the goods. */
import type { Clock, Log, VendOutcome, VendProgress } from '../../app/ports.ts';
import { yenOf } from './lines.ts';
import type { AdapterLine } from './lines.ts';
import type { QibixxOptions } from './options.ts';

/** The success line may come a moment after the status, and the adapter's refusal a moment after a reset. */
export const GRACE_MS = 1500;

export interface RunningVend {
  line(line: AdapterLine): void;
  lost(): void;
  rebooted(): void;
  /** Nobody waits any more: no timer stays, and a machine that waits for an approval is told no. */
  abandon(): void;
}

export interface VendRun {
  /** `chosen`: the machine waits for our word on this choice. `paid`: only a choice like this one will be approved. */
  readonly goods:
    | { readonly by: 'chosen'; readonly amount: string; readonly item: string }
    | { readonly by: 'paid'; readonly price_jpy: number; readonly item: string };
  readonly options: QibixxOptions;
  readonly clock: Clock;
  readonly log: Log;
  readonly say: (line: string) => void;
  readonly onProgress: (progress: VendProgress) => void;
  /** From here on lines go to this vend. */
  readonly attach: (vend: RunningVend) => void;
}

export const notSent = (detail: string): VendOutcome => ({ outcome: 'failed', why: 'notSent', detail });
const unknown = (likely: 'delivered' | 'notDelivered' | 'none', evidence: string): VendOutcome => ({
  outcome: 'unknown',
  likely,
  evidence,
});

export function runVend({ goods, options, clock, log, say, onProgress, attach }: VendRun): Promise<VendOutcome> {
  return new Promise((resolve) => {
    /** The amount that was approved, as the adapter wrote it. */
    let approved: string | null = null;
    /** The machine spoke on the bus after the approval. */
    let taken = false;
    /** We take the approval back, in case that it was never heard. */
    let denying = false;
    /** The adapter went away, and was not heard since. */
    let away = false;
    /** What this vend ends with, unless a better word comes in the grace. */
    let end: VendOutcome | null = null;
    /** Pay first: our session stands on the machine; another choice than the paid one was denied in it. */
    let opened = false;
    let otherDenied = false;
    let timer: unknown = null;

    const after = (delay_ms: number, callback: () => void) => {
      if (timer !== null) clock.clearTimeout(timer);
      timer = clock.setTimeout(callback, delay_ms);
    };
    const finish = (outcome: VendOutcome) => {
      if (timer !== null) clock.clearTimeout(timer);
      resolve(outcome);
    };
    const settle = (outcome: VendOutcome) => {
      end = outcome;
      after(GRACE_MS, () => finish(end ?? outcome));
    };
    const deadline = () => {
      if (approved === null) {
        say('C,STOP');
        return finish(notSent('nothing was chosen on the machine in time'));
      }
      const silent = `the machine did not end the vend within ${options.vendDeadline_ms} ms`;
      if (away) return finish(unknown('none', 'the adapter went away after the approval'));
      if (taken) return finish(unknown('none', silent));
      // The adapter may never have heard the approval; then this frees the machine. After an approval it is refused.
      denying = true;
      say('C,VEND,-1');
      settle(unknown('notDelivered', silent));
    };
    /** MDB counts a reset after the approval as delivered (7.4.7), but only of a machine that had the approval. */
    const anew = (what: string): VendOutcome =>
      taken
        ? unknown('delivered', `${what} after the approval, which MDB counts as delivered`)
        : unknown('none', `${what}, and it is not known whether it had the approval`);
    const approve = (amount: string) => {
      approved = amount;
      onProgress('sent');
      say(`C,VEND,${amount}`);
      after(options.vendDeadline_ms, deadline);
    };
    const open = (price_jpy: number) => {
      opened = false;
      otherDenied = false;
      say(`C,START,${price_jpy}`);
    };

    /** Nothing is approved yet: whatever ends the session here ends it without goods. */
    const beforeApproval = (line: AdapterLine, paid: { price_jpy: number; item: string }) => {
      if (line.says === 'error')
        return line.about.startsWith('START -') ? finish(notSent(`the adapter refused: ${line.about}`)) : undefined;
      if (line.says === 'vendRequest') {
        if (line.item === paid.item && yenOf(line.amount) === paid.price_jpy) return approve(line.amount);
        log.warn('mdb.requestDenied', { amount: line.amount, item: line.item, paidFor: paid.item });
        otherDenied = true;
        return say('C,VEND,-1');
      }
      if (line.says !== 'status') return undefined;
      if (line.status === 'idle') {
        if (!opened) onProgress('chooseOnMachine');
        opened = true;
      } else if (line.status !== 'enabled') finish(notSent('the machine left the session'));
      // Many machines end the session after a denied choice: the customer may still press the right key.
      else if (opened && otherDenied) open(paid.price_jpy);
      else if (opened) finish(notSent('the session was ended at the machine'));
    };
    const afterApproval = (line: AdapterLine) => {
      switch (line.says) {
        case 'vendSuccess':
          return finish({ outcome: 'succeeded', proof: 'machine' });
        case 'vendFailure':
          return finish({ outcome: 'failed', why: 'motor', detail: 'the machine reported a failed vend' });
        case 'busy':
          if (taken || end !== null) return;
          taken = true;
          return onProgress('moving');
        case 'error':
          if (!line.about.startsWith('VEND -')) return;
          // "-3" is the adapter's word for a wrong state. To our denial: it has approved already, or the vend is over.
          if (denying) end = unknown('none', `the approval could not be taken back (${line.about}), and no end was heard`);
          // To our approval: nothing was approved.
          else finish(notSent(`the adapter refused: ${line.about}`));
          return;
        case 'vendRequest':
          // The machine repeats itself when an ACK got lost.
          if (end === null && line.amount === approved && line.item === goods.item) return;
          say('C,VEND,-1');
          return finish(unknown('none', 'the machine asked for the next vend before it ended this one'));
        case 'status':
          if (line.status === 'inactive') settle(anew('the machine reset'));
          else if (end === null) settle(unknown('notDelivered', 'the machine ended the session without saying that it delivered'));
          return;
        case 'other':
          return;
      }
    };

    attach({
      line: (line) => {
        away = false;
        if (approved === null && goods.by === 'paid') beforeApproval(line, goods);
        else afterApproval(line);
      },
      lost: () => {
        if (approved === null) finish(notSent('the adapter went away before anything was approved'));
        else if (end !== null) finish(end);
        // The vend goes on without us, and its end is told when the cable is back in time.
        else away = true;
      },
      rebooted: () => {
        if (approved === null) finish(notSent('the adapter started anew before anything was approved'));
        else finish(anew('the adapter started anew'));
      },
      abandon: () => {
        if (timer !== null) clock.clearTimeout(timer);
        if (approved === null) say('C,STOP');
      },
    });
    if (goods.by === 'chosen') return approve(goods.amount);
    open(goods.price_jpy);
    after(options.vendDeadline_ms, deadline);
  });
}
