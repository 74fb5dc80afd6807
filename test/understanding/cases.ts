import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Extraction } from '../../src/understanding/embedded/extract';

const FOLDER = join(__dirname, '../fixtures/understanding');

/** Files of sentences with what must be found in them. */
export const CASE_FILES: readonly string[] = readdirSync(FOLDER).filter((file) => file.endsWith('.tsv'));

/** A sentence, the question it may answer, the clock (ISO +08:00), and what must be found: by slot, or by `signal:…`, `command`, `reply`, `range`. */
export interface Case {
  readonly text: string;
  readonly expecting: string;
  readonly now: string;
  readonly want: ReadonlyMap<string, string>;
}

export function readCases(file: string): Case[] {
  let now = '';
  return readFileSync(join(FOLDER, file), 'utf8')
    .split('\n')
    .flatMap((line) => {
      now = line.match(/^# now (\S+)/)?.[1] ?? now;
      if (line === '' || line.startsWith('#')) return [];
      const [text = '', expecting = '', wanted = ''] = line.split('\t');
      const pairs = wanted
        .split(';')
        .filter(Boolean)
        .map((pair): [string, string] => [name(pair.slice(0, pair.indexOf('='))), pair.slice(pair.indexOf('=') + 1)]);
      return [{ text, expecting, now, want: new Map(pairs) }];
    });
}
const SHORT: Readonly<Record<string, string>> = { amb: 'ambiguous' };
const name = (key: string): string => SHORT[key] ?? key.replace(/^sig:/, 'signal:');

/** Everything an extraction says, as text by name. */
export function said(found: Extraction): Map<string, string> {
  const all = new Map<string, string>();
  for (const { slot, value } of found.slots)
    all.set(slot, typeof value === 'object' ? [value.date, value.time, value.part].filter(Boolean).join(' ') : String(value));
  for (const signal of found.signals) all.set(`signal:${signal}`, '1');
  if (found.command) all.set('command', found.command);
  if (found.reply) all.set('reply', found.reply);
  if (found.amountRange) all.set('range', '1');
  if (found.ambiguousHour) all.set('ambiguous', '1');
  return all;
}
