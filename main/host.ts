/** Puts a kiosk together: configuration, journal, PayPay, machine. The one composition root of both hosts. */
import { randomInt } from 'node:crypto';
import path from 'node:path';
import { createKiosk, type Kiosk } from '../app/kiosk.ts';
import type { Config } from '../app/config.ts';
import { type Clock, type Journal, JournalError, type JournalFault, type Log } from '../app/ports.ts';
import type { Network } from '../app/operator/operator.ts';
import type { PairedDevice } from '../app/operator/pairing.ts';
import type { KioskCommand, KioskView } from '../app/view.ts';
import { openMachine } from '../hardware/machine.ts';
import pkg from '../package.json' with { type: 'json' };
import { BACKLIGHTS, openBacklight } from './backlight.ts';
import { channelsOf } from './alerts/watch.ts';
import { loadAgeCheck } from './age-check.ts';
import { CannotStart } from './cannot-start.ts';
import { readConfigFile } from './config-file.ts';
import { openDataFolder } from './data-folder.ts';
import type { HostOptions } from './host-options.ts';
import { openJournal } from './journal/journal.ts';
import { type OperatorSide, openOperatorSide } from './operator/open.ts';
import type { OperatorEnd } from './operator/routes.ts';
import { createPayPayGateway, type PayPayGateway } from './paypay/gateway.ts';
import { readKeys } from './paypay/keys.ts';
import { openWebhook } from './paypay/webhook.ts';
import { createReceiptPrinter } from './printer.ts';
import { openScreenPictures, type ScreenPictures } from './screen-pictures.ts';
import { newBootId, systemIds } from './system.ts';

/** The part of a kiosk that a screen needs; it stays the same while the kiosk behind it is replaced. */
export interface ScreenEnd {
  view(): KioskView;
  onView(listener: (view: KioskView) => void): () => void;
  send(command: KioskCommand): void;
}

export interface Host extends ScreenEnd {
  readonly config: Config;
  readonly pictures: Pick<ScreenPictures, 'file' | 'ready'>;
  readonly dataFolder: string;
  readonly screenSecret: string;
  /** The staff's side; it stays the same while the kiosk behind it is replaced. */
  readonly operatorEnd: OperatorEnd;
  /** Makes the first owner; nothing else does. */
  readonly setUpCode: string;
  /** Told once the console's server for the local network listens. */
  onNetwork(network: Network): void;
  /** The paired phone, laptop or till that holds this token. */
  deviceOf(token: string): PairedDevice | null;
  stop(): Promise<void>;
}

/** A journal that could not be opened is tried again this often: a full disk is emptied, a lock goes away. */
const REOPEN_JOURNAL_ms = 15_000;

/**
 * Resolves when a screen can be shown; recovery goes on behind it. A fault of journal, PayPay or machine is something that
 * the screen says; only what a person must mend first ends the start.
 * @throws CannotStart
 */
export async function openHost(options: HostOptions, { clock, log }: { clock: Clock; log: Log }): Promise<Host> {
  const ids = systemIds(clock);
  const configFolder = path.dirname(options.configFile);
  const readConfig = (): Config => {
    const read = withReplacements(readConfigFile(options.configFile), options);
    // A secret that can't be read is found before the file counts, not when somebody must be told.
    channelsOf(read.alerts, configFolder);
    return read;
  };
  const config = readConfig();
  const gateway = openGateway(config, configFolder, { clock, ids, log });
  const folder = openDataFolder(options.dataFolder);
  const pictures = openScreenPictures(config, configFolder, path.join(options.dataFolder, 'pictures'), log);
  const webhook = await startWebhook(config, gateway, { clock, log });
  const machine = config.machine.driver === 'none' ? null : openMachine(config.machine, { clock, log });
  const printer = config.printer && createReceiptPrinter(config.printer);
  const ageCheck = await loadAgeCheck(config, configFolder, log);
  const listeners = new Set<(view: KioskView) => void>();
  const backlight = openBacklight(BACKLIGHTS, path.join(options.dataFolder, 'brightness.json'), log);
  listeners.add((view) => backlight.follow(view.screen.name));
  const consoles = new Set<() => void>();
  let retry: unknown = null;
  let stopping = false;
  let network: Network | null = null;
  // Printed once at the start: it stays the same when the kiosk behind the screen is replaced.
  const setUpCode = String(randomInt(10 ** 8)).padStart(8, '0');

  const tryJournal = () => openJournal({ path: folder.journal, clock, bootId: newBootId() }).catch(journalFault);

  function openKiosk(journal: Journal | JournalError): { kiosk: Kiosk; side: OperatorSide; fault: JournalFault | null } {
    const kiosk = createKiosk(
      {
        ...{ journal, gateway, machine, printer, ageCheck, clock, ids, log, version: pkg.version },
        pictures: () => pictures.addresses(),
      },
      config,
    );
    kiosk.onView((view) => listeners.forEach((listener) => listener(view)));
    if (journal instanceof JournalError) reopenLater(journal);
    // Not awaited: the screen shows how recovery goes, even while PayPay takes its time to answer.
    void kiosk.start();
    const side = openOperatorSide({
      ...{ kiosk, config, readConfig, clock, ids, log, version: pkg.version },
      ...{ dataFolder: options.dataFolder, configFile: options.configFile },
      preparePictures: (next) => pictures.prepare(next),
      network: () => network,
      setUpCode,
      journalPath: journal instanceof JournalError ? null : folder.journal,
    });
    side.onChange(() => consoles.forEach((listener) => listener()));
    return { kiosk, side, fault: journal instanceof JournalError ? journal.fault : null };
  }

  function reopenLater({ fault, message }: JournalError): void {
    log.error('journal.closed', { fault, message: `out of service: the journal can't be opened: ${message}` });
    retry = clock.setTimeout(() => void reopen(), REOPEN_JOURNAL_ms);
  }

  /** What stands behind the screen stays until there is something new: staff are signed in there, and whoever is away is told from there. */
  async function reopen(): Promise<void> {
    const journal = await tryJournal();
    if (stopping) return journal instanceof JournalError ? undefined : journal.close();
    if (journal instanceof JournalError && journal.fault === fault) return reopenLater(journal);
    await side.stop();
    await kiosk.stop();
    ({ kiosk, side, fault } = openKiosk(journal));
    listeners.forEach((listener) => listener(kiosk.view()));
  }

  let { kiosk, side, fault } = openKiosk(await tryJournal());
  return {
    config,
    pictures,
    dataFolder: options.dataFolder,
    screenSecret: folder.screenSecret,
    operatorEnd: {
      get operator() {
        return side.operator;
      },
      onChange(listener) {
        consoles.add(listener);
        return () => consoles.delete(listener);
      },
      exportOrders: (who, what) => side.exportOrders(who, what),
      tendJournal: (who, what) => side.tendJournal(who, what),
      comparePayments: (who, name, file) => side.comparePayments(who, name, file),
      health: () => side.health(),
      metrics: () => side.metrics(),
    },
    setUpCode,
    onNetwork: (found) => void (network = found),
    deviceOf: (token) => side.devices.holder(token),
    view: () => kiosk.view(),
    onView(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    send: (command) => kiosk.send(command),
    async stop() {
      stopping = true;
      clock.clearTimeout(retry);
      await webhook?.close();
      await side.stop();
      await kiosk.stop();
      await machine?.close();
      await ageCheck?.close?.();
      await gateway.close();
      await backlight.close();
      folder.release();
    },
  };
}

function journalFault(error: unknown): Journal | JournalError {
  if (error instanceof JournalError) return error;
  throw error;
}

/** The far ends that the command line names instead of those in the file. */
function withReplacements(config: Config, { machine, paypay, configFile }: HostOptions): Config {
  const replaced: Config = {
    ...config,
    paypay: paypay === undefined ? config.paypay : { ...config.paypay, environment: paypay },
    machine: machine === undefined || config.machine.driver === 'none' ? config.machine : { ...config.machine, port: machine },
  };
  const demoOnly = (key: string, instead: string) =>
    new CannotStart(`${configFile}: ${key}: found "simulated", which only the demo (npm start) has; name ${instead}`);
  if (replaced.machine.driver !== 'none' && replaced.machine.port === 'simulated')
    throw demoOnly('machine.port', 'a port, or give --machine PATH|tcp://HOST:PORT');
  if (replaced.paypay.environment === 'simulated')
    throw demoOnly('paypay.environment', 'sandbox, staging or production, or give --paypay URL');
  return replaced;
}

function openGateway(
  { paypay }: Config,
  configFolder: string,
  ports: Pick<Parameters<typeof createPayPayGateway>[0], 'clock' | 'ids' | 'log'>,
) {
  const keys = readKeys(paypay.keysFile && path.resolve(configFolder, paypay.keysFile), process.env);
  if (!keys.ok) throw new CannotStart(`PayPay's keys: ${keys.problem}`);
  const { environment, merchantId, storeId, terminalId } = paypay;
  try {
    return createPayPayGateway({ environment, keys: keys.keys, merchantId, storeId, terminalId, ...ports });
  } catch (error) {
    throw new CannotStart(`paypay.environment: ${(error as Error).message}`);
  }
}

async function startWebhook({ paypay }: Config, gateway: PayPayGateway, ports: { clock: Clock; log: Log }) {
  if (paypay.webhook === undefined) return null;
  try {
    return await openWebhook({ ...paypay.webhook, ...ports, onHint: (merchantPaymentId) => gateway.hint(merchantPaymentId) });
  } catch (error) {
    throw new CannotStart(`paypay.webhook: ${(error as Error).message}`);
  }
}
