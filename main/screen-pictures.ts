/** The pictures that screens are given: made ready at the start, and what a newer configuration adds before that comes into force. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../app/config.ts';
import type { Log } from '../app/ports.ts';
import { keyName } from './config-file.ts';
import { type Picture, pictureFiles, preparedName, preparePicture } from './pictures.ts';

/** Node has four threads for files, addresses and pictures; the serial line needs one in time while a machine is asked. */
const AT_A_TIME = 2;

export interface Prepared {
  /** Why the configuration can't be shown. */
  readonly problems: readonly string[];
  /** Another picture stands somewhere, perhaps under its old name. */
  readonly changed: boolean;
}

export interface ScreenPictures {
  /** Where screens find a picture, by its name in the configuration; another picture under that name has another address. */
  addresses(): ReadonlyMap<string, string>;
  /** Also of the configuration before, which a customer may still see. */
  file(address: string): string | undefined;
  /** The first configuration's are ready. One that can't be shown is left out: its product has a stand-in. */
  readonly ready: Promise<void>;
  /** Makes ready what `config` adds. With a problem, everything stays as it was. */
  prepare(config: Config): Promise<Prepared>;
}

/** By address; null: the start found that it can't be shown. */
type Shown = ReadonlyMap<string, string | null>;
type Addressed = Picture & { readonly address: string };

/**
 * @param configFolder pictures are named relative to it
 * @param folder where those that were made small are kept
 */
export function openScreenPictures(initial: Config, configFolder: string, folder: string, log: Log): ScreenPictures {
  const look = (config: Config): Addressed[] =>
    pictureFiles(config, configFolder).map((picture) => ({ ...picture, address: `pictures/${preparedName(picture.file)}` }));
  const addressesOf = (pictures: readonly Addressed[]) => new Map(pictures.map(({ name, address }) => [name, address]));
  const first = look(initial);
  let addresses = addressesOf(first);
  let shown: Shown = new Map();
  let before: Shown = new Map();

  const warn = ({ file }: Picture, message: string): void => log.warn('picture.unreadable', { file, message });

  /** @param onProblem told of a picture that can't be shown */
  async function made(pictures: readonly Addressed[], onProblem: (picture: Picture, message: string) => void): Promise<Shown> {
    const files = new Map<string, string | null>();
    const waiting = pictures.values();
    const work = async (): Promise<void> => {
      for (const picture of waiting) {
        const { address, file } = picture;
        if (files.has(address)) continue;
        files.set(address, shown.get(address) ?? null);
        if (shown.has(address)) continue;
        try {
          files.set(address, await preparePicture(file, folder, (message) => warn(picture, message)));
        } catch (error) {
          onProblem(picture, (error as Error).message);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, work));
    return files;
  }

  function show(files: Shown): void {
    before = shown;
    shown = files;
    const kept = new Set([...before.values(), ...shown.values()].map((file) => path.basename(file ?? '')));
    try {
      for (const name of existsSync(folder) ? readdirSync(folder) : [])
        if (!kept.has(name)) rmSync(path.join(folder, name), { force: true });
    } catch (error) {
      log.warn('picture.notForgotten', { message: (error as Error).message });
    }
  }

  const ready = made(first, warn).then(show);
  return {
    addresses: () => addresses,
    file: (address) => shown.get(address) ?? before.get(address) ?? undefined,
    ready,
    async prepare(config) {
      await ready;
      const pictures = look(config);
      const problems: string[] = [];
      const files = await made(pictures, ({ key, file }, message) =>
        problems.push(`${keyName(key)}: found ${file}, which can't be shown: ${message}; save it anew as JPEG, PNG, WebP, AVIF or SVG`),
      );
      if (problems.length > 0) return { problems, changed: false };
      const next = addressesOf(pictures);
      const changed = !isDeepStrictEqual(next, addresses);
      if (changed) {
        addresses = next;
        show(files);
      }
      return { problems, changed };
    },
  };
}
