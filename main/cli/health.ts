/** `jihanki health`: whether all is well, for a person and for a monitor. */
import { type Command, table, UsageError } from './command.ts';

export const health: Command = {
  usage: `usage: jihanki health

  What the console's page of health says. Needs no PIN. Ends with 1 when something is bad.

examples:
  jihanki health
  jihanki health --json
  jihanki health > /dev/null || echo "look at the kiosk"`,
  options: {},
  async run({ door, args }) {
    if (args.length > 0) throw new UsageError(`found "${args[0]}", allowed: nothing`);
    const found = await door.health();
    const rows = found.checks.map(({ name, level, says }) => [level, name, says.en ?? says.ja]);
    return { text: `${found.level}, version ${found.version}\n${table(rows)}`, json: found, ...(found.level === 'bad' ? { code: 1 } : {}) };
  },
};
