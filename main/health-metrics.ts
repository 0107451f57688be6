/**
 * The kiosk's figures for Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats/) and OpenTelemetry (OTLP/JSON).
 * A snapshot of numbers needs no client library: there are no counters to keep that the journal does not keep already.
 */
import type { Health, HealthFacts } from '../app/operator/health.ts';
import type { Sums } from '../app/operator/archive.ts';

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly { readonly labels?: Readonly<Record<string, string>>; readonly value: number }[];
}

const LEVELS = { ok: 0, warn: 1, bad: 2 } as const;
const yesNo = (condition: boolean): number => (condition ? 1 : 0);

/** @param today sums of the business day in Japan; null while reports are away */
export function metricsOf(facts: HealthFacts, health: Health, today: Sums | null): Metric[] {
  const one = (name: string, help: string, value: number | null): Metric[] =>
    value === null ? [] : [{ name: `jihanki_${name}`, help, samples: [{ value }] }];
  const sum = (tally: string, of: 'n' | 'jpy'): number | null =>
    today && today.byKey.reduce((all, entry) => (entry.tally === tally ? all + entry[of] : all), 0);
  return [
    { name: 'jihanki_info', help: 'Version of the program.', samples: [{ labels: { version: facts.version }, value: 1 }] },
    ...one('uptime_seconds', 'Since the process started.', facts.uptime_ms / 1000),
    ...one(
      'selling',
      '1 while customers can buy.',
      yesNo(facts.notSelling.length === 0 && !['outOfService', 'maintenance', 'recovering'].includes(facts.screen)),
    ),
    {
      name: 'jihanki_check',
      help: 'Health by check: 0 well, 1 warning, 2 bad.',
      samples: health.checks.map(({ name, level }) => ({ labels: { check: name }, value: LEVELS[level] })),
    },
    ...one('journal_writable', '1 while the journal can be written.', yesNo(facts.journal === null)),
    ...one('disk_free_bytes', 'Free space of the data folder.', facts.disk?.free_bytes ?? null),
    ...one('paypay_ready', '1 while PayPay answers.', yesNo(facts.gateway.ready)),
    ...one('clock_offset_seconds', 'PayPay’s clock minus ours.', facts.gateway.ready ? facts.gateway.clockOffset_ms / 1000 : null),
    ...one('machine_ready', '1 while the machine can vend.', facts.machine && yesNo(facts.machine.state.ready)),
    ...one('machine_reconnects', 'Times the machine came back since the start.', facts.machine && facts.machine.reconnects),
    ...one('temperature_celsius', 'As the machine reports it.', facts.machine?.state.temperature_c ?? null),
    ...one('orders_open', 'Orders that are not closed.', facts.orders && facts.orders.open),
    ...one('orders_attention', 'Orders that wait for a person.', facts.orders && facts.orders.attention.length),
    ...one(
      'money_moving',
      'Orders whose refund, cancel, capture or revert PayPay has not finished.',
      facts.orders && facts.orders.moving.length,
    ),
    ...one(
      'money_moving_oldest_seconds',
      'Age of the oldest of them.',
      facts.orders && Math.max(0, ...facts.orders.moving.map(({ for_ms }) => for_ms)) / 1000,
    ),
    {
      name: 'jihanki_slot_stock',
      help: 'Units left in a slot.',
      samples: facts.slots.map(({ slot, count }) => ({ labels: { slot }, value: count })),
    },
    {
      name: 'jihanki_slot_for_sale',
      help: '1 unless the slot is disabled or off sale after a failure.',
      samples: facts.slots.map(({ slot, disabled, quarantined }) => ({
        labels: { slot },
        value: yesNo(!disabled && quarantined === null),
      })),
    },
    ...one('sales_today', 'Paid orders of this business day (JST).', sum('paid', 'n')),
    ...one('taken_today_jpy', 'Yen taken on this business day.', sum('paid', 'jpy')),
    ...one('returned_today_jpy', 'Yen returned on this business day.', sum('returned', 'jpy')),
    ...one('units_today', 'Units that came out on this business day.', sum('sold', 'n')),
  ];
}

const quoted = (text: string): string => `"${text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')}"`;

/** All of them are gauges: a business day ends, a process restarts. */
export function prometheusText(metrics: readonly Metric[]): string {
  return metrics
    .map(({ name, help, samples }) => {
      const lines = samples.map(({ labels = {}, value }) => {
        const pairs = Object.entries(labels).map(([label, text]) => `${label}=${quoted(text)}`);
        return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}`;
      });
      return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...lines, ''].join('\n');
    })
    .join('');
}

/** Where a collector takes metrics; what stands before it in the path stays (OTLP/HTTP, `OTEL_EXPORTER_OTLP_ENDPOINT`). */
export function otlpUrl(collector: string): string {
  const url = new URL(collector);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/metrics`;
  return url.href;
}

/** The body of `POST /v1/metrics` (https://opentelemetry.io/docs/specs/otlp/#otlphttp-request). */
export function otlpMetrics(metrics: readonly Metric[], machineName: string, now_ms: number): object {
  const attribute = ([key, value]: [string, string]) => ({ key, value: { stringValue: value } });
  return {
    resourceMetrics: [
      {
        resource: { attributes: Object.entries({ 'service.name': 'jihanki', 'service.instance.id': machineName }).map(attribute) },
        scopeMetrics: [
          {
            scope: { name: 'jihanki' },
            metrics: metrics.map(({ name, help, samples }) => ({
              name,
              description: help,
              gauge: {
                dataPoints: samples.map(({ labels = {}, value }) => ({
                  timeUnixNano: `${now_ms}000000`,
                  asDouble: value,
                  attributes: Object.entries(labels).map(attribute),
                })),
              },
            })),
          },
        ],
      },
    ],
  };
}
