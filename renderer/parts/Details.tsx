/** One product, large: what is in it, and the two ways to have it. */
import { Fragment, useEffect, useRef } from 'react';
import type { ProductView } from '../../app/view.ts';
import { useKiosk } from '../kiosk.ts';
import { allergenNames } from '../messages/allergens.ts';
import { EasyView } from './EasyView.tsx';
import { Languages } from './Languages.tsx';
import { Name } from './Name.tsx';
import { Picture } from './Picture.tsx';

export function Details({ product, onClose }: { product: ProductView; onClose: () => void }) {
  const { view, texts, send } = useKiosk();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    // A text that scrolls would take the focus otherwise.
    dialog.current?.querySelector<HTMLElement>('.action')?.focus();
  }, []);
  const cart = view.screen.name === 'selecting' ? view.screen.cart : [];
  const { sku, notForSale, description, allergens, calories_kcal } = product;
  const canChoose = notForSale === null && product.available > 0;
  // It says when it is closed (`onClose`), and gives the focus back to where it was.
  const close = (): void => dialog.current?.close();
  const ask = (what: 'add' | 'buy') => () => {
    send({ do: what, sku });
    close();
  };
  return (
    <dialog
      ref={dialog}
      className="sheet sheet-details"
      aria-labelledby="details-name"
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && close()}
    >
      <div className="details">
        <Picture product={product} texts={texts} />
        <div className="details-text">
          <h2 id="details-name">
            <Name text={product.name} texts={texts} />
          </h2>
          <p className="details-price figures">{texts.yen(product.price_jpy)}</p>
          {notForSale !== null && <p className="tile-reason">{texts.t(`reason.${notForSale}`)}</p>}
          {notForSale === null && product.ageCheck && <p className="tile-reason">{texts.t('age.needed')}</p>}
          {description !== null && (
            <p>
              <Name text={description} texts={texts} />
            </p>
          )}
          <dl className="details-facts">
            {allergens.length > 0 && (
              <div>
                <dt>{texts.t('catalogue.allergens')}</dt>
                <dd>
                  {allergens.map((allergen, index) => (
                    <Fragment key={index}>
                      {index > 0 && (texts.language === 'en' ? '; ' : '・')}
                      <Name text={typeof allergen === 'string' ? allergenNames(allergen) : allergen} texts={texts} />
                    </Fragment>
                  ))}
                </dd>
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
        <EasyView />
        <Languages folded />
        <button type="button" className="action action-quiet" onClick={close}>
          {texts.t('catalogue.close')}
        </button>
        {canChoose && !view.shop.singleItem && (
          <button type="button" className={cart.length === 0 ? 'action action-second' : 'action'} onClick={ask('add')}>
            {texts.t('catalogue.add')}
          </button>
        )}
        {/* With something in the cart this would pay for that as well. */}
        {canChoose && cart.length === 0 && (
          <button type="button" className="action" onClick={ask('buy')}>
            {texts.t('catalogue.buy')}
          </button>
        )}
      </div>
    </dialog>
  );
}
