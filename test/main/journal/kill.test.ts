/** A process killed in the middle of appending: every row that it was told to be durable is there, and nothing is half there. */
import path from 'node:path';
import { expect, it } from 'vitest';
import { openForReading } from '../../../main/journal/database.ts';
import { openStore } from '../../../main/journal/store.ts';
import { verify } from '../../../main/journal/verify.ts';
import { startChild } from './child.ts';
import { soldEvents } from './rows.ts';
import { newFolder } from './scratch.ts';

const ROUNDS = 6;

it(`${ROUNDS} times over the same journal`, async () => {
  const file = path.join(newFolder(), 'journal.db');
  const acknowledged: { seq: number; orderId: string; type: string }[] = [];
  let before = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const child = startChild();
    try {
      expect(await child.ask({ open: file })).toMatchObject({ ok: true });
      child.process.stdin?.write('{"forever":true}\n');
      const end = 20 + round * 37;
      for (let line = 0; line < end; line++) {
        const next = await child.lines.next();
        if (next.done) throw new Error('the child ended');
        acknowledged.push(JSON.parse(next.value) as (typeof acknowledged)[number]);
      }
      child.process.kill('SIGKILL');
      // What it had said before it died counts as well.
      for (let next = await child.lines.next(); !next.done; next = await child.lines.next())
        if (next.value.endsWith('}')) acknowledged.push(JSON.parse(next.value) as (typeof acknowledged)[number]);
    } finally {
      await child.end();
    }

    const store = openStore(file, 'm:after');
    store.close();
    const db = openForReading(file);
    const { findings, rows } = verify(db, file);
    expect(findings).toEqual([]);
    // One more may be there: written, but the process died before it said so.
    const last = acknowledged.at(-1)!.seq;
    expect(rows - last).toBeGreaterThanOrEqual(0);
    expect(rows - last).toBeLessThanOrEqual(1);
    for (const { seq, orderId, type } of acknowledged.filter((row) => row.seq > before))
      expect(db.prepare('SELECT order_id, type FROM journal WHERE seq = ?').get(seq)).toMatchObject({ order_id: orderId, type });
    before = rows;
    db.close();
  }
  expect(acknowledged.length).toBeGreaterThan(ROUNDS * soldEvents('o').length);
});
