/** Notices by e-mail. */
import { createTransport } from 'nodemailer';
import type { Message } from './notice.ts';

export interface EmailOptions {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly from: string;
  readonly to: readonly string[];
}

const LIMIT_ms = 20_000;

export function emailChannel({ host, port, secure, user, password, from, to }: EmailOptions) {
  const transport = createTransport({
    ...{ host, port, secure, connectionTimeout: LIMIT_ms, greetingTimeout: LIMIT_ms, socketTimeout: LIMIT_ms },
    // A password never goes out in the clear, whatever the server offers.
    ...(user === undefined ? {} : { auth: { user, pass: password ?? '' }, requireTLS: !secure }),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return async ({ id, subject, text }: Message): Promise<void> => {
    await transport.sendMail({ from, to: [...to], subject, text, messageId: `<${id}@jihanki>` });
  };
}
