/** What an alert says, for a mail, a chat or a program. */
import { dateTime } from '../../app/operator/japan-time.ts';
import type { Notice } from '../../app/operator/alerts.ts';

export interface Message {
  /** Of this message: the same when it is sent again. */
  readonly id: string;
  readonly subject: string;
  readonly text: string;
  readonly notice: Notice;
  readonly at_ms: number;
  readonly shop: string;
  readonly machineName: string;
}

const KINDS = {
  ja: { raised: '要対応', reminder: '未対応', cleared: '解決' },
  en: { raised: 'Needs attention', reminder: 'Still needs attention', cleared: 'Solved' },
} as const;

export function messageOf(
  notice: Notice,
  about: {
    readonly id: string;
    readonly at_ms: number;
    readonly shop: string;
    readonly machineName: string;
    readonly language: 'ja' | 'en';
  },
): Message {
  const { id, at_ms, shop, machineName, language } = about;
  const says = notice.says[language] ?? notice.says.ja;
  const kind = KINDS[language][notice.kind];
  const where = language === 'ja' ? `${shop}　${machineName}号機` : `${shop}, machine ${machineName}`;
  const since = language === 'ja' ? `${dateTime(notice.since_ms)}から` : `since ${dateTime(notice.since_ms)} JST`;
  return {
    ...{ id, at_ms, shop, machineName, notice },
    subject: `[${kind}] ${says}`.slice(0, 160),
    text: `${where}\n${says}\n${since}`,
  };
}
