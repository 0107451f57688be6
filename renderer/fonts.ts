/** Fonts of the languages that a shop offers. Each comes in many small files; a browser fetches those whose characters are on the screen. */
import { useEffect } from 'react';
import type { Language } from '../app/view.ts';
import type { Texts, TextsOf } from './texts.ts';

/** Languages that the page's own font does not write. The families are those of style/base.css. */
const FONTS: Partial<Record<Language, { readonly family: string; readonly load: () => Promise<unknown> }>> = {
  'zh-Hans': { family: 'Noto Sans SC Variable', load: () => import('@fontsource-variable/noto-sans-sc/wght.css') },
  'zh-Hant': { family: 'Noto Sans TC Variable', load: () => import('@fontsource-variable/noto-sans-tc/wght.css') },
  ko: { family: 'Noto Sans KR Variable', load: () => import('@fontsource-variable/noto-sans-kr/wght.css') },
};

export function useFonts(languages: readonly Language[] | undefined, textsOf: TextsOf): void {
  useEffect(() => {
    for (const language of languages ?? []) void load(textsOf(language));
  }, [languages, textsOf]);
}

/** While the host is away nothing can be fetched, and a computer without Japanese fonts would draw boxes: those words are fetched before. */
async function load({ language, t }: Texts): Promise<void> {
  const font = FONTS[language];
  await font?.load();
  await document.fonts.load(`1em '${font?.family ?? 'Noto Sans JP Variable'}'`, t('lost.title') + t('lost.hint'));
}
