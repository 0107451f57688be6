/** Screens over Electron's IPC: the same two messages as over WebSocket, from exactly one frame at exactly one address. */
import type { IpcMain, IpcMainEvent, WebContents } from 'electron';
import type { Clock, Log } from '../app/ports.ts';
import { createChannel, LARGEST_MESSAGE_BYTES } from './channel.ts';
import type { ScreenEnd } from './host.ts';
import { IPC } from './ipc-names.ts';
import { BEAT_ms } from './websocket.ts';
import { isScreen } from './window.ts';

/** @returns ends it */
export function serveIpc(
  ipcMain: Pick<IpcMain, 'on' | 'off'>,
  contents: Pick<WebContents, 'mainFrame' | 'isDestroyed' | 'send'>,
  screen: ScreenEnd,
  { clock, log }: { clock: Clock; log: Log },
): () => void {
  const channel = createChannel('ipc', { clock, log, send: (command) => screen.send(command) });
  const show = () => {
    if (!contents.isDestroyed()) contents.send(IPC.view, screen.view());
  };
  const isHeard = ({ senderFrame }: IpcMainEvent): boolean => {
    if (senderFrame !== null && senderFrame === contents.mainFrame && isScreen(senderFrame.url)) return true;
    channel.reject(`from another frame: ${senderFrame?.url ?? 'gone'}`);
    return false;
  };
  const onReady = (event: IpcMainEvent) => {
    if (isHeard(event)) show();
  };
  const onCommand = (event: IpcMainEvent, input: unknown) => {
    if (!isHeard(event)) return;
    if (isSmall(input)) channel.receive(input);
    else channel.reject('too large, or not plain data');
  };
  ipcMain.on(IPC.ready, onReady);
  ipcMain.on(IPC.command, onCommand);
  const stopViews = screen.onView(show);
  const beat = setInterval(() => {
    if (!contents.isDestroyed()) contents.send(IPC.view, null);
  }, BEAT_ms);
  return () => {
    clearInterval(beat);
    ipcMain.off(IPC.ready, onReady);
    ipcMain.off(IPC.command, onCommand);
    stopViews();
  };
}

function isSmall(input: unknown): boolean {
  try {
    return (JSON.stringify(input) ?? '').length <= LARGEST_MESSAGE_BYTES;
  } catch {
    return false;
  }
}
