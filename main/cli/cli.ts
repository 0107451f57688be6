/** `jihanki orders|refund|stock|report|health`: what the console does, for scripts and terminals. */
import { parseArgs } from 'node:util';
import { type Command, type ExitCode, NoKiosk, NotKnown, Refusal, type Terminal, UsageError } from './command.ts';
import { openDoor } from './door.ts';
import { health } from './health.ts';
import { orders } from './orders.ts';
import { refund } from './refund.ts';
import { report } from './report.ts';
import { stock } from './stock.ts';
import { ownTerminal, pinOf } from './terminal.ts';

const COMMANDS: Readonly<Record<string, Command>> = { orders, refund, report, stock, health };

const COMMON = `

  --data DIR        the kiosk's data folder (default: the one in .jihanki, when one kiosk is running)
  --config FILE     instead: the kiosk's configuration
  --staff NAME      who you are (or JIHANKI_STAFF); needed where there are several
  --pin-file FILE   holds your PIN (or JIHANKI_PIN); without it you are asked
  --json            for programs

exit codes: 0 done, 1 refused, failed, or told and not answered ("problem":"unknown": perhaps it was done),
            2 not understood, 3 no kiosk is running`;

const COMMON_OPTIONS = {
  data: { type: 'string' },
  config: { type: 'string' },
  staff: { type: 'string' },
  'pin-file': { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

/** @param argv the command and what follows it */
async function run(argv: readonly string[], terminal: Terminal, env: NodeJS.ProcessEnv): Promise<ExitCode> {
  const [name = '', ...args] = argv;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    terminal.err(`found "${name}", allowed: ${Object.keys(COMMANDS).join(', ')}`);
    return 2;
  }
  const json = args.includes('--json');
  const fail = (code: ExitCode, problem: string, words: string): ExitCode => {
    terminal.err(json ? JSON.stringify({ problem, message: words }) : words);
    return code;
  };
  try {
    const { values, positionals } = parsed(args, command);
    if (values['help'] === true) {
      terminal.out(command.usage + COMMON);
      return 0;
    }
    const text = (key: 'data' | 'config' | 'staff' | 'pin-file'): string | undefined => values[key];
    const door = await openDoor({
      data: text('data'),
      config: text('config'),
      staff: text('staff') ?? env['JIHANKI_STAFF'],
      pin: (who) => pinOf(who, text('pin-file'), terminal, env),
    });
    try {
      const shown = await command.run({ door, args: positionals, values, terminal });
      terminal.out(json ? JSON.stringify(shown.json) : shown.text);
      return shown.code ?? 0;
    } finally {
      await door.close();
    }
  } catch (error) {
    if (error instanceof UsageError) return fail(2, 'usage', json ? error.message : `${error.message}\n\n${command.usage}`);
    if (error instanceof NoKiosk) return fail(3, 'noKiosk', error.message);
    if (error instanceof NotKnown) return fail(1, 'unknown', error.message);
    if (error instanceof Refusal) return fail(1, error.problem, error.message);
    return fail(1, 'failed', error instanceof Error ? error.message : String(error));
  }
}

function parsed(args: readonly string[], command: Command) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: { ...COMMON_OPTIONS, ...command.options } });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

process.exitCode = await run(process.argv.slice(2), ownTerminal(), process.env);
