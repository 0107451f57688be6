/** Staff commands, done: who may is asked before (operator.ts), every change goes through the desk. */
import { type Act, type ShopEvent, type ShopProduct, skuOf } from '../catalogue/events.ts';
import { PRODUCTS_max, SLOTS_max } from '../config.ts';
import { impossible } from '../errors.ts';
import type { StaffCommand } from './commands.ts';
import { dayView } from './day.ts';
import { dayNamed, japanDay } from './japan-time.ts';
import type { OperatorPorts } from './operator.ts';
import type { DeviceUse } from './pairing.ts';
import { askedView } from './pay-pay-side.ts';
import { StaffProblem } from './problems.ts';
import type { Session, StaffMember } from './sessions.ts';
import { isEasyPin } from './sign-in.ts';

export interface PerformPorts extends OperatorPorts {
  /** The kiosk stands still while any session wants it to. */
  hold(token: string, wanted: boolean): void;
  /** Shows a code for one device; guesses at an earlier one are forgiven. */
  beginPairing(act: Act, use: DeviceUse): { readonly code: string; readonly valid_ms: number };
  endSessions(which: (session: Session) => boolean): void;
}

/** @throws StaffProblem | Refused; then nothing was changed */
export async function performCommand(command: StaffCommand, who: Session, ports: PerformPorts): Promise<unknown> {
  const { desk } = ports;
  const act: Act = { by: who.name, byId: who.staffId };
  const { planogram } = desk;
  const { catalogue } = planogram;
  const slotNow = (name: string, seen?: number) => {
    const slot = planogram.slots().find((candidate) => candidate.slot === name);
    if (slot === undefined) throw new StaffProblem('noSuchSlot');
    if (seen !== undefined && seen !== slot.revision) throw new StaffProblem('changedMeanwhile');
    return slot;
  };
  const productNow = (sku: string, seen?: number): ShopProduct => {
    const product = catalogue.product(sku);
    if (product === undefined) throw new StaffProblem('noSuchProduct');
    if (seen !== undefined && seen !== catalogue.revision(sku)) throw new StaffProblem('changedMeanwhile');
    return product;
  };
  /** What somebody else is changing, or has changed for the next customer, is not changed by one who does not see it yet. */
  const alone = (concerned: (event: ShopEvent) => boolean): void => {
    if ([...desk.unshown()].some(concerned)) throw new StaffProblem(desk.facts().waiting > 0 ? 'changeWaits' : 'changedMeanwhile');
  };
  const aloneAtSlot = (slot: string): void =>
    alone((event) => (event.type === 'stock.set' || event.type === 'slot.set' || event.type === 'slot.removed') && event.slot === slot);
  const aloneAtProduct = (sku: string): void => alone((event) => skuOf(event) === sku);

  switch (command.do) {
    case 'stock.fill':
      command.slots.forEach(aloneAtSlot);
      return desk.record(
        command.slots.map((name): ShopEvent => ({
          type: 'stock.set',
          slot: name,
          count: slotNow(name).capacity,
          ...act,
          reason: 'filled',
        })),
      );
    case 'stock.set':
      aloneAtSlot(command.slot);
      slotNow(command.slot, command.seen);
      return desk.record([{ type: 'stock.set', slot: command.slot, count: command.count, ...act, reason: command.reason }]);
    case 'slot.enable':
      return desk.record([{ type: 'slot.enabled', slot: slotNow(command.slot).slot, ...act }]);
    case 'slot.disable':
      return desk.record([{ type: 'slot.disabled', slot: slotNow(command.slot).slot, ...act, reason: command.reason }]);
    case 'slot.release':
      return desk.record([{ type: 'slot.released', slot: slotNow(command.slot).slot, ...act }]);
    case 'slot.set': {
      const { slot, sku, capacity, count } = command;
      aloneAtSlot(slot);
      aloneAtProduct(sku);
      productNow(sku);
      if (planogram.slots().some((candidate) => candidate.slot === slot)) slotNow(slot, command.seen);
      else if (planogram.slots().length >= SLOTS_max) throw new StaffProblem('tooManySlots');
      return desk.record([
        { type: 'slot.set', slot, content: { sku, capacity }, over: catalogue.contentOver(slot), ...act },
        { type: 'stock.set', slot, count, ...act, reason: 'slot changed' },
      ]);
    }
    case 'slot.remove': {
      aloneAtSlot(command.slot);
      const { slot } = slotNow(command.slot, command.seen);
      if (planogram.slots().length === 1) throw new StaffProblem('lastSlot');
      return desk.record([{ type: 'slot.removed', slot, over: catalogue.contentOver(slot), ...act }]);
    }
    case 'price.set': {
      aloneAtProduct(command.sku);
      const { price_jpy } = productNow(command.sku, command.seen);
      if (command.seen_jpy !== undefined && command.seen_jpy !== price_jpy) throw new StaffProblem('changedMeanwhile');
      const over_jpy = catalogue.over(command).price_jpy ?? price_jpy;
      return desk.record([{ type: 'price.set', sku: command.sku, price_jpy: command.price_jpy, over_jpy, ...act }]);
    }
    case 'product.set': {
      const { sku, name, description, category, calories_kcal } = command;
      if (category !== null && !catalogue.categories().some(({ id }) => id === category)) throw new StaffProblem('noSuchCategory');
      aloneAtProduct(sku);
      const before = catalogue.product(sku);
      const { product: over } = catalogue.over(command);
      if (before !== undefined) productNow(sku, command.seen);
      else if (catalogue.products().length >= PRODUCTS_max) throw new StaffProblem('tooManyProducts');
      const { picture, ageRestricted = false } = over ?? before ?? {};
      const product: ShopProduct = {
        ...{ sku, name: { ...before?.name, ...name }, price_jpy: command.price_jpy },
        // What comes back has what it had: nobody was asked about allergens.
        allergens: before === undefined && command.allergens.length === 0 ? (over?.allergens ?? []) : command.allergens,
        ...(description === null ? {} : { description: { ...before?.description, ...description } }),
        ...(category === null ? {} : { category }),
        ...(calories_kcal === null ? {} : { calories_kcal }),
        // Pictures are files, and an age limit is no matter of a moment: both stay with the configuration, also for what was taken out.
        ...(picture === undefined ? {} : { picture }),
        ageRestricted,
      };
      return desk.record([{ type: 'product.set', product, over, ...act }]);
    }
    case 'product.remove': {
      const { sku } = command;
      aloneAtProduct(sku);
      alone((event) => event.type === 'slot.set' && event.content.sku === sku);
      productNow(sku, command.seen);
      if (planogram.slots().some((slot) => slot.sku === sku)) throw new StaffProblem('productInSlot');
      if (catalogue.products().length === 1) throw new StaffProblem('lastProduct');
      return desk.record([{ type: 'product.removed', sku, over: catalogue.over(command).product, ...act }]);
    }
    case 'testVend':
      return desk.testVend(slotNow(command.slot).slot, act);
    case 'maintenance.begin':
      await desk.record([{ type: 'maintenance.began', ...act }]);
      return ports.hold(who.token, true);
    case 'maintenance.end':
      await desk.record([{ type: 'maintenance.ended', ...act }]);
      return ports.hold(who.token, false);
    case 'kiosk.release':
      return desk.release(act);
    case 'order.refund':
      return desk.refund(command.orderId, { refund_jpy: command.refund_jpy, ...act, reason: command.reason });
    case 'order.decide':
      return desk.decide(command.orderId, { ...act, delivered: command.delivered });
    case 'order.settle':
      return desk.settle(command.orderId, { ...act, how: command.how, note: command.note });
    case 'order.ask': {
      const { order } = await desk.order(command.orderId);
      await desk.record([{ type: 'order.asked', orderId: command.orderId, ...act }]);
      return askedView(order, await desk.ask(command.orderId));
    }
    case 'orders.selfCheck':
      return ports.selfCheck(act);
    case 'day.close': {
      const today = japanDay(ports.clock.now_ms());
      const day = dayNamed(command.day) ?? today;
      if (day >= today) throw new StaffProblem('dayNotOver');
      const view = dayView(day, await ports.archive.sums(day, day), { today, products: [], closedBefore: null });
      const { taken_jpy, returned_jpy, dispensed_jpy } = view;
      const openOrders = (await ports.archive.unfinished()).length;
      await desk.record([{ type: 'day.closed', day: command.day, taken_jpy, returned_jpy, dispensed_jpy, openOrders, ...act }]);
      return view;
    }
    case 'staff.set':
      return setStaff(command, who, ports);
    case 'staff.remove': {
      const member = ports.staff.list().find(({ staffId }) => staffId === command.staffId);
      if (member === undefined) throw new StaffProblem('noSuchPerson');
      keepAnOwner(ports, member.staffId, null);
      await desk.record([{ type: 'staff.changed', staffId: member.staffId, name: member.name, role: null, ...act }]);
      await ports.staff.remove(member.staffId);
      return ports.endSessions(({ staffId }) => staffId === member.staffId);
    }
    case 'device.pair': {
      // Whoever adds a device stands at the machine: a phone or a till that was lost can't bring in the next one.
      if (who.deviceId !== null) throw new StaffProblem('onlyAtKiosk');
      const network = ports.network();
      if (network === null) throw new StaffProblem('noNetwork');
      if (command.use === 'till' && !network.tills) throw new StaffProblem('noTills');
      return { ...ports.beginPairing(act, command.use), ...network };
    }
    case 'device.remove':
      await desk.record([{ type: 'device.removed', deviceId: command.deviceId, ...act }]);
      await ports.devices.remove(command.deviceId);
      return ports.endSessions(({ deviceId }) => deviceId === command.deviceId);
    case 'config.reload': {
      const problems = await ports.reload();
      if (problems.length === 0) await desk.record([{ type: 'config.reloaded', ...act }]);
      return { problems };
    }
    default:
      return impossible(command);
  }
}

async function setStaff(command: Extract<StaffCommand, { do: 'staff.set' }>, who: Session, ports: PerformPorts): Promise<unknown> {
  const people = ports.staff.list();
  const before = people.find(({ staffId }) => staffId === command.staffId);
  if (command.staffId !== null && before === undefined) throw new StaffProblem('noSuchPerson');
  if (people.some(({ staffId, name }) => name === command.name && staffId !== command.staffId)) throw new StaffProblem('nameTaken');
  if (command.pin !== null && isEasyPin(command.pin)) throw new StaffProblem('easyPin');
  if (before === undefined && command.pin === null) throw new StaffProblem('notUnderstood', { detail: 'pin' });
  const member: StaffMember = { staffId: before?.staffId ?? ports.ids.next('nonce'), name: command.name, role: command.role };
  keepAnOwner(ports, member.staffId, member.role);
  await ports.desk.record([{ type: 'staff.changed', ...member, by: who.name, byId: who.staffId }]);
  await ports.staff.put(member, command.pin);
  // Whoever is signed in with another role, another name or an older PIN signs in again; who changed their own PIN just did.
  const asBefore = before?.role === member.role && before.name === member.name;
  ports.endSessions(({ staffId, token }) => staffId === member.staffId && !(asBefore && token === who.token));
  return { staffId: member.staffId };
}

function keepAnOwner(ports: PerformPorts, staffId: string, role: string | null): void {
  const left = ports.staff.list().some((member) => member.role === 'owner' && member.staffId !== staffId);
  if (!left && role !== 'owner') throw new StaffProblem('lastOwner');
}
