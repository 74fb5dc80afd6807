import type { Features } from './features';

// Taken out once: where tests run, every look at a global is slow.
const { exp, max, sqrt } = Math;

/** A trained multinomial logistic regression over TF-IDF, weights as signed bytes. */
export interface LinearModel {
  readonly labels: readonly string[];
  /** Hashes of the known features, ascending; the place of a hash is its row in `weights`. */
  readonly hashes: Uint32Array;
  /** Where to look for a hash (`bucketsOf`). */
  readonly buckets: Uint32Array;
  readonly idf: Float32Array;
  /** Inverse document frequency of a feature never seen; it lengthens the vector and so lowers every score. */
  readonly unknownIdf: number;
  /** Row-major: one row for each feature, one column for each label. */
  readonly weights: Int8Array;
  /** What one step of a weight means, for each label. */
  readonly scales: Float32Array;
  readonly bias: Float32Array;
}

export type Vocabulary = Pick<LinearModel, 'hashes' | 'buckets' | 'idf' | 'unknownIdf'>;

/** Known features of a text with their values; the whole vector, unknown features included, has length 1. */
export interface Vector {
  readonly rows: readonly number[];
  readonly values: readonly number[];
}

/** Buckets of the hashes, by their upper 16 bits. */
const BUCKETS = 2 ** 16;

/** For each bucket the first row of ascending hashes that belongs to it or a later one. */
export function bucketsOf(hashes: Uint32Array): Uint32Array {
  const starts = new Uint32Array(BUCKETS + 1);
  for (const hash of hashes) {
    const after = (hash >>> 16) + 1;
    starts[after] = (starts[after] ?? 0) + 1;
  }
  for (let bucket = 1; bucket <= BUCKETS; bucket += 1) starts[bucket] = (starts[bucket] ?? 0) + (starts[bucket - 1] ?? 0);
  return starts;
}

/** Row of `key`, -1 when absent. */
function rowOf({ hashes, buckets }: Vocabulary, key: number): number {
  const bucket = key >>> 16;
  const end = buckets[bucket + 1] ?? 0;
  for (let row = buckets[bucket] ?? 0; row < end; row += 1) if (hashes[row] === key) return row;
  return -1;
}

/** Sublinear TF-IDF of length 1. */
export function vectorOf(features: Features, vocabulary: Vocabulary): Vector {
  const { idf, unknownIdf } = vocabulary;
  const { keys, values: counts } = features;
  const rows: number[] = [];
  const values: number[] = [];
  let squares = 0;
  for (let i = 0; i < keys.length; i += 1) {
    const row = rowOf(vocabulary, keys[i] ?? 0);
    const value = (counts[i] ?? 0) * (row < 0 ? unknownIdf : (idf[row] ?? 0));
    squares += value * value;
    if (row < 0) continue;
    rows.push(row);
    values.push(value);
  }
  const length = sqrt(squares) || 1;
  for (let i = 0; i < values.length; i += 1) values[i] = (values[i] ?? 0) / length;
  return { rows, values };
}

/** Probabilities from scores, in place. */
export function softmax(scores: Float32Array | Float64Array): void {
  let top = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < scores.length; i += 1) top = max(top, scores[i] ?? 0);
  let sum = 0;
  for (let i = 0; i < scores.length; i += 1) {
    const value = exp((scores[i] ?? 0) - top);
    scores[i] = value;
    sum += value;
  }
  for (let i = 0; i < scores.length; i += 1) scores[i] = (scores[i] ?? 0) / sum;
}

/** Probability of every label of the model, in the order of `labels`. */
export function probabilitiesOf(model: LinearModel, features: Features): Float32Array {
  const { weights, scales, bias } = model;
  const width = model.labels.length;
  const sums = new Float64Array(width);
  const { rows, values } = vectorOf(features, model);
  for (let i = 0; i < rows.length; i += 1) {
    const start = (rows[i] ?? 0) * width;
    const value = values[i] ?? 0;
    for (let k = 0; k < width; k += 1) sums[k] = (sums[k] ?? 0) + value * (weights[start + k] ?? 0);
  }
  const scores = new Float32Array(width);
  for (let k = 0; k < width; k += 1) scores[k] = (sums[k] ?? 0) * (scales[k] ?? 0) + (bias[k] ?? 0);
  softmax(scores);
  return scores;
}
