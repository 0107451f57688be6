/** `npm test [-- NAME …]`: every check there is, and one line that sums them up. With names: only those steps, or the tests whose path has the name. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..');
const RESULTS = path.join(ROOT, 'test/results');

interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly string[];
}

interface Step {
  readonly name: string;
  readonly command: readonly string[];
  /** Reads what the step counted itself; without it the step as a whole passes or fails. */
  readonly count?: (report: string) => Count;
}

const CHECKS: readonly Step[] = ['typecheck', 'lint', 'format', 'layers'].map((name) => ({
  name,
  command: ['npm', 'run', '--silent', name],
}));
const SUITES: readonly Step[] = [
  { name: 'unit', command: ['npm', 'run', '--silent', 'unit', '--', '--reporter=default', '--reporter=json'], count: countVitest },
  { name: 'e2e', command: ['npm', 'run', '--silent', 'e2e', '--'], count: countPlaywright },
];

const reportOf = (step: Step): string => path.join(RESULTS, `${step.name}.json`);

/** @param quiet shows the output at the end, in one piece: for steps that run beside each other */
function run(step: Step, args: readonly string[], quiet: boolean): Promise<Count> {
  const [program = '', ...rest] = step.command;
  const file = step.count ? reportOf(step) : null;
  const files =
    step.name === 'unit' ? [`--outputFile.json=${file}`, '--passWithNoTests'] : step.name === 'e2e' ? ['--pass-with-no-tests'] : [];
  return new Promise((resolve) => {
    const child = spawn(program, [...rest, ...files, ...args], {
      cwd: ROOT,
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
      // Some tests do more when they are asked for by name.
      env: { ...process.env, FORCE_COLOR: '0', TEST_NAMES: names.join(' ') },
      shell: process.platform === 'win32',
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    child.on('close', (code) => {
      if (quiet) process.stdout.write(`${code === 0 ? '✓' : '✗'} ${step.name}\n${code === 0 ? '' : output}`);
      const whole: Count = { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: [] };
      resolve(file === null || !step.count ? whole : counted(file, step.count, code === 0));
    });
  });
}

/** What the report says; a runner that ended badly without naming a failed test is a failure too. */
function counted(file: string, count: (report: string) => Count, ok: boolean): Count {
  try {
    const found = count(readFileSync(file, 'utf8'));
    return ok || found.failed > 0 ? found : { ...found, failed: 1 };
  } catch {
    return { passed: 0, failed: ok ? 0 : 1, skipped: [] };
  }
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}
function countVitest(report: string): Count {
  const { numPassedTests, testResults } = JSON.parse(report) as VitestReport;
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = tests.filter(({ status }) => status === 'failed').length;
  // A file that could not even be loaded has no tests that failed.
  const broken = testResults.filter((file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'));
  const skipped = tests.filter(({ status }) => status !== 'passed' && status !== 'failed').map(({ fullName }) => fullName);
  return { passed: numPassedTests, failed: failed + broken.length, skipped };
}

function countPlaywright(report: string): Count {
  const { stats } = JSON.parse(report) as { stats: { expected: number; unexpected: number; flaky: number } };
  // Skips are told with their reasons by test/config/skip-reporter.ts.
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky, skipped: [] };
}

const names = process.argv.slice(2);
const steps = [...CHECKS, ...SUITES];
const chosen = steps.filter(({ name }) => names.includes(name));
const patterns = names.filter((name) => !steps.some((step) => step.name === name));

rmSync(RESULTS, { recursive: true, force: true });
mkdirSync(RESULTS, { recursive: true });
const counts: Count[] = [];
const wanted = (step: Step): boolean => names.length === 0 || chosen.includes(step);

counts.push(...(await Promise.all(CHECKS.filter(wanted).map((step) => run(step, [], true)))));
for (const suite of SUITES) {
  if (patterns.length > 0) counts.push(await run(suite, patterns, false));
  else if (wanted(suite)) counts.push(await run(suite, [], false));
}

const total = (pick: (count: Count) => number): number => counts.reduce((sum, count) => sum + pick(count), 0);
const [passed, failed] = [total((count) => count.passed), total((count) => count.failed)];
for (const name of counts.flatMap(({ skipped }) => skipped)) process.stdout.write(`skipped: ${name}\n`);
if (passed + failed === 0) process.stdout.write(`no test has ${names.join(' or ')} in its path\n`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
