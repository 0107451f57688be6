/** Orders as files, for a spreadsheet, an accounting program or another program. */
import { useState } from 'react';
import { Trouble } from '../api.ts';
import { useDesk } from '../desk.ts';
import { follow } from '../save.ts';
import { TroubleLine } from './Dialog.tsx';

const FORMATS = ['csv', 'csv-sjis', 'json'] as const;

export function ExportButtons({ from, to }: { from: string; to: string }) {
  const { t, api } = useDesk();
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  return (
    <section className="c-export">
      <h3>{t('report.export')}</h3>
      <div className="c-row">
        {FORMATS.map((format) => (
          <button
            key={format}
            type="button"
            className="c-button"
            data-testid={`export-${format}`}
            onClick={() =>
              void api.exportOrders({ from, to, format }).then(follow, (error: unknown) => error instanceof Trouble && setTrouble(error))
            }
          >
            {t(`export.${format}`)}
          </button>
        ))}
      </div>
      <TroubleLine trouble={trouble} />
    </section>
  );
}
