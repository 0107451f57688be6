/** What was chosen so far, its sum and the way on; always in the same place and of the same size. */
import type { ReactNode } from 'react';
import type { CartLineView } from '../../app/view.ts';
import { useKiosk } from '../kiosk.ts';
import { Name } from './Name.tsx';
import { Picture } from './Picture.tsx';

export function Cart({
  cart,
  total_jpy,
  onPay,
  children,
}: {
  cart: readonly CartLineView[];
  total_jpy: number;
  onPay: () => void;
  children?: ReactNode;
}) {
  const { view, texts, send } = useKiosk();
  const count = cart.reduce((sum, { quantity }) => sum + quantity, 0);
  const { t } = texts;
  return (
    <section className="cart" aria-label={t('catalogue.cart')}>
      {children}
      {cart.length === 0 ? (
        <p className="cart-empty">{t('catalogue.emptyCart')}</p>
      ) : (
        <ul className="cart-lines">
          {cart.map((line) => {
            const product = view.products.find(({ sku }) => sku === line.sku);
            const name = texts.name(line.name);
            return (
              <li key={line.sku} className="cart-line">
                <span className="cart-picture">
                  <Picture product={product ?? { name: line.name, picture: null }} texts={texts} />
                </span>
                <span className="cart-name">
                  <Name text={line.name} texts={texts} />
                </span>
                <span className="stepper">
                  <button type="button" aria-label={t('catalogue.remove', { name })} onClick={() => send({ do: 'remove', sku: line.sku })}>
                    −
                  </button>
                  <span className="figures">{line.quantity}</span>
                  <button
                    type="button"
                    aria-label={t('catalogue.addOne', { name })}
                    disabled={(product?.available ?? 0) === 0}
                    onClick={() => send({ do: 'add', sku: line.sku })}
                  >
                    +
                  </button>
                </span>
              </li>
            );
          })}
        </ul>
      )}
      <div className="cart-sum" aria-live="polite">
        <span className="cart-count">{count > 0 ? t('catalogue.items', { n: count }) : t('catalogue.total')}</span>
        <span className="cart-total figures">{texts.yen(total_jpy)}</span>
      </div>
      <div className="cart-actions">
        <button type="button" className="action action-quiet" data-testid="leave" onClick={() => send({ do: 'finish' })}>
          {t('catalogue.back')}
        </button>
        <button type="button" className="action" data-testid="cart-checkout" disabled={count === 0} onClick={onPay}>
          {t('catalogue.checkout')}
        </button>
      </div>
    </section>
  );
}
