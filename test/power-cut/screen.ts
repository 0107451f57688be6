/** A screen without a browser: paired like one, it sees the views and sends the commands of one start of the kiosk. */
import { WebSocket } from 'ws';
import type { KioskCommand, KioskView } from '../../app/view.ts';

export interface Screen {
  readonly view: () => KioskView | null;
  send(command: KioskCommand): void;
  close(): void;
}

/** @param address as the kiosk prints it, with its token */
export async function openScreen(address: string): Promise<Screen> {
  const { origin, host, hash } = new URL(address);
  const paired = await fetch(`${origin}/pair`, { method: 'POST', body: hash.replace('#token=', ''), headers: { origin } });
  const cookie = paired.headers.get('set-cookie')?.split(';', 1)[0];
  if (cookie === undefined) throw new Error(`pairing was refused: ${paired.status}`);
  const socket = new WebSocket(`ws://${host}/kiosk`, { headers: { cookie, origin } });
  let view: KioskView | null = null;
  socket.on('message', (data) => {
    // A message without a view only says that the kiosk lives.
    view = (JSON.parse((data as Buffer).toString('utf8')) as { view?: KioskView }).view ?? view;
  });
  // The kiosk dies with its connections open; that is what is tested.
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('open', resolve).once('error', resolve));
  return {
    view: () => view,
    send: (command) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify({ command })),
    close: () => socket.terminate(),
  };
}
