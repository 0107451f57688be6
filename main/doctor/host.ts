/** This computer: room on its disk, something that can show the screen, its address in the shop's network. */
import { existsSync } from 'node:fs';
import { lookup } from 'node:dns/promises';
import { access, constants, statfs } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import type { Config } from '../../app/config.ts';
import { findChromium } from '../chromium.ts';
import { electronProgram } from '../demo/electron-runtime.ts';
import { isEveryAddress, lanAddresses, localAddresses } from '../operator/lan-address.ts';
import { doubtful, fine, type Finding, wrong } from './report.ts';

const LEAST_FREE_mb = 50;

/** @param warn_mb `alerts.diskFree_mb` of the configuration */
export async function examineDisk(dataFolder: string, warn_mb: number): Promise<Finding> {
  let folder = dataFolder;
  while (!existsSync(folder) && path.dirname(folder) !== folder) folder = path.dirname(folder);
  try {
    const { bavail, bsize } = await statfs(folder);
    await access(folder, constants.W_OK);
    const free_mb = Math.floor((bavail * bsize) / 1e6);
    const found = `${free_mb} MB free at ${folder}`;
    if (free_mb < LEAST_FREE_mb) return wrong('disk', found, 'Make room: a kiosk whose journal can’t grow sells nothing.');
    if (free_mb < warn_mb) return doubtful('disk', found, `Make room, or lower alerts.diskFree_mb (${warn_mb}).`);
    return fine('disk', found);
  } catch (error) {
    return wrong('disk', (error as Error).message, 'Name a folder that this user can write with --data: the journal is kept there.');
  }
}

/** @param root where the program's `node_modules` are */
export function examineScreenPrograms(root: string): Finding {
  const electron = electronProgram(root);
  if (electron !== null) return fine('screen program', `Electron: ${electron}`);
  const chromium = findChromium();
  if (chromium !== undefined) return fine('screen program', `Chromium: ${chromium}`);
  return doubtful(
    'screen program',
    'neither Electron’s runtime nor a Chromium is here',
    'Install one (apt-get install chromium, or npx install-electron), or open the kiosk’s address on a paired tablet.',
  );
}

/** Where phones and tills find the kiosk. @returns nothing where the shop wants none */
export async function examineLan({ operator: { lan } }: Pick<Config, 'operator'>): Promise<Finding[]> {
  if (lan === undefined) return [];
  const what = lan.till ? 'console and till' : 'console';
  const addresses = lanAddresses(lan.host, lan.port);
  if (addresses.length === 0)
    return [doubtful(what, 'this computer is in no network now', 'Connect it: phones and tablets can’t reach it before.')];
  if (isEveryAddress(lan.host)) return [fine(what, addresses.join(' '))];
  const mend = `Name one of this computer’s in operator.lan.host (${localAddresses().join(', ') || 'it has none now'}), or 0.0.0.0 for all of them.`;
  const address = await lookup(lan.host).catch(() => null);
  const own = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  const found = own.find((entry) => entry.address === address?.address);
  if (address?.address.startsWith('127.') || found?.internal)
    return [doubtful(what, `${addresses.join(' ')}: only this computer reaches it`, mend)];
  if (found === undefined) return [wrong(what, `${lan.host} is no address of this computer: the kiosk does not start with it`, mend)];
  return [fine(what, addresses.join(' '))];
}

const SPEECH_DISPATCHER = ['/usr/bin/speech-dispatcher', '/usr/local/bin/speech-dispatcher'];

/** Chromium has no voice of its own on Linux. @returns nothing where the shop wants none */
export function examineSpeech({ shop }: Config, platform: NodeJS.Platform = process.platform): Finding[] {
  if (!shop.speech || platform !== 'linux') return [];
  const program = SPEECH_DISPATCHER.find((place) => existsSync(place));
  if (program !== undefined) return [fine('speech', `voices come from ${program}; spd-say -L lists them`)];
  return [
    doubtful(
      'speech',
      'shop.speech is on, and this computer has no voices',
      'apt-get install speech-dispatcher speech-dispatcher-espeak-ng, or turn shop.speech off.',
    ),
  ];
}
