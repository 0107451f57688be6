/** Looks at the kiosk's health again and again, and tells somebody when it is not well. */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../../app/config.ts';
import { alertsAfter } from '../../app/operator/alerts.ts';
import type { Health } from '../../app/operator/health.ts';
import type { Clock, Ids, Log } from '../../app/ports.ts';
import { CannotStart } from '../cannot-start.ts';
import { emailChannel } from './email.ts';
import { lineChannel } from './line.ts';
import type { AlertMemory, Waiting } from './memory.ts';
import { type Message, messageOf } from './notice.ts';
import { webhookChannel } from './webhook.ts';

const LOOK_EVERY_ms = 20_000;
const RETRY_FIRST_ms = 10_000;
const RETRY_LAST_ms = 15 * 60_000;

export interface Channel {
  readonly name: string;
  /** @throws Error when it did not get through */
  send(message: Message): Promise<void>;
}

/** @throws CannotStart, with what to mend and never a part of the secret */
function secretIn(folder: string, key: string, name: string): string {
  const file = path.resolve(folder, name);
  let text: string;
  try {
    const mode = statSync(file).mode & 0o777;
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      throw new CannotStart(`${key}: ${file} has mode 0${mode.toString(8)}, allowed: 0600; mend it with: chmod 600 ${file}`);
    text = readFileSync(file, 'utf8').slice(0, 10_000).trim();
  } catch (error) {
    if (error instanceof CannotStart) throw error;
    throw new CannotStart(`${key}: ${file} can't be read: ${(error as Error).message}`);
  }
  if (text === '') throw new CannotStart(`${key}: ${file} is empty; it holds nothing but the secret`);
  return text;
}

/**
 * @param folder of the configuration file: paths of secrets are relative to it
 * @throws CannotStart when a secret can't be read
 */
export function channelsOf({ webhook, email, line }: Config['alerts'], folder: string): Channel[] {
  return [
    ...(webhook ? [{ name: 'webhook', send: webhookChannel(webhook) }] : []),
    ...(email
      ? [
          {
            name: 'email',
            send: emailChannel({
              ...email,
              password: email.passwordFile === undefined ? undefined : secretIn(folder, 'alerts.email.passwordFile', email.passwordFile),
            }),
          },
        ]
      : []),
    ...(line ? [{ name: 'line', send: lineChannel({ ...line, token: secretIn(folder, 'alerts.line.tokenFile', line.tokenFile) }) }] : []),
  ];
}

export interface AlertWatch {
  /** Looks now. */
  look(): Promise<void>;
  stop(): void;
}

export function watchHealth(
  ports: {
    readonly clock: Clock;
    readonly ids: Ids;
    readonly log: Log;
    /** As the configuration has them now. */
    channels(): readonly Channel[];
    readonly memory: AlertMemory;
    health(): Promise<Health>;
    config(): Config;
  },
  every_ms = LOOK_EVERY_ms,
): AlertWatch {
  const { clock, ids, log, memory } = ports;
  const timers = new Set<unknown>();
  let { alerts, waiting } = memory.read();
  let stopped = false;

  const after = (delay_ms: number, work: () => void): void => {
    const timer = clock.setTimeout(() => {
      timers.delete(timer);
      work();
    }, delay_ms);
    timers.add(timer);
  };

  const nowWaiting = (now: readonly Waiting[]): void => {
    waiting = now;
    memory.keep({ alerts, waiting });
  };

  /** Until the channel took it, or there is a newer message of the same check for it. */
  async function deliver(item: Waiting, tries = 1): Promise<void> {
    if (stopped || !waiting.includes(item)) return;
    const { channel: name, message } = item;
    const { check, kind } = message.notice;
    const channel = ports.channels().find((one) => one.name === name);
    try {
      await channel?.send(message);
    } catch (error) {
      log.warn('alert.failed', { channel: name, check, tries, message: String(error).slice(0, 200) });
      if (!stopped) after(Math.min(RETRY_LAST_ms, RETRY_FIRST_ms * 2 ** (tries - 1)), () => void deliver(item, tries + 1));
      return;
    }
    if (channel !== undefined) log.info('alert.sent', { channel: name, check, kind, tries });
    if (!stopped) nowWaiting(waiting.filter((one) => one !== item));
  }

  async function look(): Promise<void> {
    const now_ms = clock.now_ms();
    const after_ = alertsAfter(alerts, await ports.health(), now_ms);
    alerts = after_.alerts;
    const { shop, alerts: wanted } = ports.config();
    const fresh = after_.notices.flatMap((notice) => {
      log.warn('alert', { kind: notice.kind, check: notice.check, message: notice.says.en ?? notice.says.ja });
      const about = { id: ids.next('nonce'), at_ms: now_ms, shop: shop.name.ja, machineName: shop.machineName, language: wanted.language };
      const message = messageOf(notice, about);
      return ports.channels().map(({ name }): Waiting => ({ channel: name, message }));
    });
    const isOf = (a: Waiting, b: Waiting) => a.channel === b.channel && a.message.notice.check === b.message.notice.check;
    nowWaiting([...waiting.filter((old) => !fresh.some((item) => isOf(old, item))), ...fresh]);
    for (const item of fresh) void deliver(item);
  }

  // Not at once: the file that names the channels may have been edited, and is about to be read.
  for (const item of waiting) after(RETRY_FIRST_ms, () => void deliver(item));
  const next = (): void =>
    after(every_ms, () => {
      void look()
        .catch((error: unknown) => log.warn('alert.lookFailed', { message: String(error).slice(0, 200) }))
        .finally(() => stopped || next());
    });
  next();

  return {
    look,
    stop() {
      stopped = true;
      for (const timer of timers) clock.clearTimeout(timer);
    },
  };
}
