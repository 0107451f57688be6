/** A Qibixx adapter at the far end of the wire, with an MDB machine on its bus. Illegal lines are refused as the adapter does, and written down. */
import type { Clock } from '../../app/ports.ts';
import { CASHLESS_1, CASHLESS_2 } from '../mdb/codec.ts';
import { createReader } from '../mdb/reader.ts';
import type { Reader, ReaderEvent } from '../mdb/reader.ts';
import type { DrawFault } from '../simulator/seeded-faults.ts';
import { createLineSplitter } from '../transport/lines.ts';
import type { Wire, WireEvents } from '../transport/wire.ts';
import { createMdbMachine, MDB_MACHINE_FAULTS } from './simulator-machine.ts';
import type { MdbMachineOptions, MdbSlot } from './simulator-machine.ts';

export const MDB_FAULTS = [
  ...MDB_MACHINE_FAULTS,
  /** The line with the end of the vend gets lost, or comes with a broken byte. */
  'lostLine',
  'corruptLine',
  /** `C,VEND` is not heard. */
  'deaf',
  /** The adapter loses power after the approval. */
  'adapterReboot',
  /** The cable to the adapter is pulled after the approval, or takes the approval with it; it comes back by `cable` or after `for_ms`. */
  'pull',
  'pullBeforeApproval',
] as const;
export type MdbFaultKind = (typeof MDB_FAULTS)[number];

export interface MdbFault {
  readonly kind: MdbFaultKind;
  times: number;
  readonly for_ms?: number | undefined;
}

export interface QibixxSimulatorOptions extends MdbMachineOptions {
  /** Real failure lines are not documented: null = none, only the end of the session. */
  readonly failureLine?: string | null;
  readonly boot_ms?: number;
  readonly drawFault?: DrawFault<MdbFaultKind> | undefined;
}

export interface QibixxSimulatorState {
  readonly slots: readonly MdbSlot[];
  readonly machine: string;
  readonly overdue: number;
  readonly cashless: boolean;
  readonly settings: Readonly<Record<string, string>>;
  readonly approvals: readonly string[];
  readonly violations: readonly string[];
  readonly connected: boolean;
}

export interface QibixxSimulator {
  attach(wire: Wire): WireEvents;
  state(): QibixxSimulatorState;
  /** The faults of the next vend; true when the machine took the selection. */
  press(item: number): boolean;
  cancel(): void;
  fault(fault: MdbFault): void;
  readonly cable: (connected: boolean) => void;
  restart(): void;
  reboot(): void;
  stock(item: number, count: number): void;
  stop(): void;
}

const SETTINGS = /^C,SETCONF,(mdb-[a-z-]+)=([0-9a-zA-Z]+)$/;
const KNOWN = ['mdb-always-idle', 'mdb-currency-code', 'mdb-addr', 'mdb-decimal-places', 'mdb-scale-factor', 'mdb-timeout'];

export function createQibixxSimulator(options: QibixxSimulatorOptions, clock: Clock): QibixxSimulator {
  const violations: string[] = [];
  const approvals: string[] = [];
  let faults: MdbFault[] = [];
  let active = new Map<MdbFaultKind, MdbFault>();
  let settings: Record<string, string> = {};
  let reader: Reader | null = null;
  let wire: Wire | null = null;
  let connected = true;
  let powered = true;
  let approvedThisVend = false;
  let session: string | null = null;

  const violate = (what: string) => {
    if (violations.length < 100) violations.push(what);
  };
  const write = (line: string) => {
    if (connected && powered) wire?.write(Buffer.from(`${line}\r\n`, 'ascii'));
  };
  const machine = createMdbMachine(options, clock, () => (powered && reader ? { reader, address: address() } : null));
  const address = () => (settings['mdb-addr'] === '0x60' ? CASHLESS_2 : CASHLESS_1);
  /** The adapter prints amounts after its decimals and scale. */
  const decimals = () => Number(settings['mdb-decimal-places'] ?? 2);
  const scale = () => Number(settings['mdb-scale-factor'] ?? 1);
  const print = (units: number) => ((units * scale()) / 10 ** decimals()).toFixed(decimals());
  const unitsOf = (amount: string) => Math.round((Number(amount) * 10 ** decimals()) / scale());
  const endLine = (line: string) => {
    if (active.has('lostLine')) return;
    write(active.has('corruptLine') ? line.replace(/.$/, '\u0007') : line);
  };
  const onReader = (event: ReaderEvent) => {
    switch (event.event) {
      case 'state':
        if (event.state === 'vend') return;
        write(`c,STATUS,${event.state === 'sessionIdle' ? `IDLE${session === null ? '' : `,${session}`}` : event.state.toUpperCase()}`);
        return write('r,ACK');
      case 'vendRequest':
        approvedThisVend = false;
        // An adapter is not that quick: the machine has taken its own step before the computer can answer.
        return void clock.setTimeout(() => {
          if (reader?.state() === 'vend') write(`c,STATUS,VEND,${print(event.price)},${event.item}`);
        }, 2);
      case 'vendSuccess':
        return endLine('c,VEND,SUCCESS');
      case 'vendFailure':
        return options.failureLine === null ? undefined : endLine(options.failureLine ?? 'c,VEND,FAILURE');
      case 'vendCancel':
      case 'reset':
      case 'cashSale':
        return;
    }
  };
  const reboot = () => {
    powered = false;
    reader = null;
    settings = {};
    clock.setTimeout(() => {
      powered = true;
    }, options.boot_ms ?? 1200);
  };
  const setCable = (now: boolean, for_ms?: number) => {
    connected = now;
    if (!now && for_ms !== undefined) clock.setTimeout(() => setCable(true), for_ms);
  };

  const vend = (amount: string) => {
    if (!/^(-1|\d+(\.\d+)?)$/.test(amount)) {
      violate(`C,VEND,${amount}`);
      return write('c,ERR,"VEND -1"');
    }
    if (amount === '-1') return reader?.deny() ? write('r,ACK') : write('c,ERR,"VEND -3"');
    const pullBefore = active.get('pullBeforeApproval');
    if (pullBefore) return setCable(false, pullBefore.for_ms);
    if (active.has('deaf')) return;
    if (approvedThisVend) violate('approved twice');
    if (!reader?.approve(unitsOf(amount))) return write('c,ERR,"VEND -3"');
    approvedThisVend = true;
    approvals.push(amount);
    if (approvals.length > 200) approvals.shift();
    write('r,ACK');
    const pull = active.get('pull');
    if (pull) setCable(false, pull.for_ms);
    if (active.has('adapterReboot')) reboot();
  };
  const receive = (line: string) => {
    const [head, verb, ...rest] = line.split(',');
    if (line === 'V') return write('v,4.0.2.0,0123456789');
    if (head !== 'C') return violate(`line not understood: ${line}`);
    if (verb === '0' || verb === '1') {
      const on = verb === '1';
      if (on === (reader !== null)) return write(`c,ERR,"cashless is ${on ? 'on' : 'off'}"`);
      reader = on
        ? createReader(
            {
              address: address(),
              currency: 392,
              scale: scale(),
              decimals: decimals(),
              responseTime_s: Number(settings['mdb-timeout'] ?? 60),
              alwaysIdle: settings['mdb-always-idle'] === '1',
            },
            onReader,
          )
        : null;
      if (on) write('c,STATUS,INACTIVE');
      return write(`c,${verb}`);
    }
    if (verb === 'SETCONF') {
      const setting = SETTINGS.exec(line);
      if (reader) {
        violate('SETCONF while the reader is on');
        return write('c,ERR,"cashless is on"');
      }
      if (!setting || !KNOWN.includes(setting[1] as string)) return write('c,ERR,"SETCONF -1"');
      settings[setting[1] as string] = setting[2] as string;
      return write('c,SET,OK');
    }
    if (verb === 'VEND') return vend(rest.join(','));
    if (verb === 'START') {
      session = rest[0] ?? '0';
      const begun = reader?.begin(unitsOf(session)) ?? false;
      if (!begun) session = null;
      return begun ? undefined : write('c,ERR,"START -3"');
    }
    if (verb === 'STOP') {
      session = null;
      return reader?.endSession() ? undefined : write('c,ERR,"STOP -3"');
    }
    violate(`line not understood: ${line}`);
  };

  return {
    attach: (attached) => {
      wire = attached;
      const splitter = createLineSplitter({ garbageBytes: 0 });
      return {
        data: (bytes) => {
          if (!connected || !powered || wire !== attached) return;
          for (const line of splitter.push(bytes)) receive(line);
        },
        closed: () => {
          if (wire === attached) wire = null;
        },
      };
    },
    state: () => ({
      slots: [...machine.slots.values()].map((slot) => ({ ...slot })),
      machine: machine.phase(),
      overdue: machine.overdue(),
      cashless: reader !== null,
      settings: { ...settings },
      approvals: [...approvals],
      violations: [...violations],
      connected,
    }),
    press: (item) => {
      const drawn = options.drawFault?.();
      active = new Map([...faults, ...(drawn ? [drawn] : [])].map((fault) => [fault.kind, fault]));
      const taken = machine.press(item, new Set(active.keys()));
      if (!taken) {
        active = new Map();
        return false;
      }
      for (const fault of faults) fault.times -= 1;
      faults = faults.filter((fault) => fault.times > 0);
      return true;
    },
    cancel: machine.cancel,
    fault: (fault) => void faults.push({ ...fault }),
    cable: (now) => setCable(now),
    restart: machine.restart,
    reboot,
    stock: (item, count) => {
      const slot = machine.slots.get(item);
      if (slot) slot.stock = count;
    },
    stop: machine.stop,
  };
}
