/**
 * The grid of products with its tabs: 1 to 60 of them, two to four in a row, each with its price or its reason. While nothing is chosen
 * yet, the price is a button that leads straight to the QR; afterwards it is part of the tile, which adds one more.
 */
import { memo, useEffect, useRef, useState } from 'react';
import type { CartLineView, ProductView } from '../../app/view.ts';
import { useKiosk } from '../kiosk.ts';
import { Name } from './Name.tsx';
import type { Texts } from '../texts.ts';
import { Details } from './Details.tsx';
import { Picture } from './Picture.tsx';

interface ProductsProps {
  readonly cart: readonly CartLineView[];
  /** Not shown now: the next customer finds it as the first one did. */
  readonly standby?: boolean;
  /** The same function from view to view, or every tile is drawn anew. */
  readonly onChoose: (sku: string) => void;
  /** Where a cart can be passed by. The same from view to view as well. */
  readonly onBuy?: ((sku: string) => void) | null;
}

export function Products({ cart, standby = false, onChoose, onBuy = null }: ProductsProps) {
  const { view, texts } = useKiosk();
  const [category, setCategory] = useState<string | null>(null);
  const [detailed, setDetailed] = useState<string | null>(null);
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    if (!standby) return;
    setCategory(null);
    setDetailed(null);
    // On small glass it is the stage that scrolls.
    list.current?.closest('.stage')?.scrollTo(0, 0);
  }, [standby]);
  useEffect(() => {
    list.current?.scrollTo(0, 0);
  }, [standby, category]);
  const categories = view.shop.categories.filter(({ id }) => view.products.some((product) => product.category === id));
  const shown = view.products.filter((product) => category === null || product.category === category);
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
      {/* What a first product in the cart changes on all tiles is a matter of style: none of them is drawn anew. */}
      <ul
        ref={list}
        className="products"
        data-many={shown.length > 12 ? 'many' : shown.length > 4 ? 'some' : 'few'}
        data-buy={onBuy === null ? undefined : cart.length === 0 ? 'now' : 'later'}
      >
        {shown.map((product) => (
          <Tile
            key={product.sku}
            product={product}
            texts={texts}
            quantity={cart.find(({ sku }) => sku === product.sku)?.quantity ?? 0}
            onChoose={onChoose}
            onBuy={onBuy}
            onDetails={setDetailed}
          />
        ))}
      </ul>
      {details && !standby && <Details product={details} onClose={() => setDetailed(null)} />}
    </>
  );
}

interface TileProps {
  readonly product: ProductView;
  readonly texts: Texts;
  readonly quantity: number;
  readonly onChoose: (sku: string) => void;
  readonly onBuy: ((sku: string) => void) | null;
  readonly onDetails: (sku: string) => void;
}

/** Of sixty tiles only those are drawn anew whose product changed: a product that did not is the same object (link.ts). */
const Tile = memo(({ product, texts, quantity, onChoose, onBuy, onDetails }: TileProps) => {
  const { notForSale } = product;
  const name = texts.name(product.name);
  const price = texts.yen(product.price_jpy);
  const buy = texts.t('catalogue.buy');
  const canChoose = notForSale === null && product.available > 0;
  const hasDetails = product.description !== null || product.allergens.length > 0 || product.calories_kcal !== null;
  return (
    <li className="tile" data-for-sale={notForSale === null} data-in-cart={quantity > 0}>
      <button
        type="button"
        className="tile-choose"
        data-testid={`product-${product.sku}`}
        disabled={!canChoose}
        onClick={() => onChoose(product.sku)}
      >
        <span className="tile-picture">
          <Picture product={product} texts={texts} />
        </span>
        <span className="tile-name">
          <Name text={product.name} texts={texts} />
        </span>
        {notForSale !== null ? (
          <span className="tile-reason">{texts.t(`reason.${notForSale}`)}</span>
        ) : (
          product.available === 0 && <span className="tile-reason">{texts.t('catalogue.allInCart')}</span>
        )}
        {notForSale === null && product.ageCheck && <span className="tile-reason">{texts.t('age.needed')}</span>}
        <span className="tile-price figures">{price}</span>
        {quantity > 0 && <span className="tile-quantity figures">×{quantity}</span>}
      </button>
      {onBuy !== null && notForSale === null && (
        <button
          type="button"
          className="tile-buy"
          data-testid={`buy-${product.sku}`}
          disabled={!canChoose}
          aria-label={`${name} ${price} ${buy}`}
          onClick={() => onBuy(product.sku)}
        >
          <span className="tile-price figures">{price}</span> <span className="tile-buy-now">{buy}</span>
        </button>
      )}
      {hasDetails && (
        <button
          type="button"
          className="tile-details"
          aria-label={texts.t('catalogue.details', { name })}
          onClick={() => onDetails(product.sku)}
        >
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <circle cx="12" cy="12" r="9.5" />
            <path d="M12 11v6M12 7.2v.4" />
          </svg>
        </button>
      )}
    </li>
  );
});
