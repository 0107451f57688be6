/** One start of the kiosk's process, from power-on to power-off: its ports end with it, at any moment the seed chooses. */
import type { Clock, Journal, VendingMachine } from '../../app/ports.ts';
import type { Transport, WireFailure, WireReply } from '../../main/paypay/transport.ts';
import type { Port, Wire } from '../../hardware/transport/wire.ts';

/** Where the power can fail, between what was done and what comes next. */
export type Moment =
  'beforeAppend' | 'afterAppend' | 'beforeRequest' | 'afterReply' | 'beforeVend' | 'beforeDrive' | 'afterDrive' | 'afterVend';

/** 0x06, see hardware/xy-vmc/codec.ts: its third byte in a frame is the command. */
const DRIVE = 0x06;

export class Life {
  readonly bootId: string;
  #alive = true;
  #moments = 0;
  readonly #endsAt: number;
  readonly #onEnd: () => void;
  readonly #wires = new Set<Wire>();

  /** @param endsAt the power fails at this moment, counted from 1 */
  constructor(bootId: string, endsAt: number, onEnd: () => void) {
    this.bootId = bootId;
    this.#endsAt = endsAt;
    this.#onEnd = onEnd;
  }

  get alive(): boolean {
    return this.#alive;
  }

  end(): void {
    if (!this.#alive) return;
    this.#alive = false;
    for (const wire of this.#wires) wire.close();
    this.#onEnd();
  }

  /** @returns false when the power failed just now, or before */
  pass(_moment: Moment): boolean {
    if (this.#alive && ++this.#moments === this.#endsAt) this.end();
    return this.#alive;
  }

  /** A promise whose end a dead process does not see. */
  #seen<T>(promise: Promise<T>, moment?: Moment): Promise<T> {
    return new Promise((resolve, reject) => {
      promise.then(
        (value) => (moment === undefined ? this.#alive : this.pass(moment)) && resolve(value),
        (error: unknown) => this.#alive && reject(error as Error),
      );
    });
  }

  /** @param skew_ms how wrong the host's wall clock is; somebody may set it at any time */
  clock(of: Clock, skew_ms: () => number): Clock {
    return {
      now_ms: () => of.now_ms() + skew_ms(),
      monotonic_ms: () => of.monotonic_ms(),
      setTimeout: (callback, delay_ms) => of.setTimeout(() => this.#alive && callback(), delay_ms),
      clearTimeout: (timer) => of.clearTimeout(timer),
    };
  }

  journal(of: Journal): Journal {
    return {
      bootId: of.bootId,
      append: (rows) => (this.pass('beforeAppend') ? this.#seen(of.append(rows), 'afterAppend') : never()),
      openOrders: () => this.#seen(of.openOrders()),
      order: (orderId) => this.#seen(of.order(orderId)),
      shop: () => this.#seen(of.shop()),
      orderCount: () => this.#seen(of.orderCount()),
      close: () => of.close(),
    };
  }

  transport(of: Transport): Transport {
    return {
      send: (request, signal) =>
        this.pass('beforeRequest') ? this.#seen<WireReply | WireFailure>(of.send(request, signal), 'afterReply') : never(),
      close: () => of.close(),
    };
  }

  /** The kiosk's end of the cable to the machine. */
  port(of: Port): Port {
    return {
      name: of.name,
      open: async (events) => {
        if (!this.#alive) return never();
        const wire = await of.open({
          data: (bytes) => void (this.#alive && events.data(bytes)),
          closed: (reason) => void (this.#alive && events.closed(reason)),
        });
        this.#wires.add(wire);
        if (!this.#alive) wire.close();
        return {
          write: (bytes) => {
            const drive = bytes[2] === DRIVE;
            if (drive ? !this.pass('beforeDrive') : !this.#alive) return;
            wire.write(bytes);
            if (drive) this.pass('afterDrive');
          },
          close: () => {
            this.#wires.delete(wire);
            wire.close();
          },
        };
      },
    };
  }

  /** @param using told of every call that makes the machine work, until it has answered */
  machine(of: VendingMachine, using: <T>(work: Promise<T>) => Promise<T>): VendingMachine {
    return {
      ...of,
      check: (slot) => using(this.#seen(of.check(slot))),
      evidence: (request) => using(this.#seen(of.evidence(request))),
      vend: (request, onProgress) => (this.pass('beforeVend') ? using(this.#seen(of.vend(request, onProgress), 'afterVend')) : never()),
    };
  }
}

const never = <T>(): Promise<T> => new Promise(() => {});
