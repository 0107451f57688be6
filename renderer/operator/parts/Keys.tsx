/** Keys on the kiosk's own screen, which has no keyboard: they type into whichever field was touched last. */
import { useEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { say, type Tongue } from '../words.ts';

const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', 'clear', '0', 'delete'] as const;
const LETTERS = ['1234567890', 'qwertyuiop', 'asdfghjkl-', 'zxcvbnm._ '] as const;

type Field = HTMLInputElement | HTMLTextAreaElement;
const isField = (target: EventTarget | null): target is Field =>
  (target instanceof HTMLInputElement && ['text', 'password', 'search', 'number', 'tel'].includes(target.type)) ||
  target instanceof HTMLTextAreaElement;

/** As if somebody had typed it: React only hears of a change that goes around its own setter. */
function type(field: Field, value: string): void {
  const prototype = field instanceof HTMLInputElement ? HTMLInputElement.prototype : HTMLTextAreaElement.prototype;
  Object.getOwnPropertyDescriptor(prototype, 'value')?.set?.call(field, value);
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

export function Keys({ tongue }: { tongue: Tongue }) {
  const [field, setField] = useState<Field | null>(null);
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const follow = ({ target }: FocusEvent): void => {
      if (isField(target) && !target.readOnly) setField(target);
      else if (!(target instanceof Node) || !panel.current?.contains(target)) setField(null);
    };
    document.addEventListener('focusin', follow);
    return () => document.removeEventListener('focusin', follow);
  }, []);
  // A field that left the page takes its keys with it; in a dialog only what is inside it can be touched.
  const gone = field === null || !field.isConnected;
  const inDialog = field?.closest('dialog') ?? null;
  useEffect(() => {
    if (gone) return;
    // A form that was sent with a keyboard's Enter goes with its field while the keys are drawn.
    if (field.isConnected) field.scrollIntoView({ block: 'center' });
    else setField(null);
  });
  if (gone) return null;
  const press = (key: string): void => {
    const before = field.value;
    type(field, key === 'delete' ? before.slice(0, -1) : key === 'clear' ? '' : before + key);
    field.focus();
  };
  const key = (name: string, label: string = name) => (
    <button
      key={name}
      type="button"
      tabIndex={-1}
      className="c-key"
      onPointerDown={(event) => {
        // The field keeps the focus.
        event.preventDefault();
        press(name);
      }}
    >
      {label}
    </button>
  );
  const numeric = field.inputMode === 'numeric';
  const keys = (
    <div ref={panel} className={`c-keys ${numeric ? 'c-keys-digits' : ''}`}>
      {numeric
        ? DIGITS.map((name) => key(name, name === 'clear' ? say(tongue, 'key.clear') : name === 'delete' ? '⌫' : name))
        : LETTERS.map((row) => (
            <div key={row} className="c-keys-row">
              {[...row].map((letter) => key(letter, letter === ' ' ? '␣' : letter))}
              {row === LETTERS[0] && key('delete', '⌫')}
            </div>
          ))}
      <button type="button" tabIndex={-1} className="c-key c-key-wide" onPointerDown={() => (field.blur(), setField(null))}>
        {say(tongue, 'key.done')}
      </button>
    </div>
  );
  return inDialog === null ? keys : createPortal(keys, inDialog);
}

/** The PIN pad: always there, for fingers on any device. */
export function PinPad({ value, onChange, tongue }: { value: string; onChange: (value: string) => void; tongue: Tongue }) {
  return (
    <div className="c-pin">
      <output className="c-pin-dots" aria-label={`${value.length}`}>
        {value.length === 0 ? ' ' : '●'.repeat(value.length)}
      </output>
      <div className="c-keys-digits">
        {DIGITS.map((name) => (
          <button
            key={name}
            type="button"
            className="c-key"
            onClick={() => onChange(name === 'clear' ? '' : name === 'delete' ? value.slice(0, -1) : (value + name).slice(0, 12))}
          >
            {name === 'clear' ? say(tongue, 'key.clear') : name === 'delete' ? '⌫' : name}
          </button>
        ))}
      </div>
    </div>
  );
}
