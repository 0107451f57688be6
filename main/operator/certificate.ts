/** The console's own certificate: made once, kept in the data folder, shown by no authority. Its fingerprint stands on the kiosk. */
import { X509Certificate, webcrypto } from 'node:crypto';
import { hostname } from 'node:os';
import type { JsonGeneralNames } from '@peculiar/x509';
import type { Log } from '../../app/ports.ts';
import { localAddresses } from './lan-address.ts';
import { readPrivate, writePrivate } from './private-file.ts';

export interface Certificate {
  readonly key: string;
  readonly cert: string;
  /** SHA-256, as browsers show it. */
  readonly fingerprint: string;
}

/** Browsers refuse certificates that live longer than 825 days. */
const LIFE_ms = 800 * 86_400_000;
const RENEW_ms = 30 * 86_400_000;

/** @param file PEM of key and certificate; made when missing, unreadable or almost expired. One that can't be kept serves until the next start */
export async function openCertificate(file: string, now_ms: number, log: Log): Promise<Certificate> {
  const kept = parse(readPrivate(file));
  if (kept !== null && Date.parse(new X509Certificate(kept.cert).validTo) - now_ms > RENEW_ms) return kept;
  const made = await make(now_ms);
  try {
    writePrivate(file, `${made.key}\n${made.cert}\n`);
  } catch (error) {
    log.warn('certificate.notKept', { message: (error as Error).message });
  }
  return made;
}

function parse(text: string | null): Certificate | null {
  const pem = (name: string) => new RegExp(`-----BEGIN ${name}-----[\\s\\S]+?-----END ${name}-----`).exec(text ?? '')?.[0];
  const [key, cert] = [pem('PRIVATE KEY'), pem('CERTIFICATE')];
  if (key === undefined || cert === undefined) return null;
  try {
    return { key, cert, fingerprint: new X509Certificate(cert).fingerprint256 };
  } catch {
    return null;
  }
}

async function make(now_ms: number): Promise<Certificate> {
  // Only where the console is on the network, and only the first time: it patches the global Reflect and is large.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto as Crypto);
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const names: JsonGeneralNames = [
    { type: 'dns', value: 'localhost' },
    { type: 'dns', value: hostname() },
    ...['127.0.0.1', ...localAddresses()].map((value) => ({ type: 'ip' as const, value })),
  ];
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: Buffer.from(webcrypto.getRandomValues(new Uint8Array(8))).toString('hex'),
    name: 'CN=Jihanki kiosk',
    notBefore: new Date(now_ms - 86_400_000),
    notAfter: new Date(now_ms + LIFE_ms),
    signingAlgorithm: algorithm,
    keys: keys as CryptoKeyPair,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(names),
    ],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const key = `-----BEGIN PRIVATE KEY-----\n${(pkcs8.match(/.{1,64}/g) ?? []).join('\n')}\n-----END PRIVATE KEY-----`;
  const cert = certificate.toString('pem');
  return { key, cert, fingerprint: new X509Certificate(cert).fingerprint256 };
}
