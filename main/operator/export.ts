/** Orders of some days as a table or as JSON, page by page: what is written was read a moment before, and nothing piles up. */
import type { OrderExport } from '../../app/operator/commands.ts';
import { dayNamed } from '../../app/operator/japan-time.ts';
import type { OrderArchive } from './archive/archive.ts';
import { fileHead } from './archive/file-rows.ts';

const PAGE_orders = 1000;

export interface ExportFile {
  readonly name: string;
  readonly type: string;
  readonly body: AsyncGenerator<Uint8Array>;
}

/**
 * Orders whose money or goods moved on these days, each with what moved then: the sums of a day's file are those of its day close.
 * `csv` is UTF-8 with the byte order mark that Excel wants; `csv-sjis` is for accounting programs; `json` is one array.
 */
export function exportOrders(archive: OrderArchive, { from, to, format }: OrderExport): ExportFile {
  const stem = `jihanki-${from}${from === to ? '' : `_${to}`}`;
  const json = format === 'json';

  async function* body(): AsyncGenerator<Uint8Array> {
    const [first, last] = [dayNamed(from) ?? 0, dayNamed(to) ?? 0];
    let after: string | null = null;
    let began = false;
    yield fileHead(format);
    do {
      const page = await archive.fileRows(first, last, after, PAGE_orders, format);
      if (page.bytes.length > 0) {
        if (json && began) yield Buffer.from(',\n');
        yield page.bytes;
        began = true;
      }
      after = page.next;
    } while (after !== null);
    if (json) yield Buffer.from('\n]\n');
  }

  return {
    name: `${stem}.${json ? 'json' : 'csv'}`,
    type: json ? 'application/json' : `text/csv; charset=${format === 'csv-sjis' ? 'Shift_JIS' : 'utf-8'}`,
    body: body(),
  };
}
