/** The Electron host. `electron . --config shop.yaml [--data DIR] [--windowed]` */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { app, BrowserWindow, dialog, ipcMain, Menu, powerSaveBlocker, protocol, session } from 'electron';
import { CannotStart } from './cannot-start.ts';
import { crashOnly } from './crash-only.ts';
import { openHost } from './host.ts';
import { readHostOptions } from './host-options.ts';
import { serveIpc } from './ipc.ts';
import { startLoopback } from './operator/loopback.ts';
import { serveOperator } from './operator/serve.ts';
import { screenFiles } from './screen-files.ts';
import { answerSupervisor } from './supervised.ts';
import { jsonLog, systemClock } from './system.ts';
import { hardenContents, hardenSession, SCREEN_SCHEME, SCREEN_URL, serveFiles, windowOptions } from './window.ts';

const clock = systemClock();
const log = jsonLog(clock, (line) => process.stderr.write(line));
const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Ends with a message that also somebody without a terminal sees. */
function giveUp(message: string): void {
  process.stderr.write(`${message}\n`);
  if (app.isPackaged) dialog.showErrorBox('Jihanki', message);
  app.exit(1);
}

async function main(): Promise<void> {
  const home = app.getPath('userData');
  const options = readHostOptions(process.argv.slice(app.isPackaged ? 1 : 2), {
    ...(app.isPackaged ? { configFile: path.join(home, 'shop.yaml'), dataFolder: home } : {}),
  });
  // Electron's lock is on its user data: with the kiosk's own folder there, one kiosk a folder.
  app.setPath('userData', path.join(options.dataFolder, 'electron'));
  if (!app.requestSingleInstanceLock()) throw new CannotStart(`another kiosk is running on the data folder ${options.dataFolder}`);
  await app.whenReady();

  const host = await openHost(options, { clock, log });
  const files = screenFiles(beside('../renderer'), (url) => host.pictures.file(url));
  await host.pictures.ready;
  const operator = await serveOperator(host, files, { clock, log });
  const loopback = await startLoopback(operator.door, options.port, log);
  operator.door.announce(path.join(host.dataFolder, 'door.json'), loopback.url);
  serveFiles(protocol, files, operator.routes);
  hardenSession(session.defaultSession);
  Menu.setApplicationMenu(null);
  powerSaveBlocker.start('prevent-display-sleep');

  const window = new BrowserWindow(windowOptions(beside('../preload/preload.cjs'), options.windowed));
  hardenContents(window.webContents, log);
  const stopIpc = serveIpc(ipcMain, window.webContents, host, { clock, log });

  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    stopIpc();
    await operator.close();
    await loopback.close();
    await host.stop();
    app.exit(0);
  };
  app.on('second-instance', () => window.focus());
  app.on('before-quit', (event) => {
    event.preventDefault();
    void stop();
  });
  window.on('close', (event) => {
    event.preventDefault();
    if (options.windowed) void stop();
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop());
  answerSupervisor({ stop: () => void stop() });

  await window.loadURL(SCREEN_URL);
  process.stdout.write(['kiosk: in its own window', ...operator.says, ''].join('\n'));
}

crashOnly(log, () => {
  // Whoever started it over a channel starts it again (main/demo/kiosk.ts).
  if (process.connected !== true) app.relaunch();
  app.exit(70);
});

// Linux: Chromium asks the system for its voices (shop.speech).
app.commandLine.appendSwitch('enable-speech-dispatcher');
app.enableSandbox();
protocol.registerSchemesAsPrivileged([{ scheme: SCREEN_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } }]);
main().catch((error: unknown) => {
  if (!(error instanceof CannotStart)) throw error;
  giveUp(error.message);
});
