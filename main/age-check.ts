/** Loads the shop's age-check plug-in (docs/age-check.md). None is built in; without one, restricted goods are not sold. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Config } from '../app/config.ts';
import type { AgeCheck, Log } from '../app/ports.ts';

/**
 * @param folder of the configuration file: the module's name is relative to it
 * @returns undefined when there is none, or it can't be used: the log says why, and everything else is sold
 */
export async function loadAgeCheck({ ageCheck }: Config, folder: string, log: Log): Promise<AgeCheck | undefined> {
  if (ageCheck === undefined) return undefined;
  const file = path.resolve(folder, ageCheck.module);
  try {
    const module = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as { default?: unknown };
    if (typeof module.default !== 'function') throw new Error('it has no default export that is a function');
    const made: unknown = await (module.default as (options: unknown) => unknown)(ageCheck.options);
    if (typeof (made as Partial<AgeCheck> | null)?.check !== 'function')
      throw new Error('its function returned nothing with a method check');
    return made as AgeCheck;
  } catch (error) {
    log.error('age.unavailable', {
      message: `ageCheck.module: ${file} can't be used, so age-restricted goods are not sold: ${error instanceof Error ? error.message : String(error)}`,
    });
    return undefined;
  }
}
