/** Where PayPay lives. The older hosts (api.paypay.ne.jp, stg-api.…) still answer and are deprecated. */
const HOSTS = {
  production: 'https://apigw.paypay.ne.jp',
  staging: 'https://apigw.stg.paypay.ne.jp',
  sandbox: 'https://apigw.sandbox.paypay.ne.jp',
} as const;

/** Pages for a user's browser (PayPay, "Link user": Authorization page URL). It names none for staging. */
const PAGES = {
  production: 'https://www.paypay.ne.jp',
  sandbox: 'https://stg-www.sandbox.paypay.ne.jp',
} as const;

export type Environment = keyof typeof HOSTS | (string & {});

/**
 * @param environment one of PayPay's environments, or the address of a simulator
 * @returns an origin, without path
 * @throws Error when it is none of these, or an unencrypted address beyond this machine
 */
export function originOf(environment: Environment): string {
  if (Object.hasOwn(HOSTS, environment)) return HOSTS[environment as keyof typeof HOSTS];
  if (!URL.canParse(environment))
    throw new Error(`found PayPay environment "${environment}", allowed: sandbox, staging, production or an address`);
  const url = new URL(environment);
  const loopback = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback))
    throw new Error(`found PayPay address "${environment}", allowed: https, or http on this machine`);
  return url.origin;
}

/**
 * @param environment as for {@link originOf}
 * @returns the origin of PayPay's pages, without path; a simulator has one origin for both
 * @throws Error when it is no environment, or one without known pages
 */
export function pagesOf(environment: Environment): string {
  if (environment === 'staging') throw new Error('PayPay names no page for staging; use sandbox or production');
  return Object.hasOwn(PAGES, environment) ? PAGES[environment as keyof typeof PAGES] : originOf(environment);
}
