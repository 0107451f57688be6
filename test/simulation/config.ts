/** The shops of the simulation: every combination of the policies that the money rules know. */
import { parseConfig, type Config } from '../../app/config.ts';
import { SELECTIONS, STOCK } from './far-ends.ts';
import type { Random } from './random.ts';

export type Mode = 'sale' | 'authorize';

const PRODUCTS = [
  { sku: 'tea', name: { ja: 'お茶' }, price_jpy: 130 },
  { sku: 'coffee', name: { ja: 'コーヒー' }, price_jpy: 150 },
  { sku: 'cake', name: { ja: 'ケーキ' }, price_jpy: 420 },
];
export const SKUS = PRODUCTS.map(({ sku }) => sku);

function shop(mode: Mode, unknownVend: 'refund' | 'hold', resumeVendWithin_ms: number, counter: boolean): Config {
  const parsed = parseConfig({
    version: 1,
    shop: { name: { ja: '自販機' }, machineName: '1', merchantName: 'Jihanki', mode: counter ? 'counter' : 'vending' },
    // Most codes live for less than a minute here, so all their waiting is a few questions.
    paypay: { pollInterval_ms: 20_000 },
    machine: counter ? { driver: 'none' } : { driver: 'xy-vmc', port: '/dev/null', vendDeadline_ms: 15_000 },
    // The gate that questions close is another test's; here it would only keep customers away.
    sale: { settlement: mode, unknownVend, resumeVendWithin_ms, attentionLimit: 100, quarantineAfter: 2, final_ms: 20_000 },
    products: PRODUCTS,
    slots: counter
      ? []
      : SELECTIONS.map((selection, i) => ({
          slot: String(selection),
          sku: PRODUCTS[i % PRODUCTS.length]?.sku,
          capacity: 10,
          stock: STOCK,
        })),
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.config;
}

const shops = new Map<string, Config>();

export function configOf(mode: Mode, random: Random): Config {
  const policy = random.pick(['refund', 'refund', 'hold'] as const);
  const resume_ms = random.pick([0, 0, 10_000]);
  const counter = random.chance(0.08);
  const key = `${mode} ${policy} ${resume_ms} ${counter}`;
  const known = shops.get(key) ?? shop(mode, policy, resume_ms, counter);
  shops.set(key, known);
  return known;
}
