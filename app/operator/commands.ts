/** What staff may ask for, parsed at every edge. Bounded; what is not here can't be asked. */
import { z } from 'zod';
import { KIOSK_ACTORS } from '../catalogue/events.ts';
import { dayNamed, spanNamed } from './japan-time.ts';
import { DEVICE_USES } from './pairing.ts';
import { ROLES } from './permissions.ts';

const Slot = z.string().regex(/^[A-Za-z0-9-]{1,16}$/);
const Sku = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const OrderId = z.string().regex(/^[A-Za-z0-9-]{1,64}$/);
const Id = z.string().regex(/^[A-Za-z0-9-]{1,40}$/);
const Reason = z.string().trim().min(1).max(200);
const Count = z.int().min(0).max(999);
const Yen = z.int().min(1).max(9_999_999);
export const Day = z.string().refine((name) => dayNamed(name) !== null, 'a date, as 2026-11-23');
export const Moment = z.string().refine((name) => spanNamed(name) !== null, 'a date, or with a time: 2026-11-23T14:05');
/** Digits only: it is typed on a keypad. */
export const Pin = z.string().regex(/^\d{6,12}$/, '6 to 12 digits');
export const Name = z
  .string()
  .trim()
  .min(1)
  .max(40)
  .refine((name) => !KIOSK_ACTORS.includes(name.toLowerCase()), 'this name stands for the kiosk itself in the journal');
/** The revision (of a slot or a product) that the person saw; the change is refused when somebody else changed it since. -1: there was none. */
const Seen = z.int().min(-1).optional();

const LocalText = z.strictObject({ ja: z.string().trim().min(1).max(120), en: z.string().trim().min(1).max(120).optional() });

export const StaffCommandSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('stock.fill'), slots: z.array(Slot).min(1).max(500) }),
  z.strictObject({ do: z.literal('stock.set'), slot: Slot, count: Count, reason: Reason, seen: Seen }),
  z.strictObject({ do: z.literal('slot.enable'), slot: Slot }),
  z.strictObject({ do: z.literal('slot.disable'), slot: Slot, reason: Reason }),
  z.strictObject({ do: z.literal('slot.release'), slot: Slot }),
  z.strictObject({ do: z.literal('slot.set'), slot: Slot, sku: Sku, capacity: z.int().min(1).max(999), count: Count, seen: Seen }),
  z.strictObject({ do: z.literal('slot.remove'), slot: Slot, seen: Seen }),
  z.strictObject({ do: z.literal('price.set'), sku: Sku, price_jpy: Yen, seen_jpy: Yen.optional(), seen: Seen }),
  z.strictObject({
    do: z.literal('product.set'),
    sku: Sku,
    name: LocalText,
    description: LocalText.nullable(),
    price_jpy: Yen,
    category: Sku.nullable(),
    allergens: z.array(z.union([z.string().min(1).max(40), LocalText])).max(30),
    calories_kcal: z.int().min(0).max(10_000).nullable(),
    seen: Seen,
  }),
  z.strictObject({ do: z.literal('product.remove'), sku: Sku, seen: Seen }),
  z.strictObject({ do: z.literal('testVend'), slot: Slot }),
  z.strictObject({ do: z.literal('maintenance.begin') }),
  z.strictObject({ do: z.literal('maintenance.end') }),
  /** The orders that broke a rule were looked at: selling may go on. */
  z.strictObject({ do: z.literal('kiosk.release') }),
  z.strictObject({ do: z.literal('order.refund'), orderId: OrderId, refund_jpy: Yen, reason: Reason }),
  z.strictObject({ do: z.literal('order.decide'), orderId: OrderId, delivered: z.boolean() }),
  z.strictObject({
    do: z.literal('order.settle'),
    orderId: OrderId,
    how: z.enum(['refundedByHand', 'delivered', 'writtenOff']),
    note: z.string().trim().max(200),
  }),
  z.strictObject({ do: z.literal('order.ask'), orderId: OrderId }),
  z.strictObject({ do: z.literal('day.close'), day: Day }),
  z.strictObject({ do: z.literal('orders.selfCheck') }),
  z.strictObject({ do: z.literal('staff.set'), staffId: Id.nullable(), name: Name, role: z.enum(ROLES), pin: Pin.nullable() }),
  z.strictObject({ do: z.literal('staff.remove'), staffId: Id }),
  z.strictObject({ do: z.literal('device.pair'), use: z.enum(DEVICE_USES) }),
  z.strictObject({ do: z.literal('device.remove'), deviceId: Id }),
  z.strictObject({ do: z.literal('config.reload') }),
]);
export type StaffCommand = z.infer<typeof StaffCommandSchema>;

const RESULTS = ['open', 'vended', 'partlyVended', 'refunded', 'abandoned', 'attention'] as const;
const Search = {
  /** Order number, amount, PayPay's paymentId or our merchantPaymentId, as typed. */
  text: z.string().trim().max(80).default(''),
  /** A day or a minute in Japan, both ends included. */
  from: Moment.optional(),
  to: Moment.optional(),
  result: z.enum(RESULTS).optional(),
};

export const StaffQuerySchema = z.discriminatedUnion('ask', [
  z.strictObject({ ask: z.literal('now') }),
  z.strictObject({ ask: z.literal('health') }),
  z.strictObject({ ask: z.literal('planogram') }),
  z.strictObject({ ask: z.literal('slot.history'), slot: Slot, before: z.int().optional() }),
  z.strictObject({ ask: z.literal('product.history'), sku: Sku, before: z.int().optional() }),
  z.strictObject({
    ask: z.literal('orders'),
    ...Search,
    /** Only those that wait for a person. */
    attention: z.boolean().default(false),
    after: z.string().max(80).optional(),
    limit: z.int().min(1).max(200).default(50),
  }),
  z.strictObject({ ask: z.literal('order.story'), orderId: OrderId }),
  z.strictObject({ ask: z.literal('refund.offer'), orderId: OrderId }),
  z.strictObject({ ask: z.literal('report'), from: Day, to: Day }),
  z.strictObject({ ask: z.literal('day'), day: Day }),
  z.strictObject({ ask: z.literal('record'), before: z.int().optional() }),
  z.strictObject({ ask: z.literal('staff') }),
  z.strictObject({ ask: z.literal('devices') }),
  z.strictObject({ ask: z.literal('config.export') }),
]);
export type StaffQuery = z.infer<typeof StaffQuerySchema>;

/** What a file of orders is to hold; it is streamed and never in memory as a whole. */
export const ExportSchema = z.strictObject({
  from: Day,
  to: Day,
  format: z.enum(['csv', 'csv-sjis', 'json']),
});
export type OrderExport = z.infer<typeof ExportSchema>;
