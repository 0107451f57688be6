/** Slots as they stand in the machine: what is in each, how many are left, what is wrong with it. */
import { useState } from 'react';
import type { PlanogramView, SlotRow } from '../../../app/operator/view.ts';
import { useAsk, useDesk, useDo, yen } from '../desk.ts';
import { Dialog } from '../parts/Dialog.tsx';
import { AddSlot, SlotDialog } from '../parts/Slot.tsx';

export function StockPage() {
  const { t, may } = useDesk();
  const { value: planogram } = useAsk<PlanogramView>({ ask: 'planogram' });
  const [open, setOpen] = useState<string | null>(null);
  const [doing, setDoing] = useState<'fill' | 'add' | null>(null);
  if (planogram === null) return <p className="c-quiet">{t('loading')}</p>;
  const slot = planogram.slots.find((candidate) => candidate.slot === open);
  const notFull = planogram.slots.filter(({ count, capacity }) => count !== capacity);
  return (
    <>
      <ul className="c-slots">
        {planogram.slots.map((row) => (
          <li key={row.slot}>
            <SlotCard row={row} low={planogram.stockLow} onOpen={() => setOpen(row.slot)} />
          </li>
        ))}
      </ul>
      <div className="c-actions">
        {may('slot.set') && (
          <button type="button" className="c-button c-plain" data-testid="add-slot" onClick={() => setDoing('add')}>
            {t('stock.add')}
          </button>
        )}
        <button
          type="button"
          className="c-button c-primary"
          disabled={notFull.length === 0}
          data-testid="fill-all"
          onClick={() => setDoing('fill')}
        >
          {t('stock.fillAll')}
        </button>
      </div>
      {slot && <SlotDialog key={slot.slot} slot={slot} planogram={planogram} onClose={() => setOpen(null)} />}
      {doing === 'fill' && <FillAll slots={notFull} onClose={() => setDoing(null)} />}
      {doing === 'add' && <AddSlot planogram={planogram} onClose={() => setDoing(null)} />}
    </>
  );
}

function SlotCard({ row, low, onOpen }: { row: SlotRow; low: number; onOpen: () => void }) {
  const { t, text } = useDesk();
  const state = row.disabled
    ? 'disabled'
    : row.quarantined !== null
      ? 'quarantined'
      : row.count === 0
        ? 'empty'
        : row.count <= low
          ? 'low'
          : null;
  return (
    <button type="button" className={`c-slot ${state === null ? '' : `c-slot-${state}`}`} data-testid={`slot-${row.slot}`} onClick={onOpen}>
      <span className="c-slot-head">
        <b>{row.slot}</b>
        {state !== null && <em>{t(`stock.${state}`)}</em>}
      </span>
      <span className="c-slot-name">{text(row.name)}</span>
      <span className="c-slot-foot">
        <span className="c-slot-price">{yen(row.price_jpy)}</span>
        <span className="c-slot-count">
          <b>{row.count}</b>
          {t('stock.of', row.capacity)}
        </span>
      </span>
      <meter min={0} max={row.capacity} value={Math.min(row.count, row.capacity)} aria-label={t('stock.left', row.count)} />
    </button>
  );
}

function FillAll({ slots, onClose }: { slots: readonly SlotRow[]; onClose: () => void }) {
  const { t } = useDesk();
  const { busy, trouble, run } = useDo();
  return (
    <Dialog
      title={t('stock.fillAll')}
      onClose={onClose}
      busy={busy}
      trouble={trouble}
      act={{
        label: t('stock.fillAll'),
        run: () => void run({ do: 'stock.fill', slots: slots.map(({ slot }) => slot) }).then((done) => done !== null && onClose()),
      }}
    >
      <p>{t('stock.fillAllAsk', slots.length)}</p>
    </Dialog>
  );
}
