/**
 * Frames of the protocol "VMC – Upper computer V3.0" (Hunan Xing Yuan), and the bodies that a kiosk needs:
 * `FA FB | command | length | packNo text… | xor over all before`. Section numbers below are the document's.
 */
export const COMMAND = {
  checkSelection: 0x01,
  selectionStatus: 0x02,
  buy: 0x03,
  dispensing: 0x04,
  select: 0x05,
  drive: 0x06,
  selectionInfo: 0x11,
  setPrice: 0x12,
  setInventory: 0x13,
  setCapacity: 0x14,
  setProduct: 0x15,
  pollInterval: 0x16,
  fullyLoaded: 0x17,
  moneyNotice: 0x21,
  currentAmount: 0x23,
  display: 0x24,
  synchronise: 0x31,
  poll: 0x41,
  ack: 0x42,
  askMachine: 0x51,
  machineStatus: 0x52,
  askElevator: 0x53,
  elevatorStatus: 0x54,
  callMenu: 0x63,
  menu: 0x70,
  menuAnswer: 0x71,
} as const;

/** Types of the menu command 0x70 (section 4.5) that a kiosk uses. */
export const MENU = { jammedSelections: 0x32, selectionConfiguration: 0x42 } as const;

/** `text` is the body without packNo; POLL and ACK have neither, their `packNo` is 0. */
export interface Frame {
  readonly command: number;
  readonly packNo: number;
  readonly text: Uint8Array;
}

const NO_TEXT = new Uint8Array(0);

/** @param packNo 1–255; 0 for POLL and ACK, which carry no body */
export function encodeFrame(command: number, packNo: number, text: ArrayLike<number> = NO_TEXT): Uint8Array {
  const length = packNo === 0 ? 0 : 1 + text.length;
  const bytes = new Uint8Array(5 + length);
  bytes[0] = 0xfa;
  bytes[1] = 0xfb;
  bytes[2] = command;
  bytes[3] = length;
  if (packNo !== 0) {
    bytes[4] = packNo;
    bytes.set(text, 5);
  }
  let xor = 0;
  for (let i = 0; i < 4 + length; i += 1) xor ^= bytes[i] as number;
  bytes[4 + length] = xor;
  return bytes;
}

export const POLL = encodeFrame(COMMAND.poll, 0);
export const ACK = encodeFrame(COMMAND.ack, 0);

/** packNo runs 1…255 and never is 0 (section 2). */
export const nextPackNo = (packNo: number): number => (packNo % 255) + 1;

export const word = (text: Uint8Array, at: number) => ((text[at] ?? 0) << 8) | (text[at + 1] ?? 0);
export const long = (text: Uint8Array, at: number) => word(text, at) * 0x10000 + word(text, at + 2);
export const wordBytes = (value: number): [number, number] => [value >> 8, value & 0xff];
export const longBytes = (value: number): [number, number, number, number] => [
  ...wordBytes(Math.floor(value / 0x10000)),
  ...wordBytes(value & 0xffff),
];

/** 0x01. The document says length 4 for a body of 3 bytes; `pad` adds the missing byte for firmware that insists. */
export const checkSelection = (selection: number, pad: boolean): number[] =>
  pad ? [...wordBytes(selection), 0] : [...wordBytes(selection)];

/** 0x06: turns the motor of a selection, whatever the controller thinks of money and stock (4.3.5). */
export const drive = (selection: number, dropSensor: boolean, elevator: boolean): number[] => [
  dropSensor ? 1 : 0,
  elevator ? 1 : 0,
  ...wordBytes(selection),
];

export interface SelectionStatus {
  readonly status: number;
  readonly selection: number;
}

/** 0x02: answer to 0x01. Null: too short. */
export function readSelectionStatus(text: Uint8Array): SelectionStatus | null {
  return text.length < 3 ? null : { status: text[0] as number, selection: word(text, 1) };
}

/** 0x04. The document says 5 or 3 bytes; real machines send status and selection, microwave ones a number more. Null: too short. */
export function readDispensing(text: Uint8Array): SelectionStatus | null {
  return text.length < 3 || text.length > 4 ? null : { status: text[0] as number, selection: word(text, 1) };
}

export interface SelectionInfo {
  readonly selection: number;
  readonly price: number;
  readonly stock: number;
  readonly capacity: number;
  readonly product: number;
  /** 0 normal, 1 paused; a deployed machine sent 3 after a jam. */
  readonly status: number;
}

/** 0x11 (4.2.1). Null: wrong length. */
export function readSelectionInfo(text: Uint8Array): SelectionInfo | null {
  if (text.length !== 11) return null;
  return {
    selection: word(text, 0),
    price: long(text, 2),
    stock: text[6] as number,
    capacity: text[7] as number,
    product: word(text, 8),
    status: text[10] as number,
  };
}

export const selectionInfo = (info: SelectionInfo): number[] => [
  ...wordBytes(info.selection),
  ...longBytes(info.price),
  info.stock,
  info.capacity,
  ...wordBytes(info.product),
  info.status,
];

export interface Setting {
  readonly what: 'price' | 'stock' | 'capacity' | 'product';
  /** A selection, 0 = all of them, 1000 + n = all of tray n. */
  readonly address: number;
  readonly value: number;
}

/** 0x12–0x15 (4.2.2–4.2.5), in both directions. Null: another command, or wrong length. */
export function readSetting(command: number, text: Uint8Array): Setting | null {
  const address = word(text, 0);
  switch (command) {
    case COMMAND.setPrice:
      return text.length === 6 ? { what: 'price', address, value: long(text, 2) } : null;
    case COMMAND.setInventory:
      return text.length === 3 ? { what: 'stock', address, value: text[2] as number } : null;
    case COMMAND.setCapacity:
      return text.length === 3 ? { what: 'capacity', address, value: text[2] as number } : null;
    case COMMAND.setProduct:
      return text.length === 4 ? { what: 'product', address, value: word(text, 2) } : null;
    default:
      return null;
  }
}

export function setting({ what, address, value }: Setting): { readonly command: number; readonly text: number[] } {
  const to = wordBytes(address);
  switch (what) {
    case 'price':
      return { command: COMMAND.setPrice, text: [...to, ...longBytes(value)] };
    case 'stock':
      return { command: COMMAND.setInventory, text: [...to, value] };
    case 'capacity':
      return { command: COMMAND.setCapacity, text: [...to, value] };
    case 'product':
      return { command: COMMAND.setProduct, text: [...to, ...wordBytes(value)] };
  }
}

export interface MachineStatus {
  readonly temperatureFault: boolean;
  readonly doorOpen: boolean;
  readonly machineId: string;
  /** First sensor that is read; null when none is. */
  readonly temperature_c: number | null;
}

const SENSOR_ABSENT = 0xaa;

/** 0x52 (4.4.5): bill, coin, card, temperature controller, temperature, door, change twice, id, 8 sensors. Null: too short. */
export function readMachineStatus(text: Uint8Array): MachineStatus | null {
  if (text.length < 32) return null;
  const sensor = text.subarray(24, 32).find((value) => value !== SENSOR_ABSENT);
  return {
    temperatureFault: text[3] !== 0,
    doorOpen: text[5] !== 0,
    machineId: String.fromCharCode(...text.subarray(14, 24)),
    temperature_c: sensor === undefined ? null : (sensor << 24) >> 24,
  };
}

/** 0x71 to 0x70/42: what the controller has stored for one selection (4.5.11). Null: not this answer. */
export function readStoredStock(text: Uint8Array): number | null {
  return text.length >= 8 && text[0] === MENU.selectionConfiguration && text[1] === 0 ? word(text, 6) : null;
}

/** 0x71 to 0x70/32/00. The document does not say how the list looks; two bytes a selection is what fits its other lists. Null: not this. */
export function readJammedSelections(text: Uint8Array): readonly number[] | null {
  if (text[0] !== MENU.jammedSelections || text[1] !== 0 || text.length % 2 !== 0) return null;
  return Array.from({ length: text.length / 2 - 1 }, (_, i) => word(text, 2 + 2 * i));
}
