/**
 * `npm start`: a street corner on this machine. Starts a kiosk and, for every far end that the configuration calls "simulated",
 * its simulator; with a simulated far end there is a street page too, where a visitor pays, jams the machine and pulls the plug.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Config } from '../../app/config.ts';
import { CannotStart } from '../cannot-start.ts';
import { type ChromiumWindow, noWindowBecause, openChromium } from '../chromium.ts';
import { readConfigFile } from '../config-file.ts';
import { lockFolder } from '../data-folder.ts';
import { defaultDataFolder, demoDataFolder, readPort, USUAL_PORT } from '../host-options.ts';
import { endChild } from './child.ts';
import { openCorner } from './corner.ts';
import { electronProgram } from './electron-runtime.ts';
import { freePort } from './free-port.ts';
import { startKiosk } from './kiosk.ts';
import { configWith, isMachineKind, startMachine } from './machines.ts';
import { startPayPay } from './simulators.ts';
import type { MachineKind } from './street.ts';
import { startStreet } from './street-server.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const USAGE = `usage: jihanki start [--host electron|browser] [--no-open] [--port N] [--config FILE] [--data DIR]
                     [--machine PATH|tcp://HOST:PORT] [--paypay URL]

  Without --config: a street corner with a simulated machine and a simulated PayPay, to try it all.

  --host      electron, or browser: a Chromium (default: Electron where its runtime is)
  --no-open   opens no window; the address is printed
  --port N    of the kiosk's own page on this machine
  --config    the shop: products, slots, machine, PayPay (docs/configuration.md)
  --data DIR  where the journal is kept (default: .jihanki/NAME; where machine and PayPay are both simulated
              .jihanki/NAME~demo, whose journal begins anew each time)
  --machine   another far end than the file names
  --paypay    another PayPay than the file names

examples:
  jihanki start
  jihanki start --config shop.yaml
  jihanki start --host browser --no-open --machine /dev/ttyUSB0`;

const say = (line: string) => void process.stdout.write(`${line}\n`);

function readOptions(args: string[]) {
  const options = {
    host: { type: 'string' },
    'no-open': { type: 'boolean', default: false },
    port: { type: 'string' },
    config: { type: 'string', default: path.join(ROOT, 'main/demo/shop.yaml') },
    data: { type: 'string' },
    machine: { type: 'string' },
    paypay: { type: 'string' },
    help: { type: 'boolean', default: false },
  } as const;
  let values;
  try {
    ({ values } = parseArgs({ args, options }));
  } catch (error) {
    throw new CannotStart(`${(error as Error).message}\n${USAGE}`);
  }
  if (values.help) {
    say(USAGE);
    process.exit(0);
  }
  const { host } = values;
  if (host !== undefined && host !== 'electron' && host !== 'browser')
    throw new CannotStart(`--host: found "${host}", allowed: electron, browser\n${USAGE}`);
  return {
    ...values,
    host: host,
    open: !values['no-open'],
    port: values.port === undefined ? null : readPort(values.port),
    configFile: path.resolve(values.config),
  };
}
type Options = ReturnType<typeof readOptions>;

/** What of the far ends is simulated, and where the kiosk keeps its data. */
function cornerOf({ configFile, data, machine, paypay }: Options, config: Config) {
  const simulatesPayPay = paypay === undefined && config.paypay.environment === 'simulated';
  const simulatesMachine = machine === undefined && config.machine.driver !== 'none' && config.machine.port === 'simulated';
  // A PayPay and a machine that know nothing of yesterday need a journal that doesn't either, unless somebody named a folder to keep.
  const forgets = simulatesPayPay && simulatesMachine && data === undefined;
  const usual = path.join(ROOT, forgets ? demoDataFolder(configFile) : defaultDataFolder(configFile));
  return { simulatesPayPay, simulatesMachine, forgets, dataFolder: path.resolve(data ?? usual) };
}
type Corner = ReturnType<typeof cornerOf>;

/** Electron where it can run, else the browser host. */
function chooseHost({ host, open }: Options): { electron: string | null } {
  const electron = electronProgram(ROOT);
  if (host === 'electron' && electron === null)
    throw new CannotStart('Electron’s runtime is not installed; install it with: npx install-electron (or use --host browser)');
  const display = process.platform !== 'linux' || process.env['DISPLAY'] !== undefined || process.env['WAYLAND_DISPLAY'] !== undefined;
  return { electron: host === 'electron' || (host === undefined && open && display) ? electron : null };
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const config = readConfigFile(options.configFile);
  const place = cornerOf(options, config);
  const { dataFolder } = place;
  const { electron } = chooseHost(options);
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const unlock = lockFolder(dataFolder, 'demo.lock');
  const ending: (() => Promise<void> | void)[] = [unlock];
  let ended: Promise<void> | null = null;
  const end = (code: number): Promise<void> =>
    (ended ??= (async () => {
      for (const step of ending.reverse()) await step();
      process.exit(code);
    })());
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(0));
  process.on('disconnect', () => void end(0));
  try {
    await run(options, config, place, electron, ending);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    await end(1);
  }
}

async function run(
  options: Options,
  config: Config,
  { simulatesPayPay, simulatesMachine, forgets, dataFolder }: Corner,
  electron: string | null,
  ending: (() => Promise<void> | void)[],
): Promise<void> {
  const { configFile } = options;
  if (simulatesMachine && !isMachineKind(config.machine.driver))
    throw new CannotStart(`${configFile}: machine.port: found "simulated"; there is no simulated machine for ${config.machine.driver}`);
  const [paypay, firstMachine] = await Promise.all([
    simulatesPayPay ? startPayPay(config) : null,
    simulatesMachine ? startMachine(config) : null,
  ]);
  let machine = firstMachine;
  ending.push(
    () => (paypay ? endChild(paypay.child) : undefined),
    () => (machine ? endChild(machine.child) : undefined),
  );
  if (forgets) forgetJournal(dataFolder);

  const corner = openCorner({ config, paypay, machine, framed: electron === null, exchange });
  const street =
    paypay || machine
      ? await startStreet({ ...corner, pageFolder: path.join(ROOT, 'dist/street'), pictures: pictures(config, configFile) })
      : null;
  if (street) ending.push(() => street.close());

  const port = options.port ?? (await freePort(USUAL_PORT));
  const showsKioskItself = street === null && options.open;
  const start = (file: string) =>
    startKiosk({
      program: electron ?? process.execPath,
      args: [
        ...(electron ? [ROOT] : [path.join(ROOT, 'dist/main/browser.js'), '--port', String(port)]),
        ...['--config', file, '--data', dataFolder],
        ...replacement('--machine', options.machine ?? machine?.port),
        ...replacement('--paypay', options.paypay ?? paypay?.url),
        ...(street && !electron ? ['--framed-by', street.url] : []),
        ...(electron && street ? ['--windowed'] : []),
        ...(!electron && showsKioskItself ? ['--open'] : []),
      ],
      env: { ...paypay?.keys },
      logFile: path.join(dataFolder, 'kiosk.log'),
      say: (line) => void process.stderr.write(`${line}\n`),
    });
  let kiosk = await start(configFile);
  ending.push(() => kiosk.end());

  /** Another machine with the same shelves; kiosk and machine start anew, PayPay remembers. */
  async function exchange(kind: MachineKind) {
    await kiosk.end();
    if (machine) await endChild(machine.child);
    if (forgets) forgetJournal(dataFolder);
    const file = path.join(dataFolder, 'street-shop.yaml');
    writeFileSync(file, configWith(kind, configFile, config));
    const next = readConfigFile(file);
    machine = await startMachine(next);
    kiosk = await start(file);
    return { config: next, machine, kiosk };
  }
  corner.attach(kiosk, `http://127.0.0.1:${port}`);

  say(kiosk.printed);
  if (street) say(`street: ${street.url}/`);
  const why = options.open ? noWindowBecause() : 'not asked for';
  if (why === null && street) {
    const window: ChromiumWindow | null = openChromium(`${street.url}/`, {
      fullScreen: false,
      profile: path.join(dataFolder, 'chromium'),
      log: QUIET,
    });
    ending.push(() => window?.close());
  } else if (why !== null && options.open)
    say(`No window: ${why}. Open ${street ? 'the street' : 'the kiosk'}'s address in a browser of this machine.`);
  say('Ctrl-C ends it.');
}

function forgetJournal(dataFolder: string): void {
  for (const name of ['journal.db', 'reports.db'])
    for (const suffix of ['', '-wal', '-shm']) rmSync(path.join(dataFolder, `${name}${suffix}`), { force: true });
}

const QUIET = { info: () => {}, warn: () => {}, error: () => {} };
const replacement = (option: string, value: string | undefined): string[] => (value === undefined ? [] : [option, value]);
const pictures = (config: Config, configFile: string): ReadonlyMap<string, string> =>
  new Map(
    config.products.flatMap(({ sku, picture }) =>
      picture === undefined ? [] : [[sku, path.resolve(path.dirname(configFile), picture)] as const],
    ),
  );

main().catch((error: unknown) => {
  if (!(error instanceof CannotStart)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
