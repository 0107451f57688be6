/** What a person who wires a machine wants to know: does the port open, does anybody answer, which slots can sell, and how to mend what does not. */
import type { Clock, MachineReason, SlotState, VendingMachine } from '../app/ports.ts';
import type { MachineOptions } from './machine.ts';
import { portOf } from './transport/port.ts';
import { listSerialPorts } from './transport/serial.ts';
import type { Port } from './transport/wire.ts';

export interface Finding {
  readonly ok: boolean;
  /** `port`, `protocol`, `line` or `slot 3`. */
  readonly what: string;
  readonly found: string;
  /** What to do about it; only with `ok: false`. */
  readonly mend?: string;
}

/** Longer than any driver's set-up: an MDB adapter that was left on is listened to first, then set up line by line, and more than once. */
const READY_LIMIT_MS = 40_000;
/** Who has said nothing at all by then won't. */
const HEARD_LIMIT_MS = 20_000;

const fine = (what: string, found: string): Finding => ({ ok: true, what, found });
const wrong = (what: string, found: string, mend: string): Finding => ({ ok: false, what, found, mend });

const MEND: Readonly<Record<Exclude<MachineReason | SlotState, 'ready'>, string>> = {
  disconnected:
    'Nothing was heard. Is the machine on? RS-232 needs TX and RX crossed and a common ground, RS-485 needs A and B the right way round; machine.baud must be the machine’s.',
  starting: 'Something was heard, but not our protocol or not all of it. Is machine.driver the right one, and machine.baud the machine’s?',
  doorOpen: 'Close the door.',
  temperature:
    'The controller reports a fault of its cooling; look at the machine’s own display. machine.temperatureStops: false sells all the same.',
  serviceMenu: 'Leave the machine’s service menu; an MDB machine may also have disabled its cashless reader in its settings.',
  elevator: 'Look at the elevator and run its self-check from the machine’s service menu.',
  productInOutlet: 'Take out what lies in the outlet or the elevator.',
  busy: 'Wait until the running vend ends.',
  empty: 'Fill the slot.',
  paused: 'Switch the slot on, or clear its jam, in the machine’s service menu.',
  jammed: 'Clear the jam at the slot (for a board: its sensor sees something), then clear it in the machine’s service menu.',
  missing: 'The machine has no such slot. Write the number that it uses, or map it in the machine section of the configuration.',
  unknown:
    'The machine did not answer for this slot. Has it such a number in the machine section? Relays and inputs count from 0, locks and boards from 1.',
};

/** Opens the port once and closes it again. To be asked before a driver has it. */
export async function examinePort(options: MachineOptions, port: Port = portOf(options.port, options.baud)): Promise<Finding> {
  try {
    const wire = await port.open({ data: () => undefined, closed: () => undefined });
    wire.close();
    return fine('port', `${port.name} opens`);
  } catch (error) {
    const devices = options.port.startsWith('tcp:') ? null : await listSerialPorts();
    const there =
      devices === null
        ? 'This system can’t list its serial ports; look into /dev/serial/by-id.'
        : devices.length === 0
          ? 'This computer sees no serial port at all.'
          : `This computer has: ${devices.map(({ path, description }) => `${path} ${description}`.trim()).join('; ')}.`;
    return wrong(
      'port',
      (error as Error).message,
      options.port.startsWith('tcp:') ? 'Is the address right, and nobody else connected?' : there,
    );
  }
}

/**
 * Waits for the machine and asks it for each slot.
 * @param slots those of the planogram
 */
export async function examineMachine(
  machine: VendingMachine,
  options: MachineOptions,
  slots: readonly string[],
  clock: Clock,
): Promise<readonly Finding[]> {
  await becomesReady(machine, clock);
  const reasons = machine.state().reasons.filter((reason) => reason !== 'busy');
  const { counters, trouble } = machine.diagnostics();
  const noise = counters.badChecksums + counters.garbageBytes;
  const findings: Finding[] = reasons.map((reason) => {
    const why = reason === 'starting' ? (trouble ?? reason) : reason;
    // Bytes came, and none of them was an answer.
    return wrong('protocol', `${options.driver} is not ready: ${why}`, MEND[reason === 'disconnected' && noise > 0 ? 'starting' : reason]);
  });
  if (findings.length === 0)
    findings.push(fine('protocol', `${options.driver} answers (${counters.framesIn} frames in, ${counters.framesOut} out)`));
  if (noise > counters.framesIn)
    findings.push(
      wrong(
        'line',
        `${counters.garbageBytes} bytes of noise, ${counters.badChecksums} bad checksums`,
        'Check machine.baud, the ground wire and the length of the cable.',
      ),
    );
  if (reasons.length > 0) return findings;
  const asked = options.driver !== 'mdb-qibixx';
  if (!asked) findings.push(fine('slots', 'an MDB machine can’t be asked for its slots; it names them when somebody chooses'));
  for (const slot of slots) {
    const answer = await machine.check(slot);
    // What is no item number no MDB machine will ever name.
    if (!asked && (answer.ready || answer.reason !== 'missing')) continue;
    if (answer.ready) findings.push(fine(`slot ${slot}`, 'ready'));
    else findings.push(wrong(`slot ${slot}`, answer.reason, answer.reason === 'ready' ? '' : MEND[answer.reason]));
  }
  return findings;
}

function becomesReady(machine: VendingMachine, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      stop();
      timers.forEach((timer) => clock.clearTimeout(timer));
      resolve();
    };
    const isHeard = () => !machine.state().reasons.includes('disconnected');
    const timers = [clock.setTimeout(() => (isHeard() ? undefined : finish()), HEARD_LIMIT_MS), clock.setTimeout(finish, READY_LIMIT_MS)];
    const stop = machine.onState((state) => {
      if (state.ready) finish();
    });
    if (machine.state().ready) finish();
  });
}
