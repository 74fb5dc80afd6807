import lexicon from './concepts.json';
import { soundsOf } from './pinyin';
import { tokensOf } from './tokens';

interface Term {
  /** Its tokens after the first, by number. */
  readonly rest: readonly number[];
  /** The concept it names; one of what is not ours also names `other`. */
  readonly concepts: readonly string[];
}

/** Terms by the number of their first token, the longest first. */
type Index = readonly (readonly Term[] | undefined)[];

/** Start of the concepts of what is not ours. */
const OTHER = 'other.';

/** Characters a term needs to be found by its sound alone. */
const SOUNDED = 2;

/** Numbers from 1 of the tokens and sounds that occur in terms: quicker to compare than their texts. */
const NUMBERS = new Map<string, number>();
/** Of a token that occurs in no term. */
const UNKNOWN = 0;

function numberOf(token: string): number {
  const known = NUMBERS.get(token) ?? NUMBERS.size + 1;
  NUMBERS.set(token, known);
  return known;
}

function indexBy(tokensOfTerm: (word: string) => readonly string[]): Index {
  const index: Term[][] = [];
  for (const [concept, words] of Object.entries(lexicon)) {
    const concepts = concept.startsWith(OTHER) ? [concept, 'other'] : [concept];
    for (const word of new Set(words.split('|'))) {
      const [first, ...rest] = tokensOfTerm(word).map(numberOf);
      if (first !== undefined) index[first] = [...(index[first] ?? []), { rest, concepts }];
    }
  }
  for (const sharing of index) sharing?.sort((a, b) => b.rest.length - a.rest.length);
  return index;
}

const WRITTEN = indexBy(tokensOf);
const HEARD = indexBy((word) => (/^\p{Script=Han}+$/u.test(word) && word.length >= SOUNDED ? soundsOf(tokensOf(word)) : []));

const NONE: readonly Term[] = [];

/** The terms that start at `at`, the longest first. */
function startingAt(index: Index, numbers: readonly number[], at: number): readonly Term[] {
  const terms = index[numbers[at] ?? UNKNOWN];
  if (terms === undefined) return NONE;
  let found: Term[] | undefined;
  for (const term of terms) {
    let k = 0;
    while (k < term.rest.length && term.rest[k] === numbers[at + 1 + k]) k += 1;
    if (k < term.rest.length) continue;
    found ??= [];
    found.push(term);
  }
  return found ?? NONE;
}

const numbersOf = (tokens: readonly string[]): number[] => tokens.map((token) => NUMBERS.get(token) ?? UNKNOWN);

/** Marks the places of the longest term as written that starts at each. */
function coveredBy(written: readonly (readonly Term[])[]): Uint8Array {
  const covered = new Uint8Array(written.length);
  for (let at = 0; at < written.length; at += 1) {
    const longest = written[at]?.[0]?.rest.length ?? 0;
    if (longest > 0) covered.fill(1, at, at + longest + 1);
  }
  return covered;
}

/** Adds concepts that `named` does not have yet. */
function addTo(named: string[], { concepts }: Term): void {
  for (const concept of concepts) if (!named.includes(concept)) named.push(concept);
}

/**
 * Concepts named in the text (`concepts.json`), in order, without repeats in a row. Chinese terms of two characters or more are also found
 * by their sound (转仁工 is 转人工), where some of their characters belong to no term as written. `sounds` are those of the tokens.
 */
export function conceptsOf(tokens: readonly string[], sounds: readonly string[] = soundsOf(tokens)): string[] {
  const numbers = numbersOf(tokens);
  const written = numbers.map((_, at) => startingAt(WRITTEN, numbers, at));
  const covered = coveredBy(written);
  const heard = numbersOf(sounds);
  const found: string[] = [];
  const named: string[] = [];
  for (let at = 0; at < written.length; at += 1) {
    named.length = 0;
    for (const term of written[at] ?? NONE) addTo(named, term);
    for (const term of startingAt(HEARD, heard, at)) {
      const first = covered.indexOf(0, at);
      if (first >= 0 && first <= at + term.rest.length) addTo(named, term);
    }
    for (const concept of named) if (concept !== found[found.length - 1]) found.push(concept);
  }
  return found;
}
