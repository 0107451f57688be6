/** The machine's part of the configuration: what each driver must be told (docs/hardware.md), bounded and in words. */
import { z } from 'zod';

const PORT_WORDS = 'a device path (/dev/serial/by-id/… or /dev/ttyUSB0), COM3, or tcp://host:port';
/** A serial line or a network address; printers are found at one as well. */
export const Port = z.string().regex(/^(tcp:\/\/[^\s/:]+:\d{1,5}|\/\S+|COM\d+)$/, PORT_WORDS);
const MachinePort = z
  .union([z.literal('simulated'), Port], { error: `${PORT_WORDS}, or "simulated" in the demo` })
  .describe('Where the machine is connected; "simulated" is the machine of the demo.');

const Slots = z.record(z.string(), z.int().min(0).max(65_535));
/** One group of keys for each driver. */
export const Machine = z.discriminatedUnion('driver', [
  z.strictObject({
    driver: z.literal('xy-vmc').describe('Hunan Xing Yuan vending controllers (spring, belt, elevator machines).'),
    port: MachinePort,
    baud: z.int().min(1200).max(921_600).default(57_600).describe('Speed of the serial line; has no effect over tcp://.'),
    dropSensor: z
      .boolean()
      .default(true)
      .describe('Ask the controller to watch its drop sensor; without one a delivery is only "actuated".'),
    elevator: z.boolean().default(false).describe('The machine brings goods down by an elevator: wait for it and ask how it is.'),
    vendDeadline_ms: z
      .int()
      .min(5000)
      .max(600_000)
      .default(45_000)
      .describe('Longest silence of a running vend before its outcome is unknown.'),
    command: z
      .enum(['drive', 'buy'])
      .default('drive')
      .describe('drive: turn the motor directly (0x06). buy: ask the controller to sell (0x03), for firmware without direct drive.'),
    pollInterval_ms: z
      .int()
      .min(100)
      .max(2000)
      .multipleOf(100)
      .optional()
      .describe('How often the controller shall ask us (0x16); left as it is when absent.'),
    temperatureStops: z.boolean().default(true).describe('Sell nothing while the controller reports a fault of its cooling.'),
    padCheck: z.boolean().default(false).describe('Send command 0x01 with length 4, which some firmware wants.'),
    syncSettings: z
      .boolean()
      .default(false)
      .describe('Tell the controller prices, capacities and what staff counted (0x12–0x14). How its display writes a price is unverified.'),
    selections: Slots.optional().describe('Slot → selection number, where the labels differ from the controller’s numbers.'),
  }),
  z.strictObject({
    driver: z.literal('mdb-qibixx').describe('Any MDB machine, through a Qibixx MDB-USB adapter or Pi Hat.'),
    port: MachinePort,
    baud: z.int().min(1200).max(921_600).default(115_200).describe('Speed of the serial line; has no effect over tcp://.'),
    mode: z
      .enum(['alwaysIdle', 'authorizeFirst'])
      .default('alwaysIdle')
      .describe(
        'alwaysIdle: choose at the machine, then pay. authorizeFirst: choose and pay at the screen, then press the key of the slot.',
      ),
    address: z.enum(['cashless1', 'cashless2']).default('cashless1').describe('Which of the two cashless devices of the MDB bus we are.'),
    decimalPlaces: z.int().min(0).max(3).default(0).describe('Decimal places of the machine’s prices: 0 for yen.'),
    scaleFactor: z.int().min(1).max(100).default(1).describe('What the machine’s prices are counted in: 10 when it counts in tens of yen.'),
    responseTime_s: z.int().min(30).max(255).default(240).describe('Longest the machine waits for our answer (MDB Z7).'),
    vendDeadline_ms: z
      .int()
      .min(5000)
      .max(600_000)
      .default(120_000)
      .describe('So long without a result, the outcome of a vend is unknown.'),
  }),
  z.strictObject({
    driver: z.literal('modbus-relay').describe('Modbus RTU relay boards: lockers, gacha, coin pulses.'),
    port: MachinePort,
    baud: z.int().min(1200).max(921_600).default(9600).describe('Speed of the serial line; has no effect over tcp://.'),
    unit: z.int().min(1).max(247).default(1).describe('Modbus address of the board.'),
    pulse_ms: z.int().min(100).max(10_000).default(700).describe('How long a relay closes for one unit.'),
    sensorDeadline_ms: z
      .int()
      .min(500)
      .max(120_000)
      .default(15_000)
      .describe('How long the sensor is watched after the relay or lock was moved.'),
    slots: z
      .record(
        z.string(),
        z.strictObject({
          relay: z.int().min(0).max(63),
          input: z.int().min(0).max(63).optional().describe('Door or drop sensor of this slot.'),
          activeLow: z.boolean().default(false),
        }),
      )
      .describe('Slot → relay and, where there is one, its sensor input.'),
  }),
  z.strictObject({
    driver: z.literal('lock-board').describe('8A/80 lock boards (lockers).'),
    port: MachinePort,
    baud: z.int().min(1200).max(921_600).default(9600).describe('Speed of the serial line; has no effect over tcp://.'),
    board: z.int().min(1).max(40).default(1).describe('Address of the board, as its switches say.'),
    openState: z.enum(['00', '11']).default('00').describe('What the board reports for an open door.'),
    sensor: z
      .boolean()
      .default(true)
      .describe('false: the locks have no feedback wire; a sale then ends with the command, and nobody knows whether the door opened.'),
    sensorDeadline_ms: z
      .int()
      .min(500)
      .max(120_000)
      .default(5000)
      .describe('How long the sensor is watched after the relay or lock was moved.'),
    channels: z.record(z.string(), z.int().min(1).max(50)).describe('Slot → channel.'),
  }),
  z.strictObject({ driver: z.literal('none').describe('No machine: mode counter only.') }),
]);
