/** A name from the configuration. One that is there in another language only says so, for voices that read it out. */
import type { LocalText } from '../../app/order/events.ts';
import type { Texts } from '../texts.ts';

export function Name({ text, texts }: { text: LocalText; texts: Texts }) {
  const lang = texts.nameLang(text);
  const name = texts.name(text);
  return lang === null ? name : <span lang={lang}>{name}</span>;
}
