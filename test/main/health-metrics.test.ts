/** The kiosk's figures as Prometheus and an OTLP collector read them. */
import { expect, it } from 'vitest';
import { health, type HealthFacts } from '../../app/operator/health.ts';
import { post } from '../../main/alerts/webhook.ts';
import { metricsOf, otlpMetrics, otlpUrl, prometheusText } from '../../main/health-metrics.ts';
import { openReceiver } from './alerts/far-ends.ts';

const FACTS: HealthFacts = {
  ...{ version: '1.0.0', now_ms: 1_800_000_000_000, uptime_ms: 90_000, screen: 'attract', journal: null, stops: [], notSelling: [] },
  disk: { free_bytes: 50e9, total_bytes: 100e9 },
  gateway: { ready: true, clockOffset_ms: -1500 },
  machine: null,
  orders: { open: 2, attention: ['A1-000007'], moving: [{ orderNumber: 'A1-000008', for_ms: 60_000 }] },
  slots: [{ slot: 'a"1', count: 5, quarantined: null, disabled: false }],
  results: { closed: 50, complete: 50 },
  ...{ selfCheck: null, configuration: [], archiveBehind: 0 },
};
const LIMITS = { stockLow: 2, successRate: 0.9, diskFree_mb: 1000, clockSkew_ms: 30_000, refundLate_ms: 1_800_000 };
const today = {
  byKey: [
    { tally: 'paid' as const, key: '9', n: 2, jpy: 300 },
    { tally: 'paid' as const, key: '12', n: 1, jpy: 150 },
  ],
  ...{ byDay: [], byWeekHour: [] },
};
const measured = (facts: HealthFacts, sums: typeof today | null = today) => metricsOf(facts, health(facts, LIMITS), sums);

/** A strict reader of the text format: https://prometheus.io/docs/instrumenting/exposition_formats/ */
function read(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  let named = '';
  for (const line of text.trimEnd().split('\n')) {
    const type = /^# TYPE (\S+) gauge$/.exec(line);
    if (type?.[1] !== undefined) named = type[1];
    if (line.startsWith('#')) continue;
    const parts = /^([a-zA-Z_:][\w:]*)(\{(?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)*\})? (-?[\d.e+]+)$/.exec(line);
    if (parts === null) throw new Error(`not a sample: ${line}`);
    if (parts[1] !== named) throw new Error(`${line} stands under ${named}`);
    samples.set(`${parts[1]}${parts[2] ?? ''}`, Number(parts[3]));
  }
  return samples;
}

it('Prometheus reads every figure', () => {
  const samples = read(prometheusText(measured(FACTS)));
  expect(Object.fromEntries(samples)).toMatchObject({
    jihanki_selling: 1,
    jihanki_uptime_seconds: 90,
    jihanki_clock_offset_seconds: -1.5,
    jihanki_orders_open: 2,
    jihanki_orders_attention: 1,
    jihanki_money_moving: 1,
    jihanki_money_moving_oldest_seconds: 60,
    jihanki_sales_today: 3,
    jihanki_taken_today_jpy: 450,
    'jihanki_check{check="attention"}': 2,
    'jihanki_slot_stock{slot="a\\"1"}': 5,
  });
});

it('what is not known has no figure, and a kiosk that sells nothing is not selling', () => {
  const samples = read(prometheusText(measured({ ...FACTS, orders: null, notSelling: ['tooManyOpenQuestions'] }, null)));
  expect(samples.get('jihanki_selling')).toBe(0);
  for (const name of ['orders_open', 'orders_attention', 'money_moving', 'sales_today']) expect(samples.has(`jihanki_${name}`)).toBe(false);
});

it('a collector gets the same over OTLP, at its own path', async () => {
  expect(otlpUrl('http://127.0.0.1:4318')).toBe('http://127.0.0.1:4318/v1/metrics');
  expect(otlpUrl('https://otel.example/tenant/7/')).toBe('https://otel.example/tenant/7/v1/metrics');
  const collector = await openReceiver();
  try {
    await post(otlpUrl(collector.url), otlpMetrics(measured(FACTS), 'B7', FACTS.now_ms));
  } finally {
    collector.close();
  }
  expect(collector.received[0]?.body).toMatchObject({
    resourceMetrics: [
      { resource: { attributes: expect.arrayContaining([{ key: 'service.instance.id', value: { stringValue: 'B7' } }]) as unknown } },
    ],
  });
  const text = JSON.stringify(collector.received[0]?.body);
  expect(text).toContain(
    '{"name":"jihanki_orders_open","description":"Orders that are not closed.","gauge":{"dataPoints":[{"timeUnixNano":"1800000000000000000","asDouble":2',
  );
});
