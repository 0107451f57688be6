/** `npm run doctor`: looks at everything a kiosk needs before it sells, and says how to mend what is wrong. */
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Config } from '../../app/config.ts';
import type { Clock, Ids, Log } from '../../app/ports.ts';
import { CannotStart } from '../cannot-start.ts';
import { readConfigFile } from '../config-file.ts';
import { lockFolder } from '../data-folder.ts';
import { defaultDataFolder } from '../host-options.ts';
import { examineBacklight, examineDisplay } from './display.ts';
import { examineDisk, examineLan, examineScreenPrograms, examineSpeech } from './host.ts';
import { examineJournal } from './journal.ts';
import { examineMachineSide } from './machine.ts';
import { examinePayPay } from './paypay.ts';
import { examinePictures } from './pictures.ts';
import { fine, type Finding, isHealthy, printed, summary, wrong } from './report.ts';
import { askRunningKiosk } from './running-kiosk.ts';

export const DOCTOR_USAGE = `usage: jihanki doctor --config FILE [--vend SLOT] [--json]

  --config FILE     the shop
  --vend SLOT       afterwards one test vend, written into the journal as such
  --data DIR        the kiosk's data folder (default: the one in .jihanki)
  --machine PORT    instead of machine.port: a device path or tcp://HOST:PORT
  --paypay URL      instead of paypay.environment
  --json            for programs

examples:
  jihanki doctor --config shop.yaml
  jihanki doctor --config shop.yaml --vend 4
  jihanki doctor --config shop.yaml --json

exit codes: 0 it can sell, 1 something must be mended, 2 not understood`;

export interface DoctorIo {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** Where the program's `node_modules` are. */
  readonly root: string;
}

/** @returns the exit code: 0 it can sell, 1 something must be mended, 2 the command was not understood */
export async function runDoctor(argv: readonly string[], io: DoctorIo): Promise<0 | 1 | 2> {
  let options;
  try {
    options = readOptions(argv);
  } catch (error) {
    io.err(`${(error as Error).message}\n\n${DOCTOR_USAGE}`);
    return 2;
  }
  if (options.help) {
    io.out(DOCTOR_USAGE);
    return 0;
  }
  const findings: Finding[] = [];
  const found = (...more: readonly Finding[]) => {
    findings.push(...more);
    if (!options.json) more.forEach((finding) => io.out(printed(finding)));
  };
  await examine(options, io, found);
  const healthy = isHealthy(findings);
  io.out(options.json ? JSON.stringify({ healthy, findings }) : summary(findings));
  return healthy ? 0 : 1;
}

interface Options {
  readonly configFile: string;
  readonly dataFolder: string;
  readonly vend: string | undefined;
  readonly machine: string | undefined;
  readonly paypay: string | undefined;
  readonly json: boolean;
  readonly help: boolean;
}

/** @throws Error that says what was not understood */
function readOptions(argv: readonly string[]): Options {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: { config: text, data: text, vend: text, machine: text, paypay: text, json: flag, help: flag },
  });
  if (values.config === undefined && !values.help) throw new Error('--config FILE is missing: the shop to look at');
  const configFile = path.resolve(values.config ?? '');
  const { vend, machine, paypay, json, help } = values;
  return { configFile, dataFolder: path.resolve(values.data ?? defaultDataFolder(configFile)), vend, machine, paypay, json, help };
}

async function examine(options: Options, io: DoctorIo, found: (...findings: readonly Finding[]) => void): Promise<void> {
  const { configFile, dataFolder, vend } = options;
  let config: Config;
  try {
    config = withReplacements(readConfigFile(configFile), options);
    found(fine('configuration', `${configFile}: ${config.products.length} products, ${config.slots.length} slots`));
  } catch (error) {
    if (!(error instanceof CannotStart)) throw error;
    return found(wrong('configuration', error.message, 'Mend these lines; docs/configuration.md explains every key.'));
  }
  const disk = await examineDisk(dataFolder, config.alerts.diskFree_mb);
  found(...examineDisplay(config), ...examineBacklight(), examineScreenPrograms(io.root), ...examineSpeech(config), disk);
  found(...(await examineLan(config)));
  found(...(await examinePictures(config, path.dirname(configFile))));
  found(...(await examinePayPay(config, path.dirname(configFile), io.env, io)));
  // Only a test vend leaves something behind, and so needs the folder.
  if (vend !== undefined && disk.verdict !== 'wrong') mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const release = takeFolder(dataFolder);
  if (release === null) {
    found(...(await askRunningKiosk(dataFolder)));
    if (vend !== undefined)
      found(wrong('test vend', 'not tried: the kiosk is running', 'Do it at the staff’s console, or stop the kiosk.'));
    return;
  }
  try {
    const journalFile = path.join(dataFolder, 'journal.db');
    const journal = examineJournal(journalFile);
    found(journal);
    const mayVend = journal.verdict !== 'wrong' && disk.verdict !== 'wrong';
    const say = options.json ? io.err : io.out;
    await examineMachineSide({ ...io, config, journalFile, vend: mayVend ? vend : undefined, say }, found);
    if (vend !== undefined && !mayVend)
      found(wrong('test vend', 'not tried: it could not be written down', 'Mend journal and disk first.'));
  } finally {
    release();
  }
}

/** Nobody starts a kiosk while doctor talks to its machine. @returns null when one runs already */
function takeFolder(folder: string): (() => void) | null {
  if (!existsSync(folder)) return () => {};
  try {
    return lockFolder(folder, 'kiosk.lock');
  } catch (error) {
    if (error instanceof CannotStart) return null;
    throw error;
  }
}

const withReplacements = (config: Config, { machine, paypay }: Options): Config => ({
  ...config,
  paypay: paypay === undefined ? config.paypay : { ...config.paypay, environment: paypay },
  machine: machine === undefined || config.machine.driver === 'none' ? config.machine : { ...config.machine, port: machine },
});
