/** The street page: draws the corner as its server tells it, and passes on what the visitor does. */
import '@fontsource-variable/noto-sans-jp/wght.css';
import { type MachineKind, MACHINES, type StreetCommand, type StreetSlot, type StreetState } from '../street.ts';
import './page.css';

function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found as T;
}

const send = (command: StreetCommand): void => void fetch('/command', { method: 'POST', body: JSON.stringify(command) });
const yen = (amount_jpy: number): string => `¥${amount_jpy.toLocaleString('ja-JP')}`;

/** Sets text only where it changed, so that nothing flickers and nothing is read out twice. */
function write(element: HTMLElement, html: string): void {
  if (element.dataset['html'] !== html) element.innerHTML = element.dataset['html'] = html;
}

let state: StreetState | null = null;

// ---------------------------------------------------------------- kiosk

const kioskFrame = byId<HTMLIFrameElement>('kiosk-frame');
let kioskLoaded = false;

async function loadKiosk(): Promise<void> {
  kioskLoaded = true;
  const { address } = (await (await fetch('/kiosk')).json()) as { address: string | null };
  if (address === null) kioskLoaded = false;
  else kioskFrame.src = address;
}

function drawKiosk({ kiosk }: StreetState): void {
  byId('power').setAttribute('aria-checked', String(kiosk.running));
  const off = byId('kiosk-off');
  off.hidden = kiosk.running && kiosk.framed;
  write(
    off,
    kiosk.running
      ? 'キオスクは別のウィンドウです<small lang="en">The kiosk has a window of its own</small>'
      : '電源が切れています<small lang="en">The power is off</small>',
  );
  if (kiosk.framed && kiosk.running && !kioskLoaded) void loadKiosk();
}

byId('power').onclick = () => state && send({ do: 'power', on: !state.kiosk.running });

// ---------------------------------------------------------------- phone

const phoneFrame = byId<HTMLIFrameElement>('phone-frame');
/** The QR that the phone has open. */
let scanned: string | null = null;

function drawPhone({ phone }: StreetState): void {
  const code = phone?.code ?? null;
  const fresh = code !== null && code.url !== scanned;
  // A new QR calls for the camera again; until then the last payment stays, with what was returned of it.
  if (fresh && scanned !== null) scanned = null;
  phoneFrame.hidden = scanned === null;
  byId('phone-home').hidden = scanned !== null;
  byId('scan').hidden = !fresh;
  write(
    byId('phone-hint'),
    phone === null
      ? '本物の PayPay です。ご自分のスマホで支払ってください<small lang="en">This is a real PayPay: pay with your own phone</small>'
      : fresh
        ? `${yen(code.amount_jpy)}<small lang="en">A QR is on the kiosk’s screen</small>`
        : 'キオスクで商品をえらぶと、ここで支払えます<small lang="en">Choose something on the kiosk, then pay here</small>',
  );
}

byId('scan').onclick = () => {
  const code = state?.phone?.code;
  if (!code) return;
  scanned = code.url;
  phoneFrame.src = code.url;
  if (state) drawPhone(state);
};

// ---------------------------------------------------------------- machine

const MACHINE_NAMES: Readonly<Record<MachineKind, string>> = {
  'xy-vmc': 'VMC',
  'mdb-qibixx': 'MDB',
  'modbus-relay': 'リレー基板 relays',
  'lock-board': 'ロッカー locks',
};

/** Mishaps that wait for the next vend, with the number of vends when they were ordered. */
const ordered = new Map<string, number>();

function drawMachine({ machine }: StreetState): void {
  const section = byId('machine');
  section.classList.toggle('real', machine === null);
  if (machine === null) return;
  section.classList.toggle('running', machine.running);
  section.classList.toggle('changing', machine.changing);
  const kinds = byId<HTMLSelectElement>('machine-kind');
  if (kinds.options.length === 0) kinds.append(...MACHINES.map((kind) => new Option(MACHINE_NAMES[kind], kind)));
  if (document.activeElement !== kinds || !machine.changing) kinds.value = machine.kind;
  kinds.disabled = machine.changing;
  byId('door').hidden = machine.doorOpen === null;
  byId('cable').setAttribute('aria-checked', String(machine.connected));
  byId('door').setAttribute('aria-checked', String(!machine.doorOpen));
  for (const [mishap, drives] of ordered) if (machine.drives > drives) ordered.delete(mishap);
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-mishap]')) {
    const { mishap = '' } = button.dataset;
    button.setAttribute('aria-pressed', String(ordered.has(mishap)));
    button.hidden = !(machine.mishaps as readonly string[]).includes(mishap);
  }
  write(byId('slots'), machine.slots.map((slot) => slotHtml(slot, machine.hasButtons)).join(''));
  write(byId('tray'), machine.tray.map((sku) => `<li><img src="/pictures/${sku}" alt="${sku}"></li>`).join(''));
}

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const pressHtml = (slot: string): string => `<button type="button" data-press="${escape(slot)}">えらぶ</button>`;
const stockHtml = (slot: string, count: number): string =>
  `<button type="button" data-slot="${escape(slot)}" data-count="${count}">${count > 0 ? '補充' : '空に'}</button>`;

const slotHtml = ({ slot, sku, name, price_jpy, stock, capacity, jammed }: StreetSlot, hasButtons: boolean): string => `
<li class="${jammed ? 'jammed' : stock === 0 ? 'empty' : ''}">
<img src="/pictures/${sku}" alt=""><b>${escape(slot)}</b><span>${escape(name)}<br>${yen(price_jpy)}</span>
<span class="stock">${jammed ? 'つまり' : `${stock}`}</span>
${hasButtons && stock > 0 ? pressHtml(slot) : stockHtml(slot, stock === 0 ? capacity : 0)}
</li>`;

byId('slots').onclick = ({ target }) => {
  const { slot, count, press } = (target as HTMLElement).dataset;
  if (press !== undefined) send({ do: 'press', slot: press });
  if (slot !== undefined) send({ do: 'stock', slot, count: Number(count) });
};
byId('machine-kind').onchange = ({ target }) => send({ do: 'machine', kind: (target as HTMLSelectElement).value as MachineKind });
byId('cable').onclick = () => state?.machine && send({ do: 'cable', connected: !state.machine.connected });
byId('door').onclick = () => state?.machine && send({ do: 'door', open: !state.machine.doorOpen });
for (const button of document.querySelectorAll<HTMLButtonElement>('[data-mishap]')) button.onclick = () => order(button.dataset['mishap']);

function order(mishap: string | undefined): void {
  if (!state?.machine || mishap === undefined || ordered.has(mishap)) return;
  ordered.set(mishap, state.machine.drives);
  send({ do: 'mishap', mishap: mishap as 'jam' });
  drawMachine(state);
}

// ---------------------------------------------------------------- stories and ledger

/** Something for a visitor to try: told until it happened, then until the money is settled again. */
interface Story {
  readonly waits: (state: StreetState) => boolean;
  readonly before: string;
  readonly after: string;
  begun: boolean;
}
let story: Story | null = null;

function drawStory(now: StreetState): void {
  const waits = story?.waits(now) ?? false;
  if (story && waits) story.begun = true;
  const { ledger, kiosk } = now;
  const settled = kiosk.running && (ledger === null || ledger.paid_jpy === ledger.dispensed_jpy + ledger.returned_jpy);
  if (story?.begun && !waits && settled) story = null;
  byId('story').hidden = story === null;
  if (story) write(byId('story'), story.begun && !waits ? story.after : story.before);
}

byId('story-refund').onclick = () => {
  order('jam');
  story = {
    waits: () => ordered.has('jam'),
    before:
      '次の商品はつまります。何か買ってください。お金が戻ります。<small lang="en">The next drink will jam. Buy one: watch the money come back, on the kiosk, on the phone and in the line below.</small>',
    after: 'つまりました。お金を戻しています。<small lang="en">It jammed. The money is on its way back.</small>',
    begun: false,
  };
  if (state) drawStory(state);
};
byId('story-recovery').onclick = () => {
  send({ do: 'cutAfterPayment' });
  story = {
    waits: ({ kiosk }) => kiosk.cutAfterPayment,
    before:
      '支払った瞬間に停電します。何か買ってください。再起動したキオスクがお金を返します。<small lang="en">The power fails the moment you pay. Buy a drink: the kiosk dies, starts again, and returns the money by itself.</small>',
    after:
      '停電しました。再起動したキオスクが帳簿を見て、お金を戻します。<small lang="en">The power failed. The kiosk starts again, reads its journal, asks PayPay, and returns the money.</small>',
    begun: false,
  };
  if (state) drawStory(state);
};

function drawLedger({ ledger }: StreetState): void {
  const footer = byId('ledger');
  if (ledger === null) return write(footer, '');
  const { paid_jpy, dispensed_jpy, returned_jpy } = ledger;
  const open_jpy = paid_jpy - dispensed_jpy - returned_jpy;
  footer.className = open_jpy === 0 ? 'agrees' : 'open';
  const sum = (words: string, english: string, amount_jpy: number) =>
    `<span class="sum">${words} <small lang="en">${english}</small> <b>${yen(amount_jpy)}</b></span>`;
  const verdict = open_jpy === 0 ? '✓ 一致 <small lang="en">they agree</small>' : `⚠ 未決 <small lang="en">open</small> ${yen(open_jpy)}`;
  write(
    footer,
    `${sum('支払い', 'paid', paid_jpy)} = ${sum('出た商品', 'dispensed', dispensed_jpy)} + ${sum('返金', 'returned', returned_jpy)}
<strong>${verdict}</strong><span class="source">PayPayの帳簿と自販機の計数から <small lang="en">from PayPay’s books and the machine’s counters</small></span>`,
  );
}

new EventSource('/state').onmessage = ({ data }: MessageEvent<string>) => {
  state = JSON.parse(data) as StreetState;
  drawKiosk(state);
  drawPhone(state);
  drawMachine(state);
  drawLedger(state);
  drawStory(state);
};
