/** Who is there: a device that must be paired first, the first owner, or a member of staff with their PIN. */
import { type ReactNode, useEffect, useState } from 'react';
import type { DoorView } from '../../app/operator/view.ts';
import { askDoor, type Both, type DoorAnswer, pair, setUp, signIn, Trouble } from './api.ts';
import { textIn } from './desk.ts';
import { NumberField, SecretField, TextField } from './parts/fields.tsx';
import { PinPad } from './parts/Keys.tsx';
import { say, type Tongue, type Word } from './words.ts';

const NOBODY_ms = 60_000;

interface DoorProps {
  readonly tongue: Tongue;
  readonly onTongue: (tongue: Tongue) => void;
  readonly onSession: (token: string) => void;
  /** Back to the customers' screen; only at the kiosk. */
  readonly onLeave?: (() => void) | undefined;
  /** Somebody buys: their QR is behind this door. */
  readonly customer: boolean;
}

export function Door({ tongue, onTongue, onSession, onLeave, customer }: DoorProps) {
  const [answer, setAnswer] = useState<DoorAnswer | null>(null);
  const [lost, setLost] = useState(false);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    askDoor().then(
      (now) => {
        setAnswer(now);
        setLost(false);
      },
      () => {
        setLost(true);
        timer = setTimeout(() => setTries(tries + 1), 2_000);
      },
    );
    return () => clearTimeout(timer);
  }, [tries]);
  useEffect(() => {
    if (customer) onLeave?.();
  }, [customer, onLeave]);
  // Whoever found the door and walked away leaves it to the customers.
  useEffect(() => {
    if (onLeave === undefined) return undefined;
    let timer = setTimeout(onLeave, NOBODY_ms);
    const stay = (): void => {
      clearTimeout(timer);
      timer = setTimeout(onLeave, NOBODY_ms);
    };
    addEventListener('pointerdown', stay);
    return () => {
      clearTimeout(timer);
      removeEventListener('pointerdown', stay);
    };
  }, [onLeave]);
  const t = (word: Word, ...values: (string | number)[]) => say(tongue, word, ...values);
  const door = answer !== null && 'door' in answer ? answer.door : null;
  return (
    <main className="c-door">
      <header>
        <div>
          <strong>{door ? textIn(tongue, door.shop) : 'Jihanki'}</strong>
          {door && <span className="c-quiet">{t('machine', door.machineName)}</span>}
        </div>
        <div className="c-row">
          <button type="button" className="c-button c-plain" onClick={() => onTongue(tongue === 'ja' ? 'en' : 'ja')}>
            {t('other')}
          </button>
          {onLeave && (
            <button type="button" className="c-button" onClick={onLeave}>
              {t('leave')}
            </button>
          )}
        </div>
      </header>
      {lost ? (
        <p className="c-trouble">{t('lost')}</p>
      ) : answer === null ? (
        <p className="c-quiet">{t('loading')}</p>
      ) : 'needsPairing' in answer ? (
        <PairForm tongue={tongue} />
      ) : answer.door.needsOwner ? (
        <SetUpForm tongue={tongue} onSession={onSession} />
      ) : (
        <SignInForm tongue={tongue} door={answer.door} onSession={onSession} />
      )}
    </main>
  );
}

/** A try that may have to wait: the button counts down. */
function useTry(tongue: Tongue): { says: string | null; wait_s: number; busy: boolean; run(work: () => Promise<void>): void } {
  const [trouble, setTrouble] = useState<{ says: Both; problem: string } | null>(null);
  const [until_ms, setUntil] = useState(0);
  const [now_ms, setNow] = useState(0);
  const [busy, setBusy] = useState(false);
  const wait_s = Math.max(0, Math.ceil((until_ms - now_ms) / 1000));
  useEffect(() => {
    if (until_ms === 0) return undefined;
    const timer = setInterval(() => setNow(performance.now()), 250);
    return () => clearInterval(timer);
  }, [until_ms]);
  return {
    says: trouble === null || (trouble.problem === 'wait' && wait_s === 0) ? null : textIn(tongue, trouble.says),
    wait_s,
    busy,
    run(work) {
      setBusy(true);
      setTrouble(null);
      work()
        .catch((error: unknown) => {
          if (!(error instanceof Trouble)) throw error;
          setTrouble(error);
          if (error.wait_ms > 0) {
            setNow(performance.now());
            setUntil(performance.now() + error.wait_ms);
          }
        })
        .finally(() => setBusy(false));
    },
  };
}

function SignInForm({ tongue, door, onSession }: { tongue: Tongue; door: DoorView; onSession: (token: string) => void }) {
  const [who, setWho] = useState(door.staff.length === 1 ? (door.staff[0] ?? null) : null);
  const [pin, setPin] = useState('');
  const { says, wait_s, busy, run } = useTry(tongue);
  const t = (word: Word, ...values: (string | number)[]) => say(tongue, word, ...values);
  const enter = (): void =>
    run(async () => {
      if (who === null) return;
      try {
        onSession(await signIn(who.staffId, pin));
      } finally {
        setPin('');
      }
    });
  // A keyboard may be there: a laptop has one.
  useEffect(() => {
    const type = ({ key }: KeyboardEvent): void => {
      if (/^\d$/.test(key)) setPin((now) => (now + key).slice(0, 12));
      else if (key === 'Backspace') setPin((now) => now.slice(0, -1));
    };
    document.addEventListener('keydown', type);
    return () => document.removeEventListener('keydown', type);
  }, []);
  if (who === null)
    return (
      <section className="c-door-box">
        <h1>{t('door.who')}</h1>
        <ul className="c-people">
          {door.staff.map((member) => (
            <li key={member.staffId}>
              <button type="button" className="c-button c-big" onClick={() => setWho(member)}>
                {member.name}
              </button>
            </li>
          ))}
        </ul>
      </section>
    );
  return (
    <DoorForm
      title={t('door.pin', who.name)}
      says={says}
      action={wait_s > 0 ? t('door.wait', wait_s) : t('door.enter')}
      disabled={busy || wait_s > 0 || pin.length < 6}
      onSubmit={enter}
      onBack={door.staff.length > 1 ? () => (setWho(null), setPin('')) : undefined}
      back={t('back')}
    >
      <PinPad value={pin} onChange={setPin} tongue={tongue} />
    </DoorForm>
  );
}

function SetUpForm({ tongue, onSession }: { tongue: Tongue; onSession: (token: string) => void }) {
  const [code, setCode] = useState('');
  const [name, setName] = useState('');
  const [pin, setPin] = useState('');
  const { says, wait_s, busy, run } = useTry(tongue);
  const t = (word: Word, ...values: (string | number)[]) => say(tongue, word, ...values);
  return (
    <DoorForm
      title={t('door.setUp')}
      hint={t('door.setUpHint')}
      says={says}
      action={wait_s > 0 ? t('door.wait', wait_s) : t('save')}
      disabled={busy || wait_s > 0 || code.length !== 8 || name.trim() === '' || pin.length < 6}
      onSubmit={() => run(async () => onSession(await setUp(code, name, pin)))}
    >
      <NumberField label={t('door.code')} value={code} onChange={setCode} />
      <TextField label={t('door.name')} value={name} onChange={setName} />
      <SecretField label={t('door.newPin')} value={pin} onChange={setPin} />
    </DoorForm>
  );
}

function PairForm({ tongue }: { tongue: Tongue }) {
  const [code, setCode] = useState('');
  const [name, setName] = useState('');
  const { says, wait_s, busy, run } = useTry(tongue);
  const t = (word: Word, ...values: (string | number)[]) => say(tongue, word, ...values);
  return (
    <DoorForm
      title={t('door.pairTitle')}
      hint={t('door.pairHint')}
      says={says}
      action={wait_s > 0 ? t('door.wait', wait_s) : t('door.pair')}
      disabled={busy || wait_s > 0 || code.length !== 8 || name.trim() === ''}
      onSubmit={() =>
        run(async () => {
          await pair(code, name);
          // A till gets another page at this address from now on.
          location.replace(location.pathname + location.search);
        })
      }
    >
      <NumberField label={t('door.code')} value={code} onChange={setCode} />
      <TextField label={t('door.deviceName')} value={name} onChange={setName} />
    </DoorForm>
  );
}

function DoorForm(props: {
  title: string;
  hint?: string;
  says: string | null;
  action: string;
  disabled: boolean;
  onSubmit: () => void;
  onBack?: (() => void) | undefined;
  back?: string;
  children: ReactNode;
}) {
  return (
    <form
      className="c-door-box"
      onSubmit={(event) => {
        event.preventDefault();
        if (!props.disabled) props.onSubmit();
      }}
    >
      <h1>{props.title}</h1>
      {props.hint !== undefined && <p className="c-quiet">{props.hint}</p>}
      {props.children}
      {props.says !== null && (
        <p className="c-trouble" role="alert">
          {props.says}
        </p>
      )}
      <button type="submit" className="c-button c-primary c-big" disabled={props.disabled}>
        {props.action}
      </button>
      {props.onBack && (
        <button type="button" className="c-button c-plain" onClick={props.onBack}>
          {props.back}
        </button>
      )}
    </form>
  );
}
