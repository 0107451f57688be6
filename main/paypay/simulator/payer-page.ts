/** What the payer's phone shows: who gets how much, and two buttons. Plain HTML with forms, works without scripts. */
import { codeState, type CodeState } from './codes.ts';
import type { PayPaySimulator } from './core.ts';
import { returned_jpy, type Code, type Payment } from './world.ts';

export type Language = 'ja' | 'en';
/** What the payer did last on this page. */
export type Step = 'look' | 'declined';

const WORDS = {
  ja: {
    title: 'お支払い',
    to: 'お支払い先',
    method: 'お支払い方法',
    balance: '残高',
    pay: '支払う',
    decline: 'やめる',
    waiting: '金額をご確認のうえ「支払う」を押してください。',
    paid: 'お支払いが完了しました',
    held: 'お支払いを受け付けました',
    returned: '返金されました',
    release: 'お支払いは取り消されました',
    deleted: 'このコードは取り消されました',
    expired: 'このコードは期限が切れました',
    unknown: 'このコードは使えません',
    again: 'お店の画面に新しいコードを表示して、もう一度読み取ってください。お支払いは行われていません。',
    declined: 'お支払いをやめました',
    nothing: 'お支払いは行われていません。',
    number: '取引番号',
    note: '練習用の画面です。実際のお金は動きません。',
    other: 'English',
  },
  en: {
    title: 'Payment',
    to: 'Paying to',
    method: 'Method',
    balance: 'Balance',
    pay: 'Pay',
    decline: 'Decline',
    waiting: 'Check the amount, then press Pay.',
    paid: 'Payment complete',
    held: 'Payment accepted',
    returned: 'Returned to you',
    release: 'Payment was cancelled',
    deleted: 'This code was withdrawn',
    expired: 'This code has expired',
    unknown: "This code can't be used",
    again: 'Show a new code on the shop’s screen and scan again. You have not paid.',
    declined: 'You declined the payment',
    nothing: 'You have not paid.',
    number: 'Transaction',
    note: 'Practice screen. No real money moves.',
    other: '日本語',
  },
} as const;

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
const yen = (amount_jpy: number): string => amount_jpy.toLocaleString('en-US');

/** Only same-origin styles and fonts, forms to itself; any page on this machine may frame it, like a phone in a demo. */
export const PAYER_PAGE_HEADERS = {
  'content-type': 'text/html;charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'self' 'unsafe-inline'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self' http://127.0.0.1:* http://localhost:*",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
} as const;

/** @param code undefined for a QR that this PayPay did not make */
export function payerPage(simulator: PayPaySimulator, code: Code | undefined, step: Step, language: Language): string {
  const words = WORDS[language];
  const state = code ? codeState(simulator.world, code) : 'unknown';
  const here = code ? new URL(code.url).pathname : '';
  const other = language === 'ja' ? 'en' : 'ja';
  const switchLink = code
    ? `<a class="other" href="${here}?lang=${other}${step === 'declined' ? '&amp;step=declined' : ''}" hreflang="${other}">${words.other}</a>`
    : '';
  return `<!doctype html>
<html lang="${language}" translate="no">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
${state === 'paid' ? '<meta http-equiv="refresh" content="3">' : ''}<title>${words.title}</title><link rel="stylesheet" href="/font/wght.css"><style>${STYLE}</style></head>
<body><header><h1>${words.title}</h1>${switchLink}</header>
<main>${code ? body(simulator, code, state as CodeState, step, language, here) : dead(words.unknown, words.again)}</main>
<footer>${words.note}</footer></body></html>`;
}

const dead = (title: string, text: string) =>
  `<section class="card result" role="status"><div class="mark off" aria-hidden="true">!</div><h2>${title}</h2><p>${text}</p></section>`;

function body(simulator: PayPaySimulator, code: Code, state: CodeState, step: Step, language: Language, here: string): string {
  const words = WORDS[language];
  const payment = simulator.world.paymentOf(code.merchantPaymentId);
  const amount = `<p class="amount" data-amount="${code.amount_jpy}"><span>¥</span>${yen(code.amount_jpy)}</p>`;
  const merchant = `<div class="merchant"><div class="avatar" aria-hidden="true">${escape([...simulator.merchantName][0] ?? '')}</div><div><small>${words.to}</small><strong>${escape(simulator.merchantName)}</strong></div></div>`;
  if (payment) return receipt(payment, simulator.merchantName, words, amount);
  if (state === 'deleted' || state === 'expired') return dead(words[state], words.again);
  if (step === 'declined') return dead(words.declined, words.nothing);
  const description = code.request['orderDescription'];
  return `<section class="card">${merchant}
${typeof description === 'string' && description ? `<p class="what">${escape(description)}</p>` : ''}${amount}
<dl><dt>${words.method}</dt><dd>${words.balance}</dd></dl><p class="hint">${words.waiting}</p></section>
<form method="post" action="${here}/pay?lang=${language}"><button class="pay" type="submit">${words.pay}</button></form>
<form method="post" action="${here}/decline?lang=${language}"><button class="decline" type="submit">${words.decline}</button></form>`;
}

/** Follows the payment: what comes back is shown here as well. */
function receipt(payment: Payment, merchantName: string, words: (typeof WORDS)[Language], amount: string): string {
  const returned = returned_jpy(payment);
  const released = payment.status === 'CANCELED' || payment.status === 'EXPIRED' || (payment.status === 'FAILED' && returned === 0);
  const title = released ? words.release : payment.status === 'AUTHORIZED' ? words.held : words.paid;
  const back = returned > 0 ? `<p class="back" data-returned="${returned}">${words.returned} ¥${yen(returned)}</p>` : '';
  return `<section class="card result" role="status"><div class="mark" aria-hidden="true">✓</div><h2>${title}</h2>
${amount}<p>${escape(merchantName)}</p>${back}<dl><dt>${words.number}</dt><dd>${payment.paymentId}</dd></dl></section>`;
}

const STYLE = `
:root{color-scheme:light;--ink:#16202e;--soft:#5c6878;--line:#e3e7ed;--ground:#f3f5f8;--accent:#0b63ce;--good:#0c7a50}
*{box-sizing:border-box;margin:0}
html{height:100%;-webkit-text-size-adjust:100%}
body{min-height:100%;display:flex;flex-direction:column;background:var(--ground);color:var(--ink);font:16px/1.6 "Noto Sans JP Variable",system-ui,sans-serif}
button{font:inherit}
header{display:flex;align-items:center;justify-content:space-between;padding:14px 20px;background:#fff;border-bottom:1px solid var(--line)}
h1{font-size:17px;font-weight:600}
.other{color:var(--soft);font-size:14px;padding:10px 4px;text-decoration:none}
main{flex:1;width:100%;max-width:460px;margin:0 auto;padding:20px 16px;display:flex;flex-direction:column;gap:12px}
.card{background:#fff;border:1px solid var(--line);border-radius:16px;padding:22px 20px}
.merchant{display:flex;align-items:center;gap:14px}
.avatar{flex:none;width:48px;height:48px;border-radius:50%;display:grid;place-items:center;background:#e8f0fb;color:var(--accent);font-size:21px;font-weight:700}
.merchant small{display:block;color:var(--soft);font-size:13px;line-height:1.4}
.merchant strong{font-size:17px;line-height:1.35;overflow-wrap:anywhere}
.what{margin-top:16px;color:var(--soft);overflow-wrap:anywhere}
.amount{margin:18px 0 14px;text-align:center;font-size:46px;line-height:1.15;font-weight:700;font-variant-numeric:tabular-nums}
.amount span{font-size:28px;font-weight:600;margin-right:3px}
dl{display:flex;justify-content:space-between;gap:16px;padding:12px 0;border-top:1px solid var(--line);font-size:15px}
dt{color:var(--soft)}dd{overflow-wrap:anywhere;text-align:right}
.hint{padding-top:12px;border-top:1px solid var(--line);color:var(--soft);font-size:14px;word-break:auto-phrase;text-wrap:pretty}
form button{width:100%;min-height:54px;border-radius:14px;border:0;font-weight:700;font-size:17px;cursor:pointer}
.pay{background:var(--accent);color:#fff}
.pay:active{background:#094fa6}
.decline{background:transparent;color:var(--soft)}
button:focus-visible,a:focus-visible{outline:3px solid #7fb0f0;outline-offset:2px;border-radius:14px}
.result{text-align:center;padding:36px 20px}
.result h2{font-size:20px;line-height:1.4;margin:14px 0 6px}
.result p:not(.amount){color:var(--soft);overflow-wrap:anywhere}
.result dl{margin-top:20px;text-align:left}
.result p.back{margin:14px auto 0;padding:8px 14px;border-radius:10px;background:#e3f4ec;color:var(--good);font-weight:700}
.mark{width:64px;height:64px;margin:0 auto;border-radius:50%;display:grid;place-items:center;background:#e3f4ec;color:var(--good);font-size:32px;font-weight:700}
.mark.off{background:#eef0f3;color:var(--soft)}
footer{padding:14px 20px 18px;text-align:center;color:var(--soft);font-size:13px}
`;
