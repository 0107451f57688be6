/**
 * One controller on one port: wire, frames and exchange put together, and questions with answers.
 * `starting` lasts until the controller has taken our synchronise command and old frames can't be under way any more.
 */
import type { Clock, Log } from '../../app/ports.ts';
import type { Recorder } from '../recorder.ts';
import { keepConnected } from '../transport/connection.ts';
import type { Port } from '../transport/wire.ts';
import { COMMAND } from './codec.ts';
import type { Frame } from './codec.ts';
import { createDeframer } from './deframer.ts';
import { createLink } from './link.ts';
import type { Link } from './link.ts';

export type Phase = 'disconnected' | 'starting' | 'ready';

export interface SessionEvents {
  phase(phase: Phase): void;
  /** Everything new but POLL, ACK and synchronise. */
  data(frame: Frame): void;
}

export interface Session extends Pick<Link, 'enqueue' | 'withdraw' | 'answered' | 'abandon'> {
  phase(): Phase;
  /** Counts the openings and restarts: what was learnt in an earlier one may be stale. */
  number(): number;
  /**
   * Sends a command and waits for its answer.
   * @param read gives null for frames that are not the answer
   * @returns null when none came within `limit_ms`
   */
  ask<T>(command: number, text: ArrayLike<number>, read: (frame: Frame) => T | null, limit_ms?: number): Promise<T | null>;
  close(): void;
}

/** Ten POLLs at the usual 200 ms, and a little more than the longest interval that the controller allows (2 s, 4.4.3). */
const SILENCE_MS = 2500;
/** Five repetitions 200 ms apart, and a margin: after this no frame of an earlier session can come any more. */
const QUIET_MS = 1500;
/** No byte for this long in the middle of a frame: the rest will not come. A USB adapter hands bytes over every 16 ms. */
const GAP_MS = 40;
const ANSWER_LIMIT_MS = 3000;

export function createSession(port: Port, clock: Clock, log: Log, recorder: Recorder, events: SessionEvents): Session {
  const deframer = createDeframer(recorder.counters);
  const waiting = new Set<(frame: Frame) => boolean>();
  let phase: Phase = 'disconnected';
  let number = 0;
  let gapTimer: unknown = null;
  let quietTimer: unknown = null;
  let lastFailure = '';

  const enter = (next: Phase) => {
    if (quietTimer !== null) clock.clearTimeout(quietTimer);
    quietTimer = null;
    if (phase === next) return;
    log.info('vmc.phase', { port: port.name, from: phase, to: next });
    phase = next;
    recorder.connected(next !== 'disconnected');
    events.phase(next);
  };
  const link = createLink({
    write: (bytes) => {
      recorder.counters.framesOut += 1;
      if (bytes[2] !== COMMAND.ack) recorder.frame('out', bytes);
      connection.write(bytes);
    },
    data: (frame) => {
      for (const take of waiting) if (take(frame)) break;
      events.data(frame);
    },
    synchronised: () => {
      number += 1;
      quietTimer = clock.setTimeout(() => enter('ready'), QUIET_MS);
    },
    restarted: () => {
      log.warn('vmc.restarted', { port: port.name });
      enter('starting');
    },
    resent: () => {
      recorder.counters.resends += 1;
    },
    repeated: () => {
      recorder.counters.duplicates += 1;
    },
  });
  const take = (frames: Frame[]) => {
    const last = frames.at(-1);
    for (const frame of frames) {
      recorder.counters.framesIn += 1;
      if (frame.command !== COMMAND.poll && frame.command !== COMMAND.ack)
        recorder.frame('in', () => `${frame.command.toString(16)} #${frame.packNo} ${Buffer.from(frame.text).toString('hex')}`);
      if (phase === 'disconnected') enter('starting');
      // An answer is due within 100 ms (section 2). Who has asked again or gone on since waits for none: a command would leave
      // with all its repetitions at once.
      if (frame.command !== COMMAND.poll || frame === last) link.receive(frame);
    }
  };
  const stopGap = () => {
    if (gapTimer !== null) clock.clearTimeout(gapTimer);
    gapTimer = null;
  };
  const connection = keepConnected(port, clock, SILENCE_MS, {
    opened: () => link.opened(),
    data: (bytes) => {
      if (gapTimer !== null) stopGap();
      take(deframer.push(bytes));
      if (deframer.pending())
        gapTimer = clock.setTimeout(() => {
          gapTimer = null;
          take(deframer.giveUp());
        }, GAP_MS);
    },
    lost: (reason) => {
      stopGap();
      deframer.giveUp();
      if (phase !== 'disconnected') log.warn('vmc.lost', { port: port.name, reason });
      enter('disconnected');
      link.closed();
    },
    failed: (reason) => {
      if (reason !== lastFailure) log.warn('vmc.port', { port: port.name, reason });
      lastFailure = reason;
    },
  });

  return {
    phase: () => phase,
    number: () => number,
    enqueue: link.enqueue,
    withdraw: link.withdraw,
    answered: link.answered,
    abandon: link.abandon,
    ask: (command, text, read, limit_ms = ANSWER_LIMIT_MS) =>
      new Promise((resolve) => {
        const finish = (answer: ReturnType<typeof read>) => {
          waiting.delete(offer);
          clock.clearTimeout(timer);
          link.withdraw(outgoing);
          resolve(answer);
        };
        const offer = (frame: Frame) => {
          const answer = read(frame);
          if (answer === null) return false;
          link.answered(outgoing);
          finish(answer);
          return true;
        };
        const outgoing = {
          command,
          text,
          onFate: (fate: string) => {
            if (fate !== 'acknowledged') finish(null);
          },
        };
        const timer = clock.setTimeout(() => finish(null), limit_ms);
        waiting.add(offer);
        link.enqueue(outgoing);
      }),
    close: () => {
      stopGap();
      if (quietTimer !== null) clock.clearTimeout(quietTimer);
      connection.close();
      enter('disconnected');
      link.closed();
    },
  };
}
