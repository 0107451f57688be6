/** What a person may have meant by what they typed into the search box. Pure. */
import type { Criterion } from './archive.ts';
import type { OrderSummary } from './summary.ts';

const AMOUNT = /^[¥￥]?\s*(\d{1,3}(?:[,，]\d{3})+|\d{1,7})\s*円?$/;

/** Full-width digits and signs, as a Japanese keyboard types them. */
const plain = (text: string): string =>
  text
    .replace(/[！-～]/g, (char) => String.fromCharCode(char.charCodeAt(0) - 0xfee0))
    .replace(/　/g, ' ')
    .trim();

/** The last digits of `1-000042`, as customers read them out. */
const DIGITS = /^\d{1,6}$/;
const ending = (digits: string): string => `-${digits.padStart(6, '0')}`;

/** @returns alternatives, any of which may match; empty for an empty box */
export function criteriaOf(typed: string, machineName: string): Criterion[] {
  const text = plain(typed);
  if (text === '') return [];
  const found: Criterion[] = [];
  const amount = AMOUNT.exec(text);
  if (amount?.[1] !== undefined) found.push({ by: 'total_jpy', is: Number(amount[1].replace(/[,，]/g, '')) });
  // A machine's name may itself be full-width and have spaces; and the order be from when it had another name.
  const numbers = [text, typed.trim()];
  const name = `${plain(machineName)}-`;
  const digits = text.startsWith(name) ? text.slice(name.length) : text;
  if (DIGITS.test(digits)) numbers.unshift(machineName + ending(digits));
  for (const is of new Set(numbers)) found.push({ by: 'orderNumber', is });
  if (/^[A-Za-z0-9_-]{1,64}$/.test(text)) found.push({ by: 'orderId', is: text });
  if (/^\d{8,64}$/.test(text)) found.push({ by: 'paymentId', is: text });
  return found;
}

/** Whether what was typed names this very order, and not only its amount. */
export function isNamed(order: Pick<OrderSummary, 'orderNumber' | 'orderId' | 'merchantPaymentId'>, typed: string): boolean {
  const text = plain(typed);
  const number = plain(order.orderNumber);
  return [number, order.orderId, order.merchantPaymentId].includes(text) || (DIGITS.test(text) && number.endsWith(ending(text)));
}
