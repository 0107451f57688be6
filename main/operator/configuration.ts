/**
 * The configuration file while the kiosk runs: read again when it was edited, and written out with what staff changed.
 * An edited file counts as a whole or not at all.
 */
import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { isMap, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Config } from '../../app/config.ts';
import type { Planogram } from '../../app/catalogue/planogram.ts';
import type { Log } from '../../app/ports.ts';
import type { Prepared } from '../screen-pictures.ts';

/** What is opened once, at the start: a change of it needs a new one. */
export const AT_START_ONLY = ['paypay', 'machine', 'printer', 'ageCheck', 'operator'] as const satisfies readonly (keyof Config)[];
const LOOK_EVERY_ms = 2_000;
/** What a file names, a picture or a secret, may be put right without a touch of the file itself. */
const TRY_AGAIN_ms = 30_000;

export interface Configuration {
  current(): Config;
  /** Why the file as it stands now is not in force; empty when it is. */
  problems(): readonly string[];
  /** @returns {@link problems} after reading the file again, and making ready the pictures that it adds */
  reload(): Promise<readonly string[]>;
  /** The file's text with products, prices, slots and counted stock as they are now. Comments stay. */
  exported(planogram: Planogram): string;
  stop(): void;
}

/** What an edit did to the prices; a product that is new has none before. */
export const pricesChanged = (before: Config, after: Config) =>
  after.products.flatMap(({ sku, price_jpy }) => {
    const from_jpy = before.products.find((product) => product.sku === sku)?.price_jpy ?? null;
    return from_jpy === price_jpy ? [] : [{ sku, from_jpy, price_jpy }];
  });

export function watchConfiguration(options: {
  readonly file: string;
  readonly initial: Config;
  /** Reads and checks the file. @throws CannotStart */
  read(): Config;
  preparePictures(config: Config): Promise<Prepared>;
  apply(config: Config, before: Config): void;
  readonly log: Log;
}): Configuration {
  const { file, log } = options;
  let current = options.initial;
  let problems: readonly string[] = [];

  /** One after the other: what was read first comes into force first. */
  let turn: Promise<readonly string[]> = Promise.resolve([]);
  function reload(): Promise<readonly string[]> {
    const next = async () => {
      const before = problems;
      problems = await attempt();
      if (problems.length > 0 && !isDeepStrictEqual(problems, before))
        log.warn('config.notInForce', { message: problems.join('; ').slice(0, 500) });
      return problems;
    };
    return (turn = turn.then(next, next));
  }

  async function attempt(): Promise<readonly string[]> {
    let next: Config;
    let pictures: Prepared;
    try {
      next = options.read();
      const needsStart = AT_START_ONLY.filter((key) => !isDeepStrictEqual(next[key], current[key]));
      if (needsStart.length > 0) return [`${needsStart.join(', ')}: changed; restart the kiosk to use the edited file`];
      pictures = await options.preparePictures(next);
    } catch (error) {
      // Whatever is wrong with an edited file, the kiosk goes on with the one that it has.
      return (error instanceof Error ? error.message : String(error)).split('\n');
    }
    if (pictures.problems.length > 0) return pictures.problems;
    if (stopped || (!pictures.changed && isDeepStrictEqual(next, current))) return [];
    const before = current;
    current = next;
    options.apply(next, before);
    log.info('config.reloaded');
    return [];
  }

  // By time stamp, not by events of the file system: editors replace files, and some disks report nothing.
  // The first look always reads: what was written since the start began would go unnoticed otherwise.
  let seen: string | null = null;
  let seenAt_ms = 0;
  const look = async (): Promise<void> => {
    const now = await stat(file).then(({ ino, size, mtimeMs }) => `${ino}:${size}:${mtimeMs}`, String);
    const isDue = problems.length > 0 && performance.now() - seenAt_ms >= TRY_AGAIN_ms;
    if ((now === seen && !isDue) || stopped) return;
    seen = now;
    seenAt_ms = performance.now();
    await reload();
  };
  let stopped = false;
  const timer = setInterval(
    () => void look().catch((error: unknown) => log.error('config.failed', { message: String(error) })),
    LOOK_EVERY_ms,
  ).unref();

  return {
    current: () => current,
    problems: () => problems,
    reload,
    exported: (planogram) => exported(readFileSync(file, 'utf8'), planogram),
    stop() {
      stopped = true;
      clearInterval(timer);
    },
  };
}

function exported(text: string, planogram: Planogram): string {
  const document = parseDocument(text);
  const list = (key: string): YAMLSeq => {
    const found = document.get(key);
    if (isSeq(found)) return found;
    const made = document.createNode([]);
    document.set(key, made);
    return made;
  };
  /** Writes only what differs, so that the file keeps its shape. */
  const update = (entries: YAMLSeq, name: string, wanted: Readonly<Record<string, unknown>>): void => {
    const found = entries.items.find((item): item is YAMLMap => isMap(item) && String(item.get(name)) === wanted[name]);
    if (found === undefined) return void entries.add(document.createNode(wanted));
    const before = found.toJS(document) as Record<string, unknown>;
    for (const [key, value] of Object.entries(wanted))
      if (!isDeepStrictEqual(before[key], value)) found.set(key, document.createNode(value));
    for (const key of Object.keys(before)) if (!Object.hasOwn(wanted, key)) found.delete(key);
  };
  const written = document.toJS() as { products?: Readonly<Record<string, unknown>>[] };
  const products = list('products');
  for (const product of planogram.catalogue.products()) {
    const { ageRestricted, allergens, ...rest } = product;
    const known = written.products?.find(({ sku }) => String(sku) === product.sku) ?? {};
    update(products, 'sku', {
      ...rest,
      // Defaults are not written where nobody wrote them.
      ...(allergens.length > 0 || 'allergens' in known ? { allergens } : {}),
      ...(ageRestricted || 'ageRestricted' in known ? { ageRestricted } : {}),
    });
  }
  const drop = (entries: YAMLSeq, name: string, kept: readonly string[]): void =>
    void (entries.items = entries.items.filter((item) => !isMap(item) || kept.includes(String(item.get(name)))));
  drop(
    products,
    'sku',
    planogram.catalogue.products().map(({ sku }) => sku),
  );
  const slots = list('slots');
  for (const { slot, sku, capacity, count } of planogram.slots())
    update(slots, 'slot', { slot, sku, capacity: Math.max(capacity, count), stock: count });
  drop(
    slots,
    'slot',
    planogram.slots().map(({ slot }) => slot),
  );
  return document.toString({ lineWidth: 0 });
}
