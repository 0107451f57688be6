/** The browser host: this process and any Chromium. `node dist/main/browser.js --config shop.yaml [--data DIR] [--port N] [--open]` */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CannotStart } from './cannot-start.ts';
import { openChromium } from './chromium.ts';
import { crashOnly } from './crash-only.ts';
import { openHost } from './host.ts';
import { readHostOptions } from './host-options.ts';
import { serveOperator } from './operator/serve.ts';
import { screenFiles } from './screen-files.ts';
import { answerSupervisor } from './supervised.ts';
import { jsonLog, systemClock } from './system.ts';
import { startWebServer } from './web-server.ts';

const clock = systemClock();
// The log goes to stderr, where a supervisor collects it; stdout says what a person wants to know.
const log = jsonLog(clock, (line) => process.stderr.write(line));

async function main(): Promise<void> {
  const options = readHostOptions(process.argv.slice(2));
  const host = await openHost(options, { clock, log });
  const files = screenFiles(fileURLToPath(new URL('../renderer', import.meta.url)), (url) => host.pictures.file(url));
  await host.pictures.ready;
  const operator = await serveOperator(host, files, { clock, log });
  const server = await startWebServer({
    port: options.port,
    framedBy: options.framedBy,
    files,
    screen: host,
    screenSecret: host.screenSecret,
    door: operator.door,
    clock,
    log,
  }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE' ? new CannotStart(`port ${options.port} is taken; choose another with --port`) : error;
  });
  const address = server.address();
  operator.door.announce(path.join(host.dataFolder, 'door.json'), `http://127.0.0.1:${server.port}`);
  process.stdout.write([`kiosk: ${address}`, ...operator.says, ''].join('\n'));
  const window = options.open ? openChromium(address, { fullScreen: true, profile: `${options.dataFolder}/chromium`, log }) : null;

  let stopping = false;
  async function stop(): Promise<void> {
    if (stopping) return;
    stopping = true;
    window?.close();
    await operator.close();
    await server.close();
    await host.stop();
    process.exit(0);
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop());
  answerSupervisor({ stop: () => void stop(), address: () => server.address(60_000) });
}

// Its supervisor starts it again.
crashOnly(log, () => process.exit(70));

main().catch((error: unknown) => {
  if (!(error instanceof CannotStart)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
