/** Every key of the configuration, for people and for editors, out of the schema that the kiosk itself checks with. */
import { z } from 'zod';
import { ConfigSchema } from '../app/config.ts';
import pkg from '../package.json' with { type: 'json' };
import { AT_START_ONLY } from './operator/configuration.ts';

interface Node {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly items?: Node;
  readonly additionalProperties?: Node | boolean;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
}

/** JSON Schema of a shop's file: an editor completes and checks with it. */
export const configurationSchema = (): object => z.toJSONSchema(ConfigSchema, { io: 'input', unrepresentable: 'any' });

const code = (value: unknown): string => `\`${JSON.stringify(value)}\``;

/** What may stand there, in a few words. */
function allowed(node: Node): string {
  const choices = node.anyOf ?? node.oneOf;
  if (choices) return choices.map(allowed).filter(Boolean).join(' or ');
  if (node.const !== undefined) return code(node.const);
  if (node.enum) return node.enum.map(code).join(', ');
  if (node.type === 'array') return `list of ${allowed(node.items ?? {}) || 'entries'}`;
  if (node.type === 'object') return '';
  const [low, high] = [node.minimum ?? node.minLength, node.maximum ?? node.maxLength];
  const bounded = [low, high].map((bound) => (bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER ? String(bound) : ''));
  const range = bounded.some(Boolean) ? ` ${bounded.join('–')}${node.type === 'string' ? ' characters' : ''}` : '';
  return `${node.type === 'integer' ? 'whole number' : (node.type ?? 'text')}${range}`;
}

function rowsOf(node: Node, path: string): string[] {
  const children = (part: Node, prefix: string): string[] =>
    Object.entries(part.properties ?? {}).flatMap(([key, child]) => {
      const full = prefix === '' ? key : `${prefix}.${key}`;
      const needed = part.required?.includes(key) && child.default === undefined;
      const cells = [
        `\`${full}\``,
        allowed(child),
        child.default === undefined ? (needed ? 'required' : '') : code(child.default),
        child.description ?? '',
      ];
      return [`| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`, ...rowsOf(child, full)];
    });
  if (node.items) return rowsOf(node.items, `${path}[]`);
  const variants = node.oneOf ?? node.anyOf;
  if (variants) return variants.flatMap((variant) => rowsOf(variant, path));
  return children(node, path);
}

/** Reached from wherever a shop keeps its file. */
const SCHEMA_url = `${pkg.homepage.replace('https://github.com/', 'https://raw.githubusercontent.com/')}/main/docs/configuration.schema.json`;

/** The text of docs/configuration.md. */
export function configurationReference(): string {
  const schema = configurationSchema() as Node;
  return [
    '# Configuration',
    '',
    'One YAML file describes a shop; `main/demo/shop.yaml` is an example. A file with a mistake is refused with its line, the key, what was',
    'found and what is allowed. Put this line first, and an editor with a YAML language server completes the keys:',
    '',
    '```yaml',
    `# yaml-language-server: $schema=${SCHEMA_url}`,
    '```',
    '',
    'While the kiosk runs, an edited file comes into force by itself within seconds, between two customers, as a whole or not at all: until',
    'it is right, the file before counts, and the console (Health) says what is wrong; a picture or a secret that is put right later is found',
    'within 30 s. New pictures are made ready first; one that was replaced under its old name counts once the console reads the file again.',
    'What is opened at the start needs a restart:',
    `${AT_START_ONLY.map((key) => `\`${key}\``).join(', ')}.`,
    '',
    '| key | allowed | default | meaning |',
    '|---|---|---|---|',
    ...rowsOf(schema, ''),
    '',
    '## Watching a kiosk',
    '',
    '`GET /health` (JSON; 503 when something is bad) and `GET /metrics` (Prometheus) answer on the loopback address of the kiosk’s own server, to',
    'programs of this computer that name it as `127.0.0.1:PORT`; the port is in `door.json` in the data folder. A Prometheus elsewhere gets the',
    'figures in one of three ways:',
    '',
    '- `operator.openTelemetry` sends them to a collector every minute; nothing needs to reach the kiosk.',
    '- A Prometheus agent on the kiosk’s computer scrapes the loopback address and writes on (`remote_write`).',
    '- A reverse proxy on the kiosk’s computer, with TLS and a password of its own, passes on `/metrics` alone and names the kiosk as the kiosk',
    '  does; in nginx: `location = /metrics { proxy_pass http://127.0.0.1:PORT; proxy_set_header Host 127.0.0.1:PORT; }`.',
    '',
  ].join('\n');
}
