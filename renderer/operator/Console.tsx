/** The staff's console: the same pages at the kiosk, on a phone and on a laptop. Who may see a page is the kiosk's to say; here it is only left out. */
import { useCallback, useEffect, useLayoutEffect, useMemo, useState } from 'react';
import type { NowView } from '../../app/operator/view.ts';
import type { Permission } from '../../app/operator/permissions.ts';
import { type Api, keptSession, openApi } from './api.ts';
import { DeskContext, makeDesk, textIn, useAsk, useDesk } from './desk.ts';
import { Door } from './Door.tsx';
import { ComparePage } from './pages/Compare.tsx';
import { DayPage } from './pages/Day.tsx';
import { HealthPage } from './pages/Health.tsx';
import { NowPage } from './pages/Now.tsx';
import { OrdersPage } from './pages/Orders.tsx';
import { PeoplePage } from './pages/People.tsx';
import { ProductsPage } from './pages/Products.tsx';
import { RecordPage } from './pages/Record.tsx';
import { ReportsPage } from './pages/Reports.tsx';
import { StockPage } from './pages/Stock.tsx';
import { Keys } from './parts/Keys.tsx';
import { say, type Tongue } from './words.ts';
import './console.css';

const PAGES = [
  ['now', 'now', NowPage],
  ['stock', 'stock.set', StockPage],
  ['products', 'price.set', ProductsPage],
  ['orders', 'orders', OrdersPage],
  ['reports', 'report', ReportsPage],
  ['day', 'day', DayPage],
  ['compare', 'payments.compare', ComparePage],
  ['health', 'health', HealthPage],
  ['people', 'staff', PeoplePage],
  ['record', 'record', RecordPage],
] as const satisfies readonly (readonly [string, Permission, () => React.ReactNode])[];
export type PageName = (typeof PAGES)[number][0];

const TONGUE_KEY = 'jihanki-tongue';
const SIGNS_OF_LIFE = ['pointerdown', 'keydown', 'wheel'] as const;
const SIGN_OF_LIFE_EVERY_ms = 20_000;

/**
 * @param onLeave at the kiosk's own screen: back to the customers
 * @param customer somebody buys meanwhile: the screen is theirs unless staff are signed in
 */
export function Console({ onLeave, customer = false }: { onLeave?: () => void; customer?: boolean }) {
  const atKiosk = onLeave !== undefined;
  // At the kiosk nobody is signed in just because somebody was before.
  const [token, setToken] = useState(() => (atKiosk ? null : keptSession.get()));
  const [tongue, setTongue] = useState<Tongue>(() => (localStorage.getItem(TONGUE_KEY) === 'en' ? 'en' : 'ja'));
  const [api, setApi] = useState<Api | null>(null);
  useScale(atKiosk);
  useEffect(() => {
    document.documentElement.lang = tongue;
    localStorage.setItem(TONGUE_KEY, tongue);
  }, [tongue]);

  const over = useCallback(() => {
    keptSession.set(null);
    setToken(null);
    onLeave?.();
  }, [onLeave]);
  useEffect(() => {
    if (token === null) return setApi(null);
    if (!atKiosk) keptSession.set(token);
    const opened = openApi(token, over);
    setApi(opened);
    return () => opened.end();
  }, [token, atKiosk, over]);

  return (
    <div className={`console ${atKiosk ? 'c-at-kiosk' : ''}`} data-testid="console">
      {api === null ? (
        <Door tongue={tongue} onTongue={setTongue} onSession={setToken} onLeave={onLeave} customer={customer} />
      ) : (
        <Inside api={api} tongue={tongue} onTongue={setTongue} atKiosk={atKiosk} onEnd={over} />
      )}
      {atKiosk && <Keys tongue={tongue} />}
    </div>
  );
}

/** 1rem is the size of text: larger at the kiosk, where staff stand at arm's length with gloves. Put back on leaving, before the customers' screen takes its own. */
function useScale(atKiosk: boolean): void {
  useLayoutEffect(() => {
    const { style } = document.documentElement;
    const before = style.fontSize;
    const scale = (): void => void (style.fontSize = atKiosk ? `${Math.max(16, Math.min(innerWidth, innerHeight) / 45)}px` : '16px');
    scale();
    addEventListener('resize', scale);
    return () => {
      removeEventListener('resize', scale);
      style.fontSize = before;
    };
  }, [atKiosk]);
}

interface InsideProps {
  readonly api: Api;
  readonly tongue: Tongue;
  readonly onTongue: (tongue: Tongue) => void;
  readonly atKiosk: boolean;
  readonly onEnd: () => void;
}

function Inside({ api, tongue, onTongue, atKiosk, onEnd }: InsideProps) {
  const [me, setMe] = useState<NowView | null>(null);
  useEffect(() => {
    let wanted = true;
    const load = (quiet: boolean): void =>
      void api.ask<NowView>({ ask: 'now' }, quiet).then(
        (now) => wanted && setMe(now),
        () => {},
      );
    load(false);
    // The kiosk may only just be starting. Only a person keeps the session alive, not what changes meanwhile.
    const stop = api.onChange(() => load(true));
    return () => {
      wanted = false;
      stop();
    };
  }, [api]);
  useSignsOfLife(api);
  const role = me?.me.role ?? null;
  const desk = useMemo(() => (role === null ? null : makeDesk({ api, tongue, role, atKiosk })), [api, tongue, role, atKiosk]);
  if (desk === null) return <p className="c-quiet c-center">{say(tongue, 'loading')}</p>;
  return (
    <DeskContext value={desk}>
      <Pages onTongue={onTongue} onEnd={onEnd} />
    </DeskContext>
  );
}

function Pages({ onTongue, onEnd }: { onTongue: (tongue: Tongue) => void; onEnd: () => void }) {
  const desk = useDesk();
  const { t, tongue } = desk;
  const pages = PAGES.filter(([, permission]) => desk.may(permission));
  const [page, go] = usePage(pages.map(([name]) => name));
  const connected = useConnection(desk.api);
  const { value: now } = useAsk<NowView>({ ask: 'now' });
  const Page = pages.find(([name]) => name === page)?.[2] ?? NowPage;
  return (
    <>
      <header className="c-header">
        <div className="c-shop">
          <strong>{now ? textIn(tongue, now.shop) : ''}</strong>
          <span className="c-quiet">{now && t('machine', now.machineName)}</span>
        </div>
        <button type="button" className="c-button c-plain" onClick={() => onTongue(tongue === 'ja' ? 'en' : 'ja')}>
          {t('other')}
        </button>
        <span className="c-me">
          {now?.me.name} <small className="c-quiet">{now && t(`role.${now.me.role}`)}</small>
        </span>
        <button type="button" className="c-button" data-testid="leave" onClick={onEnd}>
          {t('leave')}
        </button>
      </header>
      <nav className="c-nav">
        {pages.map(([name]) => (
          <button
            key={name}
            type="button"
            aria-current={name === page ? 'page' : undefined}
            data-testid={`page-${name}`}
            onClick={() => go(name)}
          >
            {t(name)}
            {name === 'now' && now !== null && now.level !== 'ok' && <i className={`c-dot c-${now.level}`}>{now.checks.length}</i>}
            {name === 'orders' && now !== null && now.attention > 0 && <i className="c-dot c-bad">{now.attention}</i>}
          </button>
        ))}
      </nav>
      <main className="c-page" data-page={page} key={page}>
        {!connected && <p className="c-trouble">{t('lost')}</p>}
        <Page />
      </main>
    </>
  );
}

/** Whoever reads or types is there, though nothing is asked of the kiosk: it is told now and then. */
function useSignsOfLife(api: Api): void {
  useEffect(() => {
    let told_ms = performance.now();
    const alive = (): void => {
      if (performance.now() - told_ms < SIGN_OF_LIFE_EVERY_ms) return;
      told_ms = performance.now();
      void api.ask({ ask: 'health' }).catch(() => {});
    };
    for (const name of SIGNS_OF_LIFE) addEventListener(name, alive, { passive: true });
    return () => {
      for (const name of SIGNS_OF_LIFE) removeEventListener(name, alive);
    };
  }, [api]);
}

/** The page stands in the address, so that "back" on a phone goes back. */
function usePage(names: readonly PageName[]): [PageName, (page: PageName) => void] {
  const read = useCallback((): PageName => names.find((name) => location.hash.startsWith(`#${name}`)) ?? 'now', [names.join()]);
  const [page, setPage] = useState(read);
  useEffect(() => {
    const follow = (): void => setPage(read());
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, [read]);
  return [
    page,
    (next) => {
      location.hash = next;
      setPage(next);
    },
  ];
}

function useConnection(api: Api): boolean {
  const [connected, setConnected] = useState(true);
  useEffect(() => api.onConnection(setConnected), [api]);
  return connected;
}
