/** The shop's YAML file: read, checked, and every fault pointed at with file, line and key. */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import { type Config, parseConfig } from '../app/config.ts';
import type { ConfigProblem } from '../app/config-problems.ts';
import { CannotStart } from './cannot-start.ts';
import { pictureFiles, pictureProblem } from './pictures.ts';

const LARGEST_FILE_BYTES = 1_000_000;
/** Enough to mend a file in one go, few enough to read. */
const SHOWN_PROBLEMS = 20;

/** @throws CannotStart with a line for each fault: `shop.yaml:12: products[3].price_jpy: found -5, allowed: at least 1` */
export function readConfigFile(file: string): Config {
  const lines = new LineCounter();
  const document = parseDocument(readText(file), { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): string => `${file}:${lines.linePos(offset).line}`;
  const [fault] = document.errors;
  if (fault) throw new CannotStart(`${at(fault.pos[0])}: not YAML: ${fault.message}`);

  let input: unknown;
  try {
    input = document.toJS();
  } catch (error) {
    throw new CannotStart(`${file}: not YAML: ${(error as Error).message}`);
  }
  const fail = (problems: readonly ConfigProblem[]): never => {
    const shown = problems.slice(0, SHOWN_PROBLEMS).map((problem) => {
      const key = keyName(problem.path);
      return `${at(offsetOf(document, problem.path))}: ${key === '' ? '' : `${key}: `}${problem.message}`;
    });
    const rest = problems.length - shown.length;
    throw new CannotStart([...shown, ...(rest > 0 ? [`… and ${rest} more`] : [])].join('\n'));
  };
  const result = parseConfig(input);
  if (!result.ok) return fail(result.problems);
  const folder = path.dirname(file);
  const pictures = pictureFiles(result.config, folder).flatMap(({ key, file: picture }): ConfigProblem[] => {
    const message = pictureProblem(picture);
    return message === null ? [] : [{ path: key, message }];
  });
  return pictures.length > 0 ? fail(pictures) : result.config;
}

function readText(file: string): string {
  try {
    const { size } = statSync(file);
    if (size > LARGEST_FILE_BYTES) throw new Error(`it has ${size} bytes, allowed: ${LARGEST_FILE_BYTES}`);
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CannotStart(`${file}: can't be read: ${(error as Error).message}`);
  }
}

/** `products[3].name.ja` */
export const keyName = (keys: ConfigProblem['path']): string =>
  keys.reduce<string>((name, key) => (typeof key === 'number' ? `${name}[${key}]` : name === '' ? key : `${name}.${key}`), '');

/** Where the key stands; where it is missing, the group that should have it. */
function offsetOf(document: Document, keys: ConfigProblem['path']): number {
  for (let length = keys.length; length > 0; length--) {
    const node = document.getIn(keys.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}
