/** Who may come in, and from which devices. */
import { useState } from 'react';
import { dateTime } from '../../../app/operator/japan-time.ts';
import type { DeviceUse, PairedDevice } from '../../../app/operator/pairing.ts';
import { type Role, ROLES } from '../../../app/operator/permissions.ts';
import type { DevicesView } from '../../../app/operator/view.ts';
import { useAsk, useDesk, useDo } from '../desk.ts';
import { Dialog } from '../parts/Dialog.tsx';
import { Choice, SecretField, TextField } from '../parts/fields.tsx';

interface Member {
  readonly staffId: string;
  readonly name: string;
  readonly role: Role;
}

/** What the device's browser needs to come in. */
interface Code {
  readonly code: string;
  readonly addresses: readonly string[];
  readonly fingerprint: string;
}

export function PeoplePage() {
  const { t } = useDesk();
  const { value: staff } = useAsk<Member[]>({ ask: 'staff' });
  const { value: known } = useAsk<DevicesView>({ ask: 'devices' });
  const [open, setOpen] = useState<{ what: 'edit' | 'remove'; member: Member | null } | null>(null);
  const [device, setDevice] = useState<PairedDevice | 'new' | null>(null);
  return (
    <>
      <table className="c-table">
        <tbody>
          {(staff ?? []).map((member) => (
            <tr key={member.staffId}>
              <td>
                <b>{member.name}</b>
              </td>
              <td>
                {t(`role.${member.role}`)} <small className="c-quiet">{t(`role.${member.role}.may`)}</small>
              </td>
              <td className="c-right">
                <button type="button" className="c-button" onClick={() => setOpen({ what: 'edit', member })}>
                  {t('products.edit')}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="c-actions">
        <button
          type="button"
          className="c-button c-primary"
          data-testid="add-person"
          onClick={() => setOpen({ what: 'edit', member: null })}
        >
          {t('people.add')}
        </button>
      </div>
      <h2>{t('people.devices')}</h2>
      {known?.devices.length === 0 && <p className="c-quiet">{t('nothing')}</p>}
      <table className="c-table">
        <tbody>
          {(known?.devices ?? []).map((paired) => (
            <tr key={paired.deviceId}>
              <td>
                <b>{paired.name}</b> {paired.use === 'till' && <small className="c-quiet">{t('people.till')}</small>}
              </td>
              <td className="c-quiet">{t('people.pairedAt', dateTime(paired.pairedAt_ms))}</td>
              <td className="c-right">
                <button type="button" className="c-button c-plain" onClick={() => setDevice(paired)}>
                  {t('people.remove')}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="c-actions">
        {known?.addedHere === true ? (
          <button type="button" className="c-button" data-testid="pair-device" onClick={() => setDevice('new')}>
            {t('people.pair')}
          </button>
        ) : (
          known && <p className="c-quiet">{t('people.pairAtKiosk')}</p>
        )}
      </div>
      {open?.what === 'edit' && (
        <EditMember member={open.member} onClose={() => setOpen(null)} onRemove={() => setOpen({ what: 'remove', member: open.member })} />
      )}
      {open?.what === 'remove' && open.member && <RemoveMember member={open.member} onClose={() => setOpen(null)} />}
      {device === 'new' && <PairDevice tills={known?.tills ?? false} onClose={() => setDevice(null)} />}
      {device !== null && device !== 'new' && <RemoveDevice device={device} onClose={() => setDevice(null)} />}
    </>
  );
}

function EditMember({ member, onClose, onRemove }: { member: Member | null; onClose: () => void; onRemove: () => void }) {
  const { t } = useDesk();
  const { busy, trouble, run } = useDo();
  const [name, setName] = useState(member?.name ?? '');
  const [role, setRole] = useState<Role>(member?.role ?? 'filler');
  const [pin, setPin] = useState('');
  return (
    <Dialog
      title={member?.name ?? t('people.add')}
      onClose={onClose}
      busy={busy}
      trouble={trouble}
      act={{
        label: t('save'),
        disabled: name.trim() === '' || (pin.length < 6 && !(member !== null && pin === '')),
        run: () =>
          void run({ do: 'staff.set', staffId: member?.staffId ?? null, name, role, pin: pin === '' ? null : pin }).then(
            (done) => done !== null && onClose(),
          ),
      }}
    >
      <TextField label={t('people.name')} value={name} onChange={setName} />
      <Choice label={t('people.role')} value={role} options={ROLES.map((name) => [name, t(`role.${name}`)] as const)} onChange={setRole} />
      <p className="c-quiet">{t(`role.${role}.may`)}</p>
      <SecretField label={t(member === null ? 'people.pin' : 'people.pinKeep')} value={pin} onChange={setPin} />
      {member !== null && (
        <button type="button" className="c-button c-plain" onClick={onRemove}>
          {t('people.removeMember', member.name)}
        </button>
      )}
    </Dialog>
  );
}

function RemoveMember({ member, onClose }: { member: Member; onClose: () => void }) {
  const { t } = useDesk();
  const { busy, trouble, run } = useDo();
  return (
    <Dialog
      title={t('people.remove')}
      onClose={onClose}
      busy={busy}
      trouble={trouble}
      act={{
        label: t('people.remove'),
        danger: true,
        run: () => void run({ do: 'staff.remove', staffId: member.staffId }).then((done) => done !== null && onClose()),
      }}
    >
      <p>{t('people.removeAsk', member.name)}</p>
    </Dialog>
  );
}

function PairDevice({ tills, onClose }: { tills: boolean; onClose: () => void }) {
  const { t } = useDesk();
  const { busy, trouble, run } = useDo();
  const [use, setUse] = useState<DeviceUse>('console');
  const [code, setCode] = useState<Code | null>(null);
  return (
    <Dialog
      title={t('people.pair')}
      onClose={onClose}
      busy={busy}
      trouble={trouble}
      {...(code === null
        ? {
            act: {
              label: t('people.pair'),
              run: () => void run<Code>({ do: 'device.pair', use }).then((answer) => setCode(answer)),
            },
          }
        : {})}
    >
      {code === null ? (
        <>
          {tills && (
            <Choice
              label={t('people.use')}
              value={use}
              options={[
                ['console', t('people.use.console')],
                ['till', t('people.use.till')],
              ]}
              onChange={setUse}
            />
          )}
          <p>{t('people.pairValid')}</p>
        </>
      ) : (
        <>
          <ol className="c-steps">
            <li>
              {t('people.pairOpen')}
              {code.addresses.map((address) => (
                <b key={address} className="c-address">
                  {address}
                </b>
              ))}
              <small className="c-quiet">{t('people.pairWarning')}</small>
              <small className="c-fingerprint">{code.fingerprint}</small>
            </li>
            <li>
              {t('people.pairCode')}
              <b className="c-code" data-testid="pairing-code">
                {code.code}
              </b>
            </li>
          </ol>
          <p className="c-quiet">{t('people.pairValid')}</p>
        </>
      )}
    </Dialog>
  );
}

function RemoveDevice({ device, onClose }: { device: PairedDevice; onClose: () => void }) {
  const { t } = useDesk();
  const { busy, trouble, run } = useDo();
  return (
    <Dialog
      title={t('people.remove')}
      onClose={onClose}
      busy={busy}
      trouble={trouble}
      act={{
        label: t('people.remove'),
        danger: true,
        run: () => void run({ do: 'device.remove', deviceId: device.deviceId }).then((done) => done !== null && onClose()),
      }}
    >
      <p>{t('people.removeDevice', device.name)}</p>
    </Dialog>
  );
}
