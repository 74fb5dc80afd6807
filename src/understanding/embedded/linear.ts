import type { Features } from './features';

// Taken out once: where tests run, every look at a global is slow.
const { exp, max, sqrt } = Math;

/** A trained multinomial logistic regression over TF-IDF, weights as signed bytes. */
export interface LinearModel {
  readonly labels: readonly string[];
  /** Hashes of the known features, ascending; the place of a hash is its row in `weights`. */
  readonly hashes: Uint32Array;
  readonly idf: Float32Array;
  /** Inverse document frequency of a feature never seen; it lengthens the vector and so lowers every score. */
  readonly unknownIdf: number;
  /** Row-major: one row for each feature, one column for each label. */
  readonly weights: Int8Array;
  /** What one step of a weight means, for each label. */
  readonly scales: Float32Array;
  readonly bias: Float32Array;
}

/** Known features of a text with their values; the whole vector, unknown features included, has length 1. */
export interface Vector {
  readonly rows: readonly number[];
  readonly values: readonly number[];
}

/** Place of `key` in the ascending `hashes`, -1 when absent. */
function rowOf(hashes: Uint32Array, key: number): number {
  let low = 0;
  let high = hashes.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = hashes[middle] ?? 0;
    if (found === key) return middle;
    if (found < key) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

export type Vocabulary = Pick<LinearModel, 'hashes' | 'idf' | 'unknownIdf'>;

/** Sublinear TF-IDF of length 1. */
export function vectorOf(features: Features, { hashes, idf, unknownIdf }: Vocabulary): Vector {
  const rows: number[] = [];
  const values: number[] = [];
  let squares = 0;
  for (const [key, count] of features) {
    const row = rowOf(hashes, key);
    const value = count * (row < 0 ? unknownIdf : (idf[row] ?? 0));
    squares += value * value;
    if (row < 0) continue;
    rows.push(row);
    values.push(value);
  }
  const length = sqrt(squares) || 1;
  return { rows, values: values.map((value) => value / length) };
}

/** Probabilities from scores, in place. */
export function softmax(scores: Float32Array | Float64Array): void {
  let top = Number.NEGATIVE_INFINITY;
  for (const score of scores) top = max(top, score);
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
  const width = model.labels.length;
  const scores = new Float32Array(width);
  const { rows, values } = vectorOf(features, model);
  for (let i = 0; i < rows.length; i += 1) {
    const start = (rows[i] ?? 0) * width;
    const value = values[i] ?? 0;
    for (let k = 0; k < width; k += 1) scores[k] = (scores[k] ?? 0) + value * (model.weights[start + k] ?? 0);
  }
  for (let k = 0; k < width; k += 1) scores[k] = (scores[k] ?? 0) * (model.scales[k] ?? 0) + (model.bias[k] ?? 0);
  softmax(scores);
  return scores;
}
