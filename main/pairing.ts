/** Which browser is the kiosk's screen: a token in an address, good once, is exchanged for a cookie that stays. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../app/ports.ts';

/** Addresses with a limited life that nobody opened are forgotten, the oldest first. */
const MOST_TOKENS = 32;
/** 400 days: the longest that a browser keeps a cookie. */
const COOKIE_s = 400 * 86_400;

export interface Pairing {
  /** @param life_ms how long it may wait to be used; without end by default */
  mintToken(life_ms?: number): string;
  /** The `Set-Cookie` of a browser that knows an unused token; null for any other. */
  exchange(token: string): string | null;
  /** @param cookies the request's Cookie header */
  admits(cookies: string | undefined): boolean;
}

/**
 * @param secret what the cookie holds; the same after a restart, so that the screen comes back by itself
 * @param port cookies are not kept apart by port, so its name does that
 */
export function createPairing(secret: string, port: number, clock: Clock): Pairing {
  const name = `jihanki-${port}`;
  const tokens = new Map<string, number>();
  return {
    mintToken(life_ms = Infinity) {
      const now_ms = clock.monotonic_ms();
      for (const [token, until_ms] of tokens)
        if (until_ms < now_ms || (tokens.size >= MOST_TOKENS && until_ms !== Infinity)) tokens.delete(token);
      const token = randomBytes(24).toString('base64url');
      tokens.set(token, now_ms + life_ms);
      return token;
    },
    exchange(token) {
      const until_ms = tokens.get(token);
      tokens.delete(token);
      if (until_ms === undefined || until_ms < clock.monotonic_ms()) return null;
      return `${name}=${secret}; Path=/; Max-Age=${COOKIE_s}; HttpOnly; SameSite=Strict`;
    },
    admits: (cookies = '') =>
      cookies.split(';').some((cookie) => {
        const [key, value = ''] = cookie.trim().split('=', 2);
        const [given, known] = [Buffer.from(value), Buffer.from(secret)];
        return key === name && given.length === known.length && timingSafeEqual(given, known);
      }),
  };
}
