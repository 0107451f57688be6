/** Fields of the console: labelled, and with the keys that fit what is typed. */
import type { ReactNode } from 'react';

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly autoFocus?: boolean;
}

export function TextField({ label, value, onChange, autoFocus = false }: FieldProps) {
  return (
    <label className="c-field">
      <span>{label}</span>
      <input
        type="text"
        value={value}
        maxLength={120}
        autoComplete="off"
        data-first={autoFocus || undefined}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}

/** Whole numbers; yen with a sign before them. */
export function NumberField({ label, value, onChange, autoFocus = false, unit }: FieldProps & { readonly unit?: string }) {
  return (
    <label className="c-field">
      <span>{label}</span>
      <span className="c-number">
        {unit !== undefined && <span aria-hidden="true">{unit}</span>}
        <input
          type="text"
          inputMode="numeric"
          value={value}
          maxLength={8}
          autoComplete="off"
          data-first={autoFocus || undefined}
          onChange={(event) => onChange(event.target.value.replace(/\D/g, ''))}
        />
      </span>
    </label>
  );
}

export function SecretField({ label, value, onChange }: FieldProps) {
  return (
    <label className="c-field">
      <span>{label}</span>
      <input
        type="password"
        inputMode="numeric"
        value={value}
        maxLength={12}
        autoComplete="off"
        onChange={(event) => onChange(event.target.value.replace(/\D/g, ''))}
      />
    </label>
  );
}

/** One of a few, all in sight. */
export function Choice<T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: T | null;
  options: readonly (readonly [value: T, label: ReactNode])[];
  onChange: (value: T) => void;
}) {
  return (
    <fieldset className="c-choice">
      <legend>{label}</legend>
      <div>
        {options.map(([option, words]) => (
          <button key={option} type="button" className="c-chip" aria-pressed={option === value} onClick={() => onChange(option)}>
            {words}
          </button>
        ))}
      </div>
    </fieldset>
  );
}

/** A reason: the usual ones by a touch, any other in words. */
export function ReasonField({
  label,
  usual,
  value,
  onChange,
}: {
  label: string;
  usual: readonly string[];
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <div className="c-reason">
      <Choice
        label={label}
        value={usual.includes(value) ? value : null}
        options={usual.map((reason) => [reason, reason] as const)}
        onChange={onChange}
      />
      <input
        type="text"
        aria-label={label}
        value={value}
        maxLength={200}
        autoComplete="off"
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}

export const numberIn = (text: string): number | null => (/^\d{1,8}$/.test(text) ? Number(text) : null);
