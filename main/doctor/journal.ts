/** The journal of a kiosk that is not running: every row is proved, nothing is changed. */
import { existsSync } from 'node:fs';
import { lockJournal, openForReading } from '../journal/database.ts';
import { journalError } from '../journal/faults.ts';
import { verify } from '../journal/verify.ts';
import { refuseDamagedLog } from '../journal/wal.ts';
import { fine, type Finding, wrong } from './report.ts';

const SHOWN = 5;
const MEND = 'Keep the file as it is, restore the newest backup, and compare with PayPay’s transactions: docs/journal.md.';

export function examineJournal(file: string): Finding {
  if (!existsSync(file)) return fine('journal', `none yet; the first start makes ${file}`);
  const open: { close(): void }[] = [];
  try {
    open.push(lockJournal(file));
    refuseDamagedLog(file);
    const db = openForReading(file);
    open.unshift(db);
    const { rows, orders, findings } = verify(db, file);
    if (findings.length === 0) return fine('journal', `${file}: ${rows} rows, ${orders} orders, all in order`);
    return wrong('journal', [`${file}: ${findings.length} findings`, ...findings.slice(0, SHOWN)].join('\n'), MEND);
  } catch (error) {
    return wrong('journal', journalError(error, file).message, MEND);
  } finally {
    open.forEach((handle) => handle.close());
  }
}
