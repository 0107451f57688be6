/** Loads the shop's age-check plug-in (docs/age-check.md). None is built in; without one, restricted goods are not sold. */
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { Config } from '../app/config.ts';
import type { AgeCheck, Log } from '../app/ports.ts';

/** The kiosk does not open before it is ready, and a reader that does not answer must not keep the rest from being sold. */
const START_ms = 15_000;

/**
 * @param folder of the configuration file: the module's name is relative to it
 * @returns undefined when there is none, or it can't be used: the log says why, and everything else is sold
 */
export async function loadAgeCheck({ ageCheck }: Config, folder: string, log: Log, start_ms = START_ms): Promise<AgeCheck | undefined> {
  if (ageCheck === undefined) return undefined;
  const file = path.resolve(folder, ageCheck.module);
  try {
    const late = setTimeout(start_ms).then(() => Promise.reject(new Error(`it was not ready in ${start_ms} ms`)));
    return await Promise.race([make(file, ageCheck.options), late]);
  } catch (error) {
    log.error('age.unavailable', {
      message: `ageCheck.module: ${file} can't be used, so age-restricted goods are not sold: ${error instanceof Error ? error.message : String(error)}`,
    });
    return undefined;
  }
}

async function make(file: string, options: unknown): Promise<AgeCheck> {
  const module = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as { default?: unknown };
  if (typeof module.default !== 'function') throw new Error('it has no default export that is a function');
  const made: unknown = await (module.default as (options: unknown) => unknown)(options);
  if (typeof (made as Partial<AgeCheck> | null)?.check !== 'function') throw new Error('its function returned nothing with a method check');
  return made as AgeCheck;
}
