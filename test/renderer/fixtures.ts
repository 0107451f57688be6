/** A view for every screen, and for the variants that look different. */
import { themeOf, USUAL_ACCENT, USUAL_GROUND } from '../../app/theme.ts';
import type { LocalText, OrderEvent } from '../../app/order/events.ts';
import type { KioskView, Language, LastSaleView, OrderView, ProductView, ScreenView, ShopView, VendLineView } from '../../app/view.ts';
import { codeCreated, jammed, opened, paid, screenOfOrder, tell, unknown, vended } from '../app/order/orders.ts';

const NOW_ms = Date.UTC(2026, 10, 23, 5, 5); // 14:05 in Japan

export const shop: ShopView = {
  name: { ja: '桜坂コーヒースタンド', en: 'Sakurazaka Coffee Stand' },
  machineName: '3',
  phone: '03-1234-5678',
  merchantName: 'サクラザカ コーヒースタンド',
  languages: ['ja', 'en'],
  categories: [
    { id: 'cold', name: { ja: 'つめたい', en: 'Cold' } },
    { id: 'hot', name: { ja: 'あたたかい', en: 'Hot' } },
    { id: 'food', name: { ja: 'たべもの', en: 'Food' } },
  ],
  mode: 'vending',
  singleItem: false,
  selection: 'screen',
  outlet: 'below',
  theme: { ...themeOf({ accent: USUAL_ACCENT, ground: USUAL_GROUND }), logo: null },
  display: { width_mm: 300, height_mm: 533, bottomFromFloor_mm: 700, lowReach_mm: 1100 },
  sound: false,
  speech: false,
};

const picture = (name: string): string => `pictures/${name}.svg`;
const product = (
  sku: string,
  ja: string,
  en: string,
  price_jpy: number,
  category: string,
  more: Partial<ProductView> = {},
): ProductView => ({
  sku,
  name: { ja, en },
  description: null,
  category,
  price_jpy,
  picture: picture(sku),
  allergens: [],
  calories_kcal: null,
  available: 5,
  notForSale: null,
  ageCheck: false,
  ...more,
});

export const products: readonly ProductView[] = [
  product('green-tea', '緑茶', 'Green tea', 150, 'cold', {
    description: { ja: '宇治の一番茶だけを使った、すっきりした味わいの緑茶です。', en: 'First-flush leaves from Uji, clean and light.' },
    calories_kcal: 0,
  }),
  product('black-coffee', 'ブラックコーヒー', 'Black coffee', 140, 'hot', {
    description: { ja: '砂糖を使っていません。', en: 'No sugar.' },
    allergens: [],
  }),
  product('water', '天然水', 'Mineral water', 110, 'cold'),
  product('cider', 'サイダー', 'Cider soda', 160, 'cold', { calories_kcal: 225 }),
  product('orange', 'オレンジジュース', 'Orange juice', 160, 'cold', { allergens: ['オレンジ'] }),
  product('cafe-au-lait', 'カフェオレ', 'Café au lait', 170, 'hot', { allergens: ['乳'], available: 2 }),
  product('energy', 'エナジードリンク', 'Energy drink', 210, 'cold', { notForSale: 'soldOut', available: 0 }),
  product('onigiri', 'おにぎり 鮭', 'Rice ball, salmon', 180, 'food', { allergens: ['さけ', '小麦'], calories_kcal: 186 }),
  product('chocolate', '板チョコレート', 'Chocolate bar', 130, 'food', { allergens: ['乳', '大豆'] }),
  product('chips', 'ポテトチップス うすしお', 'Potato chips', 160, 'food', { notForSale: 'quarantined', available: 0 }),
  product('cookies', 'バタークッキー', 'Butter cookies', 200, 'food', { allergens: ['乳', '卵', '小麦'] }),
  product('corn-soup', 'コーンポタージュ', 'Corn soup', 150, 'hot', { allergens: ['乳'] }),
];

const line = (sku: string, quantity: number) => {
  const found = products.find((candidate) => candidate.sku === sku);
  if (!found) throw new Error(sku);
  return { sku, name: found.name, quantity, price_jpy: found.price_jpy };
};
const cart = [line('green-tea', 2), line('onigiri', 1)];
const one = { orderNumber: '3-0142', total_jpy: 150, lines: [line('green-tea', 1)] };
const three = { orderNumber: '3-0143', total_jpy: 480, lines: cart };
const unit = (sku: string, state: VendLineView['state']): VendLineView => {
  const { name, price_jpy } = line(sku, 1);
  return { name, price_jpy, state };
};
/** The shape and length of a PayPay dynamic code's address. */
export const QR_URL = 'https://qr.paypay.ne.jp/28180104Bv7dSW9rTgqLmKX2';

/** As long as an address with a whole receipt behind it gets (app/receipt.ts). */
const LONG_RECEIPT_URL = `https://shop.example/receipt.html#${'WyLjgYrojLYi'.repeat(39).slice(0, 466)}`;

export const view = (screen: ScreenView, more: Partial<KioskView> = {}): KioskView => ({
  shop,
  comfort: { language: 'ja', easyView: false },
  screen,
  products,
  lastSale: null,
  now_ms: NOW_ms,
  idleAt_ms: null,
  ...more,
});
const lastSale: LastSaleView = { orderNumber: '3-000142', total_jpy: 300, at_ms: NOW_ms - 240_000, state: 'paid' };
/** Thanks go by themselves soon; what must be read stays. */
const soon = { idleAt_ms: NOW_ms + 20_000 };
const later = { idleAt_ms: NOW_ms + 60_000 };

/** An order as the journal tells it, paid or not: its screen says what the kiosk would say. */
function told(
  state: 'refunding' | 'codeClosed',
  order: OrderView,
  events: readonly OrderEvent[],
  leaving?: 'cancelled' | 'expired',
): ScreenView {
  const units = order.lines.flatMap(({ quantity, sku, name, price_jpy }) =>
    Array.from({ length: quantity }, () => ({ sku, name, price_jpy })),
  );
  const { lines, ...rest } = opened(
    units.map(({ price_jpy }) => price_jpy),
    { orderNumber: order.orderNumber },
  );
  return screenOfOrder(
    state,
    tell({ ...rest, lines: lines.map((line, i) => ({ ...line, ...units[i] })) }, ...codeCreated, ...events),
    leaving,
  );
}
const refunding = (order: OrderView, ...events: readonly OrderEvent[]): KioskView =>
  view(told('refunding', order, [paid(order.total_jpy), ...events]), later);
const closedCode = (how: 'unpaid' | 'reversed', reason: 'customer' | 'expired' | 'rejected'): KioskView =>
  view(
    told(
      'codeClosed',
      one,
      [{ type: 'cancel.requested', reason }, { type: 'cancel.accepted' }, { type: 'payment.closed', how }],
      reason === 'customer' ? 'cancelled' : 'expired',
    ),
    later,
  );
const refund: OrderEvent = { type: 'refund.requested', amount_jpy: 150 };

export const fixtures = {
  recovering: view({ name: 'recovering' }),
  attract: view({ name: 'attract' }),
  'attract-counter': view({ name: 'attract' }, { shop: { ...shop, mode: 'counter', categories: [] }, lastSale }),
  'attract-machine': view({ name: 'attract' }, { shop: { ...shop, selection: 'machine' } }),
  'selecting-empty': view({ name: 'selecting', cart: [], total_jpy: 0, problem: null }, { idleAt_ms: NOW_ms + 60_000 }),
  'selecting-cart': view({ name: 'selecting', cart, total_jpy: 480, problem: null }, { idleAt_ms: NOW_ms + 60_000 }),
  'selecting-problem': view({ name: 'selecting', cart, total_jpy: 480, problem: 'slotPaused' }, { idleAt_ms: NOW_ms + 60_000 }),
  'selecting-idle': view({ name: 'selecting', cart, total_jpy: 480, problem: null }, { idleAt_ms: NOW_ms + 20_000 }),
  'selecting-single': view(
    { name: 'selecting', cart: [], total_jpy: 0, problem: null },
    { shop: { ...shop, singleItem: true, categories: [] }, products: products.slice(0, 4), idleAt_ms: NOW_ms + 60_000 },
  ),
  'selecting-sixty': view(
    { name: 'selecting', cart, total_jpy: 480, problem: null },
    {
      products: Array.from({ length: 60 }, (_, i) => {
        const base = products[i % products.length] as ProductView;
        return { ...base, sku: i < products.length ? base.sku : `${base.sku}-${i}`, picture: i % 5 === 4 ? null : base.picture };
      }),
    },
  ),
  'selecting-eighteen': view(
    { name: 'selecting', cart: [], total_jpy: 0, problem: null },
    {
      products: [0, 1].flatMap((time) =>
        products.slice(0, 9).map((given) => ({
          ...given,
          sku: time === 0 ? given.sku : `${given.sku}-${time}`,
          price_jpy: given.price_jpy * (time === 0 ? 1 : 10),
          ageCheck: given.sku === 'cider',
        })),
      ),
      idleAt_ms: NOW_ms + 60_000,
    },
  ),
  counter: view(
    { name: 'selecting', cart: [], total_jpy: 0, problem: null },
    { shop: { ...shop, mode: 'counter', categories: [] }, lastSale, idleAt_ms: NOW_ms + 60_000 },
  ),
  'selecting-age': view(
    { name: 'selecting', cart: [line('cider', 1)], total_jpy: 160, problem: 'ageUnknown' },
    {
      products: products.map((given) =>
        given.sku === 'cider' ? { ...given, ageCheck: true } : given.sku === 'energy' ? { ...given, notForSale: 'ageCheckMissing' } : given,
      ),
      idleAt_ms: NOW_ms + 60_000,
    },
  ),
  checkingAge: view({ name: 'checkingAge', order: one }),
  creatingCode: view({ name: 'creatingCode', order: one }),
  awaitingPayment: view({ name: 'awaitingPayment', order: one, url: QR_URL, expiresAt_ms: NOW_ms + 272_000, pollsFailing: false }),
  'awaitingPayment-cart': view({ name: 'awaitingPayment', order: three, url: QR_URL, expiresAt_ms: NOW_ms + 42_000, pollsFailing: true }),
  checking: view({ name: 'checking', order: one, leaving: 'cancelled' }),
  'codeClosed-expired': closedCode('unpaid', 'expired'),
  'codeClosed-cancelled': closedCode('unpaid', 'customer'),
  'codeClosed-reversed': closedCode('reversed', 'customer'),
  'codeClosed-rejected': closedCode('reversed', 'rejected'),
  'codeClosed-stillChecking': view({ name: 'codeClosed', order: one, why: 'stillChecking' }, later),
  dispensing: view({
    name: 'dispensing',
    order: three,
    lines: [unit('green-tea', 'delivered'), unit('green-tea', 'moving'), unit('onigiri', 'waiting')],
  }),
  'dispensing-choose': view({
    name: 'dispensing',
    order: three,
    lines: [unit('green-tea', 'delivered'), unit('green-tea', 'choose'), unit('onigiri', 'waiting')],
  }),
  'codeClosed-machine': view({ name: 'codeClosed', order: one, why: 'expired' }, { ...later, shop: { ...shop, selection: 'machine' } }),
  thanks: view({ name: 'thanks', order: one, lines: [unit('green-tea', 'delivered')], receiptUrl: 'https://example.jp/r/3-0142' }, soon),
  'thanks-receipt': view({ name: 'thanks', order: three, lines: [unit('green-tea', 'delivered')], receiptUrl: LONG_RECEIPT_URL }, soon),
  'thanks-plain': view({ name: 'thanks', order: one, lines: [unit('green-tea', 'delivered')], receiptUrl: null }, soon),
  'refunding-requested': refunding(one, ...jammed(0), refund),
  'refunding-completed': refunding(one, ...jammed(0), refund, { type: 'refund.completed' }),
  'refunding-partly': refunding(three, ...vended(0), ...jammed(1), ...vended(2), refund, { type: 'refund.accepted' }),
  'refunding-unknown': refunding(one, ...unknown('none', 0), refund),
  'refunding-held': refunding(three, ...vended(0), ...unknown('delivered', 1), ...vended(2)),
  'refunding-rejected': refunding(one, ...jammed(0), refund, { type: 'refund.rejected', code: '', message: '' }),
  outOfService: view({ name: 'outOfService', reasons: ['networkDown', 'machineDoorOpen'], since_ms: NOW_ms - 900_000, interrupted: null }),
  'outOfService-interrupted': view({ name: 'outOfService', reasons: ['journalFailed'], since_ms: NOW_ms - 5_000, interrupted: one }, later),
  maintenance: view({ name: 'maintenance' }),
} satisfies Readonly<Record<string, KioskView>>;
export type FixtureName = keyof typeof fixtures;

/** The three kinds of glass that the screens are drawn for. */
export const GLASS = {
  portrait: { viewport: { width: 1080, height: 1920 }, display: shop.display },
  landscape: {
    viewport: { width: 1920, height: 1080 },
    display: { width_mm: 477, height_mm: 268, bottomFromFloor_mm: 950, lowReach_mm: 1100 },
  },
  small: { viewport: { width: 800, height: 480 }, display: { width_mm: 155, height_mm: 93, bottomFromFloor_mm: 1000, lowReach_mm: 1100 } },
} as const;
export type GlassName = keyof typeof GLASS;

/** @param more what the customer chose, or a shop that differs */
export function on(
  glass: GlassName,
  base: KioskView,
  more: { language?: Language; easyView?: boolean; shop?: Partial<ShopView> } = {},
): KioskView {
  const language = more.language ?? base.comfort.language;
  return {
    ...base,
    shop: { ...base.shop, display: GLASS[glass].display, ...more.shop },
    comfort: { language, easyView: more.easyView ?? false },
  };
}

interface Case {
  readonly view: KioskView;
  /** Selectors to press once the view stands, one after the other: some sheets and pages only the screen itself knows of. */
  readonly press?: readonly string[];
}
/** Everything that can stand on the screen. */
export const cases: Readonly<Record<string, Case>> = {
  ...Object.fromEntries(Object.entries(fixtures).map(([name, view]): [string, Case] => [name, { view }])),
  details: { view: fixtures['selecting-cart'], press: ['.tile-details'] },
  // Where they fit side by side there is no sheet, and the press does no harm.
  languages: { view: fixtures['codeClosed-expired'], press: [':is(.header-languages, .header-language)'] },
  'details-languages': { view: fixtures['selecting-cart'], press: ['.tile-details', '.sheet .header-languages'] },
  'counter-amount': { view: fixtures.counter, press: Array<string>(7).fill('.key') },
  'counter-products': { view: { ...fixtures['selecting-cart'], shop: fixtures.counter.shop }, press: ['.tab[aria-pressed="false"]'] },
};

/** The same view with words three times as long, as a translation or a careful shop may have them, and as many categories as a shop may have. */
export function longNames(base: KioskView): KioskView {
  const longer = (text: LocalText): LocalText => ({
    ja: [text.ja, text.ja, text.ja].join(' '),
    ...Object.fromEntries(Object.entries(text).map(([language, words]) => [language, [words, words, words].join(' ')])),
  });
  const named = <Named extends { readonly name: LocalText }>(one: Named): Named => ({ ...one, name: longer(one.name) });
  const { screen, shop } = base;
  const { categories } = shop;
  const order = 'order' in screen ? { order: { ...screen.order, lines: screen.order.lines.map(named) } } : {};
  const cart = 'cart' in screen ? { cart: screen.cart.map(named) } : {};
  const lines = 'lines' in screen ? { lines: screen.lines.map(named) } : {};
  const category = (i: number): string => `${categories[i % categories.length]?.id}${i < categories.length ? '' : i}`;
  return {
    ...base,
    shop: {
      ...shop,
      name: longer(shop.name),
      merchantName: [shop.merchantName, shop.merchantName, shop.merchantName].join(' '),
      categories:
        categories.length === 0
          ? []
          : Array.from({ length: 12 }, (_, i) => ({ ...named(categories[i % categories.length]!), id: category(i) })),
    },
    products: base.products.map((product, i) => ({
      ...named(product),
      // Each of the twelve has a product.
      category: product.category === null || categories.length === 0 ? product.category : category(i % 12),
      description: product.description && longer(product.description),
      allergens: [1, 2, 3].flatMap((time) =>
        product.allergens.map((allergen) => (typeof allergen === 'string' ? `${allergen}${time}` : longer(allergen))),
      ),
    })),
    screen: { ...screen, ...order, ...cart, ...lines },
  };
}
