/**
 * Relay boards, lock boards and the MDB adapter: each exchange × each thing that can happen to a frame, through real ptys
 * and the real serialport. The VMC has its own (xy-vmc/pty.test.ts).
 */
import { afterAll, describe, expect, test } from 'vitest';
import type { VendOutcome } from '../../app/ports.ts';
import { createLockSimulator } from '../../hardware/lock-board/simulator.ts';
import { openMachine } from '../../hardware/machine.ts';
import type { MachineOptions } from '../../hardware/machine.ts';
import { createQibixxSimulator } from '../../hardware/mdb-qibixx/simulator.ts';
import { createRelaySimulator } from '../../hardware/modbus-relay/simulator.ts';
import type { Peer } from '../../hardware/simulator/stand.ts';
import { systemClock } from '../../main/system.ts';
import { sleep, until } from './pty.ts';
import { silentLog } from './silent-log.ts';
import { HAPPENINGS, openStruckPty } from './strike.ts';
import type { Direction, Happening, Wiring } from './strike.ts';

const clock = systemClock();
const closers: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closers) await close();
});

/** When the blow is planned: before everything, or when the vend has got so far. */
type Moment = 'before' | 'sent' | 'moving';

interface Exchange {
  readonly name: string;
  readonly direction: Direction;
  readonly isMeant: (frame: Uint8Array) => boolean;
  readonly moment?: Moment;
  /** What must be brought about for the exchange to take place. */
  readonly provoke?: (machine: Far) => void;
  /** After these the vend may end otherwise than well; after all others it succeeds. A lost port may always leave it open. */
  readonly open?: readonly Happening[];
  /** Which can't be defended against, and why. */
  readonly except?: readonly Happening[];
}

/** The simulated far end behind a few levers. */
interface Far extends Peer {
  readonly dropped: () => number;
  readonly violations: () => readonly string[];
  /** Whatever a customer must do at the machine; false: nobody noticed. */
  readonly choose: (noticed: () => boolean) => Promise<boolean>;
  readonly loseReply?: () => void;
  readonly reboot?: () => void;
}

interface Kind extends Wiring {
  readonly name: string;
  readonly options: MachineOptions;
  readonly far: () => Far;
  readonly exchanges: readonly Exchange[];
}

const coded = (at: number, code: number) => (frame: Uint8Array) => frame[at] === code;
const begins = (start: string) => (frame: Uint8Array) => Buffer.from(frame).toString('latin1').startsWith(start);
const fixed = (length: number) => (bytes: Uint8Array) => (bytes.length >= length ? length : 0);

/** A command that comes twice is carried out twice: neither protocol has a number by which the board could tell. */
const NEVER_DOUBLED: readonly Happening[] = ['doubled'];

const board = (code: { at: number; command: number; look: number }, watched: boolean): readonly Exchange[] => {
  const command = coded(code.at, code.command);
  const look = coded(code.at, code.look);
  return [
    // Not heard, it moves nothing; and without a sensor its answer is the only proof.
    { name: 'command', direction: 'toMachine', isMeant: command, open: ['lost', 'corrupted', 'late'], except: NEVER_DOUBLED },
    { name: 'answer to the command', direction: 'toKiosk', isMeant: command, open: watched ? [] : ['lost', 'corrupted', 'late'] },
    { name: 'look', direction: 'toMachine', isMeant: look },
    { name: 'answer to the look', direction: 'toKiosk', isMeant: look },
    ...(watched
      ? ([
          { name: 'watching', direction: 'toMachine', isMeant: look, moment: 'moving' },
          { name: 'answer while watching', direction: 'toKiosk', isMeant: look, moment: 'moving' },
        ] as const)
      : []),
  ];
};

const relay = (sensor: boolean): Kind => ({
  name: `modbus-relay ${sensor ? 'with' : 'without'} a sensor`,
  ...{ baud: 9600, frameLength: fixed(8), late_ms: 320 },
  options: {
    ...{ driver: 'modbus-relay', port: '', baud: 9600, unit: 1, pulse_ms: 600, sensorDeadline_ms: 1500 },
    slots: { '3': { relay: 3, ...(sensor && { input: 3 }), activeLow: false } },
  },
  far: () => {
    const simulator = createRelaySimulator({ relays: 8, stock: 200 }, clock);
    return {
      attach: simulator.attach,
      dropped: () => simulator.state().units[3]?.dropped ?? 0,
      violations: () => simulator.state().violations,
      choose: async () => true,
      loseReply: () => simulator.fault({ kind: 'lostReply', channel: 3, times: 1 }),
    };
  },
  exchanges: [
    ...board({ at: 1, command: 5, look: sensor ? 2 : 1 }, sensor),
    ...(sensor
      ? []
      : (['toMachine', 'toKiosk'] as const).map((direction) => ({
          name: `${direction === 'toMachine' ? 'question' : 'answer'} whether the relay is closed`,
          ...{ direction, isMeant: coded(1, 1), moment: 'sent' as const },
          provoke: (far: Far) => far.loseReply?.(),
          open: ['lost', 'corrupted', 'late'] as const,
        }))),
  ],
});

const lock = (sensor: boolean): Kind => ({
  name: `lock-board ${sensor ? 'with' : 'without'} door contacts`,
  ...{ baud: 9600, frameLength: fixed(5), late_ms: 320 },
  options: {
    ...{ driver: 'lock-board', port: '', baud: 9600, board: 1, openState: '00', sensor, sensorDeadline_ms: 1500 },
    channels: { '3': 3 },
  },
  far: () => {
    const simulator = createLockSimulator({ locks: 8, stock: 200, seen_ms: 600 }, clock);
    return {
      attach: simulator.attach,
      dropped: () => simulator.state().units[2]?.dropped ?? 0,
      violations: () => simulator.state().violations,
      choose: async () => true,
    };
  },
  exchanges: board({ at: 0, command: 0x8a, look: 0x80 }, sensor),
});

const PRICE_JPY = 150;
const mdb: Kind = {
  name: 'mdb-qibixx',
  ...{ baud: 115_200, frameLength: (bytes) => bytes.indexOf(0x0a) + 1, late_ms: 1200 },
  options: {
    ...{ driver: 'mdb-qibixx', port: '', baud: 115_200, mode: 'alwaysIdle', address: 'cashless1' },
    ...{ decimalPlaces: 0, scaleFactor: 1, responseTime_s: 60, vendDeadline_ms: 3000 },
  },
  far: () => {
    const slots = [{ item: 3, price: PRICE_JPY, stock: 200 }];
    const simulator = createQibixxSimulator({ slots, motor_ms: 200, poll_ms: 50, boot_ms: 300 }, clock);
    closers.push(async () => simulator.stop());
    return {
      attach: simulator.attach,
      dropped: () => simulator.state().slots[0]?.dropped ?? 0,
      violations: () => simulator.state().violations,
      reboot: simulator.reboot,
      choose: async (noticed) => {
        await until(() => simulator.press(3), 'the machine takes the selection');
        const end_ms = clock.monotonic_ms() + 2500;
        while (!noticed() && clock.monotonic_ms() < end_ms) await sleep(5);
        if (noticed()) return true;
        // The customer sees that nothing happens.
        if (simulator.state().machine === 'asking') simulator.cancel();
        return false;
      },
    };
  },
  exchanges: [
    // Until the adapter has heard of it or answered it, a set-up line is said again.
    ...['C,1', 'C,0', 'C,SETCONF,mdb-always-idle', 'C,SETCONF,mdb-timeout'].map((line) => ({
      ...{ name: line, direction: 'toMachine' as const, isMeant: begins(line) },
      provoke: (far: Far) => far.reboot?.(),
    })),
    ...['c,1', 'c,SET,OK'].map((line) => ({
      ...{ name: line, direction: 'toKiosk' as const, isMeant: begins(line) },
      provoke: (far: Far) => far.reboot?.(),
    })),
    { name: 'selection', direction: 'toKiosk', isMeant: begins('c,STATUS,VEND'), open: ['lost', 'corrupted'] },
    {
      ...{ name: 'approval', direction: 'toMachine', isMeant: begins(`C,VEND,${PRICE_JPY}`), open: ['lost', 'corrupted'] },
      except: NEVER_DOUBLED,
    },
    { name: 'r,ACK', direction: 'toKiosk', isMeant: begins('r,ACK'), moment: 'sent' },
    { name: 'success', direction: 'toKiosk', isMeant: begins('c,VEND,SUCCESS'), open: ['lost', 'corrupted'] },
  ],
};

const KINDS = [relay(true), relay(false), lock(true), lock(false), mdb];
const MATRIX = KINDS.flatMap((kind) => kind.exchanges.map((exchange) => [kind.name, exchange.name, kind, exchange] as const));

async function plant({ far: build, options, ...wiring }: Kind) {
  const far = build();
  const pty = await openStruckPty(far, clock, wiring);
  const machine = openMachine({ ...options, port: pty.path }, { clock, log: silentLog });
  machine.onSelection(() => undefined);
  closers.push(async () => {
    await machine.close();
    await pty.close();
  });
  return { far, machine, ...pty };
}

describe.concurrent('through a pty', () => {
  test.each(MATRIX)(
    '%s, %s: lost, late, doubled, corrupted, disconnected',
    async (_, __, kind, { direction, isMeant, moment = 'before', provoke, open = [], except = [] }) => {
      const { far, machine, plan, struck } = await plant(kind);
      const ready = () => until(() => machine.state().ready, 'ready');
      await ready();
      /** Ready, and still so a while later. */
      const settled = () => {
        let since_ms: number | null = null;
        return until(() => {
          since_ms = machine.state().ready ? (since_ms ?? clock.monotonic_ms()) : null;
          return since_ms !== null && clock.monotonic_ms() - since_ms >= 800;
        }, 'settled');
      };
      let vends = 0;
      const sell = async (at: (progress: Moment) => void): Promise<VendOutcome | null> => {
        if (!(await far.choose(() => machine.state().slots.get('3')?.state === 'ready'))) return null;
        if (!(await machine.check('3')).ready) return null;
        return machine.vend({ vendId: `v${(vends += 1)}`, slot: '3', price_jpy: PRICE_JPY }, (step) => {
          if (step === 'sent' || step === 'moving') at(step);
        });
      };
      for (const what of HAPPENINGS.filter((happening) => !except.includes(happening))) {
        const before = far.dropped();
        const { reconnects } = machine.diagnostics().counters;
        const strikeAt = (now: Moment) => {
          if (now === moment) plan(direction, isMeant, what);
        };
        strikeAt('before');
        let wentAway = false;
        const watching = machine.onState((now) => (wentAway ||= !now.ready));
        provoke?.(far);
        if (far.reboot && provoke) {
          await until(() => struck() && wentAway, `${what} happens`, 15_000);
          // The machine's controller has its own ideas of a reader that came and went; no customer is quicker than that.
          await settled();
        }
        watching();
        await ready();
        let outcome = await sell(strikeAt);
        // On a busy computer the machine may have given up before the choice was heard, and nothing happened yet: the customer tries again.
        for (let tries = 1; outcome === null && !struck() && tries < 4; tries += 1) outcome = await sell(strikeAt);
        await sleep(kind.late_ms + 400);
        const fell = far.dropped() - before;
        const said = outcome?.outcome ?? 'failed';
        const agrees = said === 'succeeded' ? fell === 1 : said === 'failed' ? fell === 0 : fell <= 1;
        expect({ what, outcome, fell, agrees }).toMatchObject({ agrees: true });
        if (what !== 'disconnect' && !open.includes(what)) expect({ what, outcome }).toMatchObject({ outcome: { outcome: 'succeeded' } });
        await until(struck, `${what} happens`, 5000);
        // Whoever sells before the driver has noticed sells into a cable that is out.
        if (what === 'disconnect') await until(() => machine.diagnostics().counters.reconnects > reconnects, 'back', 15_000);
        await ready();
        // And the next sale is as if nothing had been.
        expect({ what, next: await sell(() => undefined) }).toMatchObject({ next: { outcome: 'succeeded' } });
        await sleep(700);
        expect(far.dropped() - before).toBe(fell + 1);
      }
      // A board hears what was spoilt on its way; what it hears besides is in order.
      expect(far.violations().filter((violation) => !/^(not a question|line not understood)/.test(violation))).toEqual([]);
    },
    120_000,
  );
});
