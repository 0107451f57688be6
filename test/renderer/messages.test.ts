/** Six languages say the same things, with the same figures in them. */
import { describe, expect, it } from 'vitest';
import { allergenNames } from '../../renderer/messages/allergens.ts';
import { en } from '../../renderer/messages/en.ts';
import { jaEasy } from '../../renderer/messages/ja-easy.ts';
import { ja } from '../../renderer/messages/ja.ts';
import { ko } from '../../renderer/messages/ko.ts';
import type { MessageKey, Messages } from '../../renderer/messages/messages.ts';
import { zhHans } from '../../renderer/messages/zh-Hans.ts';
import { zhHant } from '../../renderer/messages/zh-Hant.ts';
import { LANGUAGES } from '../../app/view.ts';
import { createTexts } from '../../renderer/texts.ts';

const { yen: _, ...withoutYen } = en;
// @ts-expect-error a language that leaves a message out does not compile
export const incomplete: Messages = withoutYen;
// @ts-expect-error nor one that says something nobody asks for
export const surplus: Messages = { ...en, 'no.such': 'message' };

const OTHERS: Readonly<Record<string, Messages>> = { en, 'zh-Hans': zhHans, 'zh-Hant': zhHant, ko, 'ja-easy': jaEasy };
const keys = Object.keys(ja) as MessageKey[];
const figures = (text: string): string[] => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name ?? '').sort();

describe.each(Object.entries(OTHERS))('%s', (_, messages) => {
  it('says everything', () => {
    expect(Object.keys(messages).sort()).toEqual([...keys].sort());
    for (const key of keys) expect(messages[key].trim(), key).not.toBe('');
  });

  it('shows the same figures as Japanese', () => {
    for (const key of keys) expect(figures(messages[key]), key).toEqual(figures(ja[key]));
  });
});

it('Korean puts no particle behind a figure: which one is right depends on the figure', () => {
  for (const key of keys) expect(ko[key], key).not.toMatch(/\}\}(을|를|이|가|은|는|과|와|으로)(\s|$)/);
});

it('ja-easy writes only kanji that beginners read', () => {
  // JLPT N5 and N4, as far as they are used, and 機械 and 注文, which every machine and restaurant shows. A new one is a decision.
  const plain = new Set('一人今休作使入出切前号名回売大字少年店度意文新日時本機械止注物用番終聞見言話語読買金間電');
  const used = new Set(
    Object.values(jaEasy)
      .join('')
      .match(/\p{Script=Han}/gu),
  );
  expect([...used].filter((kanji) => !plain.has(kanji))).toEqual([]);
});

describe('what the screens write around names and times', () => {
  const texts = createTexts();

  it('counts only machines that have a number', () => {
    expect(texts('ja').machine('3')).toBe('3号機');
    expect(texts('en').machine('3')).toBe('Machine 3');
    for (const language of LANGUAGES) expect(texts(language).machine('ロビー'), language).toBe('ロビー');
  });

  it('says the day of what may have begun before midnight', () => {
    const midnight_ms = Date.UTC(2026, 10, 23, 15, 5);
    expect(texts('ja').day(midnight_ms)).toBe('11月24日 00:05');
    expect(texts('en').day(midnight_ms)).toBe('November 24 at 00:05');
    expect(texts('ko').day(midnight_ms)).toBe('11월 24일 00:05');
  });

  it('writes yen in Chinese as yen, not as yuan', () => {
    expect(texts('zh-Hans').yen(1150)).toBe('1,150日元');
    expect(texts('zh-Hant').yen(1150)).toBe('1,150日圓');
  });
});

describe('allergens', () => {
  // 食品表示基準 (消費者庁, 2025): eight that labels must name, twenty that they should.
  const LABELLED =
    `えび かに くるみ 小麦 そば 卵 乳 落花生 アーモンド あわび いか いくら オレンジ カシューナッツ キウイフルーツ 牛肉 ごま さけ さば 大豆
    鶏肉 バナナ 豚肉 マカダミアナッツ もも やまいも りんご ゼラチン`.split(/\s+/);

  it('of every food label are named in every language', () => {
    expect(LABELLED).toHaveLength(28);
    const texts = createTexts();
    for (const language of ['en', 'zh-Hans', 'zh-Hant', 'ko'] as const)
      for (const allergen of LABELLED) expect(texts(language).nameLang(allergenNames(allergen)), `${allergen} in ${language}`).toBeNull();
  });

  it('of which nobody knows the name in another language are said in Japanese, and marked as such', () => {
    const texts = createTexts()('en');
    expect([texts.name(allergenNames('まつたけ')), texts.nameLang(allergenNames('まつたけ'))]).toEqual(['まつたけ', 'ja']);
    expect(texts.name(allergenNames(' 乳 '))).toBe('Milk');
  });
});
