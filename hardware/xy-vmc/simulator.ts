/**
 * A VMC at the far end of the wire: the host that polls, a strict reader of the protocol, and a machine behind it.
 * Illegal use is refused and written down as a violation. Runs on any Clock.
 */
import type { Clock } from '../../app/ports.ts';
import { hex } from '../recorder.ts';
import type { Wire } from '../transport/wire.ts';
import { ACK, COMMAND, encodeFrame, nextPackNo, POLL, selectionInfo, setting, word, wordBytes } from './codec.ts';
import type { Frame } from './codec.ts';
import { createDeframer } from './deframer.ts';
import { createMotors } from './simulator-motors.ts';
import type { SimulatedSlot } from './simulator-motors.ts';
import { answersTo, isSetting, LENGTHS, sellable, take } from './simulator-answers.ts';
import type { DriveEntry, Fault, FaultKind, VmcSimulator, VmcSimulatorOptions } from './simulator-types.ts';

/** Section 2: the upper computer answers within 100 ms. */
const ANSWER_LIMIT_MS = 100;
const MOST_RESENDS = 5;
/** Between the end of one exchange and the next while data waits. */
const NEXT_DATA_MS = 10;
const LATE_STATUS_MS = 3000;

export function createVmcSimulator(options: VmcSimulatorOptions, clock: Clock): VmcSimulator {
  let pollInterval_ms = options.pollInterval_ms ?? 200;
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
  let taken: { packNo: number; bytes: Uint8Array } | null = null;
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
  const pushSlot = (slot: SimulatedSlot) => {
    if (options.tellsChanges !== false) queue(COMMAND.selectionInfo, selectionInfo(slot));
  };
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
    const drawn = options.drawFault?.();
    if (drawn) faults.push({ ...drawn, selection });
    const active = new Map<FaultKind, Fault>();
    for (const fault of faults) {
      if ((fault.selection !== null && fault.selection !== selection) || active.has(fault.kind)) continue;
      fault.times -= 1;
      active.set(fault.kind, fault);
    }
    faults = faults.filter((fault) => fault.times > 0);
    return active;
  };

  const startDrive = (frame: Frame, bytes: Uint8Array, active: Map<FaultKind, Fault>) => {
    const selection = selectionOf(frame);
    const buys = frame.command === COMMAND.buy;
    const entry: DriveEntry = {
      at_ms: clock.now_ms(),
      selection,
      packNo: frame.packNo,
      frame: hex(bytes),
      dropSensor: buys || frame.text[0] === 1,
      elevator: !buys && frame.text[1] === 1,
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

  const execute = (frame: Frame) => {
    if (frame.command === COMMAND.pollInterval) pollInterval_ms = Math.min(20, Math.max(1, frame.text[0] ?? 2)) * 100;
    if (frame.command === COMMAND.synchronise) synchronised = true;
    const wrong = options.settings === 'ignored' ? null : take(frame, motors);
    if (wrong !== null) return violate(wrong);
    const answers = answersTo(frame, motors);
    if (!answers) return violate(`menu command not understood: ${hex(frame.text)}`);
    for (const { command, text } of answers) queue(command, text);
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
    if (frame.command === COMMAND.menu && options.answersMenu === false) return;
    if (isSetting(frame.command) && options.settings === 'unheard') return;
    const lengths = LENGTHS[frame.command];
    if (!lengths) return violate(`unknown command 0x${frame.command.toString(16)}`);
    if (frame.packNo === 0) return violate(`command 0x${frame.command.toString(16)} without packNo`);
    if (!lengths.includes(frame.text.length)) return violate(`command 0x${frame.command.toString(16)} with ${frame.text.length} bytes`);
    const bytes = encodeFrame(frame.command, frame.packNo, frame.text);
    if (taken?.packNo === frame.packNo) {
      if (Buffer.compare(taken.bytes, bytes) !== 0) return violate(`packNo ${frame.packNo} used for two commands`);
      counters.resentToUs += 1;
      return write(ACK);
    }
    if (!synchronised && frame.command !== COMMAND.synchronise) return violate('a command before synchronise');
    if (frame.command !== COMMAND.drive && frame.command !== COMMAND.buy) {
      taken = { packNo: frame.packNo, bytes };
      write(ACK);
      execute(frame);
      if (data.length > 0) schedule(NEXT_DATA_MS);
      return;
    }
    const [dropSensor, elevator] = frame.text as unknown as [number, number];
    if (frame.command === COMMAND.drive && (dropSensor > 1 || elevator > 1)) return violate(`drive with flags ${hex(frame.text)}`);
    if (motors.busy()) return violate('a drive while a motor runs');
    const active = takeFaults(selectionOf(frame));
    if (active.has('deaf')) return;
    taken = { packNo: frame.packNo, bytes };
    const pull = active.get('pullBeforeAck');
    if (pull) setCable(false, pull.for_ms);
    if (!active.has('lostAck')) write(ACK);
    if (frame.command === COMMAND.buy) {
      // 4.3.2: told to buy, it says first whether it will.
      const status = sellable(selectionOf(frame), motors);
      queue(COMMAND.selectionStatus, [status, ...wordBytes(selectionOf(frame))]);
      if (data.length > 0) schedule(NEXT_DATA_MS);
      if (status !== 0x01) return;
    }
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
    trouble: (what) => void Object.assign(motors.trouble, what),
    menu: () => void queue(COMMAND.callMenu, []),
    filled: () => {
      for (const slot of motors.slots.values()) slot.stock = slot.capacity;
      queue(COMMAND.fullyLoaded, []);
    },
    set: (told) => {
      const { command, text } = setting(told);
      queue(command, text);
    },
    keypad: (selection) => void queue(COMMAND.select, wordBytes(selection)),
    stop: () => {
      if (timer !== null) clock.clearTimeout(timer);
      powered = false;
      motors.stop();
    },
  };
}

/** Of a command that moves something. */
const selectionOf = ({ command, text }: Frame) => word(text, command === COMMAND.drive ? 2 : 0);
