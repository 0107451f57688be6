#!/usr/bin/env node
// `npm start`, `npm test` and `npx jihanki` begin here, on a fresh clone too: plain JavaScript without dependencies, for Node 20 and later.
// It brings the packages, the build and (for tests) socat and a Chromium up to date where the task is to start something, then hands over to Node 24.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..');
const BIN = path.join(ROOT, 'node_modules', '.bin');
const STAMP = path.join(ROOT, 'dist', 'built-from');

const say = (line) => process.stdout.write(`${line}\n`);
const inRoot = (name) => path.join(ROOT, name);
const readJson = (name) => JSON.parse(readFileSync(inRoot(name), 'utf8'));

function fail(message, code = 1) {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}

/** Runs a program to its end; its output is shown. Windows finds npm only through a shell. */
function run(program, args, words) {
  const { status, error } = spawnSync(program, args, { cwd: ROOT, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) fail(`${words} failed${error ? `: ${error.message}` : ` (${program} ${args.join(' ')} ended with ${status})`}`);
}

// ---------------------------------------------------------------- packages

/** npm writes down what it installed; the lock says what should be there. What other platforms need may be missing. */
function packagesMissing() {
  if (!existsSync(inRoot('node_modules/.package-lock.json'))) return true;
  const wanted = readJson('package-lock.json').packages;
  const installed = readJson('node_modules/.package-lock.json').packages;
  const differs = ([name, { version, optional, devOptional }]) =>
    installed[name] === undefined ? !optional && !devOptional : installed[name].version !== version;
  return Object.entries(wanted).some((entry) => entry[0] !== '' && differs(entry));
}

function installPackages() {
  if (!packagesMissing()) return;
  say('Installing packages (npm ci) …');
  run('npm', ['ci', '--loglevel=error', '--no-audit', '--no-fund'], 'installing packages');
}

// ---------------------------------------------------------------- Node 24

/** Where npm has a Node 24 for this platform it stands in node_modules/.bin, which goes first; elsewhere this Node must do. */
function useNode24() {
  process.env.PATH = [BIN, process.env.PATH].join(path.delimiter);
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  if (existsSync(path.join(BIN, name))) return path.join(BIN, name);
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 22 || (major === 22 && minor < 18))
    fail(`Node ${process.versions.node} is too old here: install Node 24 (https://nodejs.org)`);
  return process.execPath;
}

// ---------------------------------------------------------------- build

/** A fingerprint of everything that goes into the bundles. */
function sources() {
  const hash = createHash('sha256');
  const add = (name) =>
    hash
      .update(name)
      .update('\0')
      .update(readFileSync(inRoot(name)))
      .update('\0');
  for (const folder of ['app', 'hardware', 'main', 'renderer'])
    for (const entry of readdirSync(inRoot(folder), { recursive: true, withFileTypes: true }).sort(byPath))
      if (entry.isFile()) add(path.relative(ROOT, path.join(entry.parentPath ?? entry.path, entry.name)));
  add('package.json');
  add('package-lock.json');
  return hash.digest('hex');
}
const byPath = (a, b) => (path.join(a.parentPath ?? a.path, a.name) < path.join(b.parentPath ?? b.path, b.name) ? -1 : 1);

function build() {
  const now = sources();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === now) return;
  say('Building …');
  run('npm', ['run', '--silent', 'build'], 'building');
  mkdirSync(path.dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, now);
}

// ---------------------------------------------------------------- what only tests need

const has = (program) => spawnSync(process.platform === 'win32' ? 'where' : 'which', [program], { stdio: 'ignore' }).status === 0;
const hasChromium = () => Boolean(process.env.KIOSK_CHROMIUM) || ['chromium', 'chromium-browser', 'google-chrome'].some(has);

function installTestPrograms() {
  if (process.platform === 'linux' && has('apt-get')) {
    const missing = [...(has('socat') ? [] : ['socat']), ...(hasChromium() ? [] : ['chromium'])];
    if (missing.length === 0) return;
    say(`Installing ${missing.join(' and ')} (apt-get) …`);
    const root = process.getuid() === 0 ? [] : ['sudo'];
    const apt = (...args) => run('env', ['DEBIAN_FRONTEND=noninteractive', ...args], 'apt-get');
    apt(...root, 'apt-get', 'update', '-qq');
    apt(...root, 'apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...missing);
  } else {
    if (!has('socat')) say('socat is missing: tests over a serial line will fail; install it with the package manager of this system.');
    if (hasChromium()) return;
    say('Checking Playwright’s Chromium (npx playwright install chromium) …');
    run('npx', ['playwright', 'install', 'chromium'], 'installing Chromium');
  }
}

// ---------------------------------------------------------------- hand over

const [, , task, ...args] = process.argv;
const STAFF = 'main/cli/cli.ts';
const TASKS = {
  start: ['main/demo/supervisor.ts'],
  test: ['test/run.ts'],
  bench: ['test/bench/run.ts'],
  doctor: ['main/doctor/cli.ts'],
  orders: [STAFF, 'orders'],
  refund: [STAFF, 'refund'],
  stock: [STAFF, 'stock'],
  report: [STAFF, 'report'],
  health: [STAFF, 'health'],
  journal: ['main/journal/cli.ts'],
  simulate: ['test/simulation/run.ts'],
};
const USAGE = `usage: jihanki ${Object.keys(TASKS).join('|')} [options]

  start      a kiosk, and what it needs to be tried on this machine
  doctor     what keeps a kiosk from selling, and how to mend it
  orders, refund, stock, report, health, journal   ask the kiosk that runs here
  simulate   sells in simulated worlds, and looks for a promise that breaks
  test, bench   for whoever works on Jihanki

examples:
  jihanki start
  jihanki orders --from 2026-11-01 --result refunded
  jihanki health --json

--help after one of them says more`;
if (task === '--help' || task === 'help') {
  say(USAGE);
  process.exit(0);
}
if (!Object.hasOwn(TASKS, task ?? '')) fail(USAGE, 2);
const BUILT = ['start', 'test', 'bench'];
/** Every other task may be asked beside a kiosk that sells: new packages under that one are for whoever stops it first. */
const UPDATES = [...BUILT, 'simulate'];

if (UPDATES.includes(task) || !existsSync(inRoot('node_modules/.package-lock.json'))) installPackages();
const node = useNode24();
if (task === 'test' || task === 'bench') installTestPrograms();
if (BUILT.includes(task)) build();

// The demo's programs run from their sources: what Node made of those the last time halves the time to start.
if (task === 'start') process.env.NODE_COMPILE_CACHE ??= inRoot('node_modules/.cache/node');
// Its end is noticed on this channel, even if this process is killed without a word.
const [program, ...first] = TASKS[task];
const child = spawn(node, [inRoot(program), ...first, ...args], {
  // Files are named from where the command was typed, except by those that know their own.
  cwd: BUILT.includes(task) ? ROOT : process.cwd(),
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
});
// A terminal sends Ctrl-C to the child as well; a process manager sends signals to this process only.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => process.exit(code ?? 1));
