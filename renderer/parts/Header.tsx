/** The bar that stays where it is on every screen: whose machine this is, the languages, easy view. */
import { useKiosk } from '../kiosk.ts';
import { Languages } from './Languages.tsx';

/** A name of more letters is written smaller. */
const LONG = 24;

export function Header() {
  const { view, texts, send } = useKiosk();
  const { shop, comfort } = view;
  const name = texts.name(shop.name);
  return (
    <header className="header">
      <div className="header-shop">
        {shop.theme.logo !== null && <img className="header-logo" src={shop.theme.logo} alt="" />}
        <span className="header-name" data-long={name.length > LONG}>
          {name}
        </span>
        <span className="header-machine">{texts.machine(shop.machineName)}</span>
      </div>
      <nav className="header-controls" aria-label={texts.t('header.languages')}>
        {/* A sheet that was left open must not cover the next screen. */}
        <Languages key={view.screen.name} />
        <button
          type="button"
          className="header-easy"
          aria-pressed={comfort.easyView}
          data-testid="easy-view"
          onClick={() => send({ do: 'setEasyView', easyView: !comfort.easyView })}
        >
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <circle cx="12" cy="4" r="2.2" />
            <path d="M4 8.2c5 1.6 11 1.6 16 0M9.6 9.4l-.4 4.6-2 7M14.4 9.4l.4 4.6 2 7M9.2 14h5.6" />
          </svg>
          <span>{texts.t('header.easyView')}</span>
        </button>
      </nav>
    </header>
  );
}
