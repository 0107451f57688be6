/** Opens a journal as a kiosk does at its start, in a process of its own; prints what that took. */
import { openJournal } from '../../main/journal/journal.ts';
import { systemClock } from '../../main/system.ts';

const start_ms = performance.now();
const journal = await openJournal({ path: process.argv[2] ?? '', clock: systemClock(), bootId: 'm:bench' });
await Promise.all([journal.shop(), journal.openOrders()]);
const orders = await journal.orderCount();
await journal.append([{ stream: 'shop', event: { type: 'kiosk.started', version: 'bench' } }]);
const open_ms = performance.now() - start_ms;
const rss_MB = process.memoryUsage.rss() / 1e6;
console.log(JSON.stringify({ orders, open_ms, rss_MB }));
await journal.close();
