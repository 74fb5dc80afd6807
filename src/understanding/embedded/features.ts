import { conceptsOf } from './concepts';
import { readingOf } from './pinyin';
import { tokensOf } from './tokens';

/** Sparse term frequencies (sublinear, weighted by kind) of a text, by the 32-bit hash of the feature's name. */
export type Features = ReadonlyMap<number, number>;

/** What a kind of feature counts for: words as written, as they sound, and what they mean. */
const KIND_WEIGHTS = { written: 1, sounded: 0.5, meant: 0.8 };

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return value;
}

function gramsOf(prefix: string, units: readonly string[], longest: number): string[] {
  const edged = ['^', ...units, '$'];
  const grams: string[] = [];
  for (let i = 0; i < edged.length; i += 1) {
    let gram = prefix;
    for (let n = 1; n <= longest && i + n <= edged.length; n += 1) {
      gram += `${edged[i + n - 1]}|`;
      if (n > 1 || (i > 0 && i < edged.length - 1)) grams.push(gram);
    }
  }
  return grams;
}

/** Concepts alone and in ordered pairs a few steps apart. */
function meaningsOf(tokens: readonly string[]): string[] {
  const concepts = conceptsOf(tokens);
  return concepts.flatMap((concept, i) => [
    `x${concept}`,
    ...concepts
      .slice(i + 1, i + 3)
      .filter((later) => later !== concept)
      .map((later) => `x${concept}>${later}`),
  ]);
}

/** Adds the names of one kind: 1 + log(count), times what the kind counts for. */
function addKind(features: Map<number, number>, names: readonly string[], weight: number): void {
  const counts = new Map<number, number>();
  for (const name of names) {
    const key = hash(name);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  for (const [key, count] of counts) features.set(key, weight * (1 + Math.log(count)));
}

let last: { readonly normalized: string; readonly features: Features } | undefined;

/**
 * Features of a normalised text: 1–3-grams of tokens, 1–2-grams of their fuzzy readings, both with edges, and concepts.
 * At most 2,000 characters are considered. Those of the last text are kept: a short one is classified and then looked for among the questions.
 */
export function featuresOf(normalized: string): Features {
  if (last?.normalized !== normalized) last = { normalized, features: countFeatures(normalized) };
  return last.features;
}

function countFeatures(normalized: string): Features {
  const features = new Map<number, number>();
  const tokens = tokensOf(normalized.slice(0, 2000));
  const sounds = tokens.map((token) => readingOf(token) ?? token);
  addKind(features, gramsOf('c', tokens, 3), KIND_WEIGHTS.written);
  addKind(features, gramsOf('p', sounds, 2), KIND_WEIGHTS.sounded);
  addKind(features, meaningsOf(tokens), KIND_WEIGHTS.meant);
  return features;
}
