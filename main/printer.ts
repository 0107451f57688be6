/** Receipts on paper: ESC/POS through receiptline, over TCP (port 9100) or a printer device. */
import { open } from 'node:fs/promises';
import { connect } from 'node:net';
import { transform } from 'receiptline';
import type { Config } from '../app/config.ts';
import type { ReceiptPrinter } from '../app/ports.ts';
import type { Receipt } from '../app/receipt.ts';

const SEND_ms = 10_000;

const yen = (amount_jpy: number): string => `¥${amount_jpy.toLocaleString('ja-JP')}`;
/** receiptline gives these characters a meaning; a product's name must not. */
const plain = (text: string): string => text.replace(/[\\|{}~_"`^-]/g, (character) => `\\${character}`).replace(/[\r\n]+/g, ' ');

const whenJst = (at_ms: number): string =>
  new Intl.DateTimeFormat('ja-JP', { timeZone: 'Asia/Tokyo', dateStyle: 'medium', timeStyle: 'short' }).format(at_ms);

/** The receipt in receiptline's markup. */
export function receiptDocument(receipt: Receipt): string {
  const returned_jpy = receipt.paid_jpy - receipt.dispensed_jpy;
  return [
    '{width:*,10}',
    `^^^${plain(receipt.shopName.ja)}`,
    plain(whenJst(receipt.paidAt_ms)),
    plain(`No. ${receipt.orderNumber}`),
    '-',
    ...receipt.lines.map(({ name, price_jpy, came }) => `${came === 'out' ? '' : '× '}${plain(name.ja)} | ${plain(yen(price_jpy))}`),
    '-',
    `"PayPay | "${plain(yen(receipt.paid_jpy))}`,
    ...(returned_jpy > 0 ? [`ご返金 | ${plain(yen(returned_jpy))}`, '× 商品が出ませんでした'] : []),
    '{width:auto}',
    plain(`PayPay ${receipt.paymentId}`),
    ...(receipt.phone === null ? [] : [plain(`TEL ${receipt.phone}`)]),
    ...(receipt.url === null ? [] : [`{code:${receipt.url};option:qrcode,4,m}`]),
    '=',
  ].join('\n');
}

/**
 * @param options the `printer` part of the configuration
 * @returns a printer that opens its port for each receipt: nobody waits for paper that is out
 */
export function createReceiptPrinter(options: NonNullable<Config['printer']>): ReceiptPrinter {
  return {
    async print(receipt) {
      const commands = transform(receiptDocument(receipt), {
        cpl: options.columns,
        encoding: 'shiftjis',
        command: options.command === 'star' ? 'starmbcs2' : options.command,
        cutting: true,
      });
      const bytes = Buffer.from(commands, 'latin1');
      const tcp = /^tcp:\/\/([^/:]+):(\d+)$/.exec(options.port);
      await (tcp ? sendTcp(tcp[1] ?? '', Number(tcp[2]), bytes) : sendDevice(options.port, bytes));
    },
  };
}

function sendTcp(host: string, port: number, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: SEND_ms });
    socket.once('timeout', () => socket.destroy(new Error(`no printer answered at ${host}:${port} within ${SEND_ms} ms`)));
    socket.once('error', reject);
    socket.once('close', (failed) => {
      if (!failed) resolve();
    });
    // Some printers send their status; nothing here depends on it.
    socket.resume();
    socket.end(bytes);
  });
}

async function sendDevice(path: string, bytes: Buffer): Promise<void> {
  const device = await open(path, 'w');
  try {
    await device.writeFile(bytes);
  } finally {
    await device.close();
  }
}
