import lexicon from './concepts.json';
import { readingOf } from './pinyin';
import { tokensOf } from './tokens';

interface Term {
  readonly tokens: readonly string[];
  readonly concept: string;
}

type Index = ReadonlyMap<string, readonly Term[]>;

/** Start of the concepts of what is not ours; each also names the concept `other`. */
const OTHER = 'other.';

/** Characters a term needs to be found by its sound alone. */
const SOUNDED = 2;

const soundOf = (token: string): string => readingOf(token) ?? token;

/** Terms by their first token, the longest first. */
function indexBy(tokensOfTerm: (word: string) => readonly string[]): Index {
  const index = new Map<string, Term[]>();
  for (const [concept, words] of Object.entries(lexicon)) {
    for (const word of new Set(words.split('|'))) {
      const tokens = tokensOfTerm(word);
      const first = tokens[0];
      if (first === undefined) continue;
      const sharing = index.get(first) ?? [];
      sharing.push({ tokens, concept });
      index.set(first, sharing);
    }
  }
  for (const sharing of index.values()) sharing.sort((a, b) => b.tokens.length - a.tokens.length);
  return index;
}

const WRITTEN = indexBy(tokensOf);
const HEARD = indexBy((word) => (/^\p{Script=Han}+$/u.test(word) && word.length >= SOUNDED ? tokensOf(word).map(soundOf) : []));

/** The terms that start at `at`. */
function startingAt(index: Index, tokens: readonly string[], at: number): readonly Term[] {
  const terms = index.get(tokens[at] ?? '') ?? [];
  return terms.filter(({ tokens: words }) => words.every((word, k) => tokens[at + k] === word));
}

/**
 * Concepts named in the text (`concepts.json`), in order, without repeats in a row. Chinese terms of two characters or more are also found
 * by their sound (转仁工 is 转人工), where some of their characters belong to no term as written.
 */
export function conceptsOf(tokens: readonly string[]): string[] {
  const written = tokens.map((_, at) => startingAt(WRITTEN, tokens, at));
  const covered = tokens.map(() => false);
  for (const [at, terms] of written.entries()) {
    const longest = terms[0]?.tokens.length ?? 0;
    if (longest > 1) covered.fill(true, at, at + longest);
  }
  const sounds = tokens.map(soundOf);
  const found: string[] = [];
  for (const [at, terms] of written.entries()) {
    const heard = startingAt(HEARD, sounds, at).filter((term) => covered.slice(at, at + term.tokens.length).includes(false));
    const named = [...terms, ...heard].flatMap(({ concept }) => (concept.startsWith(OTHER) ? [concept, 'other'] : [concept]));
    for (const concept of new Set(named)) if (found[found.length - 1] !== concept) found.push(concept);
  }
  return found;
}
