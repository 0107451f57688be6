/** A copy of a journal that is being written. */
import path from 'node:path';
import { expect, it } from 'vitest';
import { backUp } from '../../../main/journal/backup.ts';
import { openForReading } from '../../../main/journal/database.ts';
import { openStore } from '../../../main/journal/store.ts';
import { orderRows, soldEvents, started } from './rows.ts';
import { newFolder } from './scratch.ts';

it('ends however fast rows are added, and holds those that were there when it began', async () => {
  const folder = newFolder('memory');
  const file = path.join(folder, 'journal.db');
  const store = openStore(file, 'm:1');
  const stamp = { at_ms: 1, monotonic_ms: 1 };
  const orders = 4_000;
  // Several times what is copied in one step.
  store.append(Array.from({ length: orders }, (_, i) => ({ rows: orderRows(`o-${i}`, soldEvents(`o-${i}`)), ...stamp })));
  const reading = openForReading(file);
  let ended = false;
  const copying = backUp(reading, path.join(folder, 'copy.db')).finally(() => (ended = true));
  const until_ms = performance.now() + 20_000;
  let added = 0;
  while (!ended && performance.now() < until_ms) {
    store.append([{ rows: [started], ...stamp }]);
    added += 1;
    await new Promise((resolve) => setImmediate(resolve));
  }
  const inTime = ended;
  const { rows, findings } = await copying;
  reading.close();
  store.close();
  expect(added).toBeGreaterThan(1);
  expect(inTime, 'it began anew at every row').toBe(true);
  expect([rows, findings]).toEqual([orders * soldEvents('o').length, []]);
});
