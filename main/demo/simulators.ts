/** The demo's far ends, each a program of its own; here PayPay's, and how all of them are started and called. */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { Config } from '../../app/config.ts';
import type { Ledger } from '../paypay/simulator/ledger.ts';
import { type Child, startChild } from './child.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

export interface SimulatedPayPay {
  readonly child: Child;
  readonly url: string;
  /** What the kiosk needs in its environment. */
  readonly keys: { readonly PAYPAY_API_KEY: string; readonly PAYPAY_API_SECRET: string };
  ledger(): Promise<Ledger>;
}

export async function startPayPay(config: Config): Promise<SimulatedPayPay> {
  const keys = { PAYPAY_API_KEY: `demo-${randomBytes(6).toString('hex')}`, PAYPAY_API_SECRET: randomBytes(24).toString('base64url') };
  const { child, found } = await startProgram(
    'main/paypay/simulator/cli.ts',
    [
      ...['--port=0', `--api-key=${keys.PAYPAY_API_KEY}`, `--api-secret=${keys.PAYPAY_API_SECRET}`],
      ...[`--merchant=${config.paypay.merchantId ?? 'demo'}`, `--merchant-name=${config.shop.merchantName}`],
    ],
    [/^paypay simulator: (http:\S+)/],
  );
  const url = found[0]!;
  return { child, url, keys, ledger: () => callSimulator<Ledger>(`${url}/_simulator/ledger`) };
}

/** Resolves when the program has printed a line for each pattern. */
export function startProgram(file: string, args: string[], patterns: readonly RegExp[]): Promise<{ child: Child; found: string[] }> {
  return new Promise((resolve, reject) => {
    const found: string[] = [];
    const errors: string[] = [];
    const child = startChild(
      process.execPath,
      ['--import', path.join(ROOT, 'main/demo/end-with-parent.mjs'), path.join(ROOT, file), ...args],
      {
        onLine(line, stream) {
          if (stream === 'stderr') errors.push(line);
          patterns.forEach((pattern, i) => {
            const match = pattern.exec(line)?.[1];
            if (match !== undefined) found[i] = match;
          });
          if (patterns.every((_, i) => found[i] !== undefined)) resolve({ child, found });
        },
      },
    );
    void child.ended.then((code) => reject(new Error(`${file} ended with code ${code}: ${errors.slice(-3).join(' ')}`)));
  });
}

/** A call without a body asks, one with a body tells. @throws Error when it is refused */
export async function callSimulator<T>(url: string, body?: object): Promise<T> {
  const response = await fetch(url, body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}
