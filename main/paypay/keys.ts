/** Where the API key and secret come from: the environment, or a file that only its owner can read. */
import { readFileSync, statSync } from 'node:fs';
import type { Keys } from './sign.ts';

/**
 * @param keysFile two lines, `apiKey=…` and `apiSecret=…`; wins over the environment
 * @returns the keys, or what is wrong in words for the person who set the machine up (never a part of a key)
 */
export function readKeys(keysFile: string | undefined, environment: Readonly<Record<string, string | undefined>>): ReadKeys {
  const found = find(keysFile, environment);
  // They go into a header; what a Japanese keyboard makes of a digit looks the same and never arrives.
  const isPlain = (key: string) => /^[\x21-\x7e]+$/.test(key);
  if (found.ok && !(isPlain(found.keys.apiKey) && isPlain(found.keys.apiSecret)))
    return {
      ok: false,
      problem: `${keysFile ?? 'PAYPAY_API_KEY or PAYPAY_API_SECRET'} holds a full-width letter, a blank or the like in a key`,
    };
  return found;
}

type ReadKeys = { ok: true; keys: Keys } | { ok: false; problem: string };

function find(keysFile: string | undefined, environment: Readonly<Record<string, string | undefined>>): ReadKeys {
  if (keysFile === undefined) {
    const { PAYPAY_API_KEY: apiKey, PAYPAY_API_SECRET: apiSecret } = environment;
    if (apiKey && apiSecret) return { ok: true, keys: { apiKey: apiKey.trim(), apiSecret: apiSecret.trim() } };
    const missing = [apiKey ? '' : 'PAYPAY_API_KEY', apiSecret ? '' : 'PAYPAY_API_SECRET'].filter(Boolean).join(' and ');
    return { ok: false, problem: `${missing} not set; set PAYPAY_API_KEY and PAYPAY_API_SECRET, or name a file in paypay.keysFile` };
  }
  let text: string;
  try {
    const mode = statSync(keysFile).mode & 0o777;
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      return { ok: false, problem: `${keysFile} has mode 0${mode.toString(8)}, allowed: 0600; mend it with: chmod 600 ${keysFile}` };
    text = readFileSync(keysFile, 'utf8').slice(0, 10_000);
  } catch (error) {
    return { ok: false, problem: `${keysFile} can't be read: ${(error as Error).message}` };
  }
  const values = new Map(
    text.split(/\r?\n/).flatMap((line): [string, string][] => {
      const match = /^\s*(apiKey|apiSecret)\s*=\s*(\S+)\s*$/.exec(line);
      return match ? [[match[1] as string, match[2] as string]] : [];
    }),
  );
  const [apiKey, apiSecret] = [values.get('apiKey'), values.get('apiSecret')];
  if (apiKey && apiSecret) return { ok: true, keys: { apiKey, apiSecret } };
  return { ok: false, problem: `${keysFile} has no line ${apiKey ? 'apiSecret=…' : 'apiKey=…'}` };
}
