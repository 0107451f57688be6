/** What every command is made of, and how each can end. */
import type { Door } from './door.ts';

/** 0: done · 1: refused, it failed, or it is not known whether it was done · 2: not understood · 3: no kiosk is running. */
export type ExitCode = 0 | 1 | 2 | 3;

/** What was typed is not a command. */
export class UsageError extends Error {}

/** The kiosk said no. Nothing was changed. */
export class Refusal extends Error {
  /** For programs: see app/operator/problems.ts. */
  readonly problem: string;
  constructor(problem: string, words: string) {
    super(words);
    this.problem = problem;
  }
}

/** There is no kiosk to talk to. */
export class NoKiosk extends Error {}

/** The kiosk was told to do something, and its answer is missing: perhaps it did it. */
export class NotKnown extends Error {}

/** Where a command's words go and its answers come from. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** @returns null where nobody can be asked */
  ask(question: string, hidden?: boolean): Promise<string | null>;
}

export interface Call {
  readonly door: Door;
  readonly args: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly terminal: Terminal;
}

/** What is shown: the same facts for people and, with `--json`, for programs. */
export interface Shown {
  readonly text: string;
  readonly json: unknown;
  /** Where being told is not all there is to it. */
  readonly code?: ExitCode;
}

export interface Command {
  readonly usage: string;
  readonly options: Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>;
  /** @throws UsageError | Refusal */
  run(call: Call): Promise<Shown>;
}

/** @throws UsageError */
export function wholeNumber(what: string, text: string | undefined, smallest = 0): number {
  if (text === undefined || !/^\d{1,7}$/.test(text) || Number(text) < smallest)
    throw new UsageError(`${what}: found "${text ?? ''}", allowed: a whole number from ${smallest}`);
  return Number(text);
}

/** @throws UsageError */
export function needed(what: string, value: string | boolean | undefined): string {
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw new UsageError(`${what} is missing`);
}

/**
 * Money moves only after a yes, typed or given as `--yes`.
 * @param kept what stays as it is after a no
 * @throws UsageError | Refusal
 */
export async function confirm({ values, terminal }: Call, question: string, kept: string): Promise<void> {
  if (values['yes'] === true) return;
  const answer = await terminal.ask(`${question} (yes/no) `);
  if (answer === null) throw new UsageError('nobody can be asked here: say --yes');
  if (answer.trim().toLowerCase() !== 'yes') throw new Refusal('stopped', kept);
}

/** Columns as wide as their longest cell; full-width characters take two places. */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? ''))));
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const gap = ' '.repeat((widths[column] ?? 0) - width(cell));
          return right.includes(column) ? gap + cell : cell + gap;
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const width = (text: string): number => [...text].reduce((sum, sign) => sum + ((sign.codePointAt(0) ?? 0) > 0x1100 ? 2 : 1), 0);
export const yen = (amount_jpy: number): string => `¥${amount_jpy.toLocaleString('en-US')}`;
