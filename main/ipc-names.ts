/** The three IPC messages. Apart from ipc.ts, so that the preload script carries nothing else. */
export const IPC = { ready: 'kiosk:ready', command: 'kiosk:command', view: 'kiosk:view' } as const;
