/**
 * A VMC at the far end of the wire: the host that polls, a strict reader of the protocol, and a machine behind it.
 * Illegal use is refused and written down as a violation. Runs on any Clock.
 */
import type { Clock } from '../../app/ports.ts';
import { hex } from '../recorder.ts';
import type { Wire } from '../transport/wire.ts';
import { ACK, COMMAND, encodeFrame, longBytes, MENU, nextPackNo, POLL, selectionInfo, wordBytes } from './codec.ts';
import type { Frame } from './codec.ts';
import { createDeframer } from './deframer.ts';
import { createMotors } from './simulator-motors.ts';
import type { SimulatedSlot } from './simulator-motors.ts';
import type { DriveEntry, Fault, FaultKind, VmcSimulator, VmcSimulatorOptions } from './simulator-types.ts';

/** Section 2: the upper computer answers within 100 ms. */
const ANSWER_LIMIT_MS = 100;
const MOST_RESENDS = 5;
/** Between the end of one exchange and the next while data waits. */
const NEXT_DATA_MS = 10;
const LATE_STATUS_MS = 3000;

export function createVmcSimulator(options: VmcSimulatorOptions, clock: Clock): VmcSimulator {
  const pollInterval_ms = options.pollInterval_ms ?? 200;
  const keep = options.keep ?? 200;
  const counters = {
    polls: 0,
    drives: 0,
    resentToUs: 0,
    resentByUs: 0,
    lateAnswers: 0,
    missedPolls: 0,
    dropped: 0,
    restarts: 0,
    badChecksums: 0,
    garbageBytes: 0,
  };
  const deframer = createDeframer(counters);
  const motors = createMotors(
    options.slots.map(({ selection, stock, capacity = 10, price = 150 }) => ({
      selection,
      price,
      product: selection,
      stock,
      capacity,
      status: 0,
      dropped: 0,
      fellLater: 0,
    })),
    { motor_ms: options.motor_ms ?? 1500, countsStock: options.countsStock ?? true },
    clock,
  );
  const violations: string[] = [];
  const drives: DriveEntry[] = [];
  let faults: Fault[] = [];
  let wire: Wire | null = null;
  let connected = true;
  let powered = true;
  let synchronised = false;
  let packNo = 1;
  let data: { command: number; text: readonly number[]; frame: Uint8Array | null; resends: number }[] = [];
  let awaiting: { what: 'poll' | 'data'; since_ms: number } | null = null;
  let taken: { packNo: number; frame: string } | null = null;
  let timer: unknown = null;
  let spoilNext: 'corrupt' | 'garbage' | null = null;

  const violate = (what: string) => {
    if (violations.length < 100) violations.push(what);
  };
  const write = (bytes: Uint8Array) => {
    if (connected && powered) wire?.write(bytes);
  };
  const queue = (command: number, text: readonly number[]) => data.push({ command, text, frame: null, resends: 0 });
  const schedule = (delay_ms: number) => {
    if (timer !== null) clock.clearTimeout(timer);
    timer = clock.setTimeout(turn, delay_ms);
  };
  function turn(): void {
    timer = null;
    if (!powered) return;
    if (awaiting?.what === 'poll') counters.missedPolls += 1;
    schedule(pollInterval_ms);
    const head = data[0];
    if (!head) {
      awaiting = { what: 'poll', since_ms: clock.monotonic_ms() };
      counters.polls += 1;
      return write(POLL);
    }
    if (head.frame) {
      head.resends += 1;
      counters.resentByUs += 1;
    } else head.frame = encodeFrame(head.command, packNo, head.text);
    awaiting = { what: 'data', since_ms: clock.monotonic_ms() };
    if (head.resends >= MOST_RESENDS) endData();
    const spoil = spoilNext;
    spoilNext = null;
    if (spoil === 'garbage') write(Uint8Array.of(0x00, 0xfa, 0xfa, 0xfb, 0x04, 0x09, 0x55));
    if (spoil !== 'corrupt') return write(head.frame);
    const spoiled = head.frame.slice();
    spoiled[spoiled.length - 1] = (spoiled.at(-1) as number) ^ 0x5a;
    write(spoiled);
  }
  const endData = () => {
    data.shift();
    packNo = nextPackNo(packNo);
  };
  const pushAll = () => {
    for (const slot of motors.slots.values()) pushSlot(slot);
  };
  const pushSlot = (slot: SimulatedSlot) => queue(COMMAND.selectionInfo, selectionInfo(slot));
  const setCable = (now: boolean, for_ms?: number) => {
    connected = now;
    if (!now && for_ms !== undefined) clock.setTimeout(() => setCable(true), for_ms);
  };
  const restart = () => {
    counters.restarts += 1;
    powered = false;
    motors.stop();
    data = [];
    awaiting = null;
    taken = null;
    synchronised = false;
    packNo = 1;
    clock.setTimeout(() => {
      powered = true;
      queue(COMMAND.synchronise, []);
      schedule(0);
    }, options.boot_ms ?? 1500);
  };
  const takeFaults = (selection: number): Map<FaultKind, Fault> => {
    const active = new Map<FaultKind, Fault>();
    for (const fault of faults) {
      if ((fault.selection !== null && fault.selection !== selection) || active.has(fault.kind)) continue;
      fault.times -= 1;
      active.set(fault.kind, fault);
    }
    faults = faults.filter((fault) => fault.times > 0);
    return active;
  };

  const startDrive = (frame: Frame, bytes: string, active: Map<FaultKind, Fault>) => {
    const selection = word(frame.text, 2);
    const entry: DriveEntry = {
      at_ms: clock.now_ms(),
      selection,
      packNo: frame.packNo,
      frame: bytes,
      dropSensor: frame.text[0] === 1,
      elevator: frame.text[1] === 1,
      result: null,
      dropped: false,
    };
    drives.push(entry);
    if (drives.length > keep) drives.shift();
    counters.drives += 1;
    const slot = motors.slots.get(selection);
    const droppedBefore = slot?.dropped ?? 0;
    motors.drive(selection, new Set(active.keys()), entry.elevator, (status, last) => {
      const text = [status, ...wordBytes(selection)];
      if (!last) {
        queue(COMMAND.dispensing, text);
        const pull = active.get('pullMidVend');
        if (pull) setCable(false, pull.for_ms);
        active.delete('pullMidVend');
        if (active.has('restartMidVend')) restart();
        return;
      }
      entry.result = status;
      entry.dropped = slot !== undefined && slot.dropped > droppedBefore;
      if (entry.dropped) counters.dropped += 1;
      if (active.has('corrupt')) spoilNext = 'corrupt';
      if (active.has('garbage')) spoilNext = 'garbage';
      const tell = () => {
        queue(COMMAND.dispensing, text);
        if (active.has('duplicateStatus')) {
          // The very same frame again, as if its ACK had been lost.
          const again = data.at(-1) as (typeof data)[number];
          data.push(again);
        }
        if (slot) pushSlot(slot);
      };
      if (active.has('lateStatus')) clock.setTimeout(tell, LATE_STATUS_MS);
      else if (!active.has('lostStatus')) tell();
    });
  };

  const LENGTHS: Readonly<Record<number, readonly number[]>> = {
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

  const execute = (frame: Frame) => {
    const { command, text } = frame;
    switch (command) {
      case COMMAND.synchronise:
        synchronised = true;
        pushAll();
        return;
      case COMMAND.checkSelection: {
        const selection = word(text, 0);
        const slot = motors.slots.get(selection);
        const status = !slot ? 0x03 : slot.status !== 0 ? 0x04 : slot.stock === 0 ? 0x02 : 0x01;
        return queue(COMMAND.selectionStatus, [status, ...wordBytes(selection)]);
      }
      case COMMAND.askMachine: {
        const absent = Array<number>(8).fill(0xaa);
        const id = Array<number>(10).fill(0x30);
        return queue(COMMAND.machineStatus, [0, 0, 0, 0, 0, motors.door.open ? 1 : 0, ...Array<number>(8).fill(0), ...id, ...absent]);
      }
      case COMMAND.askElevator:
        return queue(COMMAND.elevatorStatus, [0]);
      case COMMAND.menu:
        return answerMenu(text);
      default:
        return;
    }
  };
  const answerMenu = (text: Uint8Array) => {
    if (text[0] === MENU.jammedSelections && text[1] === 0) {
      const jammed = [...motors.slots.values()].filter((slot) => slot.status === 3).flatMap((slot) => wordBytes(slot.selection));
      return queue(COMMAND.menuAnswer, [MENU.jammedSelections, 0, ...jammed]);
    }
    if (text[0] === MENU.jammedSelections && text[1] === 1) {
      for (const slot of motors.slots.values()) if (slot.status === 3) slot.status = 0;
      queue(COMMAND.menuAnswer, [MENU.jammedSelections, 1]);
      return pushAll();
    }
    const slot = text[0] === MENU.selectionConfiguration && text.length === 4 ? motors.slots.get(word(text, 2)) : undefined;
    if (!slot) return violate(`menu command not understood: ${hex(text)}`);
    return queue(COMMAND.menuAnswer, [
      ...[MENU.selectionConfiguration, 0, ...longBytes(slot.price), ...wordBytes(slot.stock), slot.capacity],
      ...[...wordBytes(slot.product), 1, 0, 0, 0],
    ]);
  };

  const receive = (frame: Frame) => {
    const expected = awaiting;
    if (!expected) return violate(`spoke out of turn: command 0x${frame.command.toString(16)}`);
    if (clock.monotonic_ms() - expected.since_ms > ANSWER_LIMIT_MS) {
      // The controller has given up waiting; whatever comes now is not heard.
      counters.lateAnswers += 1;
      return;
    }
    awaiting = null;
    if (frame.command === COMMAND.ack) {
      if (frame.packNo !== 0) return violate('ACK with a body');
      if (expected.what === 'data' && data[0]?.frame) endData();
      if (data.length > 0) schedule(NEXT_DATA_MS);
      return;
    }
    if (expected.what === 'data') return violate('a command instead of the ACK for data');
    const lengths = LENGTHS[frame.command];
    if (!lengths) return violate(`unknown command 0x${frame.command.toString(16)}`);
    if (frame.packNo === 0) return violate(`command 0x${frame.command.toString(16)} without packNo`);
    if (!lengths.includes(frame.text.length)) return violate(`command 0x${frame.command.toString(16)} with ${frame.text.length} bytes`);
    const bytes = hex(encodeFrame(frame.command, frame.packNo, frame.text));
    if (taken?.packNo === frame.packNo) {
      if (taken.frame !== bytes) return violate(`packNo ${frame.packNo} used for two commands`);
      counters.resentToUs += 1;
      return write(ACK);
    }
    if (!synchronised && frame.command !== COMMAND.synchronise) return violate('a command before synchronise');
    if (frame.command !== COMMAND.drive) {
      taken = { packNo: frame.packNo, frame: bytes };
      write(ACK);
      execute(frame);
      if (data.length > 0) schedule(NEXT_DATA_MS);
      return;
    }
    const [dropSensor, elevator] = frame.text;
    if ((dropSensor as number) > 1 || (elevator as number) > 1) return violate(`drive with flags ${hex(frame.text)}`);
    if (motors.busy()) return violate('a drive while a motor runs');
    const active = takeFaults(word(frame.text, 2));
    if (active.has('deaf')) return;
    taken = { packNo: frame.packNo, frame: bytes };
    const pull = active.get('pullBeforeAck');
    if (pull) setCable(false, pull.for_ms);
    if (!active.has('lostAck')) write(ACK);
    startDrive(frame, bytes, active);
  };

  schedule(0);
  return {
    attach: (attached) => {
      wire = attached;
      return {
        data: (bytes) => {
          if (!connected || !powered || wire !== attached) return;
          for (const frame of deframer.push(bytes)) receive(frame);
        },
        closed: () => {
          if (wire === attached) wire = null;
        },
      };
    },
    state: () => ({
      slots: [...motors.slots.values()].map((slot) => ({ ...slot })),
      drives: drives.map((entry) => ({ ...entry })),
      counters: { ...counters },
      violations: [...violations],
      connected,
      doorOpen: motors.door.open,
      synchronised,
      running: motors.busy(),
    }),
    fault: (fault) => void faults.push({ ...fault }),
    cable: (now) => setCable(now),
    restart,
    stock: (selection, count) => {
      const slot = motors.slots.get(selection);
      if (!slot) return;
      slot.stock = count;
      slot.capacity = Math.max(slot.capacity, count);
      slot.status = 0;
      pushSlot(slot);
    },
    pause: (selection, paused) => {
      const slot = motors.slots.get(selection);
      if (!slot) return;
      slot.status = paused ? 1 : 0;
      pushSlot(slot);
    },
    door: (open) => {
      motors.door.open = open;
    },
    keypad: (selection) => void queue(COMMAND.select, wordBytes(selection)),
    stop: () => {
      if (timer !== null) clock.clearTimeout(timer);
      powered = false;
      motors.stop();
    },
  };
}

const word = (text: Uint8Array, at: number) => ((text[at] ?? 0) << 8) | (text[at + 1] ?? 0);
