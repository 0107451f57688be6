/** Line by line: the vendor's transcript of a selection-first sale, and what must happen when a line is missing or another comes. */
import { describe, expect, test } from 'vitest';
import type { MachineSelection, VendOutcome } from '../../../app/ports.ts';
import { createQibixx } from '../../../hardware/mdb-qibixx/driver.ts';
import { readLine, yenOf } from '../../../hardware/mdb-qibixx/lines.ts';
import type { QibixxOptions } from '../../../hardware/mdb-qibixx/options.ts';
import { memoryCable } from '../../../hardware/transport/memory.ts';
import type { Wire } from '../../../hardware/transport/wire.ts';
import { silentLog } from '../silent-log.ts';
import { createVirtualClock } from '../virtual-clock.ts';

const OPTIONS: QibixxOptions = {
  mode: 'alwaysIdle',
  address: 'cashless1',
  decimalPlaces: 0,
  scaleFactor: 1,
  responseTime_s: 120,
  vendDeadline_ms: 30_000,
};

interface Found {
  /** The reader was left on, as by a kiosk that was restarted. */
  readonly on?: boolean;
  /** What it says before it is set up anew. */
  readonly says?: readonly string[];
  /** The setting that its firmware does not know. */
  readonly refuses?: string;
}

/** An adapter that says what the test says, after it has answered the set-up. */
async function adapter(options: QibixxOptions = OPTIONS, found: Found = {}) {
  const clock = createVirtualClock();
  const cable = memoryCable();
  const heard: string[] = [];
  const selections: MachineSelection[] = [];
  const held: { wire: Wire | null } = { wire: null };
  const say = async (...lines: string[]) => {
    for (const line of lines) held.wire?.write(Buffer.from(`${line}\n`, 'ascii'));
    await clock.advance(0);
  };
  let on = found.on ?? false;
  let spoils = false;
  held.wire = await cable.b.open({
    data: (bytes) => {
      for (const line of Buffer.from(bytes).toString('ascii').trim().split('\n')) {
        if (line === 'C,1') {
          void say(spoils ? 'c,ERR,"cash\u0007ess is on"' : on ? 'c,ERR,"cashless is on"' : 'c,1');
          if (spoils) spoils = false;
          on = true;
        } else if (line === 'C,0') {
          void say('c,0');
          on = false;
        } else if (line.startsWith('C,SETCONF')) void say(line.includes(`${found.refuses}=`) ? 'c,ERR,"SETCONF -1"' : 'c,SET,OK');
        else if (line === 'V') void say('v,4.0.2.0,0123456789');
        heard.push(line);
      }
    },
    closed: () => undefined,
  });
  const machine = createQibixx(cable.a, options, { clock, log: silentLog });
  machine.onSelection((selection) => selections.push(selection));
  await clock.advance(100);
  if (found.says) {
    await say(...found.says);
    await clock.advance(300);
  }
  await say('c,STATUS,INACTIVE', 'r,ACK', 'c,STATUS,DISABLED', 'r,ACK', 'c,STATUS,ENABLED');
  const setUp = heard.splice(0);
  const vend = (slot = '5', price_jpy = 150) => machine.vend({ vendId: 'v1', slot, price_jpy }, () => undefined);
  const ends = (outcome: Promise<VendOutcome>) => clock.until(outcome, 200_000);
  /** The adapter forgets everything, as after a loss of power. */
  const lose = () => (on = false);
  /** The next answer to a probe comes with a broken byte. */
  const spoil = () => void (spoils = true);
  const evidence = () => clock.until(machine.evidence({ vendId: 'v0', slot: '5', mark: {} }));
  return { clock, machine, say, heard, setUp, selections, vend, ends, lose, spoil, evidence };
}

test('the set-up: Always Idle, yen, no decimals, our response time', async () => {
  const { setUp, machine } = await adapter();
  expect(setUp).toEqual([
    'C,1',
    'C,0',
    'C,SETCONF,mdb-always-idle=1',
    'C,SETCONF,mdb-currency-code=0x1392',
    'C,SETCONF,mdb-addr=0x10',
    'C,SETCONF,mdb-decimal-places=0',
    'C,SETCONF,mdb-scale-factor=1',
    'C,SETCONF,mdb-timeout=120',
    'C,1',
  ]);
  expect(machine.state()).toMatchObject({ ready: true });
});

describe('choose, pay, vend', () => {
  test("the vendor's transcript", async () => {
    const { say, heard, selections, vend, ends, clock } = await adapter();
    await say('c,STATUS,VEND,150,5');
    expect(selections).toMatchObject([{ slot: '5', price_jpy: 150, deadline_monotonic_ms: clock.monotonic_ms() + 115_000 }]);
    const outcome = vend();
    await say('r,ACK');
    expect(heard).toEqual(['C,VEND,150']);
    await say('c,VEND,SUCCESS', 'c,STATUS,IDLE', 'c,STATUS,ENABLED');
    expect(await ends(outcome)).toEqual({ outcome: 'succeeded', proof: 'machine' });
  });

  test('an amount goes back as it came', async () => {
    const { say, heard, vend, ends } = await adapter({ ...OPTIONS, decimalPlaces: 2 });
    await say('c,STATUS,VEND,150.00,5');
    const outcome = vend();
    await say('r,ACK', 'c,VEND,SUCCESS');
    expect(heard).toEqual(['C,VEND,150.00']);
    expect((await ends(outcome)).outcome).toBe('succeeded');
  });

  test.each(['1.50', '0', '0.00'])('an amount of %s is no whole yen: denied', async (amount) => {
    const { say, heard, selections } = await adapter();
    await say(`c,STATUS,VEND,${amount},5`);
    expect([heard, selections]).toEqual([['C,VEND,-1'], []]);
  });

  test('the same request again is the machine repeating itself', async () => {
    const { say, selections, heard } = await adapter();
    await say('c,STATUS,VEND,150,5', 'c,STATUS,VEND,150,5');
    expect([selections.length, heard]).toEqual([1, []]);
  });

  test('another choice while the QR is shown: the first is withdrawn and never approved', async () => {
    const { clock, say, heard, selections, vend, ends } = await adapter();
    await say('c,STATUS,VEND,150,5', 'c,STATUS,VEND,130,6');
    await clock.until(selections[0]?.withdrawn as Promise<void>);
    expect(selections.map(({ slot }) => slot)).toEqual(['5', '6']);
    expect(await ends(vend('5', 150))).toMatchObject({ outcome: 'failed', why: 'notSent' });
    expect(heard).toEqual([]);
  });

  test.each([
    ['reset by the machine', 'c,STATUS,INACTIVE'],
    ['disabled by the machine', 'c,STATUS,DISABLED'],
  ])('%s while the QR is shown: withdrawn, and not vended', async (_, line) => {
    const { clock, say, heard, selections, vend, ends } = await adapter();
    await say('c,STATUS,VEND,150,5', line);
    await clock.until(selections[0]?.withdrawn as Promise<void>);
    await say('c,STATUS,ENABLED');
    expect(await ends(vend())).toMatchObject({ outcome: 'failed', why: 'notSent' });
    expect(heard).toEqual([]);
  });

  test('a kiosk that stops tells the machine that waits', async () => {
    const { machine, say, heard } = await adapter();
    await say('c,STATUS,VEND,150,5');
    await machine.close();
    expect(heard).toEqual(['C,VEND,-1']);
  });

  test('the same request again right after the approval is the machine repeating itself', async () => {
    const { say, heard, vend, ends } = await adapter();
    await say('c,STATUS,VEND,150,5');
    const outcome = vend();
    await say('c,STATUS,VEND,150,5', 'r,ACK', 'c,VEND,SUCCESS');
    expect(heard).toEqual(['C,VEND,150']);
    expect(await ends(outcome)).toMatchObject({ outcome: 'succeeded' });
  });

  test('another request while one is being vended is denied', async () => {
    const { say, heard, vend, ends } = await adapter();
    await say('c,STATUS,VEND,150,5');
    const outcome = vend();
    await say('r,ACK', 'c,STATUS,VEND,130,6');
    expect(heard).toEqual(['C,VEND,150', 'C,VEND,-1']);
    expect(await ends(outcome)).toMatchObject({ outcome: 'unknown' });
  });

  test('nobody pays: denied before the machine gives up, and never approved afterwards', async () => {
    const { clock, say, heard, selections, vend, ends } = await adapter();
    await say('c,STATUS,VEND,150,5');
    await clock.advance(114_000);
    expect(heard.filter((line) => line.startsWith('C,VEND'))).toEqual([]);
    await clock.advance(2000);
    expect(heard.filter((line) => line.startsWith('C,VEND'))).toEqual(['C,VEND,-1']);
    await clock.until(selections[0]?.withdrawn as Promise<void>);
    expect(await ends(vend())).toMatchObject({ outcome: 'failed', why: 'notSent' });
    expect(heard.filter((line) => line.startsWith('C,VEND'))).toEqual(['C,VEND,-1']);
  });

  test('a probe whose answer is spoilt takes nothing from a customer who pays; the adapter is set up anew when nobody does', async () => {
    const { clock, say, heard, selections, vend, ends, spoil, machine } = await adapter();
    await say('c,STATUS,VEND,150,5');
    spoil();
    await clock.advance(20_000);
    expect(heard.filter((line) => line === 'C,1').length).toBeGreaterThan(1);
    expect(heard).not.toContain('C,0');
    const outcome = vend();
    await say('r,ACK', 'c,VEND,SUCCESS', 'c,STATUS,IDLE', 'c,STATUS,ENABLED');
    expect([selections.length, await ends(outcome)]).toEqual([1, { outcome: 'succeeded', proof: 'machine' }]);
    // The answer may have been that it was on with settings of its own.
    await clock.advance(5000);
    expect(heard).toContain('C,0');
    await say('c,STATUS,INACTIVE', 'c,STATUS,DISABLED', 'c,STATUS,ENABLED');
    expect(machine.state()).toMatchObject({ ready: true });
  });

  test('declined by the kiosk', async () => {
    const { say, heard, selections } = await adapter();
    await say('c,STATUS,VEND,150,5');
    selections[0]?.decline();
    selections[0]?.decline();
    expect(heard).toEqual(['C,VEND,-1']);
  });

  test('cancelled at the machine: withdrawn, and not vended', async () => {
    const { clock, say, heard, selections, vend, ends } = await adapter();
    await say('c,STATUS,VEND,150,5', 'c,STATUS,ENABLED');
    await clock.until(selections[0]?.withdrawn as Promise<void>);
    expect(await ends(vend())).toMatchObject({ outcome: 'failed', why: 'notSent' });
    expect(heard).toEqual([]);
  });

  test('a price that nobody was shown is not approved', async () => {
    const { say, heard, vend, ends } = await adapter();
    await say('c,STATUS,VEND,150,5');
    expect(await ends(vend('5', 140))).toMatchObject({ outcome: 'failed', why: 'notSent' });
    expect(await ends(vend('6', 150))).toMatchObject({ outcome: 'failed', why: 'notSent' });
    expect(heard).toEqual([]);
  });
});

describe('how a vend can end', () => {
  const cases: readonly [string, readonly string[], Partial<VendOutcome>][] = [
    ['success', ['r,ACK', 'c,VEND,SUCCESS'], { outcome: 'succeeded', proof: 'machine' }],
    ['failure', ['r,ACK', 'c,VEND,FAILURE'], { outcome: 'failed', why: 'motor' }],
    ['failure in another spelling', ['r,ACK', 'c,VEND,FAILED,5'], { outcome: 'failed', why: 'motor' }],
    ['no word', ['r,ACK', 'c,STATUS,IDLE', 'c,STATUS,ENABLED'], { outcome: 'unknown', likely: 'notDelivered' }],
    ['a status before the success', ['r,ACK', 'c,STATUS,IDLE', 'c,VEND,SUCCESS'], { outcome: 'succeeded', proof: 'machine' }],
    ['reset of the machine: MDB counts it as delivered', ['r,ACK', 'c,STATUS,INACTIVE'], { outcome: 'unknown', likely: 'delivered' }],
    ['a reset, and it is set up anew', ['r,ACK', 'c,STATUS,INACTIVE', 'c,STATUS,ENABLED'], { outcome: 'unknown', likely: 'delivered' }],
    ['a reset before it took the approval', ['c,STATUS,INACTIVE', 'c,STATUS,ENABLED'], { outcome: 'unknown', likely: 'none' }],
    ['a success right after a reset', ['c,STATUS,INACTIVE', 'c,VEND,SUCCESS'], { outcome: 'succeeded', proof: 'machine' }],
    ['refused by the adapter', ['c,ERR,"VEND -3"'], { outcome: 'failed', why: 'notSent' }],
    ['a reset that crossed the approval', ['c,STATUS,INACTIVE', 'c,ERR,"VEND -3"'], { outcome: 'failed', why: 'notSent' }],
    ['silence', ['r,ACK'], { outcome: 'unknown', likely: 'none' }],
    ['silence from the start', [], { outcome: 'unknown', likely: 'notDelivered' }],
    ['an answer that comes late', ['r,ACK', 'c,1', 'c,VEND,SUCCESS'], { outcome: 'succeeded', proof: 'machine' }],
  ];
  test.each(cases)('%s', async (_, lines, expected) => {
    const { say, vend, ends, heard } = await adapter();
    await say('c,STATUS,VEND,150,5');
    const outcome = vend();
    await say(...lines);
    expect(await ends(outcome)).toMatchObject(expected);
    expect(heard.filter((line) => line === 'C,VEND,150')).toHaveLength(1);
  });
});

describe('the approval is taken back after a silence', () => {
  test.each<[string, string[], Partial<VendOutcome>]>([
    ['taken back', ['r,ACK', 'c,STATUS,IDLE'], { outcome: 'unknown', likely: 'notDelivered' }],
    ['refused: it had been heard, and the goods may have fallen', ['c,ERR,"VEND -3"'], { outcome: 'unknown', likely: 'none' }],
    ['refused, and then the end comes', ['c,ERR,"VEND -3"', 'c,VEND,SUCCESS'], { outcome: 'succeeded', proof: 'machine' }],
    ['answered by a reset', ['c,STATUS,INACTIVE'], { outcome: 'unknown', likely: 'none' }],
  ])('%s', async (_, lines, expected) => {
    const { clock, say, heard, vend, ends } = await adapter();
    await say('c,STATUS,VEND,150,5');
    const outcome = vend();
    await clock.advance(OPTIONS.vendDeadline_ms);
    expect(heard.filter((line) => line.startsWith('C,VEND'))).toEqual(['C,VEND,150', 'C,VEND,-1']);
    await say(...lines);
    expect(await ends(outcome)).toMatchObject(expected);
  });
});

describe('after a restart of the kiosk', () => {
  test.each<[string, Found, object]>([
    ['the reader was off', {}, { evidence: 'none', likely: 'delivered' }],
    ['the machine reset it', { on: true, says: ['c,STATUS,INACTIVE'] }, { evidence: 'none', likely: 'delivered' }],
    ['the reader stands enabled', { on: true, says: ['c,STATUS,ENABLED'] }, { evidence: 'none', likely: 'none' }],
    ['the success comes', { on: true, says: ['c,VEND,SUCCESS', 'c,STATUS,IDLE'] }, { evidence: 'delivered' }],
    ['the failure comes', { on: true, says: ['c,VEND,FAILURE', 'c,STATUS,IDLE'] }, { evidence: 'notDelivered', why: 'motor' }],
  ])('%s', async (_, found, expected) => {
    const { evidence } = await adapter(OPTIONS, found);
    expect(await evidence()).toMatchObject(expected);
  });
  test('paid first, a reset says nothing: the choice may not have been made', async () => {
    const { evidence } = await adapter({ ...OPTIONS, mode: 'authorizeFirst' });
    expect(await evidence()).toMatchObject({ evidence: 'none', likely: 'none' });
  });
});

describe('settings that the adapter refuses', () => {
  test.each(['mdb-always-idle', 'mdb-decimal-places', 'mdb-scale-factor', 'mdb-timeout'])(
    '%s: not ready, and says why',
    async (refuses) => {
      const { clock, machine } = await adapter(OPTIONS, { refuses });
      await clock.advance(20_000);
      expect(machine.state()).toMatchObject({ ready: false, reasons: ['starting'] });
      expect(machine.diagnostics().trouble).toContain(refuses);
    },
  );
  test('the number of the currency is only shown: ready without', async () => {
    const { machine } = await adapter(OPTIONS, { refuses: 'mdb-currency-code' });
    expect(machine.state()).toMatchObject({ ready: true });
    expect(machine.diagnostics().trouble).toBeUndefined();
  });
});

test('the adapter started anew after the approval: the probe finds out, and MDB counts it as delivered', async () => {
  const { clock, say, vend, ends, lose, machine } = await adapter();
  await say('c,STATUS,VEND,150,5');
  const outcome = vend();
  await say('r,ACK');
  lose();
  expect(await ends(outcome)).toMatchObject({ outcome: 'unknown', likely: 'delivered' });
  expect(clock.monotonic_ms()).toBeLessThan(10_000);
  await clock.advance(2000);
  await say('c,STATUS,INACTIVE', 'c,STATUS,DISABLED', 'c,STATUS,ENABLED');
  expect(machine.state()).toMatchObject({ ready: true });
});

test('the adapter started anew before the machine took the approval: nobody knows', async () => {
  const { say, vend, ends, lose } = await adapter();
  await say('c,STATUS,VEND,150,5');
  const outcome = vend();
  lose();
  expect(await ends(outcome)).toMatchObject({ outcome: 'unknown', likely: 'none' });
});

describe('pay first', () => {
  const FIRST: QibixxOptions = { ...OPTIONS, mode: 'authorizeFirst' };
  test('a session with exactly what was paid, and only that choice', async () => {
    const { say, heard, vend, ends } = await adapter(FIRST);
    const outcome = vend();
    await say('c,STATUS,IDLE,150', 'c,STATUS,VEND,150,6', 'c,STATUS,IDLE', 'c,STATUS,VEND,120,5', 'c,STATUS,IDLE', 'c,STATUS,VEND,150,5');
    expect(heard).toEqual(['C,START,150', 'C,VEND,-1', 'C,VEND,-1', 'C,VEND,150']);
    await say('r,ACK', 'c,VEND,SUCCESS');
    expect(await ends(outcome)).toEqual({ outcome: 'succeeded', proof: 'machine' });
  });
  test('nothing chosen: the session is closed and nothing was vended', async () => {
    const { say, heard, vend, ends } = await adapter(FIRST);
    const outcome = vend();
    await say('c,STATUS,IDLE,150');
    expect(await ends(outcome)).toMatchObject({ outcome: 'failed', why: 'notSent' });
    expect(heard.filter((line) => line !== 'C,1')).toEqual(['C,START,150', 'C,STOP']);
  });
  test.each([
    ['ended at the machine', ['c,STATUS,IDLE,150', 'c,STATUS,ENABLED']],
    ['the machine resets', ['c,STATUS,IDLE,150', 'c,STATUS,INACTIVE']],
    ['the machine takes the reader out of use', ['c,STATUS,IDLE,150', 'c,STATUS,DISABLED']],
  ])('before the choice, %s: not sent, at once', async (_, lines) => {
    const { clock, say, heard, vend } = await adapter(FIRST);
    const outcome = vend();
    await say(...lines);
    expect(await clock.until(outcome, 10)).toMatchObject({ outcome: 'failed', why: 'notSent' });
    expect(heard).toEqual(['C,START,150']);
  });
  test('before the choice, the adapter starts anew: not sent', async () => {
    const { clock, say, vend, lose } = await adapter(FIRST);
    const outcome = vend();
    await say('c,STATUS,IDLE,150');
    lose();
    expect(await clock.until(outcome, 8000)).toMatchObject({ outcome: 'failed', why: 'notSent' });
  });
  test('a denied choice that ends the session: it is opened again for the right one', async () => {
    const { say, heard, vend, ends } = await adapter(FIRST);
    const outcome = vend();
    await say('c,STATUS,IDLE,150', 'c,STATUS,VEND,150,6', 'c,STATUS,IDLE', 'c,STATUS,ENABLED');
    await say('c,STATUS,IDLE,150', 'c,STATUS,VEND,150,5', 'r,ACK', 'c,VEND,SUCCESS');
    expect(heard).toEqual(['C,START,150', 'C,VEND,-1', 'C,START,150', 'C,VEND,150']);
    expect((await ends(outcome)).outcome).toBe('succeeded');
  });
  test('the customer is told when to choose', async () => {
    const { clock, say, machine } = await adapter(FIRST);
    const steps: string[] = [];
    const outcome = machine.vend({ vendId: 'v1', slot: '5', price_jpy: 150 }, (step) => steps.push(step));
    await say('c,STATUS,IDLE,150', 'c,STATUS,VEND,150,5', 'r,ACK', 'c,VEND,SUCCESS');
    await clock.until(outcome);
    expect(steps).toEqual(['chooseOnMachine', 'sent', 'moving']);
  });
  test('the next product waits until the session is over', async () => {
    const { clock, say, heard, machine, vend, ends } = await adapter(FIRST);
    const first = vend();
    await say('c,STATUS,IDLE,150', 'c,STATUS,VEND,150,5', 'r,ACK', 'c,VEND,SUCCESS', 'c,STATUS,IDLE');
    expect((await ends(first)).outcome).toBe('succeeded');
    const check = machine.check('6');
    await clock.advance(1500);
    expect(heard.at(-1)).toBe('C,STOP');
    await say('c,STATUS,ENABLED');
    expect(await clock.until(check, 10)).toEqual({ ready: true });
  });
  test('a choice that nobody paid for is denied', async () => {
    const { say, heard, selections } = await adapter(FIRST);
    await say('c,STATUS,VEND,150,5');
    expect([heard, selections]).toEqual([['C,VEND,-1'], []]);
  });
  test('refused: not sent', async () => {
    const { say, vend, ends } = await adapter(FIRST);
    const outcome = vend();
    await say('c,ERR,"START -3"');
    expect(await ends(outcome)).toMatchObject({ outcome: 'failed', why: 'notSent' });
  });
});

test('lines', () => {
  expect(readLine('c,STATUS,VEND,1.00,5')).toEqual({ says: 'vendRequest', amount: '1.00', item: '5' });
  expect(readLine('c,STATUS,IDLE,150')).toEqual({ says: 'status', status: 'idle' });
  expect(readLine('c,ERR,"START -3"')).toEqual({ says: 'error', about: 'START -3' });
  expect(readLine('c,STATUS,VEND,99999999999999999999,5')).toEqual({ says: 'other' });
  expect([yenOf('150'), yenOf('150.00'), yenOf('1.5'), yenOf('0'), yenOf('10000000')]).toEqual([150, 150, null, null, null]);
});
