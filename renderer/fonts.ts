/** Fonts of the languages that a shop offers. Each comes in many small files; a browser fetches those whose characters are on the screen. */
import { useEffect } from 'react';
import type { Language } from '../app/view.ts';

const FONTS: Partial<Record<Language, () => Promise<unknown>>> = {
  'zh-Hans': () => import('@fontsource-variable/noto-sans-sc/wght.css'),
  'zh-Hant': () => import('@fontsource-variable/noto-sans-tc/wght.css'),
  ko: () => import('@fontsource-variable/noto-sans-kr/wght.css'),
};
const NONE: readonly Language[] = [];

export function useFonts(languages: readonly Language[] = NONE): void {
  useEffect(() => {
    for (const language of languages) void FONTS[language]?.();
  }, [languages]);
}
