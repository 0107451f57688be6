/** The kiosk is busy with itself: opening its books, or staff at work. */
import { useKiosk } from '../kiosk.ts';
import { Layout } from '../parts/Layout.tsx';
import { Dots } from '../parts/marks.tsx';

export function Waiting({ what }: { what: 'recovering' | 'maintenance' }) {
  const { texts } = useKiosk();
  return (
    <Layout
      name={what}
      testId={what}
      stage={
        <div className="message">
          <Dots />
          <h1>{texts.t(`${what}.title`)}</h1>
          <p>{texts.t(`${what}.hint`)}</p>
        </div>
      }
    />
  );
}
