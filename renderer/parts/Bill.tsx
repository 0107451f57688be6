/** What it costs and what for: the same block, in the same place, on every screen from the QR on. */
import type { OrderView } from '../../app/view.ts';
import { useKiosk } from '../kiosk.ts';
import { Name } from './Name.tsx';

export function Bill({ order, label }: { order: OrderView; label: string }) {
  const { texts } = useKiosk();
  return (
    <section className="bill" aria-label={label}>
      <p className="bill-label">{label}</p>
      <p className="amount" data-testid="amount">
        {texts.yen(order.total_jpy)}
      </p>
      {/* Scrolls when it is long, then by keyboard as well. */}
      <ul className="bill-lines" tabIndex={order.lines.length > 1 ? 0 : undefined}>
        {order.lines.map((line) => (
          <li key={line.sku}>
            <span className="bill-name">
              <Name text={line.name} texts={texts} />
            </span>
            {line.quantity > 1 && <span className="bill-quantity">×{line.quantity}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What a customer quotes when they call. */
export function OrderNumber({ order }: { order: OrderView }) {
  const { view, texts } = useKiosk();
  return (
    <dl className="contact">
      <div>
        <dt>{texts.t('pay.orderNumber')}</dt>
        <dd className="figures" data-testid="order-number">
          {order.orderNumber}
        </dd>
      </div>
      {view.shop.phone !== null && (
        <div>
          <dt>{texts.t('contact.phone')}</dt>
          <dd className="figures">{view.shop.phone}</dd>
        </div>
      )}
    </dl>
  );
}
