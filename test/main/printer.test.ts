import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import iconv from 'iconv-lite';
import { expect, test } from 'vitest';
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
