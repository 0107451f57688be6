/** Receipts on paper: ESC/POS through receiptline, over TCP (port 9100) or a printer device. */
import { open } from 'node:fs/promises';
import { connect } from 'node:net';
import { transform } from 'receiptline';
import type { Config } from '../app/config.ts';
import type { ReceiptPrinter } from '../app/ports.ts';
import type { Receipt, ReceiptLine } from '../app/receipt.ts';

const SEND_ms = 10_000;

const yen = (amount_jpy: number): string => `¥${amount_jpy.toLocaleString('ja-JP')}`;
/** receiptline gives these characters a meaning; a product's name must not. */
const plain = (text: string): string => text.replace(/[\\|{}~_"`^-]/g, (character) => `\\${character}`).replace(/[\r\n]+/g, ' ');

const whenJst = (at_ms: number): string =>
  new Intl.DateTimeFormat('ja-JP', { timeZone: 'Asia/Tokyo', dateStyle: 'medium', timeStyle: 'short' }).format(at_ms);

const MARK: Readonly<Record<ReceiptLine['came'], string>> = { out: '', notOut: '× ', unknown: '? ' };
const LEGEND: readonly (readonly [ReceiptLine['came'], string])[] = [
  ['notOut', '× 商品が出ませんでした'],
  ['unknown', '? 商品が出たか確認中です'],
];
/** A receipt is printed as soon as nothing moves any more; money that goes back is on its way then at the most. */
const REFUND: Readonly<Record<NonNullable<Receipt['refund']>['state'], string>> = {
  requested: '返金予定',
  accepted: '返金予定',
  completed: 'ご返金',
  rejected: '係員が確認します',
  held: '係員が確認します',
};

/** The receipt in receiptline's markup. */
export function receiptDocument(receipt: Receipt): string {
  const { refund } = receipt;
  return [
    '{width:*,10}',
    `^^^${plain(receipt.shopName.ja)}`,
    plain(whenJst(receipt.paidAt_ms)),
    plain(`No. ${receipt.orderNumber}`),
    '-',
    ...receipt.lines.map(
      ({ name, price_jpy, quantity, came }) =>
        `${MARK[came]}${plain(name.ja)}${quantity > 1 ? ` ×${quantity}` : ''} | ${plain(yen(price_jpy * quantity))}`,
    ),
    '-',
    `"PayPay | "${plain(yen(receipt.paid_jpy))}`,
    ...(refund === null ? [] : [`${REFUND[refund.state]} | ${plain(yen(refund.amount_jpy))}`]),
    ...LEGEND.filter(([fate]) => receipt.lines.some(({ came }) => came === fate)).map(([, words]) => words),
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
