/**
 * The shop's configuration: what a shop owner may write, bounded and with words they understand.
 * Pure: reading the file and pointing at its lines is `main/config-file.ts`.
 */
import { z } from 'zod';
import { type ConfigProblem, configProblems } from './config-problems.ts';
import { Machine, Port } from './machine-config.ts';
import { USUAL_ACCENT, USUAL_GROUND } from './theme.ts';
import { LANGUAGES } from './view.ts';

const Text = z
  .strictObject({
    ja: z.string().trim().min(1).max(120).describe('Japanese.'),
    en: z.string().trim().min(1).max(120).optional().describe('English.'),
    'zh-Hans': z.string().trim().min(1).max(120).optional().describe('Simplified Chinese.'),
    'zh-Hant': z.string().trim().min(1).max(120).optional().describe('Traditional Chinese.'),
    ko: z.string().trim().min(1).max(120).optional().describe('Korean.'),
    'ja-easy': z.string().trim().min(1).max(120).optional().describe('Easy Japanese, for the easy view; `ja` when absent.'),
  })
  .describe('A text in the languages of the shop; ja is required, the others fall back to en, then ja.');

const Slot = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,16}$/, '1–16 letters, digits or "-", in quotes, as written on the machine')
  .describe('The slot (column) as the machine numbers it.');
const Sku = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, '1–64 letters, digits, "_" or "-"');
const Colour = z.string().regex(/^#[0-9a-fA-F]{6}$/, '"#" and six hexadecimal digits, in quotes');

const Shop = z.strictObject({
  name: Text.describe('The name of the shop, shown on every screen.'),
  machineName: z.string().min(1).max(40).default('1').describe('Tells this machine from its neighbours, for customers who call.'),
  merchantName: z.string().min(1).max(60).describe("The merchant's name as PayPay's app shows it to the payer."),
  phone: z
    .string()
    .regex(/^[0-9+() -]{6,24}$/, '6–24 digits, spaces, "-", "+", "(" or ")", in quotes')
    .optional()
    .describe('Whom a customer can call.'),
  languages: z
    .array(z.enum(LANGUAGES))
    .min(1)
    .default(['ja', 'en'])
    .describe('Offered on the screen; the first is the one the kiosk starts with.'),
  mode: z.enum(['vending', 'counter']).default('vending').describe('counter: a tablet point of sale without a machine.'),
  singleItem: z.boolean().default(false).describe('true: one tap from a product to its QR, no cart.'),
  outlet: z.enum(['left', 'right', 'below']).default('below').describe('Where the goods come out, seen from the front.'),
  accent: Colour.default(USUAL_ACCENT).describe(
    'The one accent colour of the screens; shown darker where words on it would be hard to read.',
  ),
  ground: Colour.default(USUAL_GROUND).describe('The ground of the screens; shown lighter where words on it would be hard to read.'),
  logo: z.string().max(200).optional().describe('Picture file, relative to this file; as `picture` of a product.'),
  sound: z.boolean().default(true).describe('Sounds for a touch, a payment and goods that come out.'),
  speech: z.boolean().default(false).describe('Screens are read aloud, where the browser has a voice.'),
  receiptUrl: z
    .url({ protocol: /^https$/ })
    .max(200)
    .optional()
    .describe(
      'Where customers find their receipt. {order} is replaced by the order number, {data} by the whole receipt: https://shop.example/receipt.html#{data} with docs/receipt.html needs no server that knows the order.',
    ),
});

const Display = z.strictObject({
  width_mm: z
    .number()
    .min(50)
    .max(3000)
    .default(300)
    .describe('Width of the screen as it stands, in millimetres: text and buttons get their physical size from it.'),
  height_mm: z.number().min(50).max(3000).default(530).describe('Height of the screen as it stands, in millimetres.'),
  bottomFromFloor_mm: z.number().min(0).max(2000).default(700).describe('Height of the lower edge of the screen above the floor.'),
  lowReach_mm: z.number().min(400).max(1500).default(1100).describe('Highest point a customer in a wheelchair reaches.'),
});

const ENVIRONMENTS = 'sandbox, staging, production, simulated (in the demo), or the address of a simulator';
const PayPay = z.strictObject({
  environment: z
    .union([z.enum(['sandbox', 'staging', 'production', 'simulated']), z.url({ protocol: /^https?$/, error: ENVIRONMENTS })])
    .default('sandbox')
    .describe(`${ENVIRONMENTS} (http://127.0.0.1:…).`),
  merchantId: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[\x21-\x7e]*$/, 'letters and digits, none of them full-width')
    .optional()
    .describe('From the PayPay for Developers panel.'),
  keysFile: z
    .string()
    .optional()
    .describe('File (mode 0600) with two lines: apiKey=… and apiSecret=…; else PAYPAY_API_KEY and PAYPAY_API_SECRET in the environment.'),
  storeId: z.string().max(255).optional().describe("Comes back in PayPay's transaction file."),
  terminalId: z.string().max(255).optional().describe("Comes back in PayPay's transaction file."),
  pollInterval_ms: z.int().min(2000).max(60_000).default(3000).describe('How often payment details are asked while a QR is shown.'),
  webhook: z
    .strictObject({
      port: z.int().min(1).max(65_535).describe("Port to listen on for PayPay's webhooks."),
      host: z.string().default('127.0.0.1').describe('Address to listen on; put a TLS proxy in front of it.'),
      allow: z.array(z.string()).min(1).describe('Source addresses or CIDR ranges PayPay sends from.'),
      proxies: z.array(z.string()).default([]).describe('Addresses of reverse proxies whose X-Forwarded-For is believed.'),
    })
    .optional()
    .describe('Off when absent. A webhook only makes the kiosk ask at once.'),
});

const Printer = z.strictObject({
  port: Port.describe('tcp://address:9100 of a network printer, or its device (/dev/usb/lp0).'),
  columns: z.int().min(24).max(96).default(32).describe('Characters in a line: 32 for 58 mm paper, 48 for 80 mm.'),
  command: z.enum(['escpos', 'epson', 'sii', 'citizen', 'fit', 'star']).default('escpos').describe('What the printer understands.'),
});

const AgeCheck = z.strictObject({
  module: z.string().min(1).max(300).describe('JavaScript module of the plug-in, relative to this file (docs/age-check.md).'),
  options: z.record(z.string(), z.unknown()).default({}).describe('Passed to the plug-in as it stands.'),
});

const Sale = z.strictObject({
  settlement: z
    .enum(['sale', 'authorize'])
    .default('sale')
    .describe('authorize: hold, vend, capture what came out. PayPay must have enabled it for the merchant.'),
  unknownVend: z.enum(['refund', 'hold']).default('refund').describe('What happens to the money of a vend whose outcome nobody knows.'),
  resumeVendWithin_ms: z
    .int()
    .min(0)
    .max(30_000)
    .default(0)
    .describe('After a restart, still vend a payment younger than this; 0 = always refund.'),
  maxItems: z.int().min(1).max(20).default(5).describe('Largest cart.'),
  attentionLimit: z.int().min(1).max(100).default(3).describe('So many orders waiting for a person stop new sales.'),
  quarantineAfter: z.int().min(1).max(10).default(1).describe('So many failed vends in a row take a slot off sale.'),
  idle_ms: z
    .int()
    .min(30_000)
    .max(600_000)
    .default(60_000)
    .describe('The catalogue, a refund and a code that ended give way to the first screen after this; a warning comes 20 s before.'),
  final_ms: z
    .int()
    .min(20_000)
    .max(120_000)
    .default(20_000)
    .describe('How long thanks stay; they count down from their first moment, and a touch begins anew.'),
});

const Operator = z.strictObject({
  lan: z
    .strictObject({
      port: z.int().min(1).max(65_535).default(7443).describe('Port of the console.'),
      host: z.string().min(1).default('0.0.0.0').describe('Address to listen on; 0.0.0.0 is every network of this machine.'),
      till: z
        .boolean()
        .default(false)
        .describe('true: tablets paired as a till get the counter’s screen from here (docs/counter.md). shop.mode: counter only.'),
    })
    .optional()
    .describe(
      'The console for phones and laptops in the shop’s network, over TLS and only for devices paired at the kiosk. Off when absent.',
    ),
  openTelemetry: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Sends the same figures as /metrics every minute to this OTLP/HTTP collector, for example http://127.0.0.1:4318.'),
});

const SecretFile = z
  .string()
  .min(1)
  .max(300)
  .describe('File (mode 0600) that holds nothing but the secret; its path is relative to this file.');
const Alerts = z.strictObject({
  language: z.enum(['ja', 'en']).default('ja').describe('Of the messages.'),
  stockLow: z.int().min(0).max(999).default(2).describe('So few left in a slot is low.'),
  successRate: z
    .number()
    .min(0)
    .max(1)
    .default(0.9)
    .describe('Share of the last 50 paid orders that must have got everything they paid for.'),
  diskFree_mb: z.int().min(10).max(10_000_000).default(1000).describe('Less free space than this is worth a warning.'),
  clockSkew_ms: z.int().min(1000).max(110_000).default(30_000).describe('Largest difference between the host’s clock and PayPay’s.'),
  refundLate_ms: z
    .int()
    .min(60_000)
    .max(86_400_000)
    .default(1_800_000)
    .describe('A refund, cancel, capture or revert that PayPay has not finished after this is late.'),
  webhook: z
    .strictObject({ url: z.url({ protocol: /^https?$/ }).describe('Where notices go.') })
    .optional()
    .describe('Gets every notice as JSON by POST.'),
  email: z
    .strictObject({
      host: z.string().min(1).describe('The mail server.'),
      port: z.int().min(1).max(65_535).default(587).describe('Its port: usually 587, or 465 with secure.'),
      secure: z
        .boolean()
        .default(false)
        .describe(
          'true: TLS from the first byte (usually port 465). false: STARTTLS where the server has it, and always when there is a user.',
        ),
      user: z.string().optional().describe('Signs in with this name and the password in passwordFile.'),
      passwordFile: SecretFile.optional(),
      from: z.string().min(3).max(200).describe('The sender’s address.'),
      to: z.array(z.string().min(3).max(200)).min(1).max(20).describe('Who gets the mails.'),
    })
    .optional()
    .describe('Notices by e-mail.'),
  line: z
    .strictObject({
      url: z
        .url({ protocol: /^https?$/ })
        .default('https://api.line.me/v2/bot/message/push')
        .describe('LINE’s push endpoint, or one that takes the same requests.'),
      tokenFile: SecretFile,
      to: z.string().min(1).max(100).describe('The user, group or room that gets the messages.'),
    })
    .optional()
    .describe('Notices as LINE messages.'),
});

const Category = z.strictObject({
  id: Sku.describe('What products name it by.'),
  name: Text.describe('As the screen shows it.'),
});
const Product = z.strictObject({
  sku: Sku.describe('The shop’s own number of the product; stays the same for ever.'),
  name: Text.describe('As the screen and the receipt show it.'),
  description: Text.optional().describe('A sentence below the name.'),
  price_jpy: z.int().min(1).max(9_999_999).describe('Tax included, in yen.'),
  picture: z
    .string()
    .max(200)
    .optional()
    .describe('Picture file, relative to this file: JPEG, PNG, WebP or AVIF as the camera made it (≤ 40 MB), or SVG (≤ 500 kB).'),
  category: Sku.optional().describe('The `id` of one of `categories`.'),
  allergens: z
    .array(z.union([z.string().min(1).max(40), Text]))
    .max(30)
    .default([])
    .describe(
      'Shown on the product’s page: the 28 of Japan’s food labels (乳, 卵, 小麦 …) in every language, others as they stand here or in the languages they are given in.',
    ),
  calories_kcal: z.int().min(0).max(10_000).optional().describe('Shown on the product’s page.'),
  ageRestricted: z.boolean().default(false).describe('Sold only behind an age-check plug-in; without one it is never sold.'),
});
const PlanogramSlot = z.strictObject({
  slot: Slot,
  sku: Sku.describe('The product in it.'),
  capacity: z.int().min(1).max(999).default(10).describe('So many fit in; “fill” sets the stock to it.'),
  stock: z.int().min(0).max(999).describe('Counted when the kiosk first starts; afterwards the journal knows.'),
});

/** Staff can't add more either: what they changed is exported as a configuration. */
export const PRODUCTS_max = 200;
export const SLOTS_max = 500;

/** Every key of the configuration, with bounds and defaults; `docs/configuration.md` and the editor schema come from here. */
export const ConfigSchema = z
  .strictObject({
    version: z.literal(1).describe('Of this format.'),
    shop: Shop.describe('What customers see of the shop.'),
    display: Display.prefault({}).describe('The screen, as it is mounted.'),
    paypay: PayPay.prefault({}).describe('The merchant’s account at PayPay. A change needs a restart.'),
    machine: Machine.describe('The machine that moves the goods. A change needs a restart.'),
    printer: Printer.optional().describe('Prints a receipt for every paid order; none when absent. A change needs a restart.'),
    ageCheck: AgeCheck.optional().describe(
      'Proves a customer’s age; without it age-restricted goods are shown and not sold. A change needs a restart.',
    ),
    sale: Sale.prefault({}).describe('How a sale runs.'),
    operator: Operator.prefault({}).describe('The staff’s console beyond the kiosk’s own screen. A change needs a restart.'),
    alerts: Alerts.prefault({}).describe(
      'Tells somebody who is not there: orders that wait for a person, late refunds, a machine that is away …',
    ),
    categories: z.array(Category).max(12).default([]).describe('Groups of products, in the order of the screen.'),
    products: z.array(Product).min(1).max(PRODUCTS_max).describe('What is sold, in the order of the screen.'),
    slots: z.array(PlanogramSlot).max(SLOTS_max).default([]).describe('Which product stands in which slot; none in a counter.'),
  })
  .superRefine((config, context) => {
    const fail = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
    const skus = new Set<string>();
    config.products.forEach((product, i) => {
      if (skus.has(product.sku)) fail(['products', i, 'sku'], `found "${product.sku}" twice; every SKU stands once`);
      skus.add(product.sku);
      if (product.category && !config.categories.some((category) => category.id === product.category))
        fail(['products', i, 'category'], `found "${product.category}", which is not in categories`);
    });
    const slots = new Set<string>();
    config.slots.forEach((slot, i) => {
      if (slots.has(slot.slot)) fail(['slots', i, 'slot'], `found "${slot.slot}" twice; every slot stands once`);
      slots.add(slot.slot);
      if (!skus.has(slot.sku)) fail(['slots', i, 'sku'], `found "${slot.sku}", which is not in products`);
      if (slot.stock > slot.capacity) fail(['slots', i, 'stock'], `found ${slot.stock}, allowed: at most the capacity ${slot.capacity}`);
    });
    if (config.machine.driver === 'none' && config.shop.mode !== 'counter')
      fail(['machine', 'driver'], 'found "none", allowed only with shop.mode: counter');
    if (config.operator.lan?.till === true && config.shop.mode !== 'counter')
      fail(
        ['operator', 'lan', 'till'],
        `found true with shop.mode: ${config.shop.mode}, allowed only with shop.mode: counter; remove it: a machine’s customers buy at the machine`,
      );
    if (config.shop.mode === 'vending' && config.slots.length === 0) fail(['slots'], 'found no slots; a vending shop needs at least one');
  });

export type Config = z.infer<typeof ConfigSchema>;
export type MachineConfig = Config['machine'];
export type PayPayConfig = Config['paypay'];

/**
 * Checks a parsed configuration file. Never throws.
 * @param input what the YAML parser returned
 */
export function parseConfig(input: unknown): { ok: true; config: Config } | { ok: false; problems: ConfigProblem[] } {
  const result = ConfigSchema.safeParse(input);
  if (result.success) return { ok: true, config: result.data };
  return { ok: false, problems: configProblems(result.error, input, ConfigSchema) };
}
