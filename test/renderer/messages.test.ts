/** Six languages say the same things, with the same figures in them. */
import { describe, expect, it } from 'vitest';
import { en } from '../../renderer/messages/en.ts';
import { jaEasy } from '../../renderer/messages/ja-easy.ts';
import { ja } from '../../renderer/messages/ja.ts';
import { ko } from '../../renderer/messages/ko.ts';
import type { MessageKey, Messages } from '../../renderer/messages/messages.ts';
import { zhHans } from '../../renderer/messages/zh-Hans.ts';
import { zhHant } from '../../renderer/messages/zh-Hant.ts';

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
