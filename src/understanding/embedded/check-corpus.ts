import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { INTENTS } from '../recognizer';
import { readCorpus, readHeldOut, type Utterance } from './corpus';
import { findDuplicates } from './duplicates';

/** Utterances an intent needs, and out_of_scope of which half are near. */
const ENOUGH = 200;
const ENOUGH_OUTSIDE = 500;

interface Report {
  /** What must be mended. */
  readonly faults: readonly string[];
  readonly counts: readonly string[];
  /** Repeats, as they stand in the corpus. */
  readonly repeats: readonly Utterance[];
}

function countsOf(corpus: readonly Utterance[]): string[] {
  return INTENTS.map((name) => {
    const own = corpus.filter(({ intent }) => intent === name);
    const registers = new Map<string, number>();
    for (const { register } of own) registers.set(register, (registers.get(register) ?? 0) + 1);
    const few = own.length < (name === 'out_of_scope' ? ENOUGH_OUTSIDE : ENOUGH) ? ' (too few)' : '';
    return `${name.padEnd(28)}${own.length}${few}  ${[...registers].map(([register, n]) => `${register} ${n}`).join(' · ')}`;
  });
}

/** What is wrong in the corpus: repeats, the same words under two intents, and texts that stand in a held-back file too. */
export function checkCorpus(corpus: readonly Utterance[], heldOut: readonly Utterance[]): Report {
  const all = [...heldOut, ...corpus];
  const faults: string[] = [];
  const repeats: Utterance[] = [];
  for (const { first, again, similarity } of findDuplicates(all.map(({ text }) => text))) {
    const earlier = all[first];
    const later = all[again];
    if (!earlier || !later || again < heldOut.length) continue;
    const leaked = first < heldOut.length;
    const where = leaked ? 'is held back as' : 'repeats';
    repeats.push(later);
    faults.push(`${similarity.toFixed(2)} ${later.intent} 「${later.text}」 ${where} ${earlier.intent} 「${earlier.text}」`);
  }
  return { faults, counts: countsOf(corpus), repeats };
}

/** Takes repeated lines out of the files of the corpus. */
function removeRepeats(folder: string, repeats: readonly Utterance[]): void {
  for (const name of new Set(repeats.map(({ intent }) => intent))) {
    const path = join(folder, `${name}.tsv`);
    const left = repeats.filter(({ intent }) => intent === name).map(({ register, text }) => `${register}\t${text}`);
    const lines = readFileSync(path, 'utf8').split('\n').reverse();
    const kept = lines.filter((line) => {
      const at = left.indexOf(line.trim());
      if (at >= 0) left.splice(at, 1);
      return at < 0;
    });
    writeFileSync(path, kept.reverse().join('\n'));
  }
}

if (require.main === module) {
  const folder = join(__dirname, 'utterances');
  const { faults, counts, repeats } = checkCorpus(readCorpus(folder), readHeldOut());
  console.log([...counts, `${faults.length} repeats`, ...faults].join('\n'));
  if (process.argv.includes('--fix')) removeRepeats(folder, repeats);
  else if (faults.length > 0) process.exitCode = 1;
}
