/** Where PayPay lives. The older hosts (api.paypay.ne.jp, stg-api.…) still answer and are deprecated. */
const HOSTS = {
  production: 'https://apigw.paypay.ne.jp',
  staging: 'https://apigw.stg.paypay.ne.jp',
  sandbox: 'https://apigw.sandbox.paypay.ne.jp',
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
