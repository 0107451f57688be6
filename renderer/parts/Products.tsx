/** The grid of products with its tabs: 1 to 60 of them, two to four in a row, each with its price or its reason. */
import { memo, startTransition, useEffect, useState } from 'react';
import type { CartLineView, ProductView } from '../../app/view.ts';
import { useKiosk } from '../kiosk.ts';
import type { Texts } from '../texts.ts';
import { Details } from './Details.tsx';
import { Picture } from './Picture.tsx';

/** So many are on the screen with the first frame; the others, further down, follow while nobody waits for them. */
const FIRST = 16;

export function Products({ cart, onChoose }: { cart: readonly CartLineView[]; onChoose: (product: ProductView) => void }) {
  const { view, texts } = useKiosk();
  const [category, setCategory] = useState<string | null>(null);
  const [detailed, setDetailed] = useState<string | null>(null);
  const categories = view.shop.categories.filter(({ id }) => view.products.some((product) => product.category === id));
  const shown = view.products.filter((product) => category === null || product.category === category);
  const [whole, setWhole] = useState(shown.length <= FIRST);
  useEffect(() => startTransition(() => setWhole(true)), []);
  const details = view.products.find(({ sku }) => sku === detailed);
  return (
    <>
      {categories.length > 1 && (
        <nav className="tabs">
          <button type="button" className="tab" aria-pressed={category === null} onClick={() => setCategory(null)}>
            {texts.t('catalogue.all')}
          </button>
          {categories.map(({ id, name }) => (
            <button key={id} type="button" className="tab" aria-pressed={category === id} onClick={() => setCategory(id)}>
              {texts.name(name)}
            </button>
          ))}
        </nav>
      )}
      <ul className="products" data-many={shown.length > 12 ? 'many' : shown.length > 4 ? 'some' : 'few'} key={category}>
        {(whole ? shown : shown.slice(0, FIRST)).map((product) => (
          <Tile
            key={product.sku}
            product={product}
            texts={texts}
            quantity={cart.find(({ sku }) => sku === product.sku)?.quantity ?? 0}
            onChoose={() => onChoose(product)}
            onDetails={() => setDetailed(product.sku)}
          />
        ))}
      </ul>
      {details && <Details product={details} onClose={() => setDetailed(null)} />}
    </>
  );
}

interface TileProps {
  readonly product: ProductView;
  readonly texts: Texts;
  readonly quantity: number;
  readonly onChoose: () => void;
  readonly onDetails: () => void;
}

/** A view comes whole with every change (app/view.ts); of sixty tiles only those are drawn anew that changed. */
const Tile = memo(DrawnTile, (before, after) => {
  const same = before.quantity === after.quantity && before.texts === after.texts;
  return same && JSON.stringify(before.product) === JSON.stringify(after.product);
});

function DrawnTile({ product, texts, quantity, onChoose, onDetails }: TileProps) {
  const { notForSale } = product;
  const name = texts.name(product.name);
  const hasDetails = product.description !== null || product.allergens.length > 0 || product.calories_kcal !== null;
  return (
    <li className="tile" data-for-sale={notForSale === null} data-in-cart={quantity > 0}>
      <button
        type="button"
        className="tile-choose"
        data-testid={`product-${product.sku}`}
        disabled={notForSale !== null || product.available === 0}
        onClick={onChoose}
      >
        <span className="tile-picture">
          <Picture product={product} />
        </span>
        <span className="tile-name">{name}</span>
        <span className="tile-price figures">
          {texts.yen(product.price_jpy)}
          {quantity > 0 && <span className="tile-quantity">×{quantity}</span>}
        </span>
        {notForSale !== null ? (
          <span className="tile-reason">{texts.t(`reason.${notForSale}`)}</span>
        ) : (
          product.available === 0 && <span className="tile-reason">{texts.t('catalogue.allInCart')}</span>
        )}
        {notForSale === null && product.ageCheck && <span className="tile-reason">{texts.t('age.needed')}</span>}
      </button>
      {hasDetails && (
        <button type="button" className="tile-details" aria-label={texts.t('catalogue.details', { name })} onClick={onDetails}>
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <circle cx="12" cy="12" r="9.5" />
            <path d="M12 11v6M12 7.2v.4" />
          </svg>
        </button>
      )}
    </li>
  );
}
