/** How an order ended, in one word. */
import type { OrderSummary } from '../../../app/operator/summary.ts';
import { useDesk } from '../desk.ts';

export function ResultChip({ order }: { order: OrderSummary }) {
  const { t } = useDesk();
  const result = order.settled !== null ? 'settled' : (order.closed?.result ?? 'open');
  return <span className={`c-result c-result-${result}`}>{t(`result.${result}`)}</span>;
}
