/** How to pay, without words for those who don't read them: open, scan, pay. */
import type { ReactNode } from 'react';
import { useKiosk } from '../kiosk.ts';
import type { MessageKey } from '../messages/messages.ts';

const phone = <rect x="12" y="4" width="24" height="40" rx="4" />;
const STEPS: readonly { key: MessageKey; drawing: ReactNode }[] = [
  {
    key: 'pay.step1',
    drawing: (
      <>
        {phone}
        <rect className="steps-accent" x="18" y="17" width="12" height="12" rx="3" />
      </>
    ),
  },
  {
    key: 'pay.step2',
    drawing: (
      <>
        {phone}
        <path className="steps-accent-line" d="M17 20v-4h4M31 20v-4h-4M17 28v4h4M31 28v4h-4M16 24h16" />
      </>
    ),
  },
  {
    key: 'pay.step3',
    drawing: (
      <>
        {phone}
        <path className="steps-accent-line" d="m18 24 4.5 4.5L31 19" />
      </>
    ),
  },
];

export function Steps() {
  const { texts } = useKiosk();
  return (
    <ol className="steps">
      {STEPS.map(({ key, drawing }, index) => (
        <li key={key}>
          <svg viewBox="0 0 48 48" aria-hidden="true">
            {drawing}
          </svg>
          <span>
            <b className="figures">{index + 1}</b> {texts.t(key)}
          </span>
        </li>
      ))}
    </ol>
  );
}
