/** Who may do what: one table for every way in (kiosk screen, HTTP, WebSocket, command line). */

export const ROLES = ['filler', 'cashier', 'owner'] as const;
/** filler: stock and test vends · cashier: sales and refunds · owner: everything. */
export type Role = (typeof ROLES)[number];

const EVERYBODY: readonly Role[] = ROLES;
const STOCK: readonly Role[] = ['filler', 'owner'];
const MONEY: readonly Role[] = ['cashier', 'owner'];
const OWNER: readonly Role[] = ['owner'];

export const PERMISSIONS = {
  // what staff do
  'stock.fill': STOCK,
  'stock.set': STOCK,
  'slot.enable': STOCK,
  'slot.disable': STOCK,
  'slot.release': STOCK,
  testVend: STOCK,
  'maintenance.begin': EVERYBODY,
  'maintenance.end': EVERYBODY,
  'kiosk.release': OWNER,
  'slot.set': OWNER,
  'slot.remove': OWNER,
  'price.set': OWNER,
  'product.set': OWNER,
  'product.remove': OWNER,
  'order.refund': MONEY,
  'order.decide': MONEY,
  'order.settle': MONEY,
  'order.ask': MONEY,
  'day.close': MONEY,
  'orders.selfCheck': MONEY,
  'staff.set': OWNER,
  'staff.remove': OWNER,
  'device.pair': OWNER,
  'device.remove': OWNER,
  'config.reload': OWNER,
  // what staff look at
  now: EVERYBODY,
  health: EVERYBODY,
  planogram: EVERYBODY,
  'slot.history': STOCK,
  'product.history': OWNER,
  orders: MONEY,
  'order.story': MONEY,
  'refund.offer': MONEY,
  report: MONEY,
  day: MONEY,
  'payments.compare': MONEY,
  'orders.export': MONEY,
  record: OWNER,
  staff: OWNER,
  devices: OWNER,
  'config.export': OWNER,
  'journal.tend': OWNER,
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof PERMISSIONS;

export const may = (role: Role, what: Permission): boolean => PERMISSIONS[what].includes(role);
