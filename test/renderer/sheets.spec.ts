/** A sheet covers the bar, so it has easy view and the languages itself: in the same place on each, for a finger and for a keyboard, and it stays open meanwhile. */
import { LANGUAGES } from '../../app/view.ts';
import { cases, type GlassName, on } from './fixtures.ts';
import { press } from './keyboard.ts';
import { expect, glassOf, test } from './screen.ts';

const SHEETS = ['details', 'languages', 'selecting-idle'] as const;

for (const glass of ['portrait', 'landscape', 'small'] as GlassName[])
  for (const easyView of [false, true])
    test(`easy view and language from within a sheet: ${glass}${easyView ? ', easy view' : ''}`, async ({ kiosk }) => {
      const { page } = kiosk;
      await kiosk.glass(glass);
      const sheet = page.getByRole('dialog');
      for (const name of SHEETS) {
        const { view, press: pressed } = cases[name]!;
        const more = { shop: { languages: LANGUAGES } } as const;
        await kiosk.show(on(glass, view, { easyView, ...more }), pressed);
        await kiosk.asked();
        // Where the languages stand side by side there is no sheet of them.
        if (name === 'languages' && (await sheet.count()) === 0) continue;
        await press(kiosk, 'dialog [data-testid="easy-view"]');
        expect(await kiosk.asked(), `${name}, a keyboard`).toContainEqual({ do: 'setEasyView', easyView: !easyView });
        const easy = sheet.getByTestId('easy-view');
        await easy.tap();
        expect(await kiosk.asked(), `${name}, a finger`).toContainEqual({ do: 'setEasyView', easyView: !easyView });
        const switched = on(glass, view, { easyView: !easyView, ...more });
        // On larger glass they stand side by side again without easy view, and their sheet goes.
        if (name !== 'languages' || glass === 'small') {
          await page.evaluate((next) => window.stand.show(next), switched);
          await expect(easy).toHaveAttribute('aria-pressed', String(!easyView));
          await expect(sheet, `${name} stays open`).toHaveCount(1);
          expect(await page.evaluate((found) => window.inspectScreen(found), glassOf(switched))).toEqual([]);
          expect(await kiosk.faultsOfAxe()).toEqual([]);
        }
        if (name === 'languages') continue;
        await sheet.getByTestId('languages').tap();
        await page.keyboard.press('Escape');
        await expect(sheet, `${name} stays open when its languages close`).toHaveCount(1);
        await sheet.getByTestId('languages').tap();
        await sheet.last().getByTestId('language-ko').tap();
        expect(await kiosk.asked(), `${name}, its languages`).toContainEqual({ do: 'setLanguage', language: 'ko' });
        await expect(sheet, `${name} stays open`).toHaveCount(1);
      }
    });
