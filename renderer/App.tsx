/** One view in, one screen out. Nothing here decides anything about an order. */
import { type SyntheticEvent, useCallback, useDeferredValue, useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import type { KioskView, ShopView } from '../app/view.ts';
import { useAwake } from './awake.ts';
import { useFonts } from './fonts.ts';
import { useGlass } from './glass.ts';
import { type Kiosk, KioskContext, useLasting } from './kiosk.ts';
import type { Link } from './link.ts';
import { Header } from './parts/Header.tsx';
import { IdleWarning } from './parts/IdleWarning.tsx';
import { useOwnComfort } from './own-comfort.ts';
import { usePressed } from './pressed.ts';
import { said, spoken } from './said.ts';
import { Attract } from './screens/Attract.tsx';
import { Catalogue } from './screens/Catalogue.tsx';
import { Checking } from './screens/Checking.tsx';
import { CheckingAge } from './screens/CheckingAge.tsx';
import { CodeClosed } from './screens/CodeClosed.tsx';
import { Counter } from './screens/Counter.tsx';
import { CustomerSide } from './screens/CustomerSide.tsx';
import { Dispensing } from './screens/Dispensing.tsx';
import { Lost } from './screens/Lost.tsx';
import { OutOfService } from './screens/OutOfService.tsx';
import { Pay } from './screens/Pay.tsx';
import { Refund } from './screens/Refund.tsx';
import { Thanks } from './screens/Thanks.tsx';
import { Waiting } from './screens/Waiting.tsx';
import { useSound, useSpeech } from './sound.ts';
import { useStaffTouches } from './StaffDoor.tsx';
import { LANGUAGE_NAMES, type TextsOf } from './texts.ts';

/** Whoever touches the screen is there; said this often at the most. */
const STAY_ms = 5000;
/** A wire that is back sooner than this is not worth a word. */
const CALM_ms = 600;

/** `/?side=customer` is a counter's second screen (docs/counter.md). */
const CUSTOMER_SIDE = new URLSearchParams(location.search).get('side') === 'customer';

/** @param onStaff opens the staff's console */
export function App({ link, texts: textsOf, onStaff }: { link: Link; texts: TextsOf; onStaff: () => void }) {
  const {
    view: shown,
    receivedAt_ms,
    connected,
  } = useSyncExternalStore(
    useCallback((listener) => link.onState(listener), [link]),
    () => link.state(),
  );
  const customerSide = CUSTOMER_SIDE && shown?.shop.mode === 'counter';
  const { view, send } = useOwnComfort({ view: shown, send: link.send }, customerSide);
  const lost = useLasting(!connected, CALM_ms);
  const language = view?.comfort.language ?? 'ja';
  const easyView = view?.comfort.easyView ?? false;
  useGlass(view?.shop.display, easyView);
  useEffect(() => {
    document.documentElement.lang = LANGUAGE_NAMES[language].lang;
  }, [language]);
  useTheme(view?.shop.theme, easyView);
  useFonts(view?.shop.languages, textsOf);
  useAwake();
  usePressed();

  const texts = useMemo(() => textsOf(language), [textsOf, language]);
  const kiosk = useMemo(
    () => view && ({ view, receivedAt_ms, texts, textsOf, send, customerSide } satisfies Kiosk),
    [view, receivedAt_ms, texts, textsOf, send, customerSide],
  );
  const sentence =
    view === null
      ? ''
      : customerSide && (view.screen.name === 'attract' || view.screen.name === 'selecting')
        ? texts.t(view.screen.name === 'attract' ? 'counter.welcome' : 'counter.preparing')
        : said(view, texts);
  useSound(view?.screen.name, view?.shop.sound ?? false);
  const customerWaits = customerSide && (view?.screen.name === 'attract' || view?.screen.name === 'selecting');
  const voiced = view === null || customerWaits ? sentence : spoken(view, texts);
  useSpeech(voiced, LANGUAGE_NAMES[language].voice, view?.shop.speech ?? false);
  const stayedAt_ms = useRef(-Infinity);
  const stay = ({ target }: SyntheticEvent): void => {
    // The warning answers for itself once the finger is up: it would go under the finger, and the tap hit what lies below.
    if (target instanceof Element && target.closest('.sheet-idle') !== null) return;
    if (view?.idleAt_ms == null || performance.now() - stayedAt_ms.current < STAY_ms) return;
    stayedAt_ms.current = performance.now();
    send({ do: 'stay' });
  };
  const touched = useStaffTouches(customerSide ? undefined : view?.screen.name, onStaff);
  // Nothing waits for the catalogue while another screen stands before it, the first picture least of all.
  const later = useDeferredValue(kiosk, null);
  if (kiosk === null) return lost ? <Lost texts={texts} /> : null;
  const { screen, shop } = kiosk.view;
  const choosing = screen.name === 'selecting' && shop.mode === 'vending';
  const catalogue = choosing ? kiosk : shop.mode === 'vending' && shop.selection === 'screen' ? later : null;
  return (
    <KioskContext value={kiosk}>
      <div className="kiosk" inert={lost} onPointerDown={stay} onKeyDown={stay} onClick={touched}>
        <Header />
        {catalogue !== null && (
          <KioskContext value={catalogue}>
            <Catalogue standby={!choosing} />
          </KioskContext>
        )}
        {!choosing && <Screen view={kiosk.view} customerSide={customerSide} />}
        {/* One that came while the screen is covered would stand above the cover. */}
        {!customerSide && !lost && <IdleWarning />}
        <p className="unseen" role="status">
          {sentence}
        </p>
      </div>
      {lost && <Lost texts={texts} />}
    </KioskContext>
  );
}

function Screen({ view: { screen }, customerSide }: { view: KioskView; customerSide: boolean }) {
  if (customerSide && (screen.name === 'attract' || screen.name === 'selecting')) return <CustomerSide screen={screen} />;
  switch (screen.name) {
    case 'recovering':
    case 'maintenance':
      return <Waiting what={screen.name} />;
    case 'attract':
      return <Attract />;
    case 'selecting':
      return <Counter screen={screen} />;
    case 'checkingAge':
      return <CheckingAge screen={screen} />;
    case 'creatingCode':
    case 'awaitingPayment':
      return <Pay screen={screen} />;
    case 'checking':
      return <Checking screen={screen} />;
    case 'codeClosed':
      return <CodeClosed screen={screen} />;
    case 'dispensing':
      return <Dispensing screen={screen} />;
    case 'thanks':
      return <Thanks screen={screen} />;
    case 'refunding':
      return <Refund screen={screen} />;
    case 'outOfService':
      return <OutOfService screen={screen} />;
  }
}

/** Easy view has a ground of its own. */
function useTheme(theme: ShopView['theme'] | undefined, easyView: boolean): void {
  useEffect(() => {
    if (theme === undefined) return;
    const { style } = document.documentElement;
    style.setProperty('--accent', theme.accent);
    style.setProperty('--on-accent', theme.onAccent);
    style.setProperty('--accent-ink', theme.accentInk);
    style.setProperty('--ground', easyView ? '' : theme.ground);
  }, [theme, easyView]);
}
