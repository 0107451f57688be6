/** Collects what is known about the kiosk's health. It asks no far end: what they said last is what counts. */
import { statfs } from 'node:fs/promises';
import type { Archive } from '../app/operator/archive.ts';
import type { StaffDesk } from '../app/operator/desk.ts';
import type { HealthFacts } from '../app/operator/health.ts';
import type { Clock } from '../app/ports.ts';

export interface HealthSources {
  readonly desk: StaffDesk;
  readonly archive: Archive;
  readonly clock: Clock;
  readonly version: string;
  readonly dataFolder: string;
  configurationProblems(): readonly string[];
}

/** The newest results that the success rate is made of. */
const RESULTS = 50;

/** @returns reads all of it anew at every call */
export function healthFacts({ desk, archive, clock, version, dataFolder, ...sources }: HealthSources): () => Promise<HealthFacts> {
  const startedAt_ms = clock.monotonic_ms();
  return async () => {
    const facts = desk.facts();
    const now_ms = clock.now_ms();
    const [space, unfinished, results, state] = await Promise.all([
      statfs(dataFolder).catch(() => null),
      archive.unfinished().catch(() => []),
      archive.lastResults(RESULTS).catch(() => []),
      archive.state().catch(() => null),
    ]);
    const refunds = unfinished.flatMap(({ refund }) =>
      refund !== null && (refund.state === 'requested' || refund.state === 'accepted') ? [now_ms - refund.requestedAt_ms] : [],
    );
    const closed = results.filter(({ result }) => result !== 'open');
    return {
      version,
      now_ms,
      uptime_ms: clock.monotonic_ms() - startedAt_ms,
      screen: facts.screen,
      journal: facts.journal && { fault: facts.journal.fault, message: facts.journal.message },
      stops: facts.stops,
      disk: space && { free_bytes: space.bavail * space.bsize, total_bytes: space.blocks * space.bsize },
      gateway: facts.gateway,
      machine:
        facts.machine && facts.diagnostics
          ? {
              state: facts.machine,
              driver: facts.diagnostics.driver,
              reconnects: facts.diagnostics.counters.reconnects,
              badChecksums: facts.diagnostics.counters.badChecksums,
            }
          : null,
      openOrders: facts.openOrders,
      attention: facts.attention,
      refunds: { waiting: refunds.length, oldest_ms: refunds.length === 0 ? null : Math.max(...refunds) },
      slots: desk.planogram.slots(),
      results: {
        closed: closed.reduce((sum, { n }) => sum + n, 0),
        vended: closed.find(({ result }) => result === 'vended')?.n ?? 0,
      },
      configuration: sources.configurationProblems(),
      archiveBehind: state === null ? null : state.behind,
    };
  };
}
