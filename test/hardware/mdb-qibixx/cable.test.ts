/** A cable that goes and comes back while the machine vends: what the machine says of its vend is heard to its end, and nothing that we did ourselves is taken for its word. */
import { describe, expect, test } from 'vitest';
import type { VendOutcome } from '../../../app/ports.ts';
import { createQibixx } from '../../../hardware/mdb-qibixx/driver.ts';
import { createQibixxSimulator } from '../../../hardware/mdb-qibixx/simulator.ts';
import type { MdbFaultKind } from '../../../hardware/mdb-qibixx/simulator.ts';
import { standAt } from '../../../hardware/simulator/stand.ts';
import { memoryCable } from '../../../hardware/transport/memory.ts';
import { when } from '../plants.ts';
import { silentLog } from '../silent-log.ts';
import { createVirtualClock } from '../virtual-clock.ts';

const DEADLINE_MS = 120_000;

async function vending(motor_ms: number, faults: readonly (readonly [MdbFaultKind, number?])[]) {
  const clock = createVirtualClock();
  const cable = memoryCable();
  const simulator = createQibixxSimulator({ slots: [{ item: 5, price: 150, stock: 9 }], motor_ms }, clock);
  standAt(cable.b, clock, simulator);
  const options = { mode: 'alwaysIdle', address: 'cashless1', decimalPlaces: 0, scaleFactor: 1, responseTime_s: 240 } as const;
  const machine = createQibixx(cable.a, { ...options, vendDeadline_ms: DEADLINE_MS }, { clock, log: silentLog });
  machine.onSelection(() => undefined);
  const begin = async (vendId: string) => {
    await clock.until(when(machine, () => machine.state().ready));
    while (!simulator.press(5)) await clock.advance(100);
    await clock.until(when(machine, () => machine.state().slots.has('5')));
    return { ended: machine.vend({ vendId, slot: '5', price_jpy: 150 }, () => undefined) };
  };
  for (const [kind, for_ms] of faults) simulator.fault({ kind, times: 1, for_ms });
  const { ended } = await begin('v1');
  const dropped = () => simulator.state().slots[0]?.dropped;
  const end = async (outcome: Promise<VendOutcome> = ended) => ({ ...(await clock.until(outcome)), fell: dropped() });
  /** The next customer. */
  const sellsAgain = async () => {
    const before = dropped() ?? 0;
    const next = await begin('v2');
    expect(await end(next.ended)).toEqual({ outcome: 'succeeded', proof: 'machine', fell: before + 1 });
    expect(simulator.state().violations).toEqual([]);
  };
  return { clock, cable, end, sellsAgain };
}

describe('the USB adapter is out for a second', () => {
  test.each([5000, 20_000, 40_000, 100_000])('of a vend of %i ms: its success is heard', async (motor_ms) => {
    const { clock, cable, end, sellsAgain } = await vending(motor_ms, []);
    await clock.advance(2000);
    cable.unplug();
    await clock.advance(1000);
    cable.plug();
    expect(await end()).toEqual({ outcome: 'succeeded', proof: 'machine', fell: 1 });
    await sellsAgain();
  });
  test('of a vend of 20 s that jams: its failure is heard, and the money goes back', async () => {
    const { clock, cable, end, sellsAgain } = await vending(20_000, [['jam']]);
    await clock.advance(2000);
    cable.unplug();
    await clock.advance(1000);
    cable.plug();
    expect(await end()).toMatchObject({ outcome: 'failed', why: 'motor', fell: 0 });
    await sellsAgain();
  });
});

describe('a pulled cable', () => {
  test.each([1000, 9000, 25_000, 60_000])('takes the approval with it for %i ms: nothing came out, and nobody says so', async (out_ms) => {
    const { end, sellsAgain } = await vending(1500, [['pullBeforeApproval', out_ms]]);
    expect(await end()).toMatchObject({ outcome: 'unknown', likely: 'notDelivered', fell: 0 });
    await sellsAgain();
  });
  test('is out for 9 s of a vend of 20 s: its success is heard', async () => {
    const { end, sellsAgain } = await vending(20_000, [['pull', 9000]]);
    expect(await end()).toEqual({ outcome: 'succeeded', proof: 'machine', fell: 1 });
    await sellsAgain();
  });
  test('is out for 9 s while the goods fall: nobody knows, at the deadline', async () => {
    const { clock, end, sellsAgain } = await vending(5000, [['pull', 9000]]);
    const begun_ms = clock.monotonic_ms();
    const ended = await end();
    expect(ended).toMatchObject({ outcome: 'unknown', fell: 1 });
    expect(ended).not.toMatchObject({ likely: 'delivered' });
    expect(clock.monotonic_ms() - begun_ms).toBeLessThan(DEADLINE_MS + 5000);
    await sellsAgain();
  });
  test.each(['pull', 'pullBeforeApproval'] as const)('%s, and never comes back: nobody knows, at the deadline', async (kind) => {
    const { clock, end } = await vending(5000, [[kind]]);
    const begun_ms = clock.monotonic_ms();
    expect(await end()).toMatchObject({ outcome: 'unknown', likely: 'none' });
    expect(clock.monotonic_ms() - begun_ms).toBe(DEADLINE_MS);
  });
});
