/** A keyboard's way to a target. */
import { expect, type Screen } from './screen.ts';

/** More than stand on the fullest screen. */
const MOST_TABS = 60;

/** Goes to the target by Tab alone, sees the mark around it, and presses it. */
export async function press({ page }: Screen, target: string, key = 'Enter'): Promise<void> {
  const focused = (): Promise<string> =>
    page.evaluate((selector) => {
      const element = document.activeElement;
      if (!element?.matches(selector)) return 'elsewhere';
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1 ? 'marked' : 'not marked';
    }, target);
  for (let tabs = 0; tabs < MOST_TABS && (await focused()) === 'elsewhere'; tabs += 1) await page.keyboard.press('Tab');
  expect(await focused(), `the focus on ${target}`).toBe('marked');
  await page.keyboard.press(key);
}
