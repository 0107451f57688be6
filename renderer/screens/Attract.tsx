/** Nobody is here yet: which machine this is, what it sells, that only PayPay is taken, and where to touch. */
import { useEffect, useState } from 'react';
import type { ProductView } from '../../app/view.ts';
import { useKiosk } from '../kiosk.ts';
import { LastSale } from '../parts/LastSale.tsx';
import { Name } from '../parts/Name.tsx';
import { Picture } from '../parts/Picture.tsx';
import type { Texts } from '../texts.ts';

const SHOWN = 6;
const CHANGE_ms = 7000;

export function Attract() {
  const { view, texts, textsOf, send } = useKiosk();
  const { shop } = view;
  const start = (): void => send({ do: 'start' });
  const other = textsOf(texts.language === 'en' ? 'ja' : 'en');
  const begin = shop.mode === 'counter' ? 'attract.counter' : 'attract.touch';
  const byMachine = shop.selection === 'machine';
  return (
    <main className="screen attract" data-screen="attract" data-testid="attract" onClick={byMachine ? undefined : start}>
      <div className="stage">
        <h1 className="attract-shop">
          <Name text={shop.name} texts={texts} />
        </h1>
        <Shelf products={view.products.filter(({ notForSale }) => notForSale === null)} texts={texts} />
      </div>
      <div className="side">
        <p className="attract-paypay">
          <strong>{texts.t('attract.onlyPayPay')}</strong>
          <span lang={other.language}>{other.t('attract.onlyPayPay')}</span>
          <small>{texts.t('attract.noCash')}</small>
        </p>
        {byMachine ? (
          <p className="attract-machine">{texts.t('attract.machineChooses')}</p>
        ) : (
          <button type="button" className="action action-large" onClick={(event) => (event.stopPropagation(), start())}>
            {texts.t(begin)}
            <small lang={other.language}>{other.t(begin)}</small>
          </button>
        )}
        <LastSale />
      </div>
    </main>
  );
}

/** A few at a time; the next ones fade in. */
function Shelf({ products, texts }: { products: readonly ProductView[]; texts: Texts }) {
  const [turn, setTurn] = useState(0);
  const turns = Math.ceil(products.length / SHOWN);
  useEffect(() => {
    if (turns < 2 || matchMedia('(prefers-reduced-motion: reduce)').matches) return undefined;
    const timer = setInterval(() => setTurn((last) => last + 1), CHANGE_ms);
    return () => clearInterval(timer);
  }, [turns]);
  const first = turns === 0 ? 0 : (turn % turns) * SHOWN;
  // The last ones are as many.
  const shown = products.slice(Math.max(0, Math.min(first, products.length - SHOWN)), first + SHOWN);
  return (
    <div className="shelf" key={first} aria-hidden="true">
      {shown.map((product) => (
        <Picture key={product.sku} product={product} texts={texts} />
      ))}
    </div>
  );
}
