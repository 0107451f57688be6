/** Find a sale, and see its whole story. */
import { useEffect, useState } from 'react';
import type { OrderPage } from '../../../app/operator/archive.ts';
import type { OrderSummary } from '../../../app/operator/summary.ts';
import { dateTime, dayName, japanDay } from '../../../app/operator/japan-time.ts';
import { useAsk, useDesk, yen } from '../desk.ts';
import { TroubleLine } from '../parts/Dialog.tsx';
import { ResultChip } from '../parts/ResultChip.tsx';
import { Story } from '../parts/Story.tsx';

const FILTERS = ['all', 'attention', 'refunded', 'partlyVended', 'abandoned'] as const;
type Filter = (typeof FILTERS)[number];

/** As the fields hold them: `2026-11-23T14:05`, empty for no limit. */
interface Between {
  readonly from: string;
  readonly to: string;
}
const ALWAYS: Between = { from: '', to: '' };
const sinceToday = (): Between => ({ from: `${dayName(japanDay(Date.now()))}T00:00`, to: '' });

const queryOf = (text: string, filter: Filter, { from, to }: Between): object => ({
  ask: 'orders',
  text,
  attention: filter === 'attention',
  ...(filter === 'all' || filter === 'attention' ? {} : { result: filter }),
  ...(from === '' ? {} : { from }),
  ...(to === '' ? {} : { to }),
});

export function OrdersPage() {
  const [orderId, open] = useOrderInAddress();
  return orderId === null ? <List onOpen={open} /> : <Story orderId={orderId} onBack={() => history.back()} />;
}

/** The order stands in the address, so that "back" on a phone goes back to the list. */
function useOrderInAddress(): [string | null, (orderId: string) => void] {
  const read = (): string | null => /^#orders\/order\/([A-Za-z0-9-]+)$/.exec(location.hash)?.[1] ?? null;
  const [orderId, setOrderId] = useState(read);
  useEffect(() => {
    const follow = (): void => setOrderId(read());
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return [orderId, (next) => (location.hash = `orders/order/${next}`)];
}

function List({ onOpen }: { onOpen: (orderId: string) => void }) {
  const { t, api } = useDesk();
  const [typed, setTyped] = useState('');
  const [text, setText] = useState('');
  const [filter, setFilter] = useState<Filter>(location.hash === '#orders/attention' ? 'attention' : 'all');
  const [between, setBetween] = useState<Between | null>(null);
  const query = queryOf(text, filter, between ?? ALWAYS);
  const { value: page, trouble } = useAsk<OrderPage>(query);
  const [older, setOlder] = useState<{ key: string; orders: readonly OrderSummary[]; next: string | null } | null>(null);
  const key = JSON.stringify(query);
  const more = older?.key === key ? older : null;
  const next = more === null ? (page?.next ?? null) : more.next;
  return (
    <>
      <form
        className="c-search"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          setText(typed);
        }}
      >
        <input
          type="search"
          placeholder={t('orders.search')}
          aria-label={t('orders.search')}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <button type="submit" className="c-button c-primary">
          {t('orders.find')}
        </button>
      </form>
      <div className="c-row c-filters">
        {FILTERS.map((name) => (
          <button key={name} type="button" className="c-chip" aria-pressed={name === filter} onClick={() => setFilter(name)}>
            {t(`orders.${name}`)}
          </button>
        ))}
        <button
          type="button"
          className="c-chip"
          aria-pressed={between !== null}
          onClick={() => setBetween(between === null ? sinceToday() : null)}
        >
          {t('orders.between')}
        </button>
      </div>
      {between !== null && (
        <div className="c-row c-between">
          {(['from', 'to'] as const).map((end) => (
            <label key={end} className="c-field">
              <span>{t(`orders.${end}`)}</span>
              <input
                type="datetime-local"
                value={between[end]}
                data-testid={`orders-${end}`}
                onChange={({ target }) => setBetween({ ...between, [end]: target.value })}
              />
            </label>
          ))}
        </div>
      )}
      <TroubleLine trouble={trouble} />
      {page?.orders.length === 0 && <p className="c-quiet">{t('nothing')}</p>}
      {page !== null && page.orders.length > 0 && (
        <table className="c-table c-orders">
          <thead>
            <tr>
              <th>{t('orders.number')}</th>
              <th>{t('orders.time')}</th>
              <th>{t('orders.items')}</th>
              <th className="c-right">{t('orders.amount')}</th>
              <th>{t('orders.result')}</th>
            </tr>
          </thead>
          <tbody>
            {[...page.orders, ...(more?.orders ?? [])].map((order) => (
              <Row key={order.orderId} order={order} onOpen={() => onOpen(order.orderId)} />
            ))}
          </tbody>
        </table>
      )}
      {next !== null && (
        <button
          type="button"
          className="c-button"
          onClick={() =>
            void api
              .ask<OrderPage>({ ...query, after: next })
              .then(({ orders, next: further }) => setOlder({ key, orders: [...(more?.orders ?? []), ...orders], next: further }))
          }
        >
          {t('more')}
        </button>
      )}
    </>
  );
}

function Row({ order, onOpen }: { order: OrderSummary; onOpen: () => void }) {
  const { text } = useDesk();
  return (
    <tr onClick={onOpen} data-testid={`order-${order.orderNumber}`}>
      <td className="c-number-cell">
        <a href={`#orders/order/${order.orderId}`}>{order.orderNumber}</a>
      </td>
      <td className="c-number-cell">
        <time>
          <span className="c-wide">{dateTime(order.openedAt_ms)}</span>
          <span className="c-narrow">{dateTime(order.openedAt_ms).slice(5, 16).replace('-', '/')}</span>
        </time>
      </td>
      <td>{order.lines.map((line) => text(line.name)).join('、')}</td>
      <td className="c-right c-number-cell">{yen(order.total_jpy)}</td>
      <td>
        <ResultChip order={order} />
      </td>
    </tr>
  );
}
