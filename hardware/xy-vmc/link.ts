/**
 * The exchange of section 2, without wire and clock: the controller asks, we answer each POLL with one command or an
 * ACK. A command is sent again with the same packNo until it is acknowledged, five times at most and only while the
 * port that it first left through stays open; then its fate is *lost* and nobody sends it again.
 */
import { ACK, COMMAND, encodeFrame, nextPackNo } from './codec.ts';
import type { Frame } from './codec.ts';

const MOST_RESENDS = 5;
const MOST_QUEUED = 600;
/** The controller repeats at most five frames; these many are remembered to recognise a repetition. */
const REMEMBERED = 16;

/** `acknowledged` · `unanswered`: six sends, no ACK · `lost`: sent, then the port closed or the controller restarted · `notSent`: certainly never sent. */
export type Fate = 'acknowledged' | 'unanswered' | 'lost' | 'notSent';

export interface Outgoing {
  readonly command: number;
  readonly text: ArrayLike<number>;
  /** The first byte is about to leave. */
  onSent?(): void;
  /** It leaves once more: the controller may hear it only now. */
  onResent?(): void;
  onFate?(fate: Fate): void;
}

export interface LinkEvents {
  write(bytes: Uint8Array): void;
  /** Something new from the controller; repetitions are acknowledged and dropped before. */
  data(frame: Frame): void;
  /** The controller has taken our synchronise command: commands may go. */
  synchronised(): void;
  /** The controller says that it started anew. Everything sent before is lost. */
  restarted(): void;
  resent(): void;
  repeated(): void;
}

export interface Link {
  receive(frame: Frame): void;
  /** `first`: ahead of everything that waits. A full queue answers `notSent`. */
  readonly enqueue: (outgoing: Outgoing, first?: boolean) => void;
  /** True: it had not been sent and never will be. Its fate is then not told. */
  readonly withdraw: (outgoing: Outgoing) => boolean;
  /** The controller's answer shows that it has the command, though its ACK did not come. */
  readonly answered: (outgoing: Outgoing) => void;
  /** Nobody waits for it any more: it is not sent, or not once more. Its fate is then not told. */
  readonly abandon: (outgoing: Outgoing) => void;
  /** A new port session: synchronise comes first (4.4.4). */
  opened(): void;
  closed(): void;
}

export function createLink(events: LinkEvents): Link {
  let packNo = 1;
  let queue: Outgoing[] = [];
  let current: { outgoing: Outgoing; frame: Uint8Array; resends: number } | null = null;
  let synchronised = false;
  let recent: Frame[] = [];

  const settle = (fate: Fate) => {
    const ended = current;
    if (!ended) return;
    current = null;
    packNo = nextPackNo(packNo);
    ended.outgoing.onFate?.(fate);
  };
  const drop = () => {
    settle('lost');
    const dropped = queue;
    queue = [];
    for (const outgoing of dropped) outgoing.onFate?.('notSent');
  };
  const synchronise: Outgoing = {
    command: COMMAND.synchronise,
    text: [],
    onFate: (fate) => {
      if (fate === 'unanswered') queue.unshift(synchronise);
      if (fate !== 'acknowledged') return;
      synchronised = true;
      events.synchronised();
    },
  };
  const begin = () => {
    synchronised = false;
    recent = [];
    drop();
    queue.unshift(synchronise);
  };
  const answerPoll = () => {
    if (current && current.resends < MOST_RESENDS) {
      const { frame } = current;
      current.resends += 1;
      events.resent();
      current.outgoing.onResent?.();
      return events.write(frame);
    }
    settle('unanswered');
    const outgoing = synchronised || queue[0] === synchronise ? queue.shift() : undefined;
    if (!outgoing) return events.write(ACK);
    current = { outgoing, frame: encodeFrame(outgoing.command, packNo, outgoing.text), resends: 0 };
    outgoing.onSent?.();
    events.write(current.frame);
  };
  const withdraw = (outgoing: Outgoing) => {
    const at = queue.indexOf(outgoing);
    if (at >= 0) queue.splice(at, 1);
    return at >= 0;
  };
  const isRepetition = (frame: Frame) =>
    recent.some(
      (old) =>
        old.packNo === frame.packNo &&
        old.command === frame.command &&
        old.text.length === frame.text.length &&
        old.text.every((byte, i) => byte === frame.text[i]),
    );

  return {
    receive: (frame) => {
      if (frame.command === COMMAND.poll) return answerPoll();
      if (frame.command === COMMAND.ack) return settle('acknowledged');
      events.write(ACK);
      if (frame.command === COMMAND.synchronise) {
        begin();
        return events.restarted();
      }
      if (isRepetition(frame)) return events.repeated();
      recent.push(frame);
      if (recent.length > REMEMBERED) recent.shift();
      events.data(frame);
    },
    enqueue: (outgoing, first = false) => {
      if (queue.length >= MOST_QUEUED) return outgoing.onFate?.('notSent');
      if (first) queue.splice(queue[0] === synchronise ? 1 : 0, 0, outgoing);
      else queue.push(outgoing);
    },
    withdraw,
    answered: (outgoing) => {
      if (current?.outgoing === outgoing) settle('acknowledged');
    },
    abandon: (outgoing) => {
      if (withdraw(outgoing) || current?.outgoing !== outgoing) return;
      current = null;
      packNo = nextPackNo(packNo);
    },
    opened: begin,
    closed: drop,
  };
}
