import { expect, it } from 'vitest';
import { sellGate } from '../../app/catalogue/planogram.ts';
import type { MachineState, VendingMachine } from '../../app/ports.ts';

const machine = (state: Partial<MachineState>): VendingMachine =>
  ({
    state: () => ({ ready: true, reasons: [], slots: new Map(), temperature_c: null, ...state }),
  }) as Partial<VendingMachine> as VendingMachine;
const open = {
  machine: machine({}),
  needsMachine: true,
  gateway: { ready: true, clockOffset_ms: 0 },
  vendPending: false,
  attention: 0,
  attentionLimit: 3,
  diskSilent: false,
  broken: false,
} as const;

it('is open when everything is ready', () => {
  expect(sellGate(open)).toEqual([]);
  expect(sellGate({ ...open, machine: machine({ ready: false, reasons: ['busy'] }) })).toEqual([]);
});

it('stays closed while an earlier vend may still show in the machine’s counters', () => {
  expect(sellGate({ ...open, vendPending: true })).toEqual(['machineStarting']);
  expect(sellGate({ ...open, vendPending: true, machine: machine({ ready: false, reasons: ['starting'] }) })).toEqual(['machineStarting']);
  expect(sellGate({ ...open, vendPending: true, needsMachine: false })).toEqual([]);
});

it('closes while the disk does not answer', () => {
  expect(sellGate({ ...open, diskSilent: true })).toEqual(['journalFailed']);
});

it('closes when too many orders wait for a person', () => {
  expect(sellGate({ ...open, attention: 2 })).toEqual([]);
  expect(sellGate({ ...open, attention: 3 })).toEqual(['tooManyOpenQuestions']);
  expect(sellGate({ ...open, broken: true })).toEqual(['brokenRule']);
});
