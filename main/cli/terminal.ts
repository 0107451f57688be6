/** The terminal that this process was started in, and who sits at it. */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { type Terminal, UsageError } from './command.ts';

export function ownTerminal(): Terminal {
  return {
    out: (text) => void process.stdout.write(`${text}\n`),
    err: (text) => void process.stderr.write(`${text}\n`),
    async ask(question, hidden = false) {
      if (!process.stdin.isTTY) return null;
      process.stderr.write(question);
      const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
      const lines = createInterface({ input: process.stdin, output: hidden ? silent : process.stderr, terminal: true });
      try {
        return await lines.question('');
      } finally {
        lines.close();
        if (hidden) process.stderr.write('\n');
      }
    },
  };
}

/** @throws UsageError when nobody can be asked */
export async function pinOf(who: string, file: string | undefined, terminal: Terminal, env: NodeJS.ProcessEnv): Promise<string> {
  if (file !== undefined) {
    try {
      return readFileSync(file, 'utf8').trim();
    } catch (error) {
      throw new UsageError(`--pin-file: ${(error as Error).message}`);
    }
  }
  const pin = env['JIHANKI_PIN'] ?? (await terminal.ask(`PIN of ${who}: `, true));
  if (pin === null) throw new UsageError('a PIN is needed: JIHANKI_PIN or --pin-file FILE');
  return pin;
}
