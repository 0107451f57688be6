/** A serial cable: two pseudo-terminals that socat holds together. Pulling it hangs up both ends, as pulling a USB adapter does. */
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { type Program, startProgram, until } from './program.ts';

export interface SerialCable {
  /** Device paths; they are there while the cable is plugged in. */
  readonly kioskEnd: string;
  readonly machineEnd: string;
  plugIn(): Promise<void>;
  pull(): Promise<void>;
}

export function serialCable(folder: string): SerialCable {
  const [kioskEnd, machineEnd] = [path.join(folder, 'tty-kiosk'), path.join(folder, 'tty-machine')];
  let socat: Program | null = null;
  return {
    kioskEnd,
    machineEnd,
    async plugIn() {
      const pty = (link: string) => `pty,raw,echo=0,link=${link}`;
      socat = startProgram('socat', [pty(kioskEnd), pty(machineEnd)]);
      await until('both ends of the serial cable', () => (existsSync(kioskEnd) && existsSync(machineEnd) ? true : null));
    },
    async pull() {
      await socat?.end();
      socat = null;
      for (const end of [kioskEnd, machineEnd]) rmSync(end, { force: true });
    },
  };
}
