/** An intent is durable before its request leaves: when one reaches a far end, the file on the disk must have it already. */
import { COMMAND, word } from '../../hardware/xy-vmc/codec.ts';
import { intentOf } from '../simulation/intents.ts';
import type { Watch } from './far-ends.ts';
import { lastVend, orderEvents } from './journal.ts';

export function createWitness(journalFile: string, violate: (what: string) => void): Watch {
  return {
    request(operation, request) {
      const intent = intentOf(request);
      if (intent !== null && !orderEvents(journalFile, intent.orderId).some(intent.stands))
        violate(`${intent.orderId}: ${operation} arrived before its intent was durable`);
    },
    drive({ command, text }) {
      const selection = word(text, command === COMMAND.drive ? 2 : 0);
      const vend = lastVend(journalFile);
      if (vend === null) return violate(`slot ${selection} was driven before vend.requested was durable`);
      const { orderId, line } = vend;
      const events = orderEvents(journalFile, orderId);
      const opened = events.find((event) => event.type === 'order.opened');
      const ended = events.some((event) => /^vend\.(succeeded|failed|unknown)$/.test(event.type) && 'line' in event && event.line === line);
      if (opened?.lines[line]?.slot !== String(selection) || ended)
        violate(`${orderId}: slot ${selection} was driven, and the last vend.requested is line ${line}${ended ? ', which has ended' : ''}`);
      if (events.some(({ type }) => type === 'cancel.requested')) violate(`${orderId}: driven after a cancel was requested`);
    },
  };
}
