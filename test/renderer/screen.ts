/**
 * One page for a whole run of screens. It takes views over the preload's interface (renderer/link.ts), as in Electron: one call shows a view,
 * waits until it stands, and judges it.
 */
import AxeBuilder from '@axe-core/playwright';
import { type Browser, type Page, test as base } from '@playwright/test';
import type { KioskCommand, KioskView } from '../../app/view.ts';
import { startFixtureServer } from './fixture-server.ts';
import { fixtures, GLASS, type GlassName } from './fixtures.ts';
import { type Glass, inspectScreen } from './rules.ts';

declare global {
  interface Window {
    /** What the preload's stand-in keeps: the screen's listener, and what the screen asked. */
    stand: { show: (view: KioskView | null) => void; asked: KioskCommand[] };
    inspectScreen: (glass: Glass) => string[];
    settle: () => Promise<void>;
    axe: { run: (scope: Document, options: typeof AXE) => ReturnType<AxeBuilder['analyze']> };
  }
}

const AXE = { resultTypes: ['violations' as const] };

export interface Screen {
  readonly page: Page;
  /** @param press what to press once the view stands: sheets that only the page knows of */
  show(view: KioskView, press?: readonly string[]): Promise<void>;
  /** Shows the view and @returns what breaks a rule */
  judge(view: KioskView, press?: readonly string[]): Promise<string[]>;
  /** As if a finger lay on every button at once: each looks pressed, and its words can be read. */
  judgePressed(view: KioskView, press?: readonly string[]): Promise<string[]>;
  /** What axe finds on the screen as it stands. */
  faultsOfAxe(): Promise<string[]>;
  /** The screen as it stands, as PNG. */
  picture(): Promise<Buffer>;
  /** Commands since the last call. */
  asked(): Promise<KioskCommand[]>;
  glass(name: GlassName): Promise<void>;
}

/** What a view says about the glass it is made for. Small glass can't hold large letters; two thirds of an arm's length is enough there. */
export const glassOf = ({ shop: { display }, comfort: { easyView } }: KioskView): Glass => ({
  ...display,
  easyView,
  instruction_mm: display.height_mm > 150 ? 5 : 2.3,
  amount_mm: display.height_mm > 150 ? 15 : 6,
});

/** Opens the screens of the renderer that was built last. */
export async function openScreen(browser: Browser, deviceScaleFactor = 1): Promise<Screen & { close(): Promise<void> }> {
  const server = await startFixtureServer(fixtures.attract);
  const page = await browser.newPage({
    viewport: GLASS.portrait.viewport,
    hasTouch: true,
    reducedMotion: 'reduce',
    locale: 'ja-JP',
    deviceScaleFactor,
  });
  await page.addInitScript(standIn);
  await page.addInitScript({ content: `window.inspectScreen = ${inspectScreen.toString()}` });
  await page.goto(server.url);
  await page.waitForFunction(() => document.fonts.size > 0);

  const cdp = await page.context().newCDPSession(page);

  const act = (view: KioskView, press: readonly string[], glass: Glass | null): Promise<string[]> =>
    page.evaluate(
      async ([next, rest, pressed, judged]) => {
        // From another screen, so that nothing is left open from the view before.
        window.stand.show({ ...next, screen: { name: rest } });
        // Two views in one task would be drawn as one.
        await new Promise((drawn) => setTimeout(drawn));
        window.stand.show(next);
        await window.settle();
        for (const one of pressed) {
          const found = document.querySelector<HTMLElement>(one);
          if (found === null) throw new Error(`${one} is not on the screen`);
          found.click();
          await Promise.resolve();
        }
        if (pressed.length > 0) await window.settle();
        return judged === null ? [] : window.inspectScreen(judged);
      },
      [view, view.screen.name === 'maintenance' ? 'recovering' : 'maintenance', press, glass] as const,
    );
  return {
    page,
    show: async (view, press = []) => void (await act(view, press, null)),
    judge: (view, press = []) => act(view, press, glassOf(view)),
    judgePressed: async (view, press = []) => {
      await act(view, press, null);
      return page.evaluate((glass) => {
        const look = (button: Element): string => {
          const { backgroundColor, backgroundImage } = getComputedStyle(button);
          return `${backgroundColor} ${backgroundImage}`;
        };
        const buttons = [...document.querySelectorAll('button:enabled')];
        const before = buttons.map(look);
        for (const button of buttons) button.setAttribute('data-pressed', '');
        const same = buttons.filter((button, index) => look(button) === before[index]);
        const faults = [...same.map((button) => `${button.className} looks as before`), ...window.inspectScreen(glass)];
        for (const button of buttons) button.removeAttribute('data-pressed');
        return faults;
      }, glassOf(view));
    },
    faultsOfAxe: async () => {
      // With each of its looks the builder brings axe's 600 kB twice. They stay in the page: it need only bring them.
      if (!(await page.evaluate(() => 'axe' in window))) await new AxeBuilder({ page }).setLegacyMode().options(AXE).analyze();
      return page.evaluate(async (options) => {
        const { violations } = await window.axe.run(document, options);
        return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id} at ${target.join(' ')}`));
      }, AXE);
    },
    picture: async () => {
      await page.evaluate(() => Promise.all([...document.images].map((image) => image.decode().catch(() => undefined))));
      const { data } = await cdp.send('Page.captureScreenshot', { format: 'png', optimizeForSpeed: true });
      return Buffer.from(data, 'base64');
    },
    asked: () => page.evaluate(() => window.stand.asked.splice(0)),
    glass: (name) => page.setViewportSize(GLASS[name].viewport),
    close: async () => {
      await page.close();
      await server.close();
    },
  };
}

/** What Electron's preload would put on the window. */
function standIn(): void {
  const stand: Window['stand'] = { show: () => undefined, asked: [] };
  window.stand = stand;
  Object.defineProperty(window, 'kiosk', {
    value: {
      onView: (listener: (view: KioskView | null) => void) => (stand.show = listener),
      send: (command: KioskCommand) => stand.asked.push(command),
      ready: () => undefined,
    },
  });
  const frame = (): Promise<unknown> => new Promise(requestAnimationFrame);
  window.settle = async () => {
    await frame();
    await document.fonts.ready;
    await frame();
  };
}

export const test = base.extend<object, { kiosk: Screen }>({
  kiosk: [
    async ({ browser }, use) => {
      const screen = await openScreen(browser);
      await use(screen);
      await screen.close();
    },
    { scope: 'worker' },
  ],
});
export { expect } from '@playwright/test';
