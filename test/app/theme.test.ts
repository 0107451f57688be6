import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contrastRatio, ENOUGH_CONTRAST, themeOf, themeProblems, USUAL_ACCENT, USUAL_GROUND } from '../../app/theme.ts';

const colour = fc.integer({ min: 0, max: 0xff_ff_ff }).map((value) => `#${value.toString(16).padStart(6, '0')}`);

describe('contrast', () => {
  // Values of WCAG's own examples and of https://webaim.org/resources/contrastchecker/
  it.each([
    ['#000000', '#ffffff', 21],
    ['#777777', '#ffffff', 4.48],
    ['#767676', '#ffffff', 4.54],
    ['#ff0000', '#ffffff', 4],
    ['#0000ff', '#ffffff', 8.59],
  ])('%s on %s is %d', (a, b, ratio) => {
    expect(contrastRatio(a, b)).toBeCloseTo(ratio, 1);
    expect(contrastRatio(b, a)).toBe(contrastRatio(a, b));
  });
});

describe('the theme', () => {
  it('is readable whatever the shop chose', () => {
    fc.assert(
      fc.property(colour, colour, (accent, ground) => {
        const theme = themeOf({ accent, ground });
        expect(contrastRatio(theme.accent, theme.onAccent)).toBeGreaterThanOrEqual(ENOUGH_CONTRAST);
        expect(contrastRatio(theme.accentInk, theme.ground)).toBeGreaterThanOrEqual(ENOUGH_CONTRAST);
        for (const written of ['#1b1a17', '#504d46', '#0d5a33'])
          expect(contrastRatio(written, theme.ground)).toBeGreaterThanOrEqual(ENOUGH_CONTRAST);
      }),
    );
  });

  it('says what it changed, and nothing else', () => {
    fc.assert(
      fc.property(colour, colour, (accent, ground) => {
        const { accent: fill, accentInk, ground: shown } = themeOf({ accent, ground });
        const kept = fill === accent && accentInk === accent && shown === ground;
        expect(themeProblems({ accent, ground }).length === 0).toBe(kept);
      }),
    );
  });

  it('takes a good choice as it is', () => {
    expect(themeProblems({ accent: USUAL_ACCENT, ground: USUAL_GROUND })).toEqual([]);
    expect(themeOf({ accent: USUAL_ACCENT, ground: USUAL_GROUND })).toEqual({
      accent: USUAL_ACCENT,
      onAccent: '#ffffff',
      accentInk: USUAL_ACCENT,
      ground: USUAL_GROUND,
    });
  });

  it('names key, colour, ratio and what is shown', () => {
    expect(themeProblems({ accent: '#ffcc00', ground: USUAL_GROUND })).toEqual([
      {
        path: ['shop', 'accent'],
        message: expect.stringMatching(/^found #ffcc00: as text on #faf9f5 it reaches .* 1\.4, allowed: at least 7/) as string,
      },
    ]);
    expect(themeProblems({ accent: USUAL_ACCENT, ground: '#333333' })[0]).toMatchObject({ path: ['shop', 'ground'] });
  });
});
