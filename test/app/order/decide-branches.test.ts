/** The table of decisions is whole. In a file of its own, because V8 only counts the branches of what was not run before. */
import { Session } from 'node:inspector/promises';
import { expect, it } from 'vitest';
import { decide } from '../../../app/order/decide.ts';
import { DECISIONS } from './decision-table.ts';
import { nothingAsked, tell } from './orders.ts';

/** Code of `decide` that no row of the table runs, as V8 counts it. */
async function branchesWithoutRow(): Promise<string[]> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Debugger.enable');
    await session.post('Profiler.enable');
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
    for (const { events, situations, answers } of DECISIONS)
      for (const situation of situations) decide(tell(...events), situation, answers ?? nothingAsked);
    const { result } = await session.post('Profiler.takePreciseCoverage');
    const script = result.find(({ url }) => url.endsWith('/app/order/decide.ts'));
    if (script === undefined) throw new Error('V8 does not know decide.ts');
    const { scriptSource } = await session.post('Debugger.getScriptSource', { scriptId: script.scriptId });
    const missed = script.functions.flatMap(({ ranges }) => ranges.filter(({ count }) => count === 0));
    return (
      missed
        .map(({ startOffset, endOffset }) => scriptSource.slice(startOffset, endOffset).trim())
        // Vite's own code, labels without code, and what TypeScript knows to be impossible.
        .filter((text) => text !== 'catch {}' && !/^case "\w+":$/.test(text) && !text.includes('impossible'))
    );
  } finally {
    session.disconnect();
  }
}

it('has a row for every branch of the code', async () => {
  expect(await branchesWithoutRow()).toEqual([]);
});
