import { conceptsOf } from './concepts';
import { soundsOf } from './pinyin';
import { tokensOf } from './tokens';

/** Sparse term frequencies (sublinear, weighted by kind) of a text. */
export interface Features {
  /** 32-bit hashes of the features' names. */
  readonly keys: Uint32Array;
  /** What each counts for, in the order of `keys`. */
  readonly values: Float64Array;
  /** Tokens of the text. */
  readonly tokens: number;
}

/** What a kind of feature counts for: words as written, as they sound, and what they mean. */
const KIND_WEIGHTS = { written: 1, sounded: 0.5, meant: 0.8 };

const EMPTY_HASH = 0x811c9dc5;

/** FNV-1a of a text that goes on after the one `value` is the hash of. */
function hashOn(value: number, text: string): number {
  let hash = value;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Room for the features of the longest text; reused, as every text has hundreds. */
const keys = new Uint32Array(16_384);
const values = new Float64Array(keys.length);

/** Writes all runs of up to `longest` units with the edges of the text, but no edge alone, to `keys` from `start`; returns the end. */
function writeGrams(start: number, prefix: string, units: readonly string[], longest: number): number {
  const begin = hashOn(EMPTY_HASH, prefix);
  const edged = ['^', ...units, '$'];
  let end = start;
  for (let i = 0; i < edged.length; i += 1) {
    let gram = begin;
    for (let n = 1; n <= longest && i + n <= edged.length; n += 1) {
      gram = hashOn(hashOn(gram, edged[i + n - 1] ?? ''), '|');
      if (n > 1 || (i > 0 && i < edged.length - 1)) keys[end++] = gram;
    }
  }
  return end;
}

/** Writes concepts alone and in ordered pairs a few steps apart to `keys` from `start`; returns the end. */
function writeMeanings(start: number, concepts: readonly string[]): number {
  let end = start;
  for (let i = 0; i < concepts.length; i += 1) {
    const concept = concepts[i] ?? '';
    const alone = hashOn(hashOn(EMPTY_HASH, 'x'), concept);
    keys[end++] = alone;
    for (let k = i + 1; k <= i + 2 && k < concepts.length; k += 1) {
      const later = concepts[k] ?? '';
      if (later !== concept) keys[end++] = hashOn(hashOn(alone, '>'), later);
    }
  }
  return end;
}

/** Counts the keys from `start` to `end`, each of which stays once: 1 + log(count), times what the kind counts for; returns the new end. */
function count(start: number, end: number, weight: number): number {
  const last = Math.min(end, keys.length);
  keys.subarray(start, last).sort();
  let at = start;
  for (let i = start; i < last; ) {
    const key = keys[i] ?? 0;
    const first = i;
    while (i < last && keys[i] === key) i += 1;
    keys[at] = key;
    values[at++] = weight * (1 + Math.log(i - first));
  }
  return at;
}

/**
 * Features of a normalised text: 1–3-grams of tokens, 1–2-grams of their fuzzy readings, both with edges, and concepts.
 * At most 2,000 characters are considered.
 */
export function featuresOf(normalized: string): Features {
  const tokens = tokensOf(normalized.slice(0, 2000));
  const sounds = soundsOf(tokens);
  const written = count(0, writeGrams(0, 'c', tokens, 3), KIND_WEIGHTS.written);
  const sounded = count(written, writeGrams(written, 'p', sounds, 2), KIND_WEIGHTS.sounded);
  const end = count(sounded, writeMeanings(sounded, conceptsOf(tokens, sounds)), KIND_WEIGHTS.meant);
  return { keys: keys.slice(0, end), values: values.slice(0, end), tokens: tokens.length };
}
