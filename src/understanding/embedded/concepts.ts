import lexicon from './concepts.json';
import { tokensOf } from './tokens';

interface Term {
  readonly tokens: readonly string[];
  readonly concept: string;
}

/** Terms by their first token, the longest first. */
const TERMS: ReadonlyMap<string, readonly Term[]> = (() => {
  const terms = new Map<string, Term[]>();
  for (const [concept, words] of Object.entries(lexicon)) {
    for (const word of new Set(words.split('|'))) {
      const tokens = tokensOf(word);
      const first = tokens[0];
      if (first === undefined) continue;
      const sharing = terms.get(first) ?? [];
      sharing.push({ tokens, concept });
      terms.set(first, sharing);
    }
  }
  for (const sharing of terms.values()) sharing.sort((a, b) => b.tokens.length - a.tokens.length);
  return terms;
})();

/** Concepts named in the text, in order, without repeats in a row; each concept takes its longest term at a place (`concepts.json`). */
export function conceptsOf(tokens: readonly string[]): string[] {
  const found: string[] = [];
  for (let i = 0; i < tokens.length; i += 1) {
    const here = new Set<string>();
    for (const { tokens: words, concept } of TERMS.get(tokens[i] ?? '') ?? []) {
      if (here.has(concept) || !words.every((word, k) => tokens[i + k] === word)) continue;
      here.add(concept);
      if (found[found.length - 1] !== concept) found.push(concept);
    }
  }
  return found;
}
