/** Every unit with its own fate, in words and by shape. */
import type { VendLineView } from '../../app/view.ts';
import { useKiosk } from '../kiosk.ts';
import { Name } from './Name.tsx';
import { Attention, Dots, Pending, Tick } from './marks.tsx';

const MARKS = { waiting: Pending, choose: Dots, moving: Dots, delivered: Tick, failed: Attention, unknown: Pending } as const;

export function VendLines({ lines, prices = false }: { lines: readonly VendLineView[]; prices?: boolean }) {
  const { texts } = useKiosk();
  return (
    <ol className="vends" tabIndex={lines.length > 2 ? 0 : undefined}>
      {lines.map((line, index) => {
        const Mark = MARKS[line.state];
        return (
          <li key={index} className={`vend vend-${line.state}`}>
            <span className="vend-mark">
              <Mark />
            </span>
            <span className="vend-name">
              <Name text={line.name} texts={texts} />
            </span>
            {prices && <span className="vend-price figures">{texts.yen(line.price_jpy)}</span>}
            <span className="vend-state">{texts.t(`line.${line.state}`)}</span>
          </li>
        );
      })}
    </ol>
  );
}
