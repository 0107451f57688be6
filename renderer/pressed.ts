/**
 * Marks the button under the finger with `data-pressed`, at once. `:active` is no help: Chromium sets it for a touch only when
 * it is sure that no scroll follows, more than a tenth of a second later.
 */
import { useEffect } from 'react';

export function usePressed(): void {
  useEffect(() => {
    let pressed: Element | null = null;
    const release = (): void => {
      pressed?.removeAttribute('data-pressed');
      pressed = null;
    };
    const press = ({ target }: PointerEvent): void => {
      release();
      pressed = target instanceof Element ? target.closest('button') : null;
      pressed?.setAttribute('data-pressed', '');
    };
    addEventListener('pointerdown', press);
    addEventListener('pointerup', release);
    addEventListener('pointercancel', release);
    return () => {
      removeEventListener('pointerdown', press);
      removeEventListener('pointerup', release);
      removeEventListener('pointercancel', release);
    };
  }, []);
}
