/** From `machine` in the configuration to a running driver. The only file that knows all drivers. */
import type { Clock, Log, VendingMachine } from '../app/ports.ts';
import { createActuator } from './actuator/driver.ts';
import { lockBoard } from './lock-board/board.ts';
import type { LockBoardOptions } from './lock-board/options.ts';
import { createQibixx } from './mdb-qibixx/driver.ts';
import type { QibixxOptions } from './mdb-qibixx/options.ts';
import { modbusRelayBoard } from './modbus-relay/board.ts';
import type { ModbusRelayOptions } from './modbus-relay/options.ts';
import { portOf } from './transport/port.ts';
import type { Port } from './transport/wire.ts';
import { createXyVmc } from './xy-vmc/driver.ts';
import type { XyVmcOptions } from './xy-vmc/options.ts';

export type MachineOptions = { readonly port: string; readonly baud: number } & (
  | ({ readonly driver: 'xy-vmc' } & XyVmcOptions)
  | ({ readonly driver: 'mdb-qibixx' } & QibixxOptions)
  | ({ readonly driver: 'modbus-relay' } & ModbusRelayOptions)
  | ({ readonly driver: 'lock-board' } & LockBoardOptions)
);

export interface MachineDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** In place of the one that `options.port` names: an end of a cable in memory. */
  readonly port?: Port;
}

/** Starts a driver. It opens its port by itself, again and again; a port that can't be opened is a state, not an error. */
export function openMachine(options: MachineOptions, deps: MachineDeps): VendingMachine {
  const port = deps.port ?? portOf(options.port, options.baud);
  switch (options.driver) {
    case 'xy-vmc':
      return createXyVmc(port, options, deps);
    case 'modbus-relay':
      return createActuator(port, options, (inquiry) => modbusRelayBoard(options, inquiry), deps);
    case 'lock-board':
      return createActuator(port, options, (inquiry) => lockBoard(options, inquiry), deps);
    case 'mdb-qibixx':
      return createQibixx(port, options, deps);
  }
}
