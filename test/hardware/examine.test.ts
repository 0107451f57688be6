/** What doctor says of ports and machines. */
import { describe, expect, test } from 'vitest';
import { examineMachine, examinePort } from '../../hardware/examine.ts';
import type { MachineOptions } from '../../hardware/machine.ts';
import { memoryCable } from '../../hardware/transport/memory.ts';
import { createXyVmc } from '../../hardware/xy-vmc/driver.ts';
import { PLANTS, xyVmc } from './plants.ts';
import { silentLog } from './silent-log.ts';
import { createVirtualClock } from './virtual-clock.ts';

const VMC: MachineOptions = {
  driver: 'xy-vmc',
  port: '/dev/no-such-port',
  baud: 57_600,
  dropSensor: true,
  elevator: false,
  vendDeadline_ms: 8000,
  padCheck: false,
};

describe('the port', () => {
  test('is not there: says so, and what to do', async () => {
    expect(await examinePort(VMC)).toMatchObject({ ok: false, what: 'port', found: expect.stringContaining('no such port') as string });
  });
  test('opens', async () => {
    const cable = memoryCable();
    expect(await examinePort(VMC, cable.a)).toEqual({ ok: true, what: 'port', found: 'memory:a opens' });
    // Closed again: the driver can have it.
    await expect(cable.a.open({ data: () => undefined, closed: () => undefined })).resolves.toBeDefined();
  });
});

test.each(PLANTS)('$name: a working machine has only good findings', async ({ build, slots, driver }) => {
  const plant = build();
  const findings = await plant.clock.until(examineMachine(plant.machine, { ...VMC, driver } as MachineOptions, [...slots], plant.clock));
  expect(findings.filter(({ ok }) => !ok)).toEqual([]);
  expect(findings.map(({ what }) => what)).toEqual(
    driver === 'mdb-qibixx' ? ['protocol', 'slots'] : ['protocol', ...slots.map((slot) => `slot ${slot}`)],
  );
});

test('a slot that is not there and a jammed one are named, with a way out', async () => {
  const plant = xyVmc.build();
  await plant.whenReady();
  plant.fault('jam', '3');
  await plant.clock.until(plant.machine.vend({ vendId: 'v1', slot: '3', price_jpy: 1 }, () => undefined));
  const findings = await plant.clock.until(examineMachine(plant.machine, VMC, ['3', '4', '99'], plant.clock));
  expect(findings).toMatchObject([
    { ok: true, what: 'protocol' },
    { ok: false, what: 'slot 3', found: 'paused' },
    { ok: true, what: 'slot 4' },
    { ok: false, what: 'slot 99', found: 'missing' },
  ]);
  for (const { ok, mend } of findings) expect(ok || (mend?.length ?? 0) > 10).toBe(true);
});

test('nobody at the other end; noise at the other end', async () => {
  for (const noise of [false, true]) {
    const clock = createVirtualClock();
    const cable = memoryCable();
    const far = await cable.b.open({ data: () => undefined, closed: () => undefined });
    const babble = () => {
      if (noise) far.write(Uint8Array.of(0x80, 0xfa, 0x00, 0xff, 0x13));
      clock.setTimeout(babble, 100);
    };
    babble();
    const machine = createXyVmc(cable.a, VMC, { clock, log: silentLog });
    const findings = await clock.until(examineMachine(machine, VMC, ['3'], clock));
    expect(findings.map(({ what }) => what)).toEqual(noise ? ['protocol', 'line'] : ['protocol']);
    expect(findings[0]).toMatchObject({ ok: false, mend: expect.stringContaining('machine.baud') as string });
    await machine.close();
  }
});
