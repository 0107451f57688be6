/** The languages side by side where they fit; else behind one button, which opens them as a sheet within reach. */
import { useEffect, useRef, useState } from 'react';
import type { Language, ShopView } from '../../app/view.ts';
import { useKiosk } from '../kiosk.ts';
import { LANGUAGE_NAMES } from '../texts.ts';
import { EasyView } from './EasyView.tsx';

/** A target and the gap beside it; easy view has larger ones. */
const TARGET_mm = { usual: 24, easy: 30 } as const;
/** The rest of the bar says whose machine this is. */
const SHARE = 0.58;

/** @returns whether a button for each language and one for easy view fit beside the shop's name */
export const fitsInBar = ({ languages, display }: Pick<ShopView, 'languages' | 'display'>, easyView: boolean): boolean =>
  (languages.length + 1) * TARGET_mm[easyView ? 'easy' : 'usual'] <= display.width_mm * SHARE;

/** @param folded behind the one button also where they would fit */
export function Languages({ folded = false }: { folded?: boolean }) {
  const { view, texts } = useKiosk();
  const { shop, comfort } = view;
  const [open, setOpen] = useState(false);
  if (shop.languages.length < 2) return null;
  if (!folded && fitsInBar(shop, comfort.easyView)) return <Choices onChosen={() => undefined} />;
  const { name, lang } = LANGUAGE_NAMES[comfort.language];
  return (
    <>
      <button
        type="button"
        className="header-languages"
        data-testid="languages"
        aria-haspopup="dialog"
        onClick={(event) => (event.stopPropagation(), setOpen(true))}
      >
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <circle cx="12" cy="12" r="9.5" />
          <path d="M2.5 12h19M12 2.5c-6 6-6 13 0 19M12 2.5c6 6 6 13 0 19" />
        </svg>
        <span lang={lang}>{name}</span>
        <span className="unseen">{texts.t('header.languages')}</span>
      </button>
      {open && <LanguageSheet onClose={() => setOpen(false)} />}
    </>
  );
}

function LanguageSheet({ onClose }: { onClose: () => void }) {
  const { texts } = useKiosk();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  // It says when it is closed (`onClose`), and gives the focus back to where it was.
  const close = (): void => dialog.current?.close();
  return (
    <dialog
      ref={dialog}
      className="sheet sheet-languages"
      aria-label={texts.t('header.languages')}
      // React tells the sheet below as well, which this one is a part of.
      onCancel={(event) => event.stopPropagation()}
      onClose={(event) => (event.stopPropagation(), onClose())}
      onClick={(event) => {
        event.stopPropagation();
        if (event.target === dialog.current) close();
      }}
    >
      <div className="languages">
        <Choices onChosen={close} />
      </div>
      <div className="actions">
        <EasyView />
        <button type="button" className="action action-quiet" onClick={close}>
          {texts.t('catalogue.close')}
        </button>
      </div>
    </dialog>
  );
}

function Choices({ onChosen }: { onChosen: () => void }) {
  const { view, send } = useKiosk();
  const choose = (language: Language) => () => {
    send({ do: 'setLanguage', language });
    onChosen();
  };
  return view.shop.languages.map((language) => (
    <button
      key={language}
      type="button"
      className="header-language"
      lang={LANGUAGE_NAMES[language].lang}
      aria-pressed={language === view.comfort.language}
      data-testid={`language-${language}`}
      onClick={choose(language)}
    >
      <span>{LANGUAGE_NAMES[language].name}</span>
    </button>
  ));
}
