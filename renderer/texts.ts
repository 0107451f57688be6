/** Words for the screens: i18next with typed keys, names of products and shops, yen, times in Japan. */
import { createInstance, type i18n } from 'i18next';
import type { LocalText } from '../app/order/events.ts';
import type { Language } from '../app/view.ts';
import { en } from './messages/en.ts';
import { jaEasy } from './messages/ja-easy.ts';
import { ja } from './messages/ja.ts';
import { ko } from './messages/ko.ts';
import type { MessageKey, Messages } from './messages/messages.ts';
import { zhHans } from './messages/zh-Hans.ts';
import { zhHant } from './messages/zh-Hant.ts';

const MESSAGES: Readonly<Record<Language, Messages>> = { ja, en, 'zh-Hans': zhHans, 'zh-Hant': zhHant, ko, 'ja-easy': jaEasy };

/** How each language calls itself, the tag that a screen reader needs, and the one that voices go by. */
export const LANGUAGE_NAMES: Readonly<Record<Language, { readonly name: string; readonly lang: string; readonly voice: string }>> = {
  ja: { name: '日本語', lang: 'ja', voice: 'ja-JP' },
  en: { name: 'English', lang: 'en', voice: 'en-US' },
  'zh-Hans': { name: '简体中文', lang: 'zh-Hans', voice: 'zh-CN' },
  'zh-Hant': { name: '繁體中文', lang: 'zh-Hant', voice: 'zh-TW' },
  ko: { name: '한국어', lang: 'ko', voice: 'ko-KR' },
  'ja-easy': { name: 'やさしい\u200b日本語', lang: 'ja-x-easy', voice: 'ja-JP' },
};

const figures = new Intl.NumberFormat('ja-JP');
/** Kiosks stand in Japan; the host's own zone is never asked. */
const JAPAN = { timeZone: 'Asia/Tokyo', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
const clockInJapan = new Intl.DateTimeFormat('ja-JP', JAPAN);

export interface Texts {
  readonly language: Language;
  readonly t: (key: MessageKey, values?: Readonly<Record<string, string | number>>) => string;
  /** A name from the configuration, in the nearest language that it has. */
  readonly name: (text: LocalText) => string;
  /** The tag of the language that `name` is in, or null where it is that of the screen. */
  readonly nameLang: (text: LocalText) => string | null;
  readonly yen: (amount_jpy: number) => string;
  /** `14:05` in Japan. */
  readonly time: (at_ms: number) => string;
  /** The day as well, for what may have begun before midnight. */
  readonly day: (at_ms: number) => string;
  /** Only a number is counted in machines: 「3号機」, but 「ロビー」. */
  readonly machine: (name: string) => string;
}

export type TextsOf = (language: Language) => Texts;

export function createTexts(): TextsOf {
  // i18next spells tags its own way; `ja-easy` looks like one with a script.
  const tag = (language: string): string => Intl.getCanonicalLocales(language)[0] ?? language;
  const instance: i18n = createInstance();
  void instance.init({
    resources: Object.fromEntries(Object.entries(MESSAGES).map(([language, translation]) => [tag(language), { translation }])),
    fallbackLng: false,
    load: 'currentOnly',
    keySeparator: false,
    nsSeparator: false,
    // React escapes.
    interpolation: { escapeValue: false },
    initAsync: false,
  });
  const nearest = (language: Language): readonly Language[] =>
    language === 'ja-easy'
      ? ['ja-easy', 'ja']
      : language === 'ja'
        ? ['ja']
        : language.startsWith('zh')
          ? [language, 'zh-Hans', 'zh-Hant', 'en']
          : [language, 'en'];
  return (language) => {
    const fixed = instance.getFixedT(tag(language));
    const found = (text: LocalText): Language => nearest(language).find((candidate) => text[candidate] !== undefined) ?? 'ja';
    const day = new Intl.DateTimeFormat(LANGUAGE_NAMES[language].lang, { ...JAPAN, month: 'long', day: 'numeric' });
    return {
      language,
      t: (key, values) => fixed(key, values ?? {}),
      name: (text) => text[found(text)] ?? text.ja,
      nameLang: (text) => {
        const { lang } = LANGUAGE_NAMES[found(text)];
        return lang === LANGUAGE_NAMES[language].lang ? null : lang;
      },
      yen: (amount_jpy) => fixed('yen', { amount: figures.format(amount_jpy) }),
      time: (at_ms) => clockInJapan.format(at_ms),
      day: (at_ms) => day.format(at_ms),
      machine: (name) => (/^\d+$/.test(name) ? fixed('header.machine', { machine: name }) : name),
    };
  };
}
