/** What a simulated controller answers to questions and settings; motors and time are not its business. */
import { COMMAND, longBytes, MENU, readSetting, selectionInfo, word, wordBytes } from './codec.ts';
import type { Frame } from './codec.ts';
import type { Motors } from './simulator-motors.ts';

/** Lengths of the text behind packNo that the controller takes; any other is a violation. */
export const LENGTHS: Readonly<Record<number, readonly number[]>> = {
  [COMMAND.checkSelection]: [2, 3],
  [COMMAND.buy]: [2],
  [COMMAND.select]: [2],
  [COMMAND.drive]: [4],
  [COMMAND.setPrice]: [6],
  [COMMAND.setInventory]: [3],
  [COMMAND.setCapacity]: [3],
  [COMMAND.setProduct]: [4],
  [COMMAND.pollInterval]: [1],
  [COMMAND.synchronise]: [0],
  [COMMAND.askMachine]: [0],
  [COMMAND.askElevator]: [0],
  [COMMAND.menu]: [2, 4],
};

export const isSetting = (command: number): boolean => command >= COMMAND.setPrice && command <= COMMAND.setProduct;

/** 0x12–0x15. Null: done, or another command; otherwise what is wrong with it. */
export function take({ command, text }: Frame, motors: Motors): string | null {
  const told = readSetting(command, text);
  if (!told) return null;
  const slots = [...motors.slots.values()].filter(({ selection }) => told.address === 0 || told.address === selection);
  if (slots.length === 0) return `a setting for selection ${told.address}, which is not there`;
  if (motors.busy()) return 'a setting while a motor runs';
  for (const slot of slots) {
    slot[told.what] = told.value;
    // What the document leaves open, as badly as it could be: a smaller capacity loses stock.
    if (told.what === 'capacity') slot.stock = Math.min(slot.stock, slot.capacity);
    if (slot.stock > slot.capacity) return `stock ${slot.stock} in selection ${slot.selection}, which holds ${slot.capacity}`;
  }
  return null;
}

interface Answer {
  readonly command: number;
  readonly text: readonly number[];
}

const zeros = (count: number) => Array<number>(count).fill(0);
const SENSOR_ABSENT = 0xaa;

/** 0x02: whether the controller would sell this selection (4.3.1). */
export function sellable(selection: number, motors: Motors): number {
  const slot = motors.slots.get(selection);
  return !slot ? 0x03 : slot.status !== 0 ? 0x04 : slot.stock === 0 ? 0x02 : 0x01;
}

/** Null: not understood. */
export function answersTo({ command, text }: Frame, motors: Motors): readonly Answer[] | null {
  const slots = [...motors.slots.values()];
  switch (command) {
    case COMMAND.synchronise:
      return slots.map((slot) => ({ command: COMMAND.selectionInfo, text: selectionInfo(slot) }));
    case COMMAND.checkSelection: {
      return [{ command: COMMAND.selectionStatus, text: [sellable(word(text, 0), motors), text[0] ?? 0, text[1] ?? 0] }];
    }
    case COMMAND.askMachine: {
      const id = Array<number>(10).fill(0x30);
      const sensors = Array<number>(8).fill(SENSOR_ABSENT);
      return [
        {
          command: COMMAND.machineStatus,
          text: [...zeros(3), motors.trouble.temperature ? 1 : 0, 0, motors.door.open ? 1 : 0, ...zeros(8), ...id, ...sensors],
        },
      ];
    }
    case COMMAND.askElevator:
      return [{ command: COMMAND.elevatorStatus, text: [motors.trouble.elevator] }];
    case COMMAND.menu:
      return menu(text, motors, slots);
    default:
      return [];
  }
}

function menu(
  text: Uint8Array,
  motors: Motors,
  slots: readonly { readonly selection: number; readonly status: number }[],
): readonly Answer[] | null {
  if (text[0] === MENU.jammedSelections && text[1] === 0) {
    const jammed = slots.filter((slot) => slot.status === 3).flatMap((slot) => wordBytes(slot.selection));
    return [{ command: COMMAND.menuAnswer, text: [MENU.jammedSelections, 0, ...jammed] }];
  }
  const slot = text[0] === MENU.selectionConfiguration && text.length === 4 ? motors.slots.get(word(text, 2)) : undefined;
  if (!slot) return null;
  const stored = [...longBytes(slot.price), ...wordBytes(slot.stock), slot.capacity, ...wordBytes(slot.product), 1, 0, 0, 0];
  return [{ command: COMMAND.menuAnswer, text: [MENU.selectionConfiguration, 0, ...stored] }];
}
