/** `jihanki stock`: what is in the slots, and what was filled. */
import type { StaffCommand } from '../../app/operator/commands.ts';
import type { TestVend } from '../../app/operator/desk.ts';
import type { NowView, PlanogramView, SlotRow } from '../../app/operator/view.ts';
import { type Call, type Command, needed, Refusal, type Shown, table, UsageError, wholeNumber, yen } from './command.ts';

export const stock: Command = {
  usage: `usage: jihanki stock
       jihanki stock fill SLOT… | --all
       jihanki stock set SLOT COUNT --reason TEXT
       jihanki stock enable SLOT | disable SLOT --reason TEXT | release SLOT
       jihanki stock price SKU YEN
       jihanki stock test SLOT

  price    what it costs the next customer, tax included
  test     moves one unit out, without money; waits for the customer at the kiosk, who goes first

examples:
  jihanki stock --json
  jihanki stock fill 1 2 3
  jihanki stock set 4 7 --reason "counted"
  jihanki stock release 2        # on sale again after a failure
  jihanki stock price tea 160
  jihanki stock test 4`,
  options: { all: { type: 'boolean' }, reason: { type: 'string' } },
  async run(call) {
    const [what, ...slots] = call.args;
    if (what === undefined) return list(call);
    if (what === 'price') return price(call);
    if (what === 'test') return test(call);
    const command = await change(call, what, slots);
    await call.door.perform(command);
    return list(call);
  },
};

async function change({ door, values }: Call, what: string, slots: readonly string[]): Promise<StaffCommand> {
  const slot = slots[0] ?? '';
  if (what === 'fill') {
    const all = values['all'] === true;
    if (all === slots.length > 0) throw new UsageError('say which slots, or --all');
    const { slots: known } = await door.ask<PlanogramView>({ ask: 'planogram' });
    return { do: 'stock.fill', slots: all ? known.map((row) => row.slot) : [...slots] };
  }
  if (slot === '') throw new UsageError('SLOT is missing');
  switch (what) {
    case 'set': {
      const count = wholeNumber('COUNT', slots[1]);
      const { slots: known } = await door.ask<PlanogramView>({ ask: 'planogram' });
      const row = known.find((one) => one.slot === slot);
      if (row === undefined) throw new Refusal('noSuchSlot', `there is no slot ${slot}`);
      return { do: 'stock.set', slot, count, reason: needed('--reason', values['reason']), seen: row.revision };
    }
    case 'enable':
      return { do: 'slot.enable', slot };
    case 'disable':
      return { do: 'slot.disable', slot, reason: needed('--reason', values['reason']) };
    case 'release':
      return { do: 'slot.release', slot };
    default:
      throw new UsageError(`found "${what}", allowed: fill, set, enable, disable, release, price, test`);
  }
}

async function price({ door, args }: Call): Promise<Shown> {
  const [, sku = '', amount] = args;
  const price_jpy = wholeNumber('YEN', amount, 1);
  const { products } = await door.ask<PlanogramView>({ ask: 'planogram' });
  const product = products.find((one) => one.sku === sku);
  if (product === undefined)
    throw new Refusal('noSuchProduct', `there is no product ${sku}; there are: ${products.map((one) => one.sku).join(', ')}`);
  await door.perform({ do: 'price.set', sku, price_jpy, seen: product.revision });
  return {
    text: `${product.name.ja}: ${yen(product.price_jpy)} → ${yen(price_jpy)}`,
    json: { sku, price_jpy, before_jpy: product.price_jpy },
  };
}

const MAINTENANCE_within_ms = 120_000;

async function test({ door, args }: Call): Promise<Shown> {
  const slot = args[1];
  if (slot === undefined) throw new UsageError('SLOT is missing');
  // Ends with the session.
  await door.perform({ do: 'maintenance.begin' });
  for (let waited_ms = 0; (await door.ask<NowView>({ ask: 'now' })).maintenance !== 'on'; waited_ms += 500) {
    if (waited_ms >= MAINTENANCE_within_ms) throw new Refusal('notInMaintenance', 'a customer is still at the kiosk: try again later');
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const { outcome, detail } = await door.perform<TestVend>({ do: 'testVend', slot });
  return { text: `slot ${slot}: ${outcome} (${detail})`, json: { slot, outcome, detail }, ...(outcome === 'succeeded' ? {} : { code: 1 }) };
}

async function list({ door }: Call): Promise<Shown> {
  const { slots } = await door.ask<PlanogramView>({ ask: 'planogram' });
  const rows = slots.map((row) => [row.slot, row.name.ja, yen(row.price_jpy), `${row.count}/${row.capacity}`, stateOf(row)]);
  return { text: table([['slot', 'product', 'price', 'stock', ''], ...rows], [2, 3]), json: slots };
}

const stateOf = (row: SlotRow): string =>
  [
    ...(row.disabled ? ['disabled'] : []),
    ...(row.quarantined === null ? [] : [`off sale: ${row.quarantined.en ?? row.quarantined.ja}`]),
    ...(row.machine === null ? [] : [`the machine says: ${row.machine.en ?? row.machine.ja}`]),
  ].join('; ');
