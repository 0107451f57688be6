/**
 * Which one? One tap puts a product into the cart; in a `singleItem` shop it leads straight to its QR.
 * It stands ready behind the other screens, its pictures loaded and its words laid out: a touch only has to uncover it.
 */
import { memo, useCallback } from 'react';
import type { ScreenView } from '../../app/view.ts';
import { useKiosk } from '../kiosk.ts';
import { Cart } from '../parts/Cart.tsx';
import { Layout } from '../parts/Layout.tsx';
import { Problem } from '../parts/Problem.tsx';
import { Products } from '../parts/Products.tsx';

const UNTOUCHED: Extract<ScreenView, { name: 'selecting' }> = { name: 'selecting', cart: [], total_jpy: 0, problem: null };

/** @param standby another screen is shown */
export const Catalogue = memo(({ standby }: { standby: boolean }) => {
  const { view, texts, send } = useKiosk();
  const { singleItem } = view.shop;
  const { cart, total_jpy, problem } = view.screen.name === 'selecting' ? view.screen : UNTOUCHED;
  const choose = useCallback((sku: string) => send({ do: singleItem ? 'buy' : 'add', sku }), [send, singleItem]);
  const buy = useCallback((sku: string) => send({ do: 'buy', sku }), [send]);
  return (
    <Layout
      name="selecting"
      standby={standby}
      stage={
        <>
          <h1 className="question">{texts.t('catalogue.which')}</h1>
          <Problem problem={problem} />
          <Products cart={cart} standby={standby} onChoose={choose} onBuy={singleItem ? null : buy} />
        </>
      }
      side={
        singleItem ? (
          <button type="button" className="action action-quiet" data-testid="leave" onClick={() => send({ do: 'finish' })}>
            {texts.t('catalogue.back')}
          </button>
        ) : (
          <Cart cart={cart} total_jpy={total_jpy} onPay={() => send({ do: 'checkout' })} />
        )
      }
    />
  );
});
