import { execFileSync } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import type * as fs from 'node:fs/promises';
import { closeSync, constants, mkdtempSync, openSync, readdirSync, readSync, rmSync, writeSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import iconv from 'iconv-lite';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Receipt } from '../../app/receipt.ts';
import { createReceiptPrinter, receiptDocument } from '../../main/printer.ts';

const receipt: Receipt = {
  orderId: 'o-1',
  orderNumber: '1-000042',
  shopName: { ja: '駅前の店' },
  machineName: '1',
  phone: '03-1234-5678',
  paidAt_ms: Date.UTC(2026, 10, 23, 15, 30),
  lines: [
    { name: { ja: '緑茶' }, price_jpy: 150, quantity: 1, came: 'out' },
    { name: { ja: '天然水|~{x}' }, price_jpy: 110, quantity: 1, came: 'notOut' },
  ],
  paid_jpy: 260,
  refund: { amount_jpy: 110, state: 'completed', completedAt_ms: null },
  paymentId: '04123456789012345678',
  url: 'https://example.com/r/1-000042',
};

/** A printer on loopback: all bytes of one connection, without the commands in between. */
async function printed(): Promise<{ port: number; text: Promise<string> }> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const text = (async () => {
    const [socket] = (await once(server, 'connection')) as [Socket];
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    server.close();
    return iconv.decode(Buffer.concat(chunks), 'shiftjis');
  })();
  return { port: (server.address() as AddressInfo).port, text };
}

test('a receipt reaches an ESC/POS printer in Shift_JIS, with what came out, what did not, and the time in JST', async () => {
  const { port, text } = await printed();
  await createReceiptPrinter({ port: `tcp://127.0.0.1:${port}`, columns: 32, command: 'escpos' }).print(receipt);
  const paper = await text;
  expect(paper.startsWith('\x1b@')).toBe(true);
  for (const words of ['駅前の店', '緑茶', '× 天然水|~{x}', 'ご返金', '2026/11/24', '1-000042', '04123456789012345678'])
    expect(paper).toContain(words);
  // The QR goes out as a picture: ESC/POS raster graphics.
  expect(paper).toContain('\x1d8L');
});

test("a product's name cannot become markup", () => {
  expect(receiptDocument(receipt)).toContain('天然水\\|\\~\\{x\\}');
});

test('a printer that is not there is an error with its address, not a hanging sale', async () => {
  const printer = createReceiptPrinter({ port: 'tcp://127.0.0.1:1', columns: 32, command: 'escpos' });
  await expect(printer.print(receipt)).rejects.toThrow(/ECONNREFUSED/);
});

/**
 * Linux' usblp (drivers/usb/class/usblp.c): without waiting it says of up to 8 KB that it took them while the printer has not, takes
 * nothing, not even nothing, before they are through, and throws them away when it is closed.
 */
const usblp = { path: '/dev/usb/lp-of-the-test', paper: '', takes_ms: 100 };
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof fs>();
  const open = (async (...asked: Parameters<typeof real.open>) => {
    if (asked[0] !== usblp.path) return real.open(...asked);
    let flying: { readonly text: string; readonly timer: NodeJS.Timeout } | null = null;
    return {
      async write(bytes: Buffer, from: number, length: number) {
        if (flying !== null) throw Object.assign(new Error('EAGAIN'), { code: 'EAGAIN' });
        const text = bytes.subarray(from, from + Math.min(length, 8192)).toString('latin1');
        const land = () => {
          usblp.paper += text;
          flying = null;
        };
        if (text !== '') flying = { text, timer: setTimeout(land, usblp.takes_ms) };
        return { bytesWritten: text.length };
      },
      async close() {
        clearTimeout(flying?.timer);
      },
    };
  }) as typeof real.open;
  return { ...real, open };
});

test('a printer at the USB gets the whole receipt before it is closed', async () => {
  await createReceiptPrinter({ port: usblp.path, columns: 32, command: 'escpos' }).print(receipt);
  expect(iconv.decode(Buffer.from(usblp.paper, 'latin1'), 'shiftjis')).toContain('1-000042');
});

describe.skipIf(process.platform === 'win32')('a printer device', () => {
  let folder: string;
  let device: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'jihanki-printer-'));
    device = path.join(folder, 'lp0');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const printer = (within_ms: number) => createReceiptPrinter({ port: device, columns: 32, command: 'escpos' }, within_ms);
  const { O_RDWR, O_NONBLOCK } = constants;

  /** Takes nothing more until it is read. */
  function full(): { readonly read: () => Buffer; readonly close: () => void } {
    execFileSync('mkfifo', [device]);
    const end = openSync(device, O_RDWR | O_NONBLOCK);
    const filling = Buffer.alloc(4096);
    const read = (): Buffer => {
      const chunks: Buffer[] = [];
      try {
        for (;;) {
          const chunk = Buffer.alloc(65_536);
          chunks.push(chunk.subarray(0, readSync(end, chunk)));
        }
      } catch {
        return Buffer.concat(chunks);
      }
    };
    try {
      for (;;) writeSync(end, filling);
    } catch {
      return { read, close: () => closeSync(end) };
    }
  }

  test('that is not there is an error, and no file takes its place', async () => {
    await expect(printer(1000).print(receipt)).rejects.toThrow(/ENOENT/);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('that nobody serves is an error at once, and holds no thread', async () => {
    execFileSync('mkfifo', [device]);
    await expect(printer(1000).print(receipt)).rejects.toThrow(/ENXIO/);
  });

  test('that is busy for a while gets every receipt whole, one after the other', async () => {
    const { read, close } = full();
    const { print } = printer(5000);
    const both = Promise.all([print(receipt), print({ ...receipt, orderNumber: '1-000043' })]);
    await new Promise((resolve) => setTimeout(resolve, 200));
    read();
    await both;
    const paper = iconv.decode(read(), 'shiftjis');
    expect(paper.indexOf('1-000042')).toBeLessThan(paper.indexOf('1-000043'));
    expect(paper.split('\x1b@')).toHaveLength(3);
    close();
  });

  test('that takes nothing more is given up, also by those who wait for it, and does not print them when they are gone', async () => {
    const { read, close } = full();
    const { print } = printer(300);
    const tries = await Promise.allSettled([1, 2, 3, 4, 5, 6].map(() => print(receipt)));
    expect(tries.map(({ status }) => status)).toEqual(Array(6).fill('rejected'));
    // Looked up in one of the threads that files are written in.
    await lookup('localhost');
    read();
    await print(receipt);
    expect(iconv.decode(read(), 'shiftjis').split('\x1b@')).toHaveLength(2);
    close();
  });
});
