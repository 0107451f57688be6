/** One product, large: what is in it, and the two ways to have it. */
import { useEffect, useRef } from 'react';
import type { ProductView } from '../../app/view.ts';
import { useKiosk } from '../kiosk.ts';
import { Picture } from './Picture.tsx';

export function Details({ product, onClose }: { product: ProductView; onClose: () => void }) {
  const { view, texts, send } = useKiosk();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    // A text that scrolls would take the focus otherwise.
    dialog.current?.querySelector('button')?.focus();
  }, []);
  const { sku, notForSale, description, allergens, calories_kcal } = product;
  const canChoose = notForSale === null && product.available > 0;
  const ask = (what: 'add' | 'buy') => () => {
    send({ do: what, sku });
    onClose();
  };
  return (
    <dialog
      ref={dialog}
      className="sheet sheet-details"
      aria-labelledby="details-name"
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <div className="details">
        <Picture product={product} texts={texts} />
        <div className="details-text">
          <h2 id="details-name">{texts.name(product.name)}</h2>
          <p className="details-price figures">{texts.yen(product.price_jpy)}</p>
          {notForSale !== null && <p className="tile-reason">{texts.t(`reason.${notForSale}`)}</p>}
          {notForSale === null && product.ageCheck && <p className="tile-reason">{texts.t('age.needed')}</p>}
          {description !== null && <p>{texts.name(description)}</p>}
          <dl className="details-facts">
            {allergens.length > 0 && (
              <div>
                <dt>{texts.t('catalogue.allergens')}</dt>
                <dd>{allergens.join('・')}</dd>
              </div>
            )}
            {calories_kcal !== null && (
              <div>
                <dd className="figures">{texts.t('catalogue.calories', { n: calories_kcal })}</dd>
              </div>
            )}
          </dl>
        </div>
      </div>
      <div className="actions">
        <button type="button" className="action action-quiet" onClick={onClose}>
          {texts.t('catalogue.close')}
        </button>
        {canChoose && !view.shop.singleItem && view.shop.mode === 'vending' && (
          <button type="button" className="action action-second" onClick={ask('add')}>
            {texts.t('catalogue.add')}
          </button>
        )}
        {canChoose && (
          <button type="button" className="action" onClick={ask('buy')}>
            {texts.t('catalogue.buy')}
          </button>
        )}
      </div>
    </dialog>
  );
}
