/** The command line that both hosts understand. */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { CannotStart } from './cannot-start.ts';

export interface HostOptions {
  readonly configFile: string;
  readonly dataFolder: string;
  /** Instead of `machine.port` in the configuration: a device path or `tcp://host:port`. */
  readonly machine: string | undefined;
  /** Instead of `paypay.environment` in the configuration. */
  readonly paypay: string | undefined;
  /** Browser host: 0 = any free port. */
  readonly port: number;
  /** Browser host: show the kiosk in a Chromium window. */
  readonly open: boolean;
  /** Electron host: a window that can be moved and closed, for trying things out. */
  readonly windowed: boolean;
  /** Browser host: the only page that may show the kiosk in a frame. */
  readonly framedBy: string | undefined;
}

export const USUAL_PORT = 7600;

/** @throws CannotStart naming the option */
export function readHostOptions(args: readonly string[], defaults: { configFile?: string; dataFolder?: string } = {}): HostOptions {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        config: { type: 'string' },
        data: { type: 'string' },
        machine: { type: 'string' },
        paypay: { type: 'string' },
        port: { type: 'string', default: String(USUAL_PORT) },
        open: { type: 'boolean', default: false },
        windowed: { type: 'boolean', default: false },
        'framed-by': { type: 'string' },
      },
    }));
  } catch (error) {
    throw new CannotStart((error as Error).message);
  }
  const configFile = values.config ?? defaults.configFile;
  if (configFile === undefined) throw new CannotStart('--config FILE is missing: the shop that this kiosk serves');
  return {
    configFile: path.resolve(configFile),
    dataFolder: path.resolve(values.data ?? defaults.dataFolder ?? defaultDataFolder(configFile)),
    machine: values.machine,
    paypay: values.paypay,
    port: readPort(values.port),
    open: values.open,
    windowed: values.windowed,
    framedBy: values['framed-by'],
  };
}

/** One folder for each shop, so that a trial never writes into a real shop's journal. */
export const defaultDataFolder = (configFile: string): string => path.join('.jihanki', nameOf(configFile));

/** Of a corner that forgets its journal at each start. No shop is given such a folder, whatever its file is called. */
export const demoDataFolder = (configFile: string): string => `${defaultDataFolder(configFile)}~demo`;
export const isDemoFolder = (folder: string): boolean => folder.endsWith('~demo');

const nameOf = (configFile: string): string => path.basename(configFile, path.extname(configFile)).replaceAll('~', '-');

/** @throws CannotStart */
export function readPort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new CannotStart(`--port: found "${text}", allowed: 0 to 65535`);
  return Number(text);
}
