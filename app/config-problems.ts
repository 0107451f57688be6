/** What is wrong in a configuration, in words for the person who wrote it: what was found and what is allowed. */
import { z } from 'zod';

/** One thing to mend. */
export interface ConfigProblem {
  /** From the top of the file to the key. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

type Path = ConfigProblem['path'];

/** @param schema the one that `input` failed, to name the keys that exist */
export function configProblems(error: z.ZodError, input: unknown, schema: z.ZodType): ConfigProblem[] {
  return error.issues.flatMap((issue): ConfigProblem[] => {
    const path = issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key));
    if (issue.code === 'custom') return [{ path, message: issue.message }];
    if (issue.code === 'unrecognized_keys') {
      const keys = keysAt(z.toJSONSchema(schema, { io: 'input' }), path, input);
      const allowed = keys.length > 0 ? `, allowed: ${keys.join(', ')}` : '';
      return issue.keys.map((key) => ({ path: [...path, key], message: `found a key that does not exist here${allowed}` }));
    }
    return [{ path, message: `found ${found(valueAt(input, path))}, allowed: ${allowed(issue)}` }];
  });
}

const valueAt = (root: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined),
    root,
  );

function found(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'a group of keys';
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a group of keys',
  record: 'a group of keys',
  array: 'a list',
};
const UNITS: Readonly<Record<string, string>> = { string: ' characters', array: ' entries', set: ' entries', map: ' entries' };

function allowed(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPES[issue.expected] ?? issue.expected;
    case 'too_small':
      return `at least ${issue.minimum}${UNITS[issue.origin] ?? ''}`;
    case 'too_big':
      return `at most ${issue.maximum}${UNITS[issue.origin] ?? ''}`;
    case 'invalid_value':
      return issue.values.map((value) => JSON.stringify(value)).join(', ');
    case 'invalid_union':
      return 'options' in issue && issue.options ? issue.options.map((value) => JSON.stringify(value)).join(', ') : issue.message;
    default:
      return issue.message;
  }
}

type Json = z.core.JSONSchema.BaseSchema;

/** The keys that a group may have; where a group has kinds (`driver`), those of the kind that was written. */
function keysAt(schema: Json, path: Path, input: unknown): string[] {
  let here: Json | undefined = kindOf(schema, input);
  path.forEach((key, i) => {
    const properties = here?.properties as Record<string, Json> | undefined;
    const next = typeof key === 'number' ? here?.items : (properties?.[key] ?? here?.additionalProperties);
    here = typeof next === 'object' && !Array.isArray(next) ? kindOf(next, valueAt(input, path.slice(0, i + 1))) : undefined;
  });
  return Object.keys(here?.properties ?? {});
}

function kindOf(schema: Json, value: unknown): Json {
  const kinds = schema.oneOf ?? schema.anyOf;
  const fits = (kind: Json) =>
    Object.entries((kind.properties ?? {}) as Record<string, Json>).every(
      ([key, property]) => property.const === undefined || property.const === valueAt(value, [key]),
    );
  return kinds?.find(fits) ?? schema;
}
