/** Boards that only speak when they are asked: one question at a time, its answer or nothing. */
import type { Clock } from '../../app/ports.ts';
import type { Recorder } from '../recorder.ts';
import { UNREAD_MS } from './wire.ts';

/** Looks for an answer anywhere in what came in, and tells of each frame that is spoilt. `end`: the first byte behind it. Null: not there yet. */
export type FindReply<T> = (bytes: Uint8Array, onBadChecksum: () => void) => { readonly reply: T; readonly end: number } | null;

export interface Inquiry {
  /** @returns null: no answer within the limit; whether the board acted is then not known */
  ask<T>(question: Uint8Array, find: FindReply<T>): Promise<T | null>;
  /**
   * Whether somebody is there. An adapter that sends back what it is sent sounds like a board that confirms: to be asked
   * with a question that no answer equals.
   */
  probe(question: Uint8Array, find: FindReply<unknown>): Promise<'answered' | 'echoed' | 'silent'>;
  receive(bytes: Uint8Array): void;
  /** The port closed: whoever waits gets null. */
  lost(): void;
}

/** 8 bytes there and back take 17 ms at 9600 baud; the rest is the board's and the serial server's time. */
const ANSWER_LIMIT_MS = 250;
/** After a missing answer: a late one must not be taken for the next. Short, so that a relay's pulse still lasts when it is asked about. */
const PAUSE_MS = 50;
/** Of what is no answer so far, the end may be the beginning of one; none is longer. */
const BUFFER_LIMIT = 64;

export function createInquiry(write: (bytes: Uint8Array) => void, clock: Clock, recorder: Recorder): Inquiry {
  let buffer: Uint8Array = new Uint8Array(0);
  let offer: (() => void) | null = null;
  let fail: (() => void) | null = null;
  let turn: Promise<unknown> = Promise.resolve();

  const forget = (count: number) => {
    recorder.counters.garbageBytes += count;
    buffer = buffer.slice(count);
  };
  const askNow = <T>(question: Uint8Array, find: FindReply<T>) =>
    new Promise<T | null>((resolve) => {
      forget(buffer.length);
      const finish = (reply: T | null, pause_ms: number) => {
        offer = null;
        fail = null;
        clock.clearTimeout(timer);
        if (pause_ms === 0) resolve(reply);
        else clock.setTimeout(() => resolve(reply), pause_ms);
      };
      let timer = clock.setTimeout(() => {
        timer = clock.setTimeout(() => finish(null, PAUSE_MS), UNREAD_MS);
      }, ANSWER_LIMIT_MS);
      fail = () => finish(null, 0);
      let counted = 0;
      offer = () => {
        let spoilt = 0;
        const found = find(buffer, () => void (spoilt += 1));
        // A spoilt frame is still in the buffer when the next bytes come.
        recorder.counters.badChecksums += Math.max(0, spoilt - counted);
        counted = spoilt;
        if (!found) return;
        recorder.counters.framesIn += 1;
        recorder.frame('in', buffer.slice(0, found.end));
        buffer = buffer.slice(found.end);
        finish(found.reply, 0);
      };
      recorder.counters.framesOut += 1;
      recorder.frame('out', question);
      write(question);
    });

  const ask = <T>(question: Uint8Array, find: FindReply<T>): Promise<T | null> => {
    const answer = turn.then(() => askNow(question, find));
    turn = answer;
    return answer;
  };

  return {
    ask,
    probe: async (question, find) => {
      const answer = await ask<'answered' | 'echoed'>(question, (bytes, onBadChecksum) => {
        const echo = Buffer.from(bytes).indexOf(question);
        if (echo >= 0) return { reply: 'echoed', end: echo + question.length };
        const found = find(bytes, onBadChecksum);
        return found && { reply: 'answered', end: found.end };
      });
      return answer ?? 'silent';
    },
    receive: (bytes) => {
      const joined = new Uint8Array(buffer.length + bytes.length);
      joined.set(buffer);
      joined.set(bytes, buffer.length);
      buffer = joined;
      offer?.();
      if (buffer.length > BUFFER_LIMIT) forget(buffer.length - BUFFER_LIMIT);
    },
    lost: () => fail?.(),
  };
}
