/** Keeps text readable on whatever accent a shop chose (WCAG 2.2, relative luminance and contrast ratio). */

type Rgb = readonly [number, number, number];
/** WCAG 2.2 §1.4.6 (AAA): sunlight and old eyes are the normal case at a kiosk. */
const ENOUGH = 7;
const INK: Rgb = [27, 26, 23];
const WHITE: Rgb = [255, 255, 255];
const GROUND: Rgb = [250, 249, 245];

const parse = (hex: string): Rgb => {
  const digits = /^#[0-9a-f]{3}$/i.test(hex) ? [...hex.slice(1)].map((digit) => digit + digit).join('') : hex.slice(1);
  const value = Number.parseInt(digits, 16);
  return Number.isNaN(value) ? INK : [(value >> 16) & 255, (value >> 8) & 255, value & 255];
};
const print = (rgb: Rgb): string => `rgb(${rgb.map((part) => Math.round(part)).join(' ')})`;

const luminance = (rgb: Rgb): number => {
  const [red, green, blue] = rgb.map((part) =>
    part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4,
  ) as unknown as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
/** 1 (the same) to 21 (black and white). */
export const contrast = (a: Rgb, b: Rgb): number => {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
};
const darkenedUntilReadable = (rgb: Rgb, on: Rgb): Rgb => {
  let dark = rgb;
  while (contrast(dark, on) < ENOUGH) dark = [dark[0] * 0.95, dark[1] * 0.95, dark[2] * 0.95];
  return dark;
};

export interface Accent {
  /** Fill of the main action, and what is written on it. */
  readonly fill: string;
  readonly onFill: string;
  /** The accent as text or line on the ground. */
  readonly ink: string;
}

/** @param hex `#rgb` or `#rrggbb`; anything else gives near-black */
export function accentOf(hex: string): Accent {
  const colour = parse(hex);
  const ink = print(darkenedUntilReadable(colour, GROUND));
  if (contrast(colour, INK) >= ENOUGH) return { fill: print(colour), onFill: print(INK), ink };
  return { fill: print(darkenedUntilReadable(colour, WHITE)), onFill: print(WHITE), ink };
}
