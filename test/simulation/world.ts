/**
 * One world from one seed: a kiosk (the real app/, PayPay client and machine driver) with its far ends, its disk and its
 * power, and customers in front of it. {@link runWorld} lets it live, heals it, waits until it rests, and checks it.
 */
import { createKiosk, type Kiosk } from '../../app/kiosk.ts';
import type { decide } from '../../app/order/decide.ts';
import type { Ids, Journal, Log, PaymentGateway, VendingMachine } from '../../app/ports.ts';
import type { ScreenView } from '../../app/view.ts';
import { openMachine } from '../../hardware/machine.ts';
import { createPayPayGateway } from '../../main/paypay/gateway.ts';
import { Books } from './books.ts';
import { checkAtRest } from './checkers.ts';
import { configOf, type Mode } from './config.ts';
import { visit } from './customer.ts';
import { createDisk, type Disk } from './disk.ts';
import { farMachine, farPayPay, KEYS, MERCHANT, type FarMachine, type FarPayPay } from './far-ends.ts';
import { Life } from './life.ts';
import { Random } from './random.ts';
import { lookAfter } from './staff.ts';
import { VirtualTime } from './time.ts';

/** One rule switched off, by putting something broken between the kiosk and a port, or in the place of its decisions. */
export interface Mutant {
  readonly name: string;
  /** In words, for people. */
  readonly breaks: string;
  /** Where the rule matters; both unless stated. */
  readonly mode?: Mode;
  readonly disk?: { readonly honest: false };
  readonly decide?: typeof decide;
  journal?(journal: Journal, world: World): Journal;
  gateway?(gateway: PaymentGateway, world: World): PaymentGateway;
  machine?(machine: VendingMachine, world: World): VendingMachine;
}

export interface WorldOptions {
  readonly seed: number;
  readonly mode: Mode;
  readonly mutant?: Mutant | undefined;
  /** Gets a line for everything that happens. */
  readonly trace?: ((line: string) => void) | undefined;
}

export interface WorldReport {
  readonly violations: readonly string[];
  readonly orders: number;
  readonly crashes: number;
  /** Orders by their result, and `borneByShop`: unknown vends that fell and were refunded. */
  readonly results: ReadonlyMap<string, number>;
}

/** 2026-11-23 in Tokyo, at any time of the day: some worlds see midnight and the end of PayPay's cancel window. */
const DAY_ms = Date.UTC(2026, 10, 22, 15);
const REST_LIMIT_ms = 8 * 86_400_000;
/** Quiet days and busy ones. A crash hits the few of a quiet day harder; the many of a busy one share one start of the world. */
const CUSTOMERS_A_DAY = [1, 2, 3, 4, 6, 10, 18, 24];
/** Long enough for midnight in Tokyo and the end of PayPay's cancel window. */
const DAYS_ms = 2 * 86_400_000;
/** Everything works: so long until the kiosk has noticed it, a sale that a fault interrupted shown to its end included. */
const SELLS_AGAIN_ms = 240_000;
const CLOSED: readonly string[] = ['dark', 'recovering', 'outOfService', 'maintenance'];
/** So long after the last thing that was asked of it the machine may still have something to do. */
const MACHINE_LINGERS_ms = 1_500;
/** A motor that was running when the kiosk died runs on. */
const MOTOR_ms = 12_000;

export type Outage = 'process' | 'power' | 'everything';

export class World {
  readonly time = new VirtualTime();
  readonly random: Random;
  readonly start_ms: number;
  readonly options: WorldOptions;
  readonly config: ReturnType<typeof configOf>;
  readonly paypay: FarPayPay;
  readonly machine: FarMachine | null;
  readonly disk: Disk;
  readonly books: Books;
  readonly violations: string[] = [];
  crashes = 0;
  life: Life | null = null;
  kiosk: Kiosk | null = null;
  ids = 0;
  readonly #fates: Random;
  #crashesLeft: number;
  #powerOns = 0;
  #machineStarts = 0;
  #machineCalls = { now: 0 };
  #machineLingers_ms = 0;
  #machineReady = () => true;
  #hint: (merchantPaymentId: string) => void = () => {};
  #healing = false;
  #over = false;

  constructor(options: WorldOptions) {
    this.options = options;
    const stream = options.mode === 'sale' ? 10 : 20;
    this.random = new Random(options.seed, stream);
    this.#fates = new Random(options.seed, stream + 1);
    this.start_ms = DAY_ms + this.random.whole(0, 86_400_000);
    this.config = configOf(options.mode, this.random);
    this.paypay = farPayPay(this.time, this.start_ms, new Random(options.seed, stream + 2));
    this.machine = this.config.shop.mode === 'counter' ? null : farMachine(this.time, this.start_ms, new Random(options.seed, stream + 3));
    this.disk = createDisk({
      clock: this.time.clock(this.start_ms),
      ...(this.#fates.chance(0.3) ? { flush_ms: () => this.#fates.between(1, 30) } : {}),
      ...options.mutant?.disk,
    });
    this.books = new Books(this);
    this.#crashesLeft = this.#fates.pick([0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 4, 5, 6]);
    this.time.machineAwake = () => this.#machineCalls.now > 0 || !this.#machineReady() || this.time.machineNow_ms < this.#machineLingers_ms;
    this.paypay.simulator.watch = (request) => this.books.arrived(request);
    // PayPay's webhooks come late, twice, or not at all.
    this.paypay.simulator.world.onTransaction = ({ merchantPaymentId }) => {
      for (let copies = this.#fates.pick([0, 0, 1, 1, 2]); copies > 0; copies--)
        this.time.clock(0).setTimeout(() => this.life?.alive && this.#hint(merchantPaymentId), this.#fates.between(50, 5_000));
    };
  }

  violate(what: string): void {
    this.trace(`VIOLATION ${what}`);
    this.violations.push(what);
  }

  trace(line: string): void {
    this.options.trace?.(`${(this.time.now_ms / 1000).toFixed(3).padStart(10)} ${line}`);
  }

  sleep(delay_ms: number): Promise<void> {
    return new Promise((resolve) => this.time.clock(0).setTimeout(resolve, delay_ms));
  }

  get screen(): ScreenView | { readonly name: 'dark' } {
    return this.life?.alive === true && this.kiosk ? this.kiosk.screen() : { name: 'dark' };
  }

  /** Nothing that the machine does from now on is slept over. */
  wakeMachine(for_ms = MACHINE_LINGERS_ms): void {
    this.#machineLingers_ms = Math.max(this.#machineLingers_ms, this.time.machineNow_ms + for_ms);
  }

  // ---------------------------------------------------------------- power

  powerOn(): void {
    const fates = this.#fates;
    const endsAt = this.#crashesLeft > 0 && fates.chance(0.8) ? fates.whole(1, fates.pick([8, 20, 40, 80])) : Number.POSITIVE_INFINITY;
    const life = new Life(`m${this.#machineStarts}:p${++this.#powerOns}`, endsAt, () => this.#fell(life, 'process'));
    this.life = life;
    this.trace(`power on ${life.bootId}`);
    const wrong_ms = () => fates.pick([-86_400_000 * 365, -3_600_000, -100_000, 90_000, 3_600_000]);
    let skew_ms = fates.chance(0.1) ? wrong_ms() : 0;
    const clock = life.clock(this.time.clock(this.start_ms), () => skew_ms);
    if (fates.chance(0.05)) clock.setTimeout(() => (skew_ms = fates.pick([0, wrong_ms()])), fates.between(0, 90_000));
    const { mutant } = this.options;
    const paypay = createPayPayGateway({
      environment: 'http://127.0.0.1:1',
      keys: KEYS,
      merchantId: MERCHANT,
      clock,
      ids: this.#ids,
      log: this.#log,
      transport: life.transport(this.paypay.transport),
    });
    this.#hint = (merchantPaymentId) => paypay.hint(merchantPaymentId);
    const gateway = mutant?.gateway?.(paypay, this) ?? paypay;
    let driver = this.machine ? this.#openMachine(life, this.machine, () => skew_ms) : null;
    if (driver) driver = mutant?.machine?.(driver, this) ?? driver;
    let journal = life.journal(this.books.journal(this.disk.open(life.bootId, clock)));
    journal = mutant?.journal?.(journal, this) ?? journal;
    this.kiosk = createKiosk(
      { journal, gateway, machine: driver, clock, ids: this.#ids, log: this.#log, version: 'simulation' },
      this.config,
      mutant?.decide,
    );
    void this.kiosk.start();
    if (this.#crashesLeft > 0 && fates.chance(0.3)) clock.setTimeout(() => this.crash('power'), fates.between(0, 90_000));
  }

  /** The power goes now. */
  crash(outage: Outage): void {
    if (this.#healing || !this.life?.alive) return;
    this.life.end();
    if (outage === 'everything') {
      this.machine?.restart();
      this.wakeMachine();
    }
    if (outage !== 'process') this.#machineStarts += 1;
  }

  #fell(life: Life, outage: Outage): void {
    this.trace(`power off ${life.bootId}`);
    this.wakeMachine(this.#machineCalls.now > 0 ? MOTOR_ms : MACHINE_LINGERS_ms);
    this.#machineReady = () => true;
    this.#machineCalls = { now: 0 };
    if (this.#over) return;
    this.crashes += 1;
    this.#crashesLeft -= 1;
    const fates = this.#fates;
    this.disk.crash((unflushed) => fates.whole(0, unflushed));
    this.books.reread(this.disk.durable());
    if (outage === 'process' && fates.chance(0.5)) this.#machineStarts += 1;
    const dark_ms = fates.chance(0.02) ? DAYS_ms : fates.pick([1_000, 1_000, 3_000, 3_000, 10_000, 30_000, 600_000, 7_200_000]);
    this.time.clock(0).setTimeout(() => this.powerOn(), this.#healing ? 1_000 : dark_ms);
  }

  #openMachine(life: Life, far: FarMachine, skew_ms: () => number): VendingMachine {
    const driver = openMachine(this.config.machine as Parameters<typeof openMachine>[0], {
      clock: life.clock(this.time.machineClock(this.start_ms), skew_ms),
      log: this.#log,
      port: life.port(far.port),
    });
    this.#machineReady = () => !life.alive || driver.state().ready;
    const calls = { now: 0 };
    this.#machineCalls = calls;
    return this.books.machine(
      life.machine(driver, async (work) => {
        calls.now += 1;
        try {
          return await work;
        } finally {
          calls.now -= 1;
          this.wakeMachine();
        }
      }),
    );
  }

  readonly #ids: Ids = {
    next: (kind) => `${kind.charAt(0)}-${this.options.seed}-${++this.ids}`,
    random: () => this.random.next(),
  };

  readonly #log: Log = {
    info: (event, fields) => this.options.trace && this.trace(`${event} ${JSON.stringify(fields ?? {})}`),
    warn: (event, fields) => this.options.trace && this.trace(`${event} ${JSON.stringify(fields ?? {})}`),
    error: (event, fields) => {
      this.trace(`${event} ${JSON.stringify(fields ?? {})}`);
      if (event === 'kiosk.fault' && fields?.['fault'] === 'BrokenRule')
        this.violate(`the kiosk broke a rule: ${String(fields['message']).split('\n')[0]}`);
      if (event === 'kiosk.crashed') this.violate(`the statechart crashed: ${String(fields?.['message'])}`);
    },
  };

  // ---------------------------------------------------------------- the day

  async live(): Promise<void> {
    this.powerOn();
    const customers = this.random.pick(CUSTOMERS_A_DAY);
    let over = false;
    void (async () => {
      for (let i = 0; i < customers; i++) {
        await this.sleep(this.random.between(2_000, 20_000));
        this.#incidents();
        await visit(this, new Random(this.options.seed, 100 + i));
      }
      // Whatever is still to be returned waits for days. Rare, for it is thousands of tries.
      if (this.random.chance(0.0005)) {
        this.paypay.cutOff = true;
        await this.sleep(DAYS_ms);
        this.paypay.cutOff = false;
      }
      if (this.random.chance(0.3)) await lookAfter(this, new Random(this.options.seed, 200));
      over = true;
    })();
    let ended = await this.time.run(() => over, REST_LIMIT_ms);
    if (ended !== 'over') this.violate(`a customer never left (${ended})`);
    this.#heal();
    const healed_ms = this.time.now_ms;
    ended = await this.time.run(() => this.books.open.size === 0 && this.life?.alive === true, healed_ms + REST_LIMIT_ms);
    if (ended !== 'over') this.violate(`orders never close: ${[...this.books.open].join(' ')}`);
    ended = await this.time.run(() => !CLOSED.includes(this.screen.name), this.time.now_ms + SELLS_AGAIN_ms);
    if (ended !== 'over') this.violate(`never sells again: ${JSON.stringify(this.screen)}`);
    // The kiosk is carried away. What is on its way arrives, and whoever still can pays.
    this.#over = true;
    this.life?.end();
    await this.time.run(() => false, this.time.now_ms + 700_000);
  }

  /** Things that happen to a shop without anybody's plan, now or in a minute. */
  #incidents(): void {
    const fates = this.#fates;
    const clock = this.time.clock(0);
    if (fates.chance(0.02)) {
      this.disk.faultComesLate = fates.chance(0.3);
      clock.setTimeout(() => !this.#healing && (this.disk.fault = fates.pick(['full', 'io', 'readOnly'])), fates.between(0, 60_000));
      clock.setTimeout(() => (this.disk.fault = null), fates.between(60_000, 120_000));
    }
    const machine = this.machine;
    if (machine === null || !fates.chance(0.06)) return;
    clock.setTimeout(
      () => {
        this.wakeMachine();
        if (this.#healing) return;
        const what = fates.pick(['restart', 'cable', 'usb', 'door'] as const);
        this.trace(`the machine: ${what}`);
        if (what === 'restart') return machine.restart();
        const back = (mend: () => void) =>
          clock.setTimeout(
            () => {
              this.wakeMachine();
              mend();
            },
            fates.between(500, 30_000),
          );
        if (what === 'door') machine.simulator.door(true);
        else if (what === 'cable') machine.simulator.cable(false);
        else machine.usb(false);
        back(() =>
          what === 'door' ? machine.simulator.door(false) : what === 'cable' ? machine.simulator.cable(true) : machine.usb(true),
        );
      },
      fates.between(0, 60_000),
    );
  }

  #heal(): void {
    this.trace('everything works again');
    this.#healing = true;
    this.#crashesLeft = 0;
    this.disk.fault = null;
    this.paypay.heal();
    this.machine?.heal();
    this.wakeMachine();
  }
}

export async function runWorld(options: WorldOptions): Promise<WorldReport> {
  const world = new World(options);
  try {
    await world.live();
  } catch (error) {
    world.violate(`the simulation threw: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
  const results = checkAtRest({
    orders: world.books.orders,
    vends: world.books.vends,
    paypay: world.paypay.simulator.world,
    resumeVendWithin_ms: world.config.sale.resumeVendWithin_ms,
    machine: world.machine?.simulator.state() ?? null,
    violate: (what) => world.violate(what),
  });
  return { violations: world.violations, orders: world.books.orders.size, crashes: world.crashes, results };
}
