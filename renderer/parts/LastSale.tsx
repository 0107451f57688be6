/** For staff who come back to a counter: what became of the sale that they rang up last. */
import { useKiosk } from '../kiosk.ts';

export function LastSale() {
  const { view, texts } = useKiosk();
  if (view.lastSale === null) return null;
  const { orderNumber, total_jpy, at_ms, state } = view.lastSale;
  return (
    <p className="last-sale" data-testid="last-sale">
      <span>{texts.t('last.sale', { time: texts.time(at_ms) })}</span> <span>{orderNumber}</span> <span>{texts.yen(total_jpy)}</span>{' '}
      <strong>{texts.t(`last.${state}`)}</strong>
    </p>
  );
}
