/** What the disk and the operating system can refuse, with real files: the fault that is named, and nothing lost. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, vi } from 'vitest';
import { openForReading, openForWriting, scalar } from '../../../main/journal/database.ts';
import { openJournal } from '../../../main/journal/journal.ts';
import { proveTail, readHead } from '../../../main/journal/reader.ts';
import { MIGRATIONS } from '../../../main/journal/schema.ts';
import { openStore } from '../../../main/journal/store.ts';
import { systemClock } from '../../../main/system.ts';
import { type Child, canLimit, canMount, startChild } from './child.ts';
import { orderRows, soldEvents, started } from './rows.ts';
import { newFolder } from './scratch.ts';

const open = (file: string) => openJournal({ path: file, clock: systemClock(), bootId: 'm:1' });
const fault = (name: string, message?: RegExp) =>
  expect.objectContaining({
    name: 'JournalError',
    fault: name,
    ...(message && { message: expect.stringMatching(message) as string }),
  }) as Error;

/** A journal of some orders, closed in good order. */
async function filled(file: string, orders = 3) {
  const journal = await open(file);
  for (let i = 0; i < orders; i++) await journal.append(orderRows(`o-${i}`, soldEvents(`o-${i}`)));
  await journal.append(orderRows('o-open', soldEvents('o-open').slice(0, 4)));
  await journal.close();
}

async function withChild(options: Parameters<typeof startChild>[0], run: (child: Child) => Promise<void>) {
  const child = startChild(options);
  try {
    await run(child);
  } finally {
    await child.end();
  }
}

describe('a journal that somebody else has', () => {
  it('is locked at once, in this process and in another, and is free again when its holder dies', async () => {
    const file = path.join(newFolder(), 'journal.db');
    const journal = await open(file);
    await expect(open(file)).rejects.toThrow(fault('locked', /in use by another program/));
    await journal.append([started]);
    await withChild({}, async (child) => {
      expect(await child.ask({ open: file })).toMatchObject({ ok: false, fault: 'locked' });
      await journal.close();
      expect(await child.ask({ open: file })).toMatchObject({ ok: true });
      expect(await child.ask({ append: [started] })).toMatchObject({ acknowledged: [2] });
      await expect(open(file)).rejects.toThrow(fault('locked'));
    });
    const after = await open(file);
    expect(await after.append([started])).toMatchObject([{ seq: 3 }]);
    await after.close();
  });
});

describe('a file that is not our journal', () => {
  it.each<[string, (file: string) => void, string, RegExp]>([
    [
      'of another program',
      (file) => void new DatabaseSync(file).exec('CREATE TABLE t (x); PRAGMA application_id = 7'),
      'corrupt',
      /not a journal/,
    ],
    ['without meaning', (file) => writeFileSync(file, 'Not a database at all. '.repeat(300)), 'corrupt', /not a database/],
    [
      'of a newer version',
      (file) => void openForWriting(file, [...MIGRATIONS, 'CREATE TABLE later (x)']).close(),
      'newerVersion',
      /newer program/,
    ],
  ])('%s is refused and left as it is', async (_, make, name, message) => {
    const file = path.join(newFolder(), 'journal.db');
    make(file);
    const before = readFileSync(file);
    await expect(open(file)).rejects.toThrow(fault(name, message));
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('an empty file, as a power cut may leave one, becomes a journal', async () => {
    const file = path.join(newFolder(), 'journal.db');
    writeFileSync(file, '');
    await filled(file);
  });
});

describe('an older journal', () => {
  it('is brought up to date in one transaction, with its rows as they were', async () => {
    const file = path.join(newFolder(), 'journal.db');
    await filled(file);
    const copy = `${file}.copy`;
    copyFileSync(file, copy);
    const before = openForReading(file);
    const rows = before.prepare('SELECT * FROM journal').all();
    before.close();

    const newer = openForWriting(file, [...MIGRATIONS, 'CREATE INDEX by_boot ON journal (boot_id); CREATE TABLE note (text TEXT) STRICT;']);
    expect(scalar(newer, 'PRAGMA user_version')).toBe(MIGRATIONS.length + 1);
    expect(newer.prepare('SELECT * FROM journal').all()).toEqual(rows);
    proveTail(newer, { ...readHead(newer), signed: 0 });
    newer.close();

    expect(() => openForWriting(copy, [...MIGRATIONS, 'CREATE TABLE note (text TEXT) STRICT; SELECT no_such_function();'])).toThrow();
    const untouched = await open(copy);
    expect(await untouched.orderCount()).toBe(4);
    await untouched.close();
  });
});

describe.skipIf(!canMount)('a small disk (needs a mount namespace)', () => {
  const mount = (dir: string, size: string) => `mount -t tmpfs -o size=${size} tmpfs ${dir}`;

  it.each(['24k', '100k', '300k', '700k', '1500k'])(
    'of %s is full: what was acknowledged is there, nothing else, and it goes on when there is space',
    async (size) => {
      const dir = newFolder();
      const file = path.join(dir, 'journal.db');
      await withChild({ namespace: true, before: mount(dir, size) }, async (child) => {
        const acknowledged: number[] = [];
        const opened = await child.ask({ open: file });
        if (!opened.ok) expect(opened).toMatchObject({ fault: 'full' });
        for (let tries = 0; tries < 3 && opened.ok; tries++) {
          const answer = await child.ask({ append: orderRows('o-1', []).concat(started, started, started), times: 100_000 });
          expect(answer).toMatchObject({ ok: false, fault: 'full' });
          acknowledged.push(...answer.acknowledged);
        }
        await child.ask({ shell: `mount -o remount,size=64m ${dir}` });
        if (!opened.ok) expect(await child.ask({ open: file })).toMatchObject({ ok: true });
        expect(acknowledged).toEqual(acknowledged.map((_, i) => i + 1));
        const next = await child.ask({ append: [started] });
        expect(next).toMatchObject({ ok: true, acknowledged: [acknowledged.length + 1] });
        await child.ask({ close: true });
        expect(await child.ask({ open: file })).toMatchObject({ ok: true });
        expect(await child.ask({ append: [started] })).toMatchObject({ acknowledged: [acknowledged.length + 2] });
      });
    },
  );

  it('that is full after the process died is opened and told apart from a damaged one', async () => {
    const dir = newFolder();
    const file = path.join(dir, 'journal.db');
    await withChild({ namespace: true, before: mount(dir, '600k') }, async (child) => {
      await child.ask({ open: file });
      const { acknowledged } = await child.ask({ append: [started, started], times: 100_000 });
      // What a dead process leaves: the files without a close.
      await child.ask({ shell: `mkdir ${dir}2 && ${mount(`${dir}2`, '64m')} && cp ${dir}/* ${dir}2/` });
      expect(await child.ask({ open: path.join(`${dir}2`, 'journal.db') })).toMatchObject({ ok: true });
      expect(await child.ask({ append: [started] })).toMatchObject({ acknowledged: [acknowledged.length + 1] });
    });
  });

  it('that is read-only is named so, for an old journal and for a new one', async () => {
    const dir = newFolder();
    const file = path.join(dir, 'journal.db');
    await withChild({ namespace: true, before: mount(dir, '8m') }, async (child) => {
      await child.ask({ open: file });
      await child.ask({ append: [started] });
      await child.ask({ close: true });
      await child.ask({ shell: `mount -o remount,ro ${dir}` });
      expect(await child.ask({ open: file })).toMatchObject({ ok: false, fault: 'readOnly' });
      expect(await child.ask({ open: path.join(dir, 'other', 'journal.db') })).toMatchObject({ ok: false, fault: 'readOnly' });
      await child.ask({ shell: `mount -o remount,rw ${dir}` });
      expect(await child.ask({ open: file })).toMatchObject({ ok: true });
      expect(await child.ask({ append: [started] })).toMatchObject({ acknowledged: [2] });
    });
  });

  it('that is read-only after the process died is named so too, and the journal is written once it can be', async () => {
    const dir = newFolder();
    const file = path.join(dir, 'journal.db');
    await withChild({ namespace: true, before: mount(dir, '8m') }, async (child) => {
      await child.ask({ open: file });
      await child.ask({ append: [started] });
      // What a dead process leaves: the files without a close. With the log's memory there, SQLite reads them without a word.
      const left = `${dir}2`;
      await child.ask({ shell: `mkdir ${left} && ${mount(left, '8m')} && cp ${dir}/* ${left}/ && mount -o remount,ro ${left}` });
      expect(await child.ask({ open: path.join(left, 'journal.db') })).toMatchObject({ ok: false, fault: 'readOnly' });
      await child.ask({ shell: `mount -o remount,rw ${left}` });
      expect(await child.ask({ open: path.join(left, 'journal.db') })).toMatchObject({ ok: true });
      expect(await child.ask({ append: [started] })).toMatchObject({ acknowledged: [2] });
    });
  });
});

describe.skipIf(!canLimit)('a disk whose writes fail (needs prlimit)', () => {
  it('is an I/O error: the append did not happen, and the next one works when the disk does', async () => {
    const file = path.join(newFolder(), 'journal.db');
    await withChild({ before: 'ulimit -S -f 400' }, async (child) => {
      expect(await child.ask({ open: file })).toMatchObject({ ok: true });
      const answer = await child.ask({ append: [started, started], times: 100_000 });
      expect(answer).toMatchObject({ ok: false, fault: 'io' });
      expect(await child.ask({ append: [started] })).toMatchObject({ ok: false, fault: 'io' });
      await child.ask({ shell: `prlimit --pid ${child.process.pid} --fsize=unlimited:` });
      expect(await child.ask({ append: [started] })).toMatchObject({ ok: true, acknowledged: [answer.acknowledged.length + 1] });
    });
    const store = openStore(file, 'm:1');
    store.close();
  });
});

it('a transaction that SQLite can not even take back costs this append and no other: the journal is opened anew', () => {
  const file = path.join(newFolder(), 'journal.db');
  let failing = true;
  const rollback = vi.spyOn(DatabaseSync.prototype, 'exec');
  try {
    const store = openStore(file, 'm:1', () => {
      if (!failing) return;
      rollback.mockImplementationOnce(() => {
        throw new Error('disk I/O error');
      });
      throw new Error('disk I/O error');
    });
    const append = () => store.append([{ rows: [started], at_ms: 1, monotonic_ms: 1 }]);
    expect(append()).toMatchObject([{ result: 'failed', error: { fault: 'io' } }]);
    expect(append()).toMatchObject([{ result: 'failed', error: { fault: 'io' } }]);
    failing = false;
    expect(append()).toEqual([{ result: 'written', firstSeq: 1 }]);
    store.close();
  } finally {
    rollback.mockRestore();
  }
  openStore(file, 'm:2').close();
});

it('a journal in a folder that can not be made is an I/O error', async () => {
  const file = path.join(newFolder(), 'file');
  writeFileSync(file, '');
  await expect(open(path.join(file, 'journal.db'))).rejects.toThrow(fault('io'));
});
