/** One slot: fill it, correct it, try it, take it off sale or put it back. */
import { useState } from 'react';
import type { PlanogramView, SlotRow } from '../../../app/operator/view.ts';
import { type NowView } from '../../../app/operator/view.ts';
import { useAsk, useDesk, useDo, yen } from '../desk.ts';
import { Dialog, TroubleLine } from './Dialog.tsx';
import { Choice, NumberField, numberIn, ReasonField, TextField } from './fields.tsx';
import { History } from './History.tsx';

type Doing = 'set' | 'release' | 'disable' | 'test' | 'assign' | 'remove';

export function SlotDialog({ slot, planogram, onClose }: { slot: SlotRow; planogram: PlanogramView; onClose: () => void }) {
  const desk = useDesk();
  const { t, text } = desk;
  const [doing, setDoing] = useState<Doing | null>(null);
  const { busy, trouble, run } = useDo();
  const back = (): void => setDoing(null);
  switch (doing) {
    case 'set':
      return <SetCount slot={slot} onClose={back} />;
    case 'release':
      return <Release slot={slot} onClose={back} />;
    case 'disable':
      return <Disable slot={slot} onClose={back} />;
    case 'test':
      return <TestVend slot={slot} onClose={back} />;
    case 'assign':
      return <Assign slot={slot} planogram={planogram} onClose={back} />;
    case 'remove':
      return <Remove slot={slot} onClose={back} />;
    case null:
  }
  return (
    <Dialog title={`${t('slot')} ${slot.slot}`} onClose={onClose} trouble={trouble}>
      <p className="c-slot-now">
        <b>{text(slot.name)}</b>
        <span>{yen(slot.price_jpy)}</span>
        <span>
          {t('stock.left', slot.count)} {t('stock.of', slot.capacity)}
        </span>
      </p>
      {slot.machine !== null && <p className="c-note">{t('stock.machineSays', text(slot.machine))}</p>}
      <div className="c-choices">
        {slot.quarantined !== null && (
          <button type="button" className="c-button c-primary" onClick={() => setDoing('release')}>
            {t('stock.release')}
          </button>
        )}
        <button
          type="button"
          className={`c-button ${slot.quarantined === null ? 'c-primary' : ''}`}
          disabled={busy || slot.count === slot.capacity}
          data-testid="fill"
          onClick={() => void run({ do: 'stock.fill', slots: [slot.slot] })}
        >
          {t('stock.fill', slot.capacity)}
        </button>
        <button type="button" className="c-button" onClick={() => setDoing('set')}>
          {t('stock.set')}
        </button>
        {planogram.hasMachine && (
          <button type="button" className="c-button" onClick={() => setDoing('test')}>
            {t('stock.test')}
          </button>
        )}
        {slot.disabled ? (
          <button type="button" className="c-button" disabled={busy} onClick={() => void run({ do: 'slot.enable', slot: slot.slot })}>
            {t('stock.enable')}
          </button>
        ) : (
          <button type="button" className="c-button" onClick={() => setDoing('disable')}>
            {t('stock.disable')}
          </button>
        )}
        {desk.may('slot.set') && (
          <button type="button" className="c-button" onClick={() => setDoing('assign')}>
            {t('stock.assign')}
          </button>
        )}
        {desk.may('slot.remove') && planogram.slots.length > 1 && (
          <button type="button" className="c-button" onClick={() => setDoing('remove')}>
            {t('stock.remove')}
          </button>
        )}
      </div>
      <History title={t('stock.history')} query={{ ask: 'slot.history', slot: slot.slot }} />
    </Dialog>
  );
}

interface StepProps {
  readonly slot: SlotRow;
  readonly onClose: () => void;
}

function SetCount({ slot, onClose }: StepProps) {
  const { t } = useDesk();
  const { busy, trouble, run } = useDo();
  const [count, setCount] = useState(String(slot.count));
  const [reason, setReason] = useState('');
  // What was seen when the dialog opened: somebody else's change in between must not be written over.
  const [seen] = useState(slot.revision);
  const number = numberIn(count);
  return (
    <Dialog
      title={`${t('slot')} ${slot.slot}: ${t('stock.set')}`}
      onClose={onClose}
      busy={busy}
      trouble={trouble}
      act={{
        label: t('save'),
        disabled: number === null || number > 999 || reason.trim() === '',
        run: () => void run({ do: 'stock.set', slot: slot.slot, count: number, reason, seen }).then((done) => done !== null && onClose()),
      }}
    >
      <NumberField label={t('stock.count')} value={count} onChange={setCount} autoFocus />
      <ReasonField
        label={t('stock.reason')}
        usual={[t('stock.reason.counted'), t('stock.reason.removed'), t('stock.reason.damaged')]}
        value={reason}
        onChange={setReason}
      />
    </Dialog>
  );
}

function Release({ slot, onClose }: StepProps) {
  const { t, text } = useDesk();
  const { busy, trouble, run } = useDo();
  return (
    <Dialog
      title={`${t('slot')} ${slot.slot}: ${t('stock.release')}`}
      onClose={onClose}
      busy={busy}
      trouble={trouble}
      act={{
        label: t('stock.release'),
        run: () => void run({ do: 'slot.release', slot: slot.slot }).then((done) => done !== null && onClose()),
      }}
    >
      <p>{t('stock.releaseAsk', slot.quarantined === null ? '' : text(slot.quarantined))}</p>
    </Dialog>
  );
}

function Disable({ slot, onClose }: StepProps) {
  const { t } = useDesk();
  const { busy, trouble, run } = useDo();
  const [reason, setReason] = useState('');
  return (
    <Dialog
      title={`${t('slot')} ${slot.slot}: ${t('stock.disable')}`}
      onClose={onClose}
      busy={busy}
      trouble={trouble}
      act={{
        label: t('stock.disable'),
        disabled: reason.trim() === '',
        run: () => void run({ do: 'slot.disable', slot: slot.slot, reason }).then((done) => done !== null && onClose()),
      }}
    >
      <ReasonField
        label={t('stock.reason')}
        usual={[t('stock.reason.damaged'), t('stock.reason.other')]}
        value={reason}
        onChange={setReason}
      />
    </Dialog>
  );
}

function TestVend({ slot, onClose }: StepProps) {
  const { t } = useDesk();
  const { value: now } = useAsk<NowView>({ ask: 'now' });
  const { busy, trouble, run } = useDo();
  const [outcome, setOutcome] = useState<{ outcome: 'succeeded' | 'failed' | 'unknown'; detail: string } | null>(null);
  const ready = now?.maintenance === 'on';
  return (
    <Dialog
      title={`${t('slot')} ${slot.slot}: ${t('stock.test')}`}
      onClose={onClose}
      busy={busy}
      act={{
        label: busy ? t('stock.testing') : t('stock.test'),
        disabled: !ready,
        run: () => void run<NonNullable<typeof outcome>>({ do: 'testVend', slot: slot.slot }).then(setOutcome),
      }}
    >
      <p>{t('stock.testAsk', slot.slot)}</p>
      {now !== null && !ready && (
        <p className="c-note">
          {now.maintenance === 'waiting' ? t('now.waitingForCustomer') : t('stock.testNeeds')}
          {now.maintenance === 'off' && (
            <button type="button" className="c-button" onClick={() => void run({ do: 'maintenance.begin' })}>
              {t('now.begin')}
            </button>
          )}
        </p>
      )}
      {outcome && (
        <p className={outcome.outcome === 'succeeded' ? 'c-good' : 'c-trouble'} role="status">
          {t(`stock.test.${outcome.outcome}`, outcome.detail)}
        </p>
      )}
      <TroubleLine trouble={trouble} />
    </Dialog>
  );
}

function Remove({ slot, onClose }: StepProps) {
  const { t } = useDesk();
  const { busy, trouble, run } = useDo();
  const [seen] = useState(slot.revision);
  return (
    <Dialog
      title={`${t('slot')} ${slot.slot}: ${t('stock.remove')}`}
      onClose={onClose}
      busy={busy}
      trouble={trouble}
      act={{
        label: t('stock.remove'),
        danger: true,
        run: () => void run({ do: 'slot.remove', slot: slot.slot, seen }).then((done) => done !== null && onClose()),
      }}
    >
      <p>{t('stock.removeAsk', slot.slot, slot.count)}</p>
    </Dialog>
  );
}

interface Content {
  readonly sku: string;
  readonly capacity: string;
  readonly count: string;
}

/** @returns null for what no slot can hold */
function contentIn({ sku, capacity, count }: Content): { sku: string; capacity: number; count: number } | null {
  const [room, units] = [numberIn(capacity), numberIn(count)];
  const fits = room !== null && room >= 1 && room <= 999 && units !== null && units <= 999;
  return fits && sku !== '' ? { sku, capacity: room, count: units } : null;
}

function ContentFields(props: { planogram: PlanogramView; value: Content; onChange: (value: Content) => void }) {
  const { t, text } = useDesk();
  const { planogram, value, onChange } = props;
  return (
    <>
      <Choice
        label={t('stock.product')}
        value={value.sku}
        options={planogram.products.map((product) => [product.sku, `${text(product.name)} ${yen(product.price_jpy)}`] as const)}
        onChange={(sku) => onChange({ ...value, sku })}
      />
      <NumberField label={t('stock.capacity')} value={value.capacity} onChange={(capacity) => onChange({ ...value, capacity })} />
      <NumberField label={t('stock.count')} value={value.count} onChange={(count) => onChange({ ...value, count })} />
      <p className="c-quiet">{t('products.effect')}</p>
    </>
  );
}

function Assign({ slot, planogram, onClose }: StepProps & { planogram: PlanogramView }) {
  const { t } = useDesk();
  const { busy, trouble, run } = useDo();
  const [content, setContent] = useState<Content>({ sku: slot.sku, capacity: String(slot.capacity), count: '0' });
  const [seen] = useState(slot.revision);
  const valid = contentIn(content);
  return (
    <Dialog
      title={`${t('slot')} ${slot.slot}: ${t('stock.assign')}`}
      onClose={onClose}
      busy={busy}
      trouble={trouble}
      act={{
        label: t('save'),
        disabled: valid === null,
        run: () => void run({ do: 'slot.set', slot: slot.slot, ...valid, seen }).then((done) => done !== null && onClose()),
      }}
    >
      <ContentFields planogram={planogram} value={content} onChange={setContent} />
    </Dialog>
  );
}

export function AddSlot({ planogram, onClose }: { planogram: PlanogramView; onClose: () => void }) {
  const { t } = useDesk();
  const { busy, trouble, run } = useDo();
  const [slot, setSlot] = useState('');
  const [content, setContent] = useState<Content>({ sku: planogram.products[0]?.sku ?? '', capacity: '', count: '0' });
  const valid = contentIn(content);
  const taken = planogram.slots.some((other) => other.slot === slot);
  return (
    <Dialog
      title={t('stock.add')}
      onClose={onClose}
      busy={busy}
      trouble={trouble}
      act={{
        label: t('stock.add'),
        disabled: valid === null || taken || !/^[A-Za-z0-9-]{1,16}$/.test(slot),
        run: () => void run({ do: 'slot.set', slot, ...valid, seen: -1 }).then((done) => done !== null && onClose()),
      }}
    >
      <TextField label={t('stock.name')} value={slot} onChange={setSlot} autoFocus />
      {taken && <p className="c-trouble">{t('stock.taken')}</p>}
      <ContentFields planogram={planogram} value={content} onChange={setContent} />
    </Dialog>
  );
}
