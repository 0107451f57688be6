/** The machine's own keys (0x05): who chose there, and for whom the controller still waits. */
import type { Log, MachineSelection, Unsubscribe } from '../../app/ports.ts';
import { COMMAND } from './codec.ts';
import type { Selections } from './selections.ts';
import type { Session } from './session.ts';

export interface Keypad {
  /** A key was pressed; 0 cancels. */
  pressed(selection: number): void;
  /** The controller does not wait any more: for nobody, or not for this selection. */
  readonly withdraw: (selection?: number) => void;
  onSelection(listener: (selection: MachineSelection) => void): Unsubscribe;
}

export function createKeypad(session: () => Pick<Session, 'enqueue'>, selections: Selections, log: Log): Keypad {
  const listeners = new Set<(selection: MachineSelection) => void>();
  const waiting = new Map<number, () => void>();
  const withdraw = (selection?: number) => {
    for (const [chosen, withdrawn] of waiting) {
      if (selection !== undefined && chosen !== selection) continue;
      waiting.delete(chosen);
      withdrawn();
    }
  };
  return {
    withdraw,
    pressed: (selection) => {
      if (selection === 0) {
        withdraw();
        return log.info('vmc.keypadCancelled');
      }
      // A second key takes nothing from the first: what was chosen is driven by its number, whatever the keypad shows.
      if (waiting.has(selection)) return;
      const withdrawn = new Promise<void>((resolve) => void waiting.set(selection, resolve));
      const decline = () => {
        if (!waiting.has(selection)) return;
        withdraw(selection);
        if (waiting.size === 0) session().enqueue({ command: COMMAND.select, text: [0, 0] });
      };
      for (const listener of listeners) listener({ slot: selections.slotOf(selection), decline, withdrawn });
    },
    onSelection: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
