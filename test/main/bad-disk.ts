/**
 * A kiosk that starts twice on a small disk of its own: `bad-disk.ts FOLDER full|readOnly`, in a mount namespace. The second time the disk
 * is bad; then it is mended. Says one JSON line each: what the screen showed, whether the journal is written, what the command line finds,
 * where a window would keep its profile.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { writableProfile } from '../../main/chromium.ts';
import { openHost } from '../../main/host.ts';
import { serveOperator } from '../../main/operator/serve.ts';
import { systemClock } from '../../main/system.ts';

const [, , folder = '', how] = process.argv;
const sh = (command: string) => execFileSync('sh', ['-c', command]);
const say = (found: object) => void process.stdout.write(`${JSON.stringify(found)}\n`);
const disk = path.join(folder, 'disk');
const dataFolder = path.join(disk, 'data');
const configFile = path.join(folder, 'shop.yaml');
const filling = path.join(disk, 'filling');

/** What is tried again every 15 s is tried twice a second. */
const system = systemClock();
const clock = { ...system, setTimeout: (callback: () => void, delay_ms: number) => system.setTimeout(callback, delay_ms / 30) };
const log = { info: () => {}, warn: () => {}, error: () => {} };
const pause = () => new Promise((resolve) => setTimeout(resolve, 100));

async function start() {
  const host = await openHost(
    {
      ...{ configFile, dataFolder, machine: undefined, paypay: undefined, port: 0 },
      ...{ open: false, windowed: false, framedBy: undefined },
    },
    { clock, log },
  );
  const { door, lan, close } = await serveOperator(host, new Map(), { clock, log });
  const announced = path.join(dataFolder, 'door.json');
  door.announce(announced, 'http://127.0.0.1:7600');
  return {
    async look() {
      while (host.view().screen.name === 'recovering') await pause();
      const window = writableProfile(path.join(dataFolder, 'chromium'));
      const { checks } = await host.operatorEnd.health();
      const journal = checks.find(({ name }) => name === 'journal')?.says.en;
      return {
        screen: host.view().screen.name,
        journal,
        announced: existsSync(announced),
        console: lan !== null,
        window: path.relative(dataFolder, window),
      };
    },
    async end() {
      await close();
      await host.stop();
    },
  };
}

mkdirSync(disk);
sh(`mount -t tmpfs -o size=2m tmpfs ${disk}`);
writeFileSync(
  configFile,
  `version: 1
shop: { name: { ja: 店 }, merchantName: 店, mode: counter }
paypay: { environment: 'http://127.0.0.1:9', merchantId: m }
machine: { driver: none }
operator: { lan: { host: 127.0.0.1, port: ${process.env['CONSOLE_PORT']} } }
products: [{ sku: tea, name: { ja: お茶 }, price_jpy: 150 }]
`,
);
await (await start()).end();

if (how === 'readOnly') sh(`mount -o remount,ro ${disk}`);
else {
  // The certificate is due to be made anew, which is one more file that does not fit.
  rmSync(path.join(dataFolder, 'console-certificate.pem'));
  sh(`dd if=/dev/zero of=${filling} bs=4k 2>/dev/null || true`);
}
const kiosk = await start();
say(await kiosk.look());
if (how === 'readOnly') sh(`mount -o remount,rw ${disk}`);
else rmSync(filling);
let found = await kiosk.look();
while (!found.announced || found.journal !== 'Written and flushed') {
  await pause();
  found = await kiosk.look();
}
say(found);
await kiosk.end();
process.exit(0);
