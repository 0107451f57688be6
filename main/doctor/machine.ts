/** The machine at its port, asked by the kiosk's own driver; and on request one vend, written down as a test. */
import { createPlanogram } from '../../app/catalogue/planogram.ts';
import type { ShopEvent } from '../../app/catalogue/events.ts';
import type { Config } from '../../app/config.ts';
import { fold, isVendPending } from '../../app/order/order.ts';
import { type Clock, type Ids, type Journal, type Log, type MachineSelection, type VendingMachine } from '../../app/ports.ts';
import { choosesAtMachine } from '../../app/selection.ts';
import { examineMachine, examinePort, type Finding as MachineFinding } from '../../hardware/examine.ts';
import { openMachine } from '../../hardware/machine.ts';
import { openJournal } from '../journal/journal.ts';
import { newBootId } from '../system.ts';
import { doubtful, fine, type Finding, skipped, wrong } from './report.ts';

/** So long an MDB machine waits in vain for somebody's finger. */
const CHOICE_ms = 60_000;
/** A person who sees nothing for longer takes a program for hung. */
const NOTICE_ms = 3000;
const BY = 'doctor';

export interface MachineQuestion {
  readonly config: Config;
  readonly journalFile: string;
  /** One test vend from this slot, after everything else. */
  readonly vend: string | undefined;
  /** What a person must do now. */
  readonly say: (line: string) => void;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

const finding = ({ ok, what, found, mend }: MachineFinding): Finding => (ok ? fine(what, found) : wrong(what, found, mend ?? ''));

/** @param found hears of each finding as soon as it is there: a machine may take half a minute */
export async function examineMachineSide(question: MachineQuestion, found: (...findings: readonly Finding[]) => void): Promise<void> {
  const { config, vend, clock, log, say } = question;
  const options = config.machine;
  if (options.driver === 'none')
    return found(
      vend === undefined ? skipped('machine', 'a counter has none') : wrong('test vend', 'a counter has no machine', 'Leave --vend out.'),
    );
  if (options.port === 'simulated')
    return found(
      (vend === undefined ? skipped : doubtful)(
        'machine',
        'machine.port: "simulated" is the machine of the demo',
        'Name a port with --machine PATH|tcp://HOST:PORT.',
      ),
    );
  const port = finding(await examinePort(options));
  found(port);
  if (port.verdict === 'wrong') return;
  const machine = openMachine(options, { clock, log });
  try {
    const notice = clock.setTimeout(() => say('  waiting for the machine, at most 40 s …'), NOTICE_ms);
    const slots = config.slots.map(({ slot }) => slot);
    const findings = await examineMachine(machine, options, slots, clock);
    clock.clearTimeout(notice);
    found(...findings.map(finding));
    if (vend !== undefined) found(await testVend(machine, vend, question));
  } finally {
    await machine.close();
  }
}

/** As staff do it at the console (app/operator/desk.ts): the intent is durable before the machine hears of it. */
async function testVend(machine: VendingMachine, slot: string, question: MachineQuestion): Promise<Finding> {
  const { config, journalFile, clock, ids, say } = question;
  const no = (found: string, mend: string) => wrong('test vend', found, mend);
  const planned = config.slots.find((candidate) => candidate.slot === slot);
  if (planned === undefined) return no(`slot ${slot} is not in slots`, `Name one of: ${config.slots.map((one) => one.slot).join(', ')}.`);
  if (!machine.state().ready) return no('not tried: the machine is not ready', 'Mend the machine first.');
  let journal: Journal;
  try {
    journal = await openJournal({ path: journalFile, clock, bootId: newBootId() });
  } catch (error) {
    return no(`not tried: ${(error as Error).message}`, 'Mend the journal first.');
  }
  try {
    if (await hasPendingVend(journal))
      return no(
        'not tried: the outcome of a sale’s vend is still open, and this one would be taken for it',
        'Start the kiosk: it settles the sale.',
      );
    const choice = choosesAtMachine(config.machine) ? await choiceOnMachine(machine, slot, clock, say) : null;
    if (choice === 'nobody') return no(`nobody chose ${slot} on the machine`, 'Press its button within a minute after being asked.');
    const check = await machine.check(slot);
    if (!check.ready) return no(`not tried: ${slot} is ${check.reason}`, 'See what is said about this slot above.');
    const vendId = `${ids.next('nonce')}-test`;
    const record = (events: readonly ShopEvent[]) => journal.append(events.map((event) => ({ stream: 'shop', event })));
    // A slot that the journal does not know yet starts with the stock of the configuration, less this one.
    const planogram = createPlanogram(config);
    for (const row of await journal.shop()) planogram.apply(row.event);
    const firstStock = planogram.firstStock().filter((event) => 'slot' in event && event.slot === slot);
    await record([...firstStock, { type: 'testVend.requested', slot, vendId, by: BY }]);
    const price_jpy = choice?.price_jpy ?? planogram.catalogue.product(planned.sku)?.price_jpy ?? 0;
    const vend = await machine.vend({ vendId, slot, price_jpy }, (progress) =>
      say(progress === 'chooseOnMachine' ? `Choose ${slot} on the machine now.` : `  ${progress}`),
    );
    const left = vend.outcome === 'succeeded' || (vend.outcome === 'unknown' && vend.likely !== 'notDelivered');
    const detail = vend.outcome === 'succeeded' ? vend.proof : vend.outcome === 'failed' ? `${vend.why}: ${vend.detail}` : vend.evidence;
    await record([{ type: 'testVend.ended', slot, vendId, outcome: vend.outcome, detail: detail.slice(0, 200), left }]);
    const found = `slot ${slot}: ${vend.outcome} (${detail}); in the journal as ${vendId}`;
    if (vend.outcome === 'succeeded') return fine('test vend', found);
    return no(found, 'Look at the slot: jams, an empty spring, the drop sensor. Count its stock at the console.');
  } finally {
    await journal.close();
  }
}

async function hasPendingVend(journal: Journal): Promise<boolean> {
  const rows = await journal.openOrders();
  return [...Map.groupBy(rows, ({ orderId }) => orderId).values()].some((order) => isVendPending(fold(order)));
}

/** An MDB machine names the slot; another than the wanted one is refused there. */
function choiceOnMachine(
  machine: VendingMachine,
  slot: string,
  clock: Clock,
  say: (line: string) => void,
): Promise<MachineSelection | 'nobody'> {
  say(`Choose ${slot} on the machine now.`);
  return new Promise((resolve) => {
    const end = (result: MachineSelection | 'nobody') => {
      stop();
      clock.clearTimeout(timer);
      resolve(result);
    };
    const stop = machine.onSelection((selection) => (selection.slot === slot ? end(selection) : selection.decline()));
    const timer = clock.setTimeout(() => end('nobody'), CHOICE_ms);
  });
}
