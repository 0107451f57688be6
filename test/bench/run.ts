/** `npm run bench [-- NAME …] [--json FILE]`: every figure that has a bar, measured on this machine, as a table. */
import { readdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { Row } from './row.ts';

const { values, positionals } = parseArgs({ options: { json: { type: 'string' } }, allowPositionals: true });
const files = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.bench.ts') && (positionals.length === 0 || positionals.some((part) => name.includes(part))))
  .sort();

const show = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3));
const rows: Row[] = [];
let failed = files.length === 0;
for (const file of files) {
  const bench = (await import(pathToFileURL(path.join(import.meta.dirname, file)).href)) as { default: () => Promise<Row[]> };
  try {
    for (const row of await bench.default()) {
      rows.push(row);
      const verdict = row.ok === undefined ? ' ' : row.ok ? '✓' : '✗';
      process.stdout.write(
        `${verdict} ${show(row.value).padStart(9)} ${row.unit.padEnd(10)} ${row.name}${row.bar === undefined ? '' : `  (bar ${row.bar})`}\n`,
      );
    }
  } catch (error) {
    failed = true;
    process.stdout.write(`✗ ${file}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  }
}
const missed = rows.filter((row) => row.ok === false).length;
process.stdout.write(`${rows.length} figures, ${missed} below their bar (load ${os.loadavg()[0]?.toFixed(1)}, ${os.cpus().length} CPUs)\n`);
if (values.json !== undefined)
  writeFileSync(
    values.json,
    `${JSON.stringify({ at: new Date().toISOString(), cpus: os.cpus().length, load: os.loadavg(), rows }, null, 2)}\n`,
  );
process.exit(failed || missed > 0 ? 1 : 0);
