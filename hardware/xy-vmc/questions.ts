/** What can be asked of the controller, each with its answer. Firmware differs: what stays unanswered is not asked again in the same session. */
import type { MachineReason, SlotState } from '../../app/ports.ts';
import { checkSelection, COMMAND, MENU, readJammedSelections, readSelectionStatus, readStoredStock, wordBytes } from './codec.ts';
import type { Session } from './session.ts';
import { selectionState } from './status.ts';

export interface Questions {
  /** 0x01: can this selection sell? `unknown` when nothing came. */
  check(selection: number): Promise<SlotState | MachineReason>;
  /** 0x70/42: the stored stock. Null: not told. */
  stock(selection: number): Promise<number | null>;
  /** 0x70/32: is it in the list of jammed selections? Null: no list came. */
  jammed(selection: number): Promise<boolean | null>;
  /** 0x51 and, with an elevator, 0x53; the answers come as data. */
  machine(): void;
}

export function createQuestions(session: Session, options: { readonly padCheck: boolean; readonly elevator: boolean }): Questions {
  const unanswered = new Map<number, number>();
  const isFutile = (command: number) => unanswered.get(command) === session.number();
  const giveUp = (command: number) => void unanswered.set(command, session.number());
  /** The answer to 0x70/42 names no selection, so one question at a time. */
  let turn: Promise<unknown> = Promise.resolve();

  return {
    check: async (selection) => {
      const answer = await session.ask(COMMAND.checkSelection, checkSelection(selection, options.padCheck), ({ command, text }) => {
        const told = command === COMMAND.selectionStatus ? readSelectionStatus(text) : null;
        return told?.selection === selection ? selectionState(told.status) : null;
      });
      return answer ?? 'unknown';
    },
    stock: (selection) => {
      const asked = turn.then(async () => {
        if (isFutile(COMMAND.menu) || session.phase() === 'disconnected') return null;
        const question = [MENU.selectionConfiguration, 0, ...wordBytes(selection)];
        const stock = await session.ask(COMMAND.menu, question, ({ command, text }) =>
          command === COMMAND.menuAnswer ? readStoredStock(text) : null,
        );
        if (stock === null && session.phase() === 'ready') giveUp(COMMAND.menu);
        return stock;
      });
      turn = asked;
      return asked;
    },
    jammed: (selection) =>
      session.ask(COMMAND.menu, [MENU.jammedSelections, 0], ({ command, text }) =>
        command === COMMAND.menuAnswer ? (readJammedSelections(text)?.includes(selection) ?? null) : null,
      ),
    machine: () => {
      for (const command of options.elevator ? [COMMAND.askMachine, COMMAND.askElevator] : [COMMAND.askMachine])
        if (!isFutile(command))
          session.enqueue({ command, text: [], onFate: (fate) => (fate === 'unanswered' ? giveUp(command) : undefined) });
    },
  };
}
