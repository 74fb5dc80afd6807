import { conceptsOf } from './concepts';
import { readingOf } from './pinyin';
import { tokensOf } from './tokens';

/** Sparse counts of the features of a text, by the 32-bit hash of the feature's name. */
export type Features = Map<number, number>;

/** Facts the rules found, added beside the words: `s:amount`, `g:riskHold`. */
export type Facts = readonly string[];

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return value;
}

function add(features: Features, name: string, weight = 1): void {
  const key = hash(name);
  features.set(key, (features.get(key) ?? 0) + weight);
}

function addGrams(features: Features, prefix: string, units: readonly string[], longest: number): void {
  const edged = ['^', ...units, '$'];
  for (let i = 0; i < edged.length; i += 1) {
    let gram = prefix;
    for (let n = 1; n <= longest && i + n <= edged.length; n += 1) {
      gram += `${edged[i + n - 1]}|`;
      if (n > 1 || (i > 0 && i < edged.length - 1)) add(features, gram);
    }
  }
}

/**
 * Features of a normalised text: 1–3-grams of characters and of fuzzy readings, both with edges, concepts and ordered
 * pairs of concepts, and the facts given. At most 2,000 characters are considered.
 */
export function featuresOf(normalized: string, facts: Facts = []): Features {
  const features: Features = new Map();
  const tokens = tokensOf(normalized.slice(0, 2000));
  addGrams(features, 'c', tokens, 3);
  addGrams(features, 'p', tokens.map((token) => readingOf(token) ?? token), 3);
  const concepts = conceptsOf(tokens);
  for (const [i, concept] of concepts.entries()) {
    add(features, `x${concept}`);
    for (const later of concepts.slice(i + 1, i + 4)) if (later !== concept) add(features, `x${concept}>${later}`);
  }
  for (const fact of facts) add(features, `f${fact}`);
  return features;
}
