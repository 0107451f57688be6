/** docs/configuration.md and the editors' schema say what the kiosk checks. `npx vitest -u` writes them anew. */
import path from 'node:path';
import { expect, test } from 'vitest';
import { configurationReference, configurationSchema } from '../../main/configuration-reference.ts';

const docs = path.resolve(import.meta.dirname, '../../docs');

test('the reference of the configuration is that of the schema', async () => {
  await expect(configurationReference()).toMatchFileSnapshot(path.join(docs, 'configuration.md'));
});

test('the schema for editors is that of the kiosk', async () => {
  await expect(`${JSON.stringify(configurationSchema(), null, 2)}\n`).toMatchFileSnapshot(path.join(docs, 'configuration.schema.json'));
});
