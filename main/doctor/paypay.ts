/** The way to PayPay: keys, reachability, clocks. Asks for one payment that does not exist, which changes nothing there. */
import path from 'node:path';
import type { Config } from '../../app/config.ts';
import type { Clock, GatewayState, Ids, Log } from '../../app/ports.ts';
import { createPayPayGateway } from '../paypay/gateway.ts';
import { readKeys } from '../paypay/keys.ts';
import { fine, type Finding, skipped, wrong } from './report.ts';

const MEND: Readonly<Record<Extract<GatewayState, { ready: false }>['reason'], string>> = {
  unreachable: 'Is this computer online, and do DNS and firewall let it reach this address (HTTPS, port 443)?',
  keysRefused: 'Are key and secret of this environment? Sandbox and production have different ones; see PayPay’s developer panel.',
  notEnabled: 'Ask PayPay to enable dynamic QR codes, payment details, cancel and refund for this merchant.',
  clockUnknown: 'Set this computer’s clock (timedatectl set-ntp true): PayPay refuses requests more than two minutes off.',
  maintenance: 'PayPay is under maintenance: nothing to mend here. Try again later.',
};
const REASON: typeof MEND = {
  unreachable: 'can’t be reached',
  keysRefused: 'refuses the keys',
  notEnabled: 'has not enabled for this merchant what the kiosk needs',
  clockUnknown: 'did not tell its time',
  maintenance: 'is under maintenance',
};

/** @param config with `paypay.environment` as the command line has it */
export async function examinePayPay(
  { paypay, alerts }: Config,
  configFolder: string,
  env: NodeJS.ProcessEnv,
  ports: { readonly clock: Clock; readonly ids: Ids; readonly log: Log },
): Promise<Finding[]> {
  if (paypay.environment === 'simulated')
    return [skipped('paypay', '"simulated" is the demo’s PayPay; name one with --paypay, or write sandbox or production')];
  const keys = readKeys(paypay.keysFile && path.resolve(configFolder, paypay.keysFile), env);
  if (!keys.ok)
    return [wrong('paypay keys', keys.problem, 'Copy them from PayPay’s developer panel; the file must be readable by its owner only.')];
  let gateway;
  try {
    gateway = createPayPayGateway({ environment: paypay.environment, keys: keys.keys, merchantId: paypay.merchantId, ...ports });
  } catch (error) {
    return [wrong('paypay', `paypay.environment: ${(error as Error).message}`, 'Write sandbox, staging or production.')];
  }
  try {
    const state = await gateway.probe();
    if (!state.ready)
      return [fine('paypay keys', 'there are some'), wrong('paypay', `${paypay.environment} ${REASON[state.reason]}`, MEND[state.reason])];
    const skew = `this computer’s clock is ${Math.abs(state.clockOffset_ms)} ms ${state.clockOffset_ms < 0 ? 'ahead of' : 'behind'} PayPay’s`;
    return [
      fine('paypay', `${paypay.environment} answers and takes the keys`),
      Math.abs(state.clockOffset_ms) > alerts.clockSkew_ms ? wrong('paypay clock', skew, MEND.clockUnknown) : fine('paypay clock', skew),
    ];
  } finally {
    await gateway.close();
  }
}
