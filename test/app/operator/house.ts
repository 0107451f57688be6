/** A shop with its staff: the operator's side as the hosts put it together, on the clock that the test moves. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import type { StaffCommand, StaffQuery } from '../../../app/operator/commands.ts';
import type { Operator } from '../../../app/operator/operator.ts';
import { ROLES, type Role } from '../../../app/operator/permissions.ts';
import type { Answer } from '../../../app/operator/problems.ts';
import type { Whereabouts } from '../../../app/operator/sessions.ts';
import { type OperatorSide, openOperatorSide } from '../../../main/operator/open.ts';
import { seededIds, silentLog } from '../../main/paypay/virtual-clock.ts';
import { openShop, type TestShop } from '../shop.ts';

export const PINS: Readonly<Record<Role, string>> = { owner: '482915', cashier: '705138', filler: '361920' };
export const SET_UP_CODE = '31415926';
const AT_KIOSK: Whereabouts = { from: 'kiosk', deviceId: null };

export interface Person {
  readonly token: string;
  perform(command: StaffCommand): Promise<Answer>;
  ask<T>(query: StaffQuery): Promise<T>;
}

export interface House {
  readonly shop: TestShop;
  readonly side: OperatorSide;
  readonly operator: Operator;
  /** Each is called as the role. */
  staffId(name: string): string;
  /** Signed in; at the kiosk unless said otherwise. */
  person(role: Role, where?: Whereabouts): Promise<Person>;
  behind(token: string): Person;
  close(): Promise<void>;
}

export const valueOf = <T>(answer: Answer): T => {
  expect(answer).toMatchObject({ ok: true });
  return (answer as { value: T }).value;
};

/** @param tills `operator.lan.till` */
export async function openHouse(tills = true): Promise<House> {
  const shop = await openShop();
  const { kiosk, clock, folder, config } = shop;
  // JSON is YAML.
  writeFileSync(path.join(folder, 'shop.yaml'), JSON.stringify(config));
  const side = openOperatorSide({
    ...{ kiosk, clock, config, readConfig: () => config, ids: seededIds(7), log: silentLog, version: 'test', setUpCode: SET_UP_CODE },
    ...{ journalPath: path.join(folder, 'journal.db'), dataFolder: folder, configFile: path.join(folder, 'shop.yaml') },
    preparePictures: async () => ({ problems: [], changed: false }),
    network: () => ({ addresses: ['https://kiosk.example/'], fingerprint: 'AA:BB', tills }),
  });
  const { operator } = side;
  const behind = (token: string): Person => ({
    token,
    perform: (command) => operator.perform(token, command),
    ask: async <T>(query: StaffQuery) => valueOf<T>(await operator.ask(token, query)),
  });
  const house: House = {
    shop,
    side,
    operator,
    staffId: (name) => operator.door().staff.find((member) => member.name === name)?.staffId ?? '',
    async person(role, where = AT_KIOSK) {
      const { token } = valueOf<{ token: string }>(await operator.signIn({ staffId: house.staffId(role), pin: PINS[role], ...where }));
      return behind(token);
    },
    behind,
    async close() {
      await side.stop();
      await shop.close();
    },
  };
  const { token } = valueOf<{ token: string }>(
    await operator.setUp({ code: SET_UP_CODE, name: 'owner', pin: PINS.owner, from: 'cli', deviceId: null }),
  );
  for (const role of ROLES.filter((one) => one !== 'owner'))
    valueOf(await behind(token).perform({ do: 'staff.set', staffId: null, name: role, role, pin: PINS[role] }));
  operator.signOut(token);
  return house;
}
