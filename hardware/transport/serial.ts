/** A serial device by path: `/dev/serial/by-id/…`, `/dev/ttyUSB0`, `COM3`. The only file that knows `serialport`. */
import { fstatSync, statSync } from 'node:fs';
import { SerialPort } from 'serialport';
import { PortError, UNSENT_LIMIT } from './wire.ts';
import type { Port, Wire } from './wire.ts';

/** The operating system's words, turned into what a person can do about them. */
export function explainSerialError(path: string, message: string): PortError {
  if (/permission denied|access denied|EACCES/i.test(message))
    return new PortError(
      'permission',
      `${path}: no permission. Add the user to the group that owns it (sudo usermod -aG dialout $USER) and log in again.`,
    );
  if (/no such file|file not found|ENOENT|no such device|ENODEV|ENXIO/i.test(message))
    return new PortError(
      'missing',
      `${path}: no such port. Is the cable plugged in? Names by id (/dev/serial/by-id/…) survive re-plugging.`,
    );
  if (/cannot lock|temporarily unavailable|busy|EBUSY/i.test(message))
    return new PortError('busy', `${path}: another program uses this port (a terminal, ModemManager, a second kiosk). End it first.`);
  if (/inappropriate ioctl|ENOTTY/i.test(message)) return new PortError('other', `${path}: this is no serial port.`);
  return new PortError('other', `${path}: ${message}`);
}

/**
 * Whether `path` leads to another device now than the one that is open, or to none. A tty that was hung up may
 * read as empty for ever instead of ending, and a replugged one has the old name and a file of its own.
 */
function isElsewhere(path: string, fd: number): boolean {
  try {
    const now = statSync(path);
    const opened = fstatSync(fd);
    return now.ino !== opened.ino || now.rdev !== opened.rdev || now.ctimeMs !== opened.ctimeMs;
  } catch {
    return true;
  }
}

/**
 * 8 data bits, no parity, 1 stop bit: what all our protocols use.
 * @param baud bits a second; a pty ignores it
 */
export function serialPort(path: string, baud: number): Port {
  return {
    name: path,
    open: (events) =>
      new Promise<Wire>((resolve, reject) => {
        // hupcl: false: closing must not drop DTR, which resets some boards.
        const port = new SerialPort({ path, baudRate: baud, autoOpen: false, hupcl: false });
        let open = true;
        const end = (reason: string | null) => {
          if (!open) return;
          open = false;
          if (port.isOpen) port.close(() => undefined);
          if (reason !== null) events.closed(reason);
        };
        port.on('data', (bytes: Buffer) => {
          if (open) events.data(bytes);
        });
        port.on('error', (error) => end(error.message));
        port.on('close', (error: Error | null) => end(error?.message ?? 'closed'));
        port.open((error) => {
          if (error) return reject(explainSerialError(path, error.message));
          // What arrived while nobody listened is old: a controller that waits 100 ms must not get answers to it.
          port.flush();
          // Windows has no such file, and tells of a pulled adapter by itself.
          const fd = port.port && 'fd' in port.port && process.platform !== 'win32' ? port.port.fd : null;
          resolve({
            write: (bytes) => {
              if (!open) return;
              port.write(bytes);
              if (port.writableLength > UNSENT_LIMIT) end('the device does not take what is written');
            },
            close: () => end(null),
            ...(typeof fd === 'number' && { isGone: () => !open || isElsewhere(path, fd) }),
          });
        });
      }),
  };
}

export interface SerialDevice {
  readonly path: string;
  readonly description: string;
}

/** The serial ports of this computer; null when the system can't list them (Linux without udev). */
export async function listSerialPorts(): Promise<readonly SerialDevice[] | null> {
  try {
    const ports = await SerialPort.list();
    return ports.map((port) => ({
      path: port.path,
      description: [port.manufacturer, port.serialNumber, port.pnpId].filter((part) => part !== undefined).join(' '),
    }));
  } catch {
    return null;
  }
}
