/** The customer's side of a counter while staff are still at it: who sells, how to pay, and what was rung up so far. */
import type { ScreenView } from '../../app/view.ts';
import { useKiosk } from '../kiosk.ts';
import { Name } from '../parts/Name.tsx';
import { Layout } from '../parts/Layout.tsx';

export function CustomerSide({ screen }: { screen: Extract<ScreenView, { name: 'attract' | 'selecting' }> }) {
  const { view, texts } = useKiosk();
  const rung = screen.name === 'selecting' ? screen.cart : [];
  return (
    <Layout
      name="customerSide"
      testId="customer-side"
      bill={
        rung.length > 0 && screen.name === 'selecting' ? (
          <section className="bill" aria-label={texts.t('catalogue.total')}>
            <p className="bill-label">{texts.t('catalogue.total')}</p>
            <p className="amount" data-testid="amount">
              {texts.yen(screen.total_jpy)}
            </p>
            <ul className="bill-lines">
              {rung.map((line) => (
                <li key={line.sku}>
                  <span className="bill-name">
                    <Name text={line.name} texts={texts} />
                  </span>
                  {line.quantity > 1 && <span className="bill-quantity">×{line.quantity}</span>}
                </li>
              ))}
            </ul>
          </section>
        ) : undefined
      }
      stage={
        <div className="message">
          <h1>{screen.name === 'attract' ? texts.name(view.shop.name) : texts.t('counter.preparing')}</h1>
          <p>{screen.name === 'attract' ? texts.t('counter.welcome') : texts.t('counter.wait')}</p>
          <p className="hint">{texts.t('attract.onlyPayPay')}</p>
        </div>
      }
    />
  );
}
