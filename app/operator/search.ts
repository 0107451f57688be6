/** What a person may have meant by what they typed into the search box. Pure. */
import type { Criterion } from './archive.ts';

const AMOUNT = /^[¥￥]?\s*(\d{1,3}(?:[,，]\d{3})+|\d{1,7})\s*円?$/;

/** Full-width digits and signs, as a Japanese keyboard types them. */
const plain = (text: string): string =>
  text
    .replace(/[！-～]/g, (char) => String.fromCharCode(char.charCodeAt(0) - 0xfee0))
    .replace(/　/g, ' ')
    .trim();

/** @returns alternatives, any of which may match; empty for an empty box, null when it can't be any of them */
export function criteriaOf(typed: string, machineName: string): Criterion[] | null {
  const text = plain(typed);
  if (text === '') return [];
  const found: Criterion[] = [];
  const amount = AMOUNT.exec(text);
  if (amount?.[1] !== undefined) found.push({ by: 'total_jpy', is: Number(amount[1].replace(/[,，]/g, '')) });
  // The customer reads out the last digits of `1-000042`.
  if (/^\d{1,6}$/.test(text)) found.push({ by: 'orderNumber', is: `${machineName}-${text.padStart(6, '0')}` });
  if (/^[A-Za-z0-9_-]{1,64}$/.test(text)) {
    found.push({ by: 'orderNumber', is: text }, { by: 'orderId', is: text });
    if (/^\d{8,}$/.test(text)) found.push({ by: 'paymentId', is: text });
  } else if (/^[^\s]{1,64}$/.test(text)) found.push({ by: 'orderNumber', is: text });
  return found.length > 0 ? found : null;
}
