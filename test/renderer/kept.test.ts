/** What a view keeps of the one before it: the screen redraws the parts that are other objects, and no others. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { kept } from '../../renderer/link.ts';

const parsed = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const part = fc.jsonValue({ maxDepth: 4 }).map(parsed);

describe('a view after a view', () => {
  test('says what it says, whatever was before it', () => {
    fc.assert(
      fc.property(part, part, (before, after) => {
        expect(kept(before, parsed(after))).toEqual(after);
      }),
    );
  });

  test('that says the same is the same object', () => {
    fc.assert(
      fc.property(part, (view) => {
        expect(kept(view, parsed(view))).toBe(view);
      }),
    );
  });

  test('a change leaves every other part the object it was', () => {
    fc.assert(
      fc.property(fc.array(part, { minLength: 1 }), fc.nat(), (before, at) => {
        const changed = at % before.length;
        const after = before.map((value, i) => (i === changed ? { changed: value } : parsed(value)));
        const result = kept(before, after);
        expect(result).toEqual(after);
        result.forEach((value, i) => i !== changed && expect(value).toBe(before[i]));
      }),
    );
  });

  test('what was taken away is gone', () => {
    expect(kept({ a: 1, b: { c: 2 } }, { b: { c: 2 } })).toEqual({ b: { c: 2 } });
    expect(kept([1, 2, 3], [1, 2])).toEqual([1, 2]);
    expect(kept([1], { 0: 1 })).toEqual({ 0: 1 });
  });
});
