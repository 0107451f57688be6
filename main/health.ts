/** Collects what is known about the kiosk's health. It asks no far end: what they said last is what counts. */
import { statfs } from 'node:fs/promises';
import { type Archive, FAR_BEHIND_rows } from '../app/operator/archive.ts';
import type { StaffDesk } from '../app/operator/desk.ts';
import type { HealthFacts } from '../app/operator/health.ts';
import { movingSince_ms } from '../app/order/order.ts';
import type { Clock } from '../app/ports.ts';

export interface HealthSources {
  readonly desk: StaffDesk;
  readonly archive: Archive;
  readonly clock: Clock;
  readonly version: string;
  readonly dataFolder: string;
  configurationProblems(): readonly string[];
  /** What the last nightly check found, of orders that are still open. */
  selfCheck(): HealthFacts['selfCheck'];
}

/** The newest results that the success rate is made of. */
const RESULTS = 50;

/** A disk that hangs never answers; whoever asks whether all is well is told so all the same. */
const ANSWER_WITHIN_ms = 2_000;

/**
 * @returns asks, and answers null where that fails or takes too long. What was not answered yet is not asked once more: Node has four
 * threads for files and names, and an alert needs one to find its way.
 */
export function inTime<T>(clock: Clock, ask: () => Promise<T>): () => Promise<T | null> {
  let asked: Promise<T | null> | null = null;
  return () => {
    asked ??= ask()
      .catch(() => null)
      .finally(() => (asked = null));
    const answer = asked;
    return new Promise((resolve) => {
      const timer = clock.setTimeout(() => resolve(null), ANSWER_WITHIN_ms);
      void answer.then(resolve).finally(() => clock.clearTimeout(timer));
    });
  };
}

/** @returns reads all of it anew at every call */
export function healthFacts({ desk, archive, clock, version, dataFolder, ...sources }: HealthSources): () => Promise<HealthFacts> {
  const startedAt_ms = clock.monotonic_ms();
  const askSpace = inTime(clock, () => statfs(dataFolder));
  const askResults = inTime(clock, () => archive.lastResults(RESULTS));
  const askState = inTime(clock, () => archive.state());
  return async () => {
    const facts = desk.facts();
    const now_ms = clock.now_ms();
    // Neither waits for the archive to follow the journal: health is asked for when something is not well.
    const [space, results, state] = await Promise.all([askSpace(), askResults(), askState()]);
    const open = desk.openOrders();
    const products = desk.planogram.products(new Map(), facts.machine);
    const nothingForSale = products.every(({ available }) => available === 0);
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
      notSelling:
        facts.gate.length > 0 || !nothingForSale
          ? facts.gate
          : [...new Set(products.flatMap(({ notForSale }) => (notForSale === null ? [] : [notForSale])))],
      orders: facts.booksOpen
        ? {
            open: facts.openOrders,
            attention: open.filter(({ closed }) => closed !== null).map(({ opened }) => opened.orderNumber),
            moving: open.flatMap((order) => {
              const since_ms = movingSince_ms(order);
              return since_ms === null ? [] : [{ orderNumber: order.opened.orderNumber, for_ms: now_ms - since_ms }];
            }),
          }
        : null,
      slots: desk.planogram.slots(),
      // Made anew, the tables hold the beginning of the journal first.
      results: state === null || state.behind > FAR_BEHIND_rows ? null : results,
      selfCheck: sources.selfCheck(),
      configuration: sources.configurationProblems(),
      archiveBehind: state === null ? null : state.behind,
    };
  };
}
