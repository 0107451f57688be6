/** Large text, high contrast and low reach: one button, in the bar of every screen and in every sheet that covers the bar. */
import { useKiosk } from '../kiosk.ts';

export function EasyView() {
  const { view, texts, send } = useKiosk();
  const { easyView } = view.comfort;
  return (
    <button
      type="button"
      className="header-easy"
      aria-pressed={easyView}
      data-testid="easy-view"
      onClick={(event) => {
        // A sheet that a touch anywhere closes stays open for this one.
        event.stopPropagation();
        send({ do: 'setEasyView', easyView: !easyView });
      }}
    >
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <circle cx="12" cy="4" r="2.2" />
        <path d="M4 8.2c5 1.6 11 1.6 16 0M9.6 9.4l-.4 4.6-2 7M14.4 9.4l.4 4.6 2 7M9.2 14h5.6" />
      </svg>
      <span>{texts.t('header.easyView')}</span>
    </button>
  );
}
