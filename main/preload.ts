/** All that the screen gets of Electron: three functions, no channel names, no Node. */
import { contextBridge, ipcRenderer } from 'electron';
import type { KioskCommand, KioskView } from '../app/view.ts';
import { IPC } from './ipc-names.ts';

contextBridge.exposeInMainWorld('kiosk', {
  /** @param listener null: the host lives, and nothing changed */
  onView(listener: (view: KioskView | null) => void): void {
    ipcRenderer.on(IPC.view, (_event, view: KioskView | null) => listener(view));
  },
  send(command: KioskCommand): void {
    ipcRenderer.send(IPC.command, command);
  },
  /** The screen listens: send the view as it is now. */
  ready(): void {
    ipcRenderer.send(IPC.ready);
  },
});
