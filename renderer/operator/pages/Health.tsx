/** Every check in one place, in words. */
import { useState } from 'react';
import type { Health } from '../../../app/operator/health.ts';
import { useAsk, useDesk, useDo } from '../desk.ts';
import { TroubleLine } from '../parts/Dialog.tsx';

export function HealthPage() {
  const desk = useDesk();
  const { t, text } = desk;
  const { value: health } = useAsk<Health>({ ask: 'health' });
  const { busy, trouble, run } = useDo();
  const [reloaded, setReloaded] = useState<readonly string[] | null>(null);
  if (health === null) return <p className="c-quiet">{t('loading')}</p>;
  return (
    <>
      <p className="c-quiet">
        Jihanki {health.version}　{t('health.uptime', uptime(health.uptime_ms))}
      </p>
      <ul className="c-checks">
        {health.checks.map((check) => (
          <li key={check.name} className={`c-${check.level}`}>
            <strong>{t(`check.${check.name}`)}</strong>
            <span>{text(check.says)}</span>
            <em>{t(`health.${check.level}`)}</em>
          </li>
        ))}
      </ul>
      {desk.may('kiosk.release') && health.checks.some(({ name, level }) => name === 'rules' && level === 'bad') && (
        <div className="c-actions">
          <button type="button" className="c-button" disabled={busy} onClick={() => void run({ do: 'kiosk.release' })}>
            {t('health.release')}
          </button>
        </div>
      )}
      {desk.may('config.reload') && (
        <div className="c-actions">
          <TroubleLine trouble={trouble} />
          {reloaded !== null && (
            <p className={reloaded.length === 0 ? 'c-good' : 'c-trouble'} role="status">
              {reloaded.length === 0 ? t('health.reloaded') : reloaded.join('\n')}
            </p>
          )}
          <button
            type="button"
            className="c-button"
            disabled={busy}
            onClick={() =>
              void run<{ problems: readonly string[] }>({ do: 'config.reload' }).then((answer) => answer && setReloaded(answer.problems))
            }
          >
            {t('health.reload')}
          </button>
        </div>
      )}
    </>
  );
}

function uptime(of_ms: number): string {
  const minutes = Math.floor(of_ms / 60_000);
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24];
  return days > 0 ? `${days} d ${hours} h` : `${hours} h ${minutes % 60} min`;
}
