/** Slots as they stand in the machine: what is in each, how many are left, what is wrong with it. */
import { useState } from 'react';
import type { PlanogramView, SlotRow } from '../../../app/operator/view.ts';
import { useAsk, useDesk, useDo, yen } from '../desk.ts';
import { Dialog } from '../parts/Dialog.tsx';
import { SlotDialog } from '../parts/Slot.tsx';

const LOW = 2;

export function StockPage() {
  const { t } = useDesk();
  const { value: planogram } = useAsk<PlanogramView>({ ask: 'planogram' });
  const [open, setOpen] = useState<string | null>(null);
  const [filling, setFilling] = useState(false);
  if (planogram === null) return <p className="c-quiet">{t('loading')}</p>;
  const slot = planogram.slots.find((candidate) => candidate.slot === open);
  const notFull = planogram.slots.filter(({ count, capacity }) => count !== capacity);
  return (
    <>
      <ul className="c-slots">
        {planogram.slots.map((row) => (
          <li key={row.slot}>
            <SlotCard row={row} onOpen={() => setOpen(row.slot)} />
          </li>
        ))}
      </ul>
      <div className="c-actions">
        <button
          type="button"
          className="c-button c-primary"
          disabled={notFull.length === 0}
          data-testid="fill-all"
          onClick={() => setFilling(true)}
        >
          {t('stock.fillAll')}
        </button>
      </div>
      {slot && <SlotDialog key={slot.slot} slot={slot} planogram={planogram} onClose={() => setOpen(null)} />}
      {filling && <FillAll slots={notFull} onClose={() => setFilling(false)} />}
    </>
  );
}

function SlotCard({ row, onOpen }: { row: SlotRow; onOpen: () => void }) {
  const { t, text } = useDesk();
  const state = row.disabled
    ? 'disabled'
    : row.quarantined !== null
      ? 'quarantined'
      : row.count === 0
        ? 'empty'
        : row.count <= LOW
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
