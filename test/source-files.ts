import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from '@swc/core';

const ROOT = path.join(__dirname, '..');

/** One `import … from`, `export … from`, `import('…')` or `require('…')`. */
export interface ImportLine {
  /** As it is written: a package, `node:…`, or a relative path. */
  readonly from: string;
  /** Types only: nothing of it is left when the program runs. */
  readonly isType: boolean;
}

/** What a rule about source files looks at. Comments do not count. */
export interface SourceFile {
  /** From the top of the repository, with `/`. */
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly ImportLine[];
  /** Every string, template part, piece of JSX text and regular expression, as it is written; of the last without its classes `[元角分]`. */
  readonly texts: readonly string[];
  /** Syntax this repository does without, by its name in the syntax tree: `any`, `!`, `export default`, `enum`. */
  readonly banned: readonly string[];
}

interface Node {
  readonly type?: string;
  readonly kind?: unknown;
  readonly typeOnly?: boolean;
  readonly specifiers?: readonly { readonly isTypeOnly?: boolean }[];
  readonly source?: { readonly value: string } | null;
  readonly callee?: Node & { readonly value?: string };
  readonly arguments?: readonly { readonly expression: Node & { readonly value?: unknown } }[];
  readonly argument?: { readonly value?: unknown };
  readonly raw?: string;
  readonly pattern?: string;
}

const BANNED: Readonly<Record<string, string>> = {
  TsNonNullExpression: '!',
  ExportDefaultDeclaration: 'export default',
  ExportDefaultExpression: 'export default',
  TsEnumDeclaration: 'enum',
};

function importOf(node: Node): ImportLine | undefined {
  const { type, source, specifiers = [], typeOnly = false } = node;
  if (type === 'ImportDeclaration' || type === 'ExportNamedDeclaration' || type === 'ExportAllDeclaration') {
    if (!source) return undefined;
    const named = specifiers.length > 0 && specifiers.every(({ isTypeOnly }) => isTypeOnly === true);
    return { from: source.value, isType: typeOnly || named };
  }
  if (type === 'TsImportType' && typeof node.argument?.value === 'string') return { from: node.argument.value, isType: true };
  const asked = node.arguments?.[0]?.expression.value;
  const loads = node.callee?.type === 'Import' || node.callee?.value === 'require';
  return type === 'CallExpression' && loads && typeof asked === 'string' ? { from: asked, isType: false } : undefined;
}

function textOf({ type, raw, pattern }: Node): string | undefined {
  if (type === 'RegExpLiteral') return pattern?.replace(/\[(?:\\.|[^\]\\])*\]/g, '');
  return type === 'StringLiteral' || type === 'TemplateElement' || type === 'JSXText' ? raw : undefined;
}

/** Reads one file's text; `name` tells plain TypeScript from JSX. */
export function readSource(name: string, text: string): SourceFile {
  const imports: ImportLine[] = [];
  const texts: string[] = [];
  const banned: string[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    if (Array.isArray(value) || typeof value !== 'object' || value === null) return;
    const node = value as Node;
    const line = importOf(node);
    if (line) imports.push(line);
    const found = textOf(node);
    if (found !== undefined) texts.push(found);
    const fault = node.type === 'TsKeywordType' && node.kind === 'any' ? 'any' : BANNED[node.type ?? ''];
    if (fault) banned.push(fault);
    for (const [key, child] of Object.entries(node)) if (key !== 'span') visit(child);
  };
  visit(parseSync(text, { syntax: 'typescript', tsx: name.endsWith('x'), target: 'es2022' }));
  return { path: name, lines: text.trimEnd().split('\n').length, imports, texts, banned };
}

/** Every file below these folders of the repository, from its top, with `/`. What tests and tools write is not among them. */
export function filesBelow(...folders: readonly string[]): string[] {
  return folders.flatMap((folder) => {
    const found = readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true });
    const files = found.filter((one) => one.isFile()).map((one) => path.relative(ROOT, path.join(one.parentPath ?? one.path, one.name)));
    return files.map((name) => name.split(path.sep).join('/')).filter((name) => !name.includes('/artifacts/'));
  });
}

/** The text of a file of the repository. */
export function textOfFile(name: string): string {
  return readFileSync(path.join(ROOT, name), 'utf8');
}
