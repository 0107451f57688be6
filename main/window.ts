/** The kiosk's window in Electron: one page, our own, and no way out of it. https://www.electronjs.org/docs/latest/tutorial/security */
import { readFile } from 'node:fs/promises';
import type { BrowserWindowConstructorOptions, Protocol, Session, WebContents, WebPreferences } from 'electron';
import type { Log } from '../app/ports.ts';
import { isOperatorPath, type Routes } from './operator/routes.ts';
import { type ScreenFiles, screenHeaders } from './screen-files.ts';

/** Not file://, which could read the disk; a scheme that serves the files of the screen and nothing else. */
export const SCREEN_SCHEME = 'kiosk';
export const SCREEN_URL = `${SCREEN_SCHEME}://screen/index.html`;
/** The console writes its page behind the address (renderer/operator/Console.tsx), and the screen stays there afterwards. */
export const isScreen = (url: string): boolean => url.split('#', 1)[0] === SCREEN_URL;

export const WEB_PREFERENCES = {
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  disableDialogs: true,
  spellcheck: false,
  devTools: false,
  // Where customers choose on the machine, nobody touches the screen before the first sound.
  autoplayPolicy: 'no-user-gesture-required',
} as const satisfies WebPreferences;

/** @param windowed a window that can be moved and closed, for trying things out */
export const windowOptions = (preload: string, windowed: boolean): BrowserWindowConstructorOptions => ({
  ...(windowed ? { width: 540, height: 960 } : { kiosk: true, fullscreen: true }),
  autoHideMenuBar: true,
  backgroundColor: '#ffffff',
  webPreferences: { ...WEB_PREFERENCES, preload },
});

/** Answers `kiosk://screen/…` from the list, with the same headers as the browser host; the console's routes are asked for there too. */
export function serveFiles(protocol: Pick<Protocol, 'handle'>, files: ScreenFiles, routes?: Routes): void {
  const headers = screenHeaders();
  protocol.handle(SCREEN_SCHEME, async (request) => {
    const { host, pathname } = new URL(request.url);
    if (routes && host === 'screen' && isOperatorPath(pathname)) {
      const answer = await routes(request, { from: 'kiosk', deviceId: null, admitted: true });
      for (const [name, value] of Object.entries(headers)) answer.headers.set(name, value);
      return answer;
    }
    const found = host === 'screen' && request.method === 'GET' ? files.get(pathname.slice(1)) : undefined;
    if (found === undefined) return new Response('no such file', { status: 404, headers });
    return new Response(await readFile(found.file), { headers: { ...headers, 'content-type': found.type } });
  });
}

/** No permission, no device, no request to anywhere but the screen's own files. */
export function hardenSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, allow) => allow(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest(({ url }, answer) =>
    answer({ cancel: !url.startsWith(`${SCREEN_SCHEME}://screen/`) && !url.startsWith('data:') }),
  );
  session.on('will-download', (event) => event.preventDefault());
}

/** No navigation but to itself, no window, no keyboard shortcut; a page that dies comes back. */
export function hardenContents(contents: WebContents, log: Log): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.on('will-navigate', (event) => {
    // It may load itself anew (renderer/Unbroken.tsx): Electron asks for that as well.
    if (!isScreen(event.url)) event.preventDefault();
  });
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.on('before-input-event', (event, input) => {
    if (input.control || input.meta || input.alt || /^F\d+$/.test(input.key)) event.preventDefault();
  });
  contents.on('did-finish-load', () => void contents.setVisualZoomLevelLimits(1, 1));
  let crashedAt_ms = -Infinity;
  contents.on('render-process-gone', (_event, { reason }) => {
    log.error('screen.crashed', { reason });
    const wait_ms = performance.now() - crashedAt_ms < AGAIN_ms ? AGAIN_ms : 0;
    crashedAt_ms = performance.now() + wait_ms;
    setTimeout(() => contents.isDestroyed() || contents.reload(), wait_ms);
  });
  contents.on('unresponsive', () => {
    log.error('screen.unresponsive');
    contents.forcefullyCrashRenderer();
  });
}

/** A page that dies again at once is not loaded again as fast. */
const AGAIN_ms = 1000;
