/**
 * Writes the type declarations of `jihanki/paypay`: one file that needs no other package. What the schemas infer is written
 * out as plain types; every other type is taken over as it stands in the source.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript';
import type { Plugin } from 'vite';

const COMMENT = /\/\*[\s\S]*?\*\//g;
const { NoTruncation, InTypeAlias } = ts.TypeFormatFlags;

/** @param entry the source file of the class, and the name of the written file beside the bundle */
export function declarations(entry: string, className: string): Plugin {
  return {
    name: 'declarations',
    async writeBundle({ dir = '.' }) {
      const file = path.join(dir, `${path.basename(entry, '.ts')}.d.ts`);
      writeFileSync(file, await format(declare(entry, className), { parser: 'typescript', ...(await resolveConfig(entry)) }));
    },
  };
}

function declare(entry: string, className: string): string {
  const root = path.resolve(import.meta.dirname, '../..');
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(path.join(root, 'tsconfig.json'), (file) => ts.sys.readFile(file)).config,
    ts.sys,
    root,
  );
  const program = ts.createProgram([entry], { ...options, types: ['node'] });
  const checker = program.getTypeChecker();
  const exported = new Map<string, ts.Symbol>();
  for (const file of program.getSourceFiles()) {
    const module = file.fileName.includes('node_modules') ? undefined : checker.getSymbolAtLocation(file);
    for (const symbol of module ? checker.getExportsOfModule(module) : []) exported.set(symbol.name, symbol);
  }
  const print = (type: ts.Type) => checker.typeToString(type, undefined, NoTruncation | InTypeAlias);

  /** A class as a consumer sees it. */
  const declareClass = (symbol: ts.Symbol): string => {
    const construct = checker.getTypeOfSymbol(symbol).getConstructSignatures()[0];
    const parameters = construct?.parameters
      .map((parameter) => `${parameter.name}: ${print(checker.getTypeOfSymbol(parameter))}`)
      .join(', ');
    const members = checker
      .getDeclaredTypeOfSymbol(symbol)
      .getProperties()
      .filter((member) => !checker.symbolToString(member).startsWith('#'));
    const lines = members.map((member) => `${docOf(member)}  readonly ${member.name}: ${print(checker.getTypeOfSymbol(member))};`);
    // Only this one is in the bundle under its name; of the others a consumer meets objects.
    return symbol.name === className
      ? `${docOf(symbol)}export declare class ${symbol.name} {\n  constructor(${parameters});\n${lines.join('\n')}\n}`
      : `${docOf(symbol)}export interface ${symbol.name} {\n${lines.join('\n')}\n}`;
  };
  const docOf = (symbol: ts.Symbol): string => {
    const text = ts.displayPartsToString(symbol.getDocumentationComment(checker));
    return text ? `/** ${text.replaceAll('\n', '\n * ')} */\n` : '';
  };
  const declareSymbol = (symbol: ts.Symbol): string => {
    const node = symbol.declarations?.find(isType) as ts.Declaration;
    if (ts.isClassDeclaration(node)) return declareClass(symbol);
    const source = node.getFullText().trim();
    const inferred = ts.isTypeAliasDeclaration(node) && /\bz\.|\btypeof\b/.test(node.type.getText());
    return inferred ? `${docOf(symbol)}export type ${symbol.name} = ${print(checker.getDeclaredTypeOfSymbol(symbol))};` : source;
  };

  const written = new Map<string, string>();
  const wanted = [className];
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    const symbol = exported.get(name);
    if (!symbol || written.has(name) || !symbol.declarations?.some(isType)) continue;
    const text = declareSymbol(symbol);
    written.set(name, text);
    wanted.push(...(text.replace(COMMENT, '').match(/\b[A-Z]\w+/g) ?? []));
  }
  return `${[...written.values()].join('\n\n')}\n`;
}

const isType = (node: ts.Declaration): boolean =>
  ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isClassDeclaration(node);
