/** `npm run vmc:simulator -- --tcp PORT | --pty PATH [--control PORT] [--slots N] [--stock N] [--poll MS] [--motor MS]` */
import { programClock, readCommandLine, runSimulator } from '../simulator/program.ts';
import { vmcControl } from './simulator-control.ts';
import { createVmcSimulator } from './simulator.ts';

const given = readCommandLine(['slots', 'stock', 'poll', 'motor']);
const number = (name: 'slots' | 'stock' | 'poll' | 'motor', usual: number) => {
  const value = Number(given[name] ?? usual);
  return Number.isFinite(value) && value >= 0 ? Math.floor(value) : usual;
};
const stock = Math.min(number('stock', 5), 255);
const slots = Array.from({ length: Math.min(number('slots', 60), 999) }, (_, i) => ({
  selection: i + 1,
  stock,
  capacity: Math.max(10, stock),
}));
const simulator = createVmcSimulator(
  { slots, pollInterval_ms: Math.max(20, number('poll', 200)), motor_ms: Math.max(10, number('motor', 1500)) },
  programClock,
);
await runSimulator('vmc', given, 57_600, simulator, vmcControl(simulator));
