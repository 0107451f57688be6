/** The shop's colours, kept readable whatever the shop chose (WCAG 2.2, relative luminance and contrast ratio). Pure. */
import type { ConfigProblem } from './config-problems.ts';

type Rgb = readonly [number, number, number];

/** WCAG 2.2 §1.4.6 (AAA): sunlight and old eyes are the normal case at a kiosk. */
export const ENOUGH_CONTRAST = 7;
export const USUAL_ACCENT = '#0b5d3b';
export const USUAL_GROUND = '#faf9f5';
const INK = '#1b1a17';
const WHITE = '#ffffff';
/** What the style sheets write on the ground besides the accent: text, quiet text, good news (renderer/style/base.css). */
const WRITTEN_ON_GROUND = [INK, '#504d46', '#0d5a33'] as const;

export interface Theme {
  /** Fill of the main action, and what is written on it. */
  readonly accent: string;
  readonly onAccent: string;
  /** The accent as text or line on the ground. */
  readonly accentInk: string;
  readonly ground: string;
}
/** What the shop chose, as `#rrggbb`. */
export interface ThemeChoice {
  readonly accent: string;
  readonly ground: string;
}

const parse = (hex: string): Rgb => {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
};
const print = (rgb: Rgb): string => `#${rgb.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;
const towards = (hex: string, end: 0 | 255): string => {
  const [red, green, blue] = parse(hex);
  const step = (part: number): number => (end === 0 ? Math.floor(part * 0.95) : Math.ceil(part + (255 - part) * 0.05));
  return print([step(red), step(green), step(blue)]);
};

function luminance(hex: string): number {
  const linear = (part: number): number => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4);
  const [red, green, blue] = parse(hex);
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

/**
 * @param a,b colours as `#rrggbb`
 * @returns 1 (the same) to 21 (black and white)
 */
export function contrastRatio(a: string, b: string): number {
  const [one, other] = [luminance(a), luminance(b)];
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

function until(colour: string, end: 0 | 255, enough: (candidate: string) => boolean): string {
  let candidate = colour;
  while (!enough(candidate)) candidate = towards(candidate, end);
  return candidate;
}
const readableOn = (ground: string) => (colour: string) => contrastRatio(colour, ground) >= ENOUGH_CONTRAST;

/** The colours of the screens: the shop's, as far as every word stays readable on them, else the nearest that are. */
export function themeOf(chosen: ThemeChoice): Theme {
  const ground = until(chosen.ground, 255, (candidate) => WRITTEN_ON_GROUND.every(readableOn(candidate)));
  const accentInk = until(chosen.accent, 0, readableOn(ground));
  if (readableOn(INK)(chosen.accent)) return { accent: chosen.accent, onAccent: INK, accentInk, ground };
  return { accent: until(chosen.accent, 0, readableOn(WHITE)), onAccent: WHITE, accentInk, ground };
}

/** What the screens show otherwise than the shop chose it, and why; nothing of it stops a kiosk. */
export function themeProblems(chosen: ThemeChoice): ConfigProblem[] {
  const shown = themeOf(chosen);
  const problem = (key: 'accent' | 'ground', on: string, ratio: number, instead: string): ConfigProblem => ({
    path: ['shop', key],
    message: `found ${chosen[key]}: ${on} reaches a contrast of ${ratio.toFixed(1)}, allowed: at least ${ENOUGH_CONTRAST}; shown instead: ${instead}`,
  });
  return [
    ...(shown.ground === chosen.ground
      ? []
      : [
          problem(
            'ground',
            'text on it',
            Math.min(...WRITTEN_ON_GROUND.map((written) => contrastRatio(written, chosen.ground))),
            shown.ground,
          ),
        ]),
    ...(shown.accent === chosen.accent
      ? []
      : [problem('accent', 'a button’s word on it', contrastRatio(chosen.accent, WHITE), shown.accent)]),
    // A light accent fills buttons as it is; only as text does it get darker.
    ...(shown.accentInk === chosen.accent || shown.accent !== chosen.accent
      ? []
      : [problem('accent', `as text on ${shown.ground} it`, contrastRatio(chosen.accent, shown.ground), `${shown.accentInk} for text`)]),
  ];
}
