/**
 * A Qibixx MDB-USB or Pi Hat on its serial port: lines out, lines in, and its set-up as the machine's cashless reader.
 * Commands and answers: docs.qibixx.com, "API configuration" and "Vending sessions examples".
 */
import type { Clock, Log } from '../../app/ports.ts';
import type { Recorder } from '../recorder.ts';
import { keepConnected } from '../transport/connection.ts';
import { createLineSplitter } from '../transport/lines.ts';
import type { Port } from '../transport/wire.ts';
import type { QibixxOptions } from './options.ts';

export type AdapterPhase = 'disconnected' | 'starting' | 'ready';

export interface AdapterEvents {
  phase(phase: AdapterPhase): void;
  /** Every line of the cashless reader (`c,…`) and of the bus (`r,…`) that answers no set-up question. */
  line(line: string): void;
  /** How a set-up found the reader, before it touched it: `reset` when adapter or machine had started anew. */
  found(reader: 'reset' | 'on'): void;
  /** The adapter had been off: whatever it knew of a session is gone. */
  rebooted(): void;
  /** A vend is under way. It has a deadline of its own; until its end the reader must stay on. */
  vending(): boolean;
  /** A customer is paying, or a vend may be under way whose end is not known yet. */
  undecided(): boolean;
}

export interface Adapter {
  phase(): AdapterPhase;
  /** A setting that the adapter refuses and that nothing can be sold without; null: none. */
  trouble(): string | null;
  say(line: string): void;
  close(): void;
}

const PROBE_MS = 2000;
/** Three probes without an answer. */
const SILENCE_MS = 7000;
const ANSWER_LIMIT_MS = 1000;
const RETRY_MS = 500;
/** A setting that was refused once will be again, until the firmware or the configuration is another. */
const REFUSED_RETRY_MS = 5000;
/** A reader that an earlier process left on may be in the middle of a vend; so long its end is listened for before it is set up anew. */
const LINGER_MS = 15_000;

/** Two answers to `C,1`; old firmware says ONLINE. The second makes it a probe that changes nothing. */
const TURNED_ON = /^c,1$|^c,STATUS,ONLINE/;
const ALREADY_ON = /^c,ERR,.*is on/;

/** Without these a machine would be told wrong amounts, give up before the QR does, or never let anybody choose. */
const INDISPENSABLE: readonly string[] = ['mdb-always-idle', 'mdb-decimal-places', 'mdb-scale-factor', 'mdb-timeout'];

/** JPY: ISO 4217 number 392 as the adapter wants it. Keys are volatile and set at each start. */
export function settingsOf(options: QibixxOptions): readonly (readonly [string, string])[] {
  return [
    ['mdb-always-idle', options.mode === 'alwaysIdle' ? '1' : '0'],
    ['mdb-currency-code', '0x1392'],
    ['mdb-addr', options.address === 'cashless1' ? '0x10' : '0x60'],
    ['mdb-decimal-places', String(options.decimalPlaces)],
    ['mdb-scale-factor', String(options.scaleFactor)],
    ['mdb-timeout', String(options.responseTime_s)],
  ];
}

export function openAdapter(
  port: Port,
  options: QibixxOptions,
  clock: Clock,
  log: Log,
  recorder: Recorder,
  events: AdapterEvents,
): Adapter {
  const splitter = createLineSplitter(recorder.counters);
  let phase: AdapterPhase = 'disconnected';
  let session = 0;
  let waiting: { offer(line: string): boolean; giveUp(): void } | null = null;
  let probeTimer: unknown = null;
  let heardAt_ms = 0;
  let closed = false;
  let lastFailure = '';

  const enter = (next: AdapterPhase) => {
    if (phase === next) return;
    log.info('mdb.phase', { port: port.name, phase: next });
    phase = next;
    recorder.connected(next !== 'disconnected');
    events.phase(next);
  };
  const say = (line: string) => {
    recorder.counters.framesOut += 1;
    recorder.frame('out', line);
    connection.write(Buffer.from(`${line}\n`, 'ascii'));
  };
  /**
   * Says a line and waits for the answer that `read` recognises; null when none comes, or the port was another's since.
   * Set-up only, so one at a time.
   */
  const ask = <T>(mine: number, line: string, read: (answer: string) => T | null): Promise<T | null> =>
    new Promise((resolve) => {
      if (session !== mine) return resolve(null);
      const finish = (answer: T | null) => {
        if (waiting?.offer === offer) waiting = null;
        clock.clearTimeout(timer);
        resolve(answer);
      };
      const offer = (answer: string) => {
        const value = read(answer);
        if (value === null) return false;
        finish(value);
        return true;
      };
      const timer = clock.setTimeout(() => finish(null), ANSWER_LIMIT_MS);
      waiting = { offer, giveUp: () => finish(null) };
      say(line);
    });
  const sleep = (delay_ms: number) => new Promise<void>((resolve) => void clock.setTimeout(resolve, delay_ms));

  /** Our `C,1` is out; a late answer to another one says nothing. */
  let probing = false;
  /** The answer to a probe got lost, and with it perhaps the news that the adapter had been off and is on with settings of its own. */
  let missed = false;
  let restful: string | null = null;
  let trouble: string | null = null;
  /** One attempt at the set-up; true when the reader is on, with our settings. */
  const setUp = async (mine: number): Promise<boolean> => {
    const was = await ask(mine, 'C,1', (answer) => (TURNED_ON.test(answer) ? 'off' : ALREADY_ON.test(answer) ? 'on' : null));
    if (was === null) return false;
    if (was === 'off') events.rebooted();
    restful = null;
    const until_ms = clock.monotonic_ms() + LINGER_MS;
    const mayEnd = () => events.vending() || (restful === null && events.undecided() && clock.monotonic_ms() < until_ms);
    // Switched off, the reader would take the end of a vend from us, and its own reset would look like the machine's.
    while (was === 'on' && session === mine && mayEnd()) await sleep(200);
    if (session === mine) events.found(was === 'off' || restful === 'INACTIVE' ? 'reset' : 'on');
    if ((await ask(mine, 'C,0', (answer) => (/^c,0$|is off/.test(answer) ? true : null))) === null) return false;
    let refused: string | null = null;
    for (const [key, value] of settingsOf(options)) {
      const set = await ask(mine, `C,SETCONF,${key}=${value}`, (answer) =>
        answer === 'c,SET,OK' ? true : answer.startsWith('c,ERR') ? false : null,
      );
      if (set === null) return false;
      if (set) continue;
      if (trouble === null)
        log.error('mdb.setting', { port: port.name, key, value, hint: 'the adapter refuses this setting; its firmware may be too old' });
      if (INDISPENSABLE.includes(key)) refused ??= `the adapter refuses ${key}=${value}; its firmware may be too old`;
    }
    trouble = refused;
    if (refused !== null) return false;
    return (await ask(mine, 'C,1', (answer) => (TURNED_ON.test(answer) || ALREADY_ON.test(answer) ? true : null))) === true;
  };
  const keepTrying = async () => {
    const mine = (session += 1);
    probing = false;
    missed = false;
    waiting?.giveUp();
    while (session === mine && !closed) {
      if (await setUp(mine)) return session === mine ? enter('ready') : undefined;
      await sleep(trouble === null ? RETRY_MS : REFUSED_RETRY_MS);
    }
  };
  const receive = (line: string) => {
    recorder.counters.framesIn += 1;
    recorder.frame('in', line);
    if (phase === 'disconnected') enter('starting');
    restful ??= /^c,STATUS,(ENABLED|IDLE|DISABLED|INACTIVE)/.exec(line)?.[1] ?? null;
    const answersProbe = probing && (TURNED_ON.test(line) || ALREADY_ON.test(line));
    if (answersProbe) probing = false;
    if (phase === 'ready' && answersProbe && !ALREADY_ON.test(line)) {
      // Our probe switched it on, so it had been off: it started anew and has lost its settings.
      log.warn('mdb.rebooted', { port: port.name });
      enter('starting');
      events.rebooted();
      return void keepTrying();
    }
    if (phase === 'ready' && (TURNED_ON.test(line) || ALREADY_ON.test(line))) return;
    const answered = waiting?.offer(line) ?? false;
    // A status is news for the driver even while it answers a question.
    if (!answered || line.startsWith('c,STATUS')) events.line(line);
  };
  const connection = keepConnected(port, clock, SILENCE_MS, {
    opened: () => void keepTrying(),
    data: (bytes) => {
      heardAt_ms = clock.monotonic_ms();
      for (const line of splitter.push(bytes)) receive(line);
    },
    lost: (reason) => {
      session += 1;
      waiting?.giveUp();
      if (phase !== 'disconnected') log.warn('mdb.lost', { port: port.name, reason });
      enter('disconnected');
    },
    failed: (reason) => {
      if (reason !== lastFailure) log.warn('mdb.port', { port: port.name, reason });
      lastFailure = reason;
    },
  });
  const probe = () => {
    probeTimer = clock.setTimeout(() => {
      missed ||= probing && phase === 'ready';
      if (missed && phase === 'ready' && !events.undecided()) {
        enter('starting');
        void keepTrying();
      } else if (connection.isOpen() && clock.monotonic_ms() - heardAt_ms >= PROBE_MS) {
        probing = phase === 'ready';
        say(probing ? 'C,1' : 'V');
      }
      probe();
    }, PROBE_MS);
  };
  probe();
  return {
    phase: () => phase,
    trouble: () => trouble,
    say,
    close: () => {
      closed = true;
      session += 1;
      if (probeTimer !== null) clock.clearTimeout(probeTimer);
      connection.close();
      enter('disconnected');
    },
  };
}
