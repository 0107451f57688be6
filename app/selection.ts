/** Who chooses what is sold: the screen, or the customer at the machine's own keys. */
import type { MachineConfig } from './config.ts';

/** The machine's keypad begins every sale; the screen only takes the money. */
export const choosesAtMachine = (machine: MachineConfig): boolean => machine.driver === 'mdb-qibixx' && machine.mode === 'alwaysIdle';
