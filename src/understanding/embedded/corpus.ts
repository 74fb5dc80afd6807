import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { INTENTS, type IntentName } from '../recognizer';

/** How an utterance is worded; near and far are of out_of_scope alone. */
const REGISTERS = [
  'plain',
  'colloquial',
  'typo',
  'voice',
  'angry',
  'rambling',
  'codemix',
  'cantonese',
  'traditional',
  'english',
  'dialect',
  'short',
  'near',
  'far',
] as const;

export interface Utterance {
  readonly intent: IntentName;
  readonly register: string;
  readonly text: string;
}

/** A line that is no utterance: the file, the line from 1, and what is wrong. */
class CorpusError extends Error {
  readonly code = 'CORPUS_LINE';
  constructor(file: string, line: number, fault: string) {
    super(`${file}:${line}: ${fault}`);
    this.name = 'CorpusError';
  }
}

function isIntent(name: string): name is IntentName {
  return (INTENTS as readonly string[]).includes(name);
}

/** Lines of tab-separated columns, the last taking the rest; empty lines and `#` comments are skipped. */
export function parseColumns(content: string, columns: number, file: string): { line: number; cells: string[] }[] {
  return content.split(/\r?\n/).flatMap((raw, i) => {
    if (raw.trim() === '' || raw.startsWith('#')) return [];
    const cells = raw.split('\t').map((cell) => cell.trim());
    if (cells.length < columns || cells.some((cell) => cell === ''))
      throw new CorpusError(file, i + 1, `expected ${columns} tab-separated columns`);
    return [{ line: i + 1, cells: [...cells.slice(0, columns - 1), cells.slice(columns - 1).join(' ')] }];
  });
}

function checked(intent: string, register: string, text: string, place: { file: string; line: number }): Utterance {
  if (!isIntent(intent)) throw new CorpusError(place.file, place.line, `unknown intent ${intent}`);
  if (!(REGISTERS as readonly string[]).includes(register)) throw new CorpusError(place.file, place.line, `unknown register ${register}`);
  return { intent, register, text };
}

/** The training corpus: `<intent>.tsv` of the folder, each line `register<TAB>text`; in the order of INTENTS. */
export function readCorpus(folder: string): Utterance[] {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.tsv'))
    .sort();
  return files.flatMap((file) =>
    parseColumns(readFileSync(join(folder, file), 'utf8'), 2, file).map(({ line, cells: [register = '', text = ''] }) =>
      checked(file.slice(0, -'.tsv'.length), register, text, { file, line }),
    ),
  );
}

/** A held-back test file: each line `intent<TAB>register<TAB>text`. */
export function readLabelled(path: string): Utterance[] {
  return parseColumns(readFileSync(path, 'utf8'), 3, path).map(({ line, cells: [intent = '', register = '', text = ''] }) =>
    checked(intent, register, text, { file: path, line }),
  );
}

/** Test sets that are never trained or tuned on, one file for each voice. */
const HELD_OUT = join(__dirname, '../../../test/understanding/held-out');

/** Every held-back utterance; none where the tests are not installed. */
export function readHeldOut(folder = HELD_OUT): Utterance[] {
  const files = existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.tsv'))
        .sort()
    : [];
  return files.flatMap((name) => readLabelled(join(folder, name)));
}

/** Fingerprint of what a model was trained on. */
export function fingerprintOf(lines: readonly string[]): string {
  const hash = createHash('sha256');
  for (const line of lines) hash.update(`${line}\n`);
  return hash.digest('hex').slice(0, 16);
}
