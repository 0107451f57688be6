/** Looks at the kiosk's health again and again, and tells somebody when it is not well. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../../app/config.ts';
import { type Alerts, alertsAfter } from '../../app/operator/alerts.ts';
import type { Health } from '../../app/operator/health.ts';
import type { Clock, Ids, Log } from '../../app/ports.ts';
import { emailChannel } from './email.ts';
import { lineChannel } from './line.ts';
import { type Message, messageOf } from './notice.ts';
import { webhookChannel } from './webhook.ts';

const LOOK_EVERY_ms = 20_000;
const RETRY_FIRST_ms = 10_000;
const RETRY_LAST_ms = 15 * 60_000;
const TRIES_max = 30;

export interface Channel {
  readonly name: string;
  /** @throws Error when it did not get through */
  send(message: Message): Promise<void>;
}

/** @param folder of the configuration file: paths of secrets are relative to it */
export function channelsOf({ webhook, email, line }: Config['alerts'], folder: string): Channel[] {
  const secret = (file: string): string => readFileSync(path.resolve(folder, file), 'utf8').trim();
  return [
    ...(webhook ? [{ name: 'webhook', send: webhookChannel(webhook) }] : []),
    ...(email
      ? [
          {
            name: 'email',
            send: emailChannel({ ...email, password: email.passwordFile === undefined ? undefined : secret(email.passwordFile) }),
          },
        ]
      : []),
    ...(line ? [{ name: 'line', send: lineChannel({ ...line, token: secret(line.tokenFile) }) }] : []),
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
    readonly channels: readonly Channel[];
    health(): Promise<Health>;
    config(): Config;
  },
  every_ms = LOOK_EVERY_ms,
): AlertWatch {
  const { clock, ids, log, channels } = ports;
  const timers = new Set<unknown>();
  let alerts: Alerts = new Map();
  let stopped = false;

  const after = (delay_ms: number, work: () => void): void => {
    const timer = clock.setTimeout(() => {
      timers.delete(timer);
      work();
    }, delay_ms);
    timers.add(timer);
  };

  async function deliver(channel: Channel, message: Message, tries = 1): Promise<void> {
    try {
      await channel.send(message);
      log.info('alert.sent', { channel: channel.name, check: message.notice.check, kind: message.notice.kind, tries });
    } catch (error) {
      log.warn('alert.failed', { channel: channel.name, check: message.notice.check, tries, message: String(error).slice(0, 200) });
      if (tries >= TRIES_max || stopped) return;
      after(Math.min(RETRY_LAST_ms, RETRY_FIRST_ms * 2 ** (tries - 1)), () => void deliver(channel, message, tries + 1));
    }
  }

  async function look(): Promise<void> {
    const now_ms = clock.now_ms();
    const after_ = alertsAfter(alerts, await ports.health(), now_ms);
    alerts = after_.alerts;
    const { shop, alerts: wanted } = ports.config();
    for (const notice of after_.notices) {
      log.warn('alert', { kind: notice.kind, check: notice.check, message: notice.says.en ?? notice.says.ja });
      const about = { id: ids.next('nonce'), at_ms: now_ms, shop: shop.name.ja, machineName: shop.machineName, language: wanted.language };
      for (const channel of channels) void deliver(channel, messageOf(notice, about));
    }
  }

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
