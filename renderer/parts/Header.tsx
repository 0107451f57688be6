/** The bar that stays where it is on every screen: whose machine this is, the languages, easy view. */
import { useKiosk } from '../kiosk.ts';
import { EasyView } from './EasyView.tsx';
import { Languages } from './Languages.tsx';

/** A name of more letters is written smaller. */
const LONG = 24;

export function Header() {
  const { view, texts } = useKiosk();
  const { shop } = view;
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
        <EasyView />
      </nav>
    </header>
  );
}
