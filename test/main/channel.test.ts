/** What a screen sends is a command, or it is dropped and counted. */
import { EventEmitter } from 'node:events';
import type { IpcMain, WebContents } from 'electron';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KioskCommandSchema } from '../../app/view.ts';
import { createChannel } from '../../main/channel.ts';
import { IPC } from '../../main/ipc-names.ts';
import { serveIpc } from '../../main/ipc.ts';
import { hardenContents, SCREEN_URL, WEB_PREFERENCES, windowOptions } from '../../main/window.ts';
import { VirtualClock } from './paypay/virtual-clock.ts';
import { readableLog, viewNumber, virtualScreen } from './virtual-screen.ts';

function channel() {
  const [clock, log, screen] = [new VirtualClock(), readableLog(), virtualScreen()];
  return { clock, log, screen, channel: createChannel('test', { clock, log, send: screen.send }) };
}

test('commands pass', () => {
  const { channel: open, screen, log } = channel();
  open.receive({ do: 'add', sku: 'tea' });
  open.receive({ do: 'setLanguage', language: 'en' });
  expect(screen.commands).toEqual([
    { do: 'add', sku: 'tea' },
    { do: 'setLanguage', language: 'en' },
  ]);
  expect(log.lines).toEqual([]);
});

test('nothing else passes, and nothing throws', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.anything(), fc.record({ do: fc.oneof(fc.string(), fc.constant('add')), sku: fc.anything(), amount_jpy: fc.anything() })),
      (input) => {
        const { channel: open, screen } = channel();
        open.receive(input);
        expect(screen.commands).toEqual(KioskCommandSchema.safeParse(input).success ? [input] : []);
      },
    ),
  );
});

test.each([
  ['an unknown command', { do: 'refund' }],
  ['a command with more than it has', { do: 'start', price_jpy: 0 }],
  ['an amount that is none', { do: 'charge', amount_jpy: -1 }],
  ['a text', 'start'],
  ['nothing', undefined],
])('%s is dropped with a line in the log', (_name, input) => {
  const { channel: open, screen, log } = channel();
  open.receive(input);
  expect(screen.commands).toEqual([]);
  expect(log.lines).toMatchObject([{ event: 'screen.dropped', fields: { channel: 'test', dropped: 1 } }]);
});

test('a screen that goes mad is slowed down, and writes one line in five seconds', async () => {
  const { channel: open, screen, log, clock } = channel();
  for (let n = 0; n < 1000; n++) open.receive({ do: 'stay' });
  expect(screen.commands.length).toBe(40);
  expect(log.lines.length).toBe(1);
  await clock.advance(5000);
  for (let n = 0; n < 1000; n++) open.receive({ do: 'stay' });
  expect(screen.commands.length).toBe(80);
  expect(log.lines).toMatchObject([{}, { fields: { dropped: 961 } }]);
  await clock.advance(1000);
  open.receive({ do: 'start' });
  expect(screen.commands.at(-1)).toEqual({ do: 'start' });
});

describe('Electron’s IPC', () => {
  function ipc() {
    const [clock, log, screen] = [new VirtualClock(), readableLog(), virtualScreen()];
    const sent: unknown[] = [];
    const mainFrame = { url: SCREEN_URL };
    const bus = new EventEmitter();
    const contents = { mainFrame, isDestroyed: () => false, send: (...message: unknown[]) => void sent.push(message) };
    const stop = serveIpc(bus as unknown as IpcMain, contents as unknown as WebContents, screen, { clock, log });
    return { bus, sent, screen, log, mainFrame, stop };
  }

  test('the screen says that it is ready, gets the view, and every one after it', () => {
    const { bus, sent, screen, mainFrame, stop } = ipc();
    bus.emit(IPC.ready, { senderFrame: mainFrame });
    screen.show(viewNumber(1));
    expect(sent).toEqual([
      [IPC.view, viewNumber(0)],
      [IPC.view, viewNumber(1)],
    ]);
    bus.emit(IPC.command, { senderFrame: mainFrame }, { do: 'start' });
    expect(screen.commands).toEqual([{ do: 'start' }]);
    stop();
    bus.emit(IPC.command, { senderFrame: mainFrame }, { do: 'start' });
    expect(screen.commands).toHaveLength(1);
  });

  test.each([
    ['another frame', { url: SCREEN_URL }],
    ['a frame that is gone', null],
  ])('%s is not heard', (_name, senderFrame) => {
    const { bus, sent, screen, log } = ipc();
    bus.emit(IPC.ready, { senderFrame });
    bus.emit(IPC.command, { senderFrame }, { do: 'start' });
    expect([sent, screen.commands]).toEqual([[], []]);
    expect(log.lines.length).toBe(1);
  });

  test.each(['https://example.org/', 'https://example.org/#kiosk://screen/index.html', 'kiosk://screen/index.html.js', 'kiosk://screen/'])(
    'the right frame at another address is not heard: %s',
    (url) => {
      const { bus, screen, mainFrame } = ipc();
      mainFrame.url = url;
      bus.emit(IPC.command, { senderFrame: mainFrame }, { do: 'start' });
      expect(screen.commands).toEqual([]);
    },
  );

  test('the screen is heard after staff left their console, whose pages stand in the address', () => {
    const { bus, sent, screen, mainFrame } = ipc();
    mainFrame.url = `${SCREEN_URL}#stock`;
    bus.emit(IPC.ready, { senderFrame: mainFrame });
    bus.emit(IPC.command, { senderFrame: mainFrame }, { do: 'start' });
    expect([sent, screen.commands]).toEqual([[[IPC.view, viewNumber(0)]], [{ do: 'start' }]]);
  });

  test.each([
    ['itself', SCREEN_URL, false],
    ['itself with a page of the console in the address', `${SCREEN_URL}#stock`, false],
    ['anything else', 'https://example.org/', true],
  ])('the page may load %s anew: %s', (_name, url, prevented) => {
    const contents = Object.assign(new EventEmitter(), { setWindowOpenHandler: () => {} });
    hardenContents(contents as unknown as WebContents, readableLog());
    const event = { url, prevented: false, preventDefault: () => void (event.prevented = true) };
    contents.emit('will-navigate', event);
    expect(event.prevented).toBe(prevented);
  });

  test('what is too large or has no end is dropped', () => {
    const { bus, screen, mainFrame, log } = ipc();
    const circle: { me?: unknown } = {};
    circle.me = circle;
    for (const input of [{ do: 'add', sku: 'x'.repeat(2000) }, circle, 10n]) bus.emit(IPC.command, { senderFrame: mainFrame }, input);
    expect(screen.commands).toEqual([]);
    expect(log.lines[0]?.event).toBe('screen.dropped');
  });

  test('the window is shut in', () => {
    expect(WEB_PREFERENCES).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      devTools: false,
    });
    expect(windowOptions('/preload.cjs', false)).toMatchObject({ kiosk: true, webPreferences: { sandbox: true, preload: '/preload.cjs' } });
  });
});
