/** Puts the operator's side together around one kiosk: staff, devices, archive, health, alerts, the nightly check. */
import { randomBytes, randomInt } from 'node:crypto';
import path from 'node:path';
import type { Config } from '../../app/config.ts';
import { sumsNow } from '../../app/operator/archive.ts';
import type { OrderExport } from '../../app/operator/commands.ts';
import type { Kiosk } from '../../app/kiosk.ts';
import { health, type Health } from '../../app/operator/health.ts';
import { japanDay } from '../../app/operator/japan-time.ts';
import { createOperator, type DeviceStore, type Network, type Operator, type StaffStore } from '../../app/operator/operator.ts';
import { StaffProblem } from '../../app/operator/problems.ts';
import type { Comparison } from '../../app/operator/reconcile.ts';
import type { Session } from '../../app/operator/sessions.ts';
import type { Clock, Ids, Log, Unsubscribe } from '../../app/ports.ts';
import { alertMemory } from '../alerts/memory.ts';
import { type AlertWatch, channelsOf, watchHealth } from '../alerts/watch.ts';
import { post } from '../alerts/webhook.ts';
import { type Tending, tendJournal } from '../journal/tend.ts';
import { healthFacts, inTime } from '../health.ts';
import type { Prepared } from '../screen-pictures.ts';
import { metricsOf, otlpMetrics, otlpUrl, prometheusText } from '../health-metrics.ts';
import { ArchiveError, openArchive, type OrderArchive } from './archive/archive.ts';
import { pricesChanged, watchConfiguration } from './configuration.ts';
import { openDeviceFile } from './device-file.ts';
import { exportOrders } from './export.ts';
import { openNightCheck } from './night-check.ts';
import type { OperatorEnd } from './routes.ts';
import { openStaffFile } from './staff-file.ts';

export interface OperatorSide extends OperatorEnd {
  readonly devices: DeviceStore;
  /** @returns what is asked of the kiosk after a screen's view changed */
  stop(): Promise<void>;
}

export interface OperatorSideOptions {
  readonly kiosk: Kiosk;
  /** null: the journal is not open, so nothing can be looked up. */
  readonly journalPath: string | null;
  readonly dataFolder: string;
  readonly configFile: string;
  readonly config: Config;
  /** Reads and checks the configuration file anew. @throws CannotStart */
  readConfig(): Config;
  /** Makes ready the pictures of a configuration that is not in force yet. */
  preparePictures(config: Config): Promise<Prepared>;
  network(): Network | null;
  /** Makes the first owner. */
  readonly setUpCode: string;
  readonly version: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

const EXPORT_METRICS_EVERY_ms = 60_000;

const token = (): string => randomBytes(24).toString('base64url');
const digits = (count: number): string => String(randomInt(10 ** count)).padStart(count, '0');

export function openOperatorSide(options: OperatorSideOptions): OperatorSide {
  const { kiosk, dataFolder, clock, ids, log, version } = options;
  const desk = kiosk.operator;
  const inFolder = (name: string): string => path.join(dataFolder, name);
  const staff: StaffStore = openStaffFile(inFolder('staff.json'), log);
  const devices: DeviceStore = openDeviceFile(inFolder('devices.json'), log);
  const archive = options.journalPath === null ? noArchive() : openArchive(options.journalPath, inFolder('reports.db'));
  let channels = channelsOf(options.config.alerts, path.dirname(options.configFile));
  const configuration = watchConfiguration({
    file: options.configFile,
    initial: options.config,
    read: () => options.readConfig(),
    preparePictures: (config) => options.preparePictures(config),
    apply(config, before) {
      channels = channelsOf(config.alerts, path.dirname(options.configFile));
      kiosk.reconfigure(config);
      const event = { type: 'config.reloaded', by: 'config', prices: pricesChanged(before, config) } as const;
      desk.record([event]).catch((error: unknown) => log.warn('config.notRecorded', { message: String(error).slice(0, 200) }));
    },
    log,
  });
  const nightCheck = openNightCheck({ desk, clock, log });
  const facts = healthFacts({
    ...{ desk, archive, clock, version, dataFolder },
    configurationProblems: () => configuration.problems(),
    selfCheck: () => nightCheck.last(),
  });
  const healthNow = async (): Promise<Health> => health(await facts(), configuration.current().alerts);
  const operator: Operator = createOperator({
    ...{ desk, archive, staff, devices, clock, ids, log, setUpCode: options.setUpCode },
    secrets: { token, digits },
    config: () => configuration.current(),
    reload: () => configuration.reload(),
    exportConfig: async () => configuration.exported(desk.planogram),
    health: healthNow,
    selfCheck: (act) => nightCheck.check(act),
    network: () => options.network(),
  });
  const unsubscribe: Unsubscribe = kiosk.onView(() => operator.changed());
  const alerts: AlertWatch = watchHealth({
    ...{ clock, ids, log, health: healthNow, config: () => configuration.current() },
    channels: () => channels,
    memory: alertMemory(inFolder('alerts.json'), log),
  });

  const askSums = inTime(clock, () => sumsNow(archive, japanDay(clock.now_ms())));
  async function metrics() {
    const [now, sums] = await Promise.all([facts(), askSums()]);
    return { now, metrics: metricsOf(now, health(now, configuration.current().alerts), sums) };
  }

  // ---------------------------------------------------------------- what happens by itself

  const timers = new Map<string, unknown>();
  const again = (name: string, delay_ms: () => number, work: () => Promise<unknown>): void => {
    const next = (): void =>
      void timers.set(
        name,
        clock.setTimeout(() => {
          work()
            .catch((error: unknown) => log.warn(`${name}.failed`, { message: String(error).slice(0, 300) }))
            .finally(() => timers.has(name) && next());
        }, delay_ms()),
      );
    next();
  };
  const { openTelemetry } = options.config.operator;
  if (openTelemetry !== undefined)
    again(
      'openTelemetry',
      () => EXPORT_METRICS_EVERY_ms,
      async () => {
        const { now, metrics: measured } = await metrics();
        await post(otlpUrl(openTelemetry), otlpMetrics(measured, configuration.current().shop.machineName, now.now_ms));
      },
    );

  return {
    operator,
    onChange: (listener) => operator.onChange(listener),
    devices,
    health: healthNow,
    metrics: async () => prometheusText((await metrics()).metrics),
    async exportOrders(who: Session, what: OrderExport) {
      await desk.record([{ type: 'orders.exported', ...what, by: who.name, byId: who.staffId }]);
      return exportOrders(archive, what);
    },
    async tendJournal(who: Session, what: Tending) {
      if (options.journalPath === null) throw new StaffProblem('notOpenYet');
      await desk.record([{ type: 'journal.tended', what: what.do, by: who.name, byId: who.staffId }]);
      return tendJournal(options.journalPath, what);
    },
    async comparePayments(who: Session, name: string, file: AsyncIterable<Uint8Array>): Promise<Comparison> {
      const comparison = await archive.compare(file, options.config.paypay.terminalId);
      const { rows, differ } = comparison;
      await desk.record([{ type: 'payments.compared', file: name, rows, differences: differ, by: who.name, byId: who.staffId }]);
      return comparison;
    },
    async stop() {
      for (const timer of timers.values()) clock.clearTimeout(timer);
      timers.clear();
      unsubscribe();
      alerts.stop();
      nightCheck.stop();
      configuration.stop();
      operator.stop();
      // Before the journal: the last connection to close tidies its log up, and only the writer's can.
      await archive.close();
    },
  };
}

/** Every question fails: the journal behind it is not open. */
function noArchive(): OrderArchive {
  const closed = () => Promise.reject(new ArchiveError('the journal is not open'));
  return {
    ...{ search: closed, sums: closed, stockOuts: closed, record: closed, unfinished: closed },
    ...{ lastResults: closed, moved: closed, fileRows: closed, find: closed, state: closed, compare: closed },
    close: async () => {},
  };
}
