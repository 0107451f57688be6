/** A kiosk's end of a screen that only remembers what it was asked, and a log that can be read. */
import type { Log, LogFields } from '../../app/ports.ts';
import type { KioskCommand, KioskView } from '../../app/view.ts';
import type { ScreenEnd } from '../../main/host.ts';

export interface VirtualScreen extends ScreenEnd {
  readonly commands: KioskCommand[];
  show(view: KioskView): void;
}

/** The hosts pass a view on as it is; what stands in it does not matter to them. */
export const viewNumber = (n: number): KioskView => ({ screen: { name: 'attract' }, products: [], now_ms: n }) as unknown as KioskView;

export function virtualScreen(): VirtualScreen {
  const commands: KioskCommand[] = [];
  const listeners = new Set<(view: KioskView) => void>();
  let view = viewNumber(0);
  return {
    commands,
    view: () => view,
    onView(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    send: (command) => void commands.push(command),
    show(next) {
      view = next;
      listeners.forEach((listener) => listener(next));
    },
  };
}

export interface ReadableLog extends Log {
  readonly lines: { readonly event: string; readonly fields: LogFields }[];
}

export function readableLog(): ReadableLog {
  const lines: { event: string; fields: LogFields }[] = [];
  const write = (event: string, fields: LogFields = {}) => void lines.push({ event, fields });
  return { lines, info: write, warn: write, error: write };
}
