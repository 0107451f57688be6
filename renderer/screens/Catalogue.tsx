/** Which one? One tap puts a product into the cart; in a `singleItem` shop it leads straight to its QR. */
import type { ScreenView } from '../../app/view.ts';
import { useKiosk } from '../kiosk.ts';
import { Cart } from '../parts/Cart.tsx';
import { Layout } from '../parts/Layout.tsx';
import { Problem } from '../parts/Problem.tsx';
import { Products } from '../parts/Products.tsx';

export function Catalogue({ screen }: { screen: Extract<ScreenView, { name: 'selecting' }> }) {
  const { view, texts, send } = useKiosk();
  const { singleItem } = view.shop;
  return (
    <Layout
      name="selecting"
      stage={
        <>
          <h1 className="question">{texts.t('catalogue.which')}</h1>
          <Problem problem={screen.problem} />
          <Products cart={screen.cart} onChoose={({ sku }) => send({ do: singleItem ? 'buy' : 'add', sku })} />
        </>
      }
      side={
        singleItem ? (
          <button type="button" className="action action-quiet" data-testid="finish" onClick={() => send({ do: 'finish' })}>
            {texts.t('catalogue.back')}
          </button>
        ) : (
          <Cart cart={screen.cart} total_jpy={screen.total_jpy} onPay={() => send({ do: 'checkout' })} />
        )
      }
    />
  );
}
