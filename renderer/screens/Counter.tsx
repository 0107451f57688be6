/** A till on a tablet: an amount on the keypad, or products; then the QR fills the screen for the customer. */
import { useCallback, useState } from 'react';
import type { ScreenView } from '../../app/view.ts';
import { useKiosk } from '../kiosk.ts';
import { Cart } from '../parts/Cart.tsx';
import { LastSale } from '../parts/LastSale.tsx';
import { Layout } from '../parts/Layout.tsx';
import { Problem } from '../parts/Problem.tsx';
import { Products } from '../parts/Products.tsx';

/** As the command's schema: PayPay takes no larger amount from a kiosk. */
const LARGEST_jpy = 9_999_999;
const KEYS = ['7', '8', '9', '4', '5', '6', '1', '2', '3', '0', '00'] as const;

export function Counter({ screen }: { screen: Extract<ScreenView, { name: 'selecting' }> }) {
  const { view, texts, send } = useKiosk();
  const [by, setBy] = useState<'amount' | 'products'>('amount');
  const { t } = texts;
  const { singleItem } = view.shop;
  const choose = useCallback((sku: string) => send({ do: singleItem ? 'buy' : 'add', sku }), [send, singleItem]);
  const tabs = view.products.length > 0 && (
    // The same on both pages: whoever pressed one of them keeps the focus.
    <nav key="tabs" className="tabs tabs-mode">
      <button type="button" className="tab" aria-pressed={by === 'amount'} onClick={() => setBy('amount')}>
        {t('counter.keypad')}
      </button>
      <button type="button" className="tab" aria-pressed={by === 'products'} onClick={() => setBy('products')}>
        {t('counter.products')}
      </button>
    </nav>
  );
  if (by === 'amount')
    return (
      <Layout
        name="selecting"
        stage={
          <>
            {tabs}
            <Problem problem={screen.problem} />
            <Keypad />
          </>
        }
      />
    );
  return (
    <Layout
      name="selecting"
      stage={
        <>
          <h1 className="unseen">{t('catalogue.which')}</h1>
          {tabs}
          <Problem problem={screen.problem} />
          <Products cart={screen.cart} onChoose={choose} />
        </>
      }
      side={<Cart cart={screen.cart} total_jpy={screen.total_jpy} onPay={() => send({ do: 'checkout' })} />}
    />
  );
}

function Keypad() {
  const { texts, send } = useKiosk();
  const [amount_jpy, setAmount] = useState(0);
  const { t } = texts;
  const press = (key: string): void =>
    setAmount((before) => (before * 10 ** key.length + Number(key) > LARGEST_jpy ? before : before * 10 ** key.length + Number(key)));
  const deleteOne = (): void => setAmount((before) => Math.floor(before / 10));
  return (
    <section
      className="keypad"
      aria-label={t('counter.amount')}
      onKeyDown={({ key }) => {
        if (/^[0-9]$/.test(key)) press(key);
        else if (key === 'Backspace') deleteOne();
      }}
    >
      <div className="keypad-display">
        <LastSale />
        <h1 className="bill-label">{t('counter.amount')}</h1>
        <output className="amount" data-testid="amount">
          {texts.yen(amount_jpy)}
        </output>
      </div>
      <div className="keypad-keys">
        {KEYS.map((key) => (
          <button key={key} type="button" className="key figures" onClick={() => press(key)}>
            {key}
          </button>
        ))}
        <button type="button" className="key" aria-label={t('counter.delete')} onClick={deleteOne}>
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M8 5h12v14H8l-6-7zM11 9.5l5 5M16 9.5l-5 5" />
          </svg>
        </button>
      </div>
      <div className="keypad-actions">
        <button type="button" className="action action-quiet" data-testid="leave" onClick={() => send({ do: 'finish' })}>
          {t('catalogue.back')}
        </button>
        <button
          type="button"
          className="action"
          data-testid="cart-checkout"
          disabled={amount_jpy === 0}
          onClick={() => send({ do: 'charge', amount_jpy })}
        >
          {t('counter.charge')}
        </button>
      </div>
    </section>
  );
}
