/** Receipts on paper: ESC/POS through receiptline, over TCP (port 9100) or a printer device. */
import { once } from 'node:events';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { transform } from 'receiptline';
import type { Config } from '../app/config.ts';
import type { ReceiptPrinter } from '../app/ports.ts';
import type { Receipt, ReceiptLine } from '../app/receipt.ts';

const SEND_ms = 10_000;
const RETRY_ms = 50;

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
 * @param within_ms a device that has not taken a receipt by then does not get it
 * @returns a printer that opens its port for each receipt: nobody waits for paper that is out
 */
export function createReceiptPrinter(options: NonNullable<Config['printer']>, within_ms: number = SEND_ms): ReceiptPrinter {
  const tcp = /^tcp:\/\/([^/:]+):(\d+)$/.exec(options.port);
  const send = tcp ? (bytes: Buffer) => sendTcp(tcp[1] ?? '', Number(tcp[2]), bytes) : deviceSender(options.port, within_ms);
  return {
    async print(receipt) {
      const commands = transform(receiptDocument(receipt), {
        cpl: options.columns,
        encoding: 'shiftjis',
        command: options.command === 'star' ? 'starmbcs2' : options.command,
        cutting: true,
      });
      await send(Buffer.from(commands, 'latin1'));
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

/** One receipt after the other: a driver that holds the thread which writes to it holds no second one. */
function deviceSender(device: string, within_ms: number): (bytes: Buffer) => Promise<void> {
  let before: Promise<unknown> = Promise.resolve();
  return (bytes) => {
    const late = AbortSignal.timeout(within_ms);
    const sent = before.then(() => sendDevice(device, bytes, late));
    before = sent.catch(() => {});
    const gone = once(late, 'abort').then(() => {
      throw new Error(`the printer at ${device} did not take a receipt within ${within_ms} ms`);
    });
    return Promise.race([sent, gone]);
  };
}

/**
 * Writes without waiting in the call: that would hold one of the four threads that also look up names, check PINs and
 * measure the disk, for as long as the paper is out. A device that is not there is no file to make.
 * The last write is an empty one: Linux' usblp says that it took a block while the printer has not, and to close then throws it away;
 * an empty write is refused until the block is through (drivers/usb/class/usblp.c, usblp_wwait).
 */
async function sendDevice(device: string, bytes: Buffer, late: AbortSignal): Promise<void> {
  late.throwIfAborted();
  // Windows does not know the last two; undefined counts for nothing here.
  const handle = await open(device, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    let sent = 0;
    for (let done = false; !done; late.throwIfAborted()) {
      try {
        const last = sent === bytes.length;
        sent += (await handle.write(bytes, sent, bytes.length - sent)).bytesWritten;
        done = last;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
        await sleep(RETRY_ms);
      }
    }
  } finally {
    await handle.close();
  }
}
