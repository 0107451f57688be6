/** What the adapter's lines say about a sale. Pure. */

export type AdapterLine =
  | { readonly says: 'status'; readonly status: 'inactive' | 'disabled' | 'enabled' | 'idle' }
  /** The customer chose: the amount as the adapter wrote it, to be sent back verbatim. */
  | { readonly says: 'vendRequest'; readonly amount: string; readonly item: string }
  | { readonly says: 'vendSuccess' }
  /** No public log shows this line; anything that begins like it is taken for it. */
  | { readonly says: 'vendFailure' }
  /** The machine talks on the bus. */
  | { readonly says: 'busy' }
  | { readonly says: 'error'; readonly about: string }
  | { readonly says: 'other' };

const STATUS = { INACTIVE: 'inactive', DISABLED: 'disabled', ENABLED: 'enabled', IDLE: 'idle' } as const;

export function readLine(line: string): AdapterLine {
  const request = /^c,STATUS,VEND,(\d{1,9}(?:\.\d{1,3})?),(\d{1,5})$/.exec(line);
  if (request) return { says: 'vendRequest', amount: request[1] as string, item: request[2] as string };
  const status = /^c,STATUS,(INACTIVE|DISABLED|ENABLED|IDLE)(,|$)/.exec(line);
  if (status) return { says: 'status', status: STATUS[status[1] as keyof typeof STATUS] };
  if (line === 'c,VEND,SUCCESS') return { says: 'vendSuccess' };
  if (/^c,VEND,FAIL/.test(line)) return { says: 'vendFailure' };
  if (line === 'r,ACK') return { says: 'busy' };
  const error = /^c,ERR,"?([^"]*)/.exec(line);
  return error ? { says: 'error', about: error[1] as string } : { says: 'other' };
}

/** The adapter prints amounts after its own scale and decimals; only whole yen can be charged. Null: not whole yen. */
export function yenOf(amount: string): number | null {
  const value = Number(amount);
  return Number.isInteger(value) && value >= 1 && value <= 9_999_999 ? value : null;
}
