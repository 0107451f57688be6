/** Says why a test was skipped; Playwright's own list does not. */
import type { Reporter, TestCase, TestResult } from '@playwright/test/reporter';

export default class SkipReporter implements Reporter {
  readonly #skipped: string[] = [];

  onTestEnd(test: TestCase, result: TestResult): void {
    if (result.status !== 'skipped') return;
    const why = [...test.annotations, ...result.annotations].find(({ type }) => type === 'skip')?.description ?? 'no reason given';
    this.#skipped.push(`skipped: ${test.titlePath().filter(Boolean).join(' › ')}: ${why}`);
  }

  onEnd(): void {
    for (const line of this.#skipped) console.log(line);
  }
}
