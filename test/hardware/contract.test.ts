/** What the kiosk relies on, whichever machine is attached. A new driver joins by an entry in plants.ts. */
import { describe, expect, test } from 'vitest';
import type { VendingMachine, VendOutcome } from '../../app/ports.ts';
import { PLANTS, PRICE_JPY } from './plants.ts';
import type { Plant } from './plants.ts';

async function vend(plant: Plant, vendId: string, slot: string, machine: VendingMachine = plant.machine): Promise<VendOutcome> {
  await plant.choose(slot, machine);
  return plant.clock.until(machine.vend({ vendId, slot, price_jpy: PRICE_JPY }, () => undefined));
}

/** An outcome may know less than what happened, never something else. */
function agrees(outcome: VendOutcome, fell: number): boolean {
  switch (outcome.outcome) {
    case 'succeeded':
      return fell === 1;
    case 'failed':
      return fell === 0;
    case 'unknown':
      return fell <= 1;
  }
}

describe.each(PLANTS)('$name', ({ build, slots: [slot, other], faults }) => {
  test('begins without a machine, says so, and becomes ready', async () => {
    const plant = build();
    expect(plant.machine.state()).toMatchObject({ ready: false, reasons: ['disconnected'] });
    expect(await plant.clock.until(plant.machine.check(slot))).toMatchObject({ ready: false });
    await plant.whenReady();
    expect(plant.machine.state()).toMatchObject({ ready: true, reasons: [] });
    await plant.choose(slot);
    expect(await plant.clock.until(plant.machine.check(slot))).toEqual({ ready: true });
  });

  test('vends once, and tells the steps', async () => {
    const plant = build();
    await plant.whenReady();
    await plant.choose(slot);
    const steps: string[] = [];
    const outcome = await plant.clock.until(plant.machine.vend({ vendId: 'v1', slot, price_jpy: PRICE_JPY }, (step) => steps.push(step)));
    expect(outcome.outcome).toBe('succeeded');
    // Where the customer pays first, the machine's key comes before anything is sent.
    expect(steps.filter((step) => step !== 'chooseOnMachine')[0]).toBe('sent');
    expect(plant.dropped(slot)).toBe(1);
    expect(plant.violations()).toEqual([]);
  });

  test('never vends an id twice, and gives its first answer again', async () => {
    const plant = build();
    await plant.whenReady();
    const first = await vend(plant, 'v1', slot);
    expect(await plant.clock.until(plant.machine.vend({ vendId: 'v1', slot, price_jpy: PRICE_JPY }, () => undefined))).toEqual(first);
    await plant.clock.advance(10_000);
    expect(plant.dropped(slot)).toBe(1);
  });

  test('after a vend the slot is for sale again, and sells again', async () => {
    const plant = build();
    await plant.whenReady();
    for (const vendId of ['v1', 'v2']) {
      expect((await vend(plant, vendId, slot)).outcome).toBe('succeeded');
      expect(plant.machine.state().slots.get(slot)?.state ?? 'ready').toBe('ready');
      await plant.clock.advance(3000);
      expect(plant.machine.state().slots.get(slot)?.state ?? 'ready').toBe('ready');
    }
    expect(plant.dropped(slot)).toBe(2);
  });

  test('knows the outcome of its own vends, whatever the machine would say now', async () => {
    const plant = build();
    await plant.whenReady();
    const mark = plant.machine.mark(slot);
    await plant.choose(slot);
    const vend = plant.machine.vend({ vendId: 'v1', slot, price_jpy: PRICE_JPY }, () => undefined);
    const asked = plant.machine.evidence({ vendId: 'v1', slot, mark });
    expect((await plant.clock.until(vend)).outcome).toBe('succeeded');
    expect(await plant.clock.until(asked)).toMatchObject({ evidence: 'delivered' });
    plant.refill();
    plant.connectCable(false);
    expect(await plant.clock.until(plant.machine.evidence({ vendId: 'v1', slot, mark }))).toMatchObject({ evidence: 'delivered' });
    plant.connectCable(true);
    await plant.whenReady();
    plant.fault('jam', slot);
    await plant.choose(slot);
    const { outcome } = await plant.clock.until(plant.machine.vend({ vendId: 'v2', slot, price_jpy: PRICE_JPY }, () => undefined));
    expect(await plant.clock.until(plant.machine.evidence({ vendId: 'v2', slot, mark }))).toMatchObject({
      evidence: { succeeded: 'delivered', failed: 'notDelivered', unknown: 'none' }[outcome],
    });
  });

  test('vends one at a time', async () => {
    const plant = build();
    await plant.whenReady();
    await plant.choose(slot);
    const first = plant.machine.vend({ vendId: 'v1', slot, price_jpy: PRICE_JPY }, () => undefined);
    const second = plant.machine.vend({ vendId: 'v2', slot: other, price_jpy: PRICE_JPY }, () => undefined);
    expect(await plant.clock.until(second)).toMatchObject({ outcome: 'failed', why: 'notSent' });
    expect(await plant.clock.until(first)).toMatchObject({ outcome: 'succeeded' });
    expect(plant.dropped(other)).toBe(0);
  });

  test('refuses a slot that is not there', async () => {
    const plant = build();
    await plant.whenReady();
    expect(await plant.clock.until(plant.machine.check('no-such'))).toMatchObject({ ready: false });
    expect(
      await plant.clock.until(plant.machine.vend({ vendId: 'v1', slot: 'no-such', price_jpy: PRICE_JPY }, () => undefined)),
    ).toMatchObject({
      outcome: 'failed',
      why: 'notSent',
    });
  });

  test.each([...faults])('%s: what is said agrees with what fell, and the next sale works', async (kind) => {
    const plant = build();
    await plant.whenReady();
    // A first sale, so that the driver knows its machine.
    expect((await vend(plant, 'v0', other)).outcome).toBe('succeeded');
    await plant.clock.advance(3000);
    plant.fault(kind, slot, 4000);
    const outcome = await vend(plant, 'v1', slot);
    await plant.clock.advance(20_000);
    expect({ kind, outcome, agrees: agrees(outcome, plant.dropped(slot)) }).toMatchObject({ agrees: true });
    await plant.whenReady();
    expect((await vend(plant, 'v2', other)).outcome).toBe('succeeded');
    expect(plant.dropped(other)).toBe(2);
    expect(plant.violations()).toEqual([]);
  });

  test('without its cable nothing is sent, and it is ready within 3 s of the cable', async () => {
    const plant = build();
    await plant.whenReady();
    plant.connectCable(false);
    await plant.clock.advance(10_000);
    expect(plant.machine.state()).toMatchObject({ ready: false, reasons: ['disconnected'] });
    expect(await plant.clock.until(plant.machine.vend({ vendId: 'v1', slot, price_jpy: PRICE_JPY }, () => undefined))).toMatchObject({
      outcome: 'failed',
      why: 'notSent',
    });
    plant.connectCable(true);
    const back_ms = plant.clock.monotonic_ms();
    await plant.whenReady();
    expect(plant.clock.monotonic_ms() - back_ms).toBeLessThanOrEqual(3000);
    expect(plant.dropped(slot)).toBe(0);
    expect(plant.machine.diagnostics().counters.reconnects).toBeGreaterThanOrEqual(1);
  });

  test('an unplugged adapter is opened again', async () => {
    const plant = build();
    await plant.whenReady();
    plant.cable.unplug();
    await plant.clock.advance(20_000);
    expect(plant.machine.state().ready).toBe(false);
    plant.cable.plug();
    const back_ms = plant.clock.monotonic_ms();
    await plant.whenReady();
    expect(plant.clock.monotonic_ms() - back_ms).toBeLessThanOrEqual(3000);
  });

  test('after a restart of the kiosk the evidence never contradicts what fell', async () => {
    for (const died_ms of [5, 250, 700, 1600, 4000]) {
      const plant = build();
      await plant.whenReady();
      await plant.choose(slot);
      const mark = plant.machine.mark(slot);
      void plant.machine.vend({ vendId: 'v1', slot, price_jpy: PRICE_JPY }, () => undefined);
      await plant.clock.advance(died_ms);
      await plant.machine.close();
      await plant.clock.advance(300);
      const reborn = plant.restartKiosk();
      await plant.whenReady(reborn);
      const { evidence } = await plant.clock.until(
        reborn.evidence({ vendId: 'v1', slot, mark: JSON.parse(JSON.stringify(mark)) as typeof mark }),
      );
      await plant.clock.advance(30_000);
      const fell = plant.dropped(slot);
      expect({ died_ms, evidence, fell }).toMatchObject(
        evidence === 'delivered' ? { fell: 1 } : evidence === 'notDelivered' ? { fell: 0 } : {},
      );
    }
  });

  test('a closed driver is silent and holds no timer', async () => {
    const plant = build();
    await plant.whenReady();
    await plant.machine.close();
    await plant.clock.advance(5000);
    const idle = plant.clock.pending();
    const { framesOut } = plant.machine.diagnostics().counters;
    await plant.clock.advance(60_000);
    expect(plant.machine.diagnostics().counters.framesOut).toBe(framesOut);
    expect(plant.clock.pending()).toBeLessThanOrEqual(idle);
    expect(plant.machine.state().ready).toBe(false);
  });

  test('a driver closed during a vend answers nothing and holds no timer', async () => {
    const timersLeft = async (vends: boolean) => {
      const plant = build();
      await plant.whenReady();
      await plant.choose(slot);
      let answered = false;
      const vend = () => plant.machine.vend({ vendId: 'v1', slot, price_jpy: PRICE_JPY }, () => undefined);
      if (vends) void vend().then(() => (answered = true));
      await plant.clock.advance(50);
      await plant.machine.close();
      await plant.clock.advance(5000);
      const left = plant.clock.pending();
      await plant.clock.advance(120_000);
      expect(answered).toBe(false);
      return left;
    };
    // What waits without any vend belongs to the simulated machine.
    expect(await timersLeft(true)).toBeLessThanOrEqual(await timersLeft(false));
  });

  test('diagnostics name the port and keep at most 50 frames', async () => {
    const plant = build();
    await plant.whenReady();
    for (let i = 0; i < 5; i += 1) await vend(plant, `v${i}`, slot);
    const { port, lastFrames, connectedSince_ms, counters } = plant.machine.diagnostics();
    expect(port).toBe('memory:a');
    expect(lastFrames.length).toBeLessThanOrEqual(50);
    expect(lastFrames.length).toBeGreaterThan(0);
    expect(connectedSince_ms).not.toBeNull();
    expect(counters.framesIn).toBeGreaterThan(0);
  });
});
