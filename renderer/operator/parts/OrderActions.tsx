/** Money back for an order, or a word on one that waits for a person. Each says first what it does. */
import { useState } from 'react';
import type { StoryView } from '../../../app/operator/view.ts';
import { useDesk, useDo, yen } from '../desk.ts';
import { Dialog } from './Dialog.tsx';
import { Choice, NumberField, numberIn, ReasonField } from './fields.tsx';

export function RefundDialog({ orderId, refund, onClose }: { orderId: string; refund: StoryView['refund']; onClose: () => void }) {
  const { t, text } = useDesk();
  const { busy, trouble, run } = useDo();
  const [amount, setAmount] = useState(String(refund.proposed_jpy));
  const [reason, setReason] = useState('');
  const refund_jpy = numberIn(amount);
  const valid = refund_jpy !== null && refund_jpy >= 1 && refund_jpy <= refund.most_jpy;
  return (
    <Dialog
      title={t('story.refundTitle', valid ? yen(refund_jpy) : '¥')}
      onClose={onClose}
      busy={busy}
      trouble={trouble}
      act={{
        label: valid ? `${yen(refund_jpy)} ${t('story.refund')}` : t('story.refund'),
        danger: true,
        disabled: !valid || reason.trim() === '',
        run: () => void run({ do: 'order.refund', orderId, refund_jpy, reason }).then((done) => done !== null && onClose()),
      }}
    >
      <NumberField label={`${t('story.refundAmount')} (¥1–${yen(refund.most_jpy)})`} unit="¥" value={amount} onChange={setAmount} />
      <ReasonField
        label={t('story.reason')}
        usual={[t('story.reason.customer'), t('story.reason.quality'), t('story.reason.wrong')]}
        value={reason}
        onChange={setReason}
      />
      <ul className="c-consequences">
        {refund.says.map((says) => (
          <li key={says.ja}>{text(says)}</li>
        ))}
      </ul>
    </Dialog>
  );
}

export function HoldDialog({ orderId, hold, onClose }: { orderId: string; hold: NonNullable<StoryView['hold']>; onClose: () => void }) {
  const { t } = useDesk();
  const { busy, trouble, run } = useDo();
  const [found, setFound] = useState<'delivered' | 'notDelivered' | null>(null);
  const charge = t('story.hold.delivered', yen(hold.capture_jpy));
  const letGo = t('story.hold.notDelivered');
  return (
    <Dialog
      title={t('story.hold')}
      onClose={onClose}
      busy={busy}
      trouble={trouble}
      act={{
        label: found === 'delivered' ? charge : found === null ? t('story.hold') : letGo,
        danger: true,
        disabled: found === null,
        run: () => void run({ do: 'order.decide', orderId, delivered: found === 'delivered' }).then((done) => done !== null && onClose()),
      }}
    >
      <p>{t('story.holdHint')}</p>
      <Choice
        label={t('orders.result')}
        value={found}
        options={[
          ['delivered', charge],
          ['notDelivered', letGo],
        ]}
        onChange={setFound}
      />
    </Dialog>
  );
}

const HOW = ['delivered', 'refundedByHand', 'writtenOff'] as const;

export function SettleDialog({ orderId, onClose }: { orderId: string; onClose: () => void }) {
  const { t } = useDesk();
  const { busy, trouble, run } = useDo();
  const [how, setHow] = useState<(typeof HOW)[number] | null>(null);
  const [note, setNote] = useState('');
  return (
    <Dialog
      title={t('story.settleTitle')}
      onClose={onClose}
      busy={busy}
      trouble={trouble}
      act={{
        label: t('story.settle'),
        disabled: how === null,
        run: () => void run({ do: 'order.settle', orderId, how, note }).then((done) => done !== null && onClose()),
      }}
    >
      <p>{t('story.settleHint')}</p>
      <Choice
        label={t('orders.result')}
        value={how}
        options={HOW.map((name) => [name, t(`story.how.${name}`)] as const)}
        onChange={setHow}
      />
      <label className="c-field">
        <span>{t('story.note')}</span>
        <input type="text" value={note} maxLength={200} autoComplete="off" onChange={(event) => setNote(event.target.value)} />
      </label>
    </Dialog>
  );
}
