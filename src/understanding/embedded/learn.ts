import type { Features } from './features';
import { bucketsOf, type LinearModel, softmax, type Vector, type Vocabulary, vectorOf } from './linear';

// Taken out once: where tests run, every look at a global is slow.
const { abs, log, max, sqrt } = Math;

export interface Example {
  readonly features: Features;
  readonly label: string;
  /** How much the example counts; 1 when absent. */
  readonly weight?: number;
}

export interface LearnOptions {
  readonly seed: number;
  readonly epochs: number;
  readonly rate: number;
  readonly l2: number;
  /** A feature seen in fewer examples is left out. */
  readonly minDocuments: number;
  /** Rows kept, those with the largest weights. */
  readonly maxFeatures: number;
}

export const LEARN: LearnOptions = { seed: 20260929, epochs: 15, rate: 0.5, l2: 1e-6, minDocuments: 2, maxFeatures: 38_000 };

/** mulberry32: the same sequence on every machine. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A shuffled copy, the same for the same seed. */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = randomFrom(seed);
  const copy = [...items];
  for (let i = copy.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    const held = copy[i] as T;
    copy[i] = copy[j] as T;
    copy[j] = held;
  }
  return copy;
}

/** Features of at least `minDocuments` examples with their inverse document frequencies. */
function vocabularyOf(documents: readonly Features[], minDocuments: number): Vocabulary {
  const frequency = new Map<number, number>();
  for (const { keys } of documents) for (const key of keys) frequency.set(key, (frequency.get(key) ?? 0) + 1);
  const hashes = Uint32Array.from([...frequency].filter(([, n]) => n >= minDocuments).map(([key]) => key)).sort();
  const idfOf = (n: number): number => log((1 + documents.length) / (1 + n)) + 1;
  return {
    hashes,
    buckets: bucketsOf(hashes),
    idf: Float32Array.from(hashes, (key) => idfOf(frequency.get(key) ?? 0)),
    unknownIdf: idfOf(1),
  };
}

interface Weights {
  readonly weights: Float64Array;
  readonly bias: Float64Array;
}

/** AdaGrad on the cross-entropy, one example at a time. */
function descend(
  vectors: readonly Vector[],
  targets: readonly number[],
  importance: readonly number[],
  shape: { rows: number; width: number },
  options: LearnOptions,
): Weights {
  const { rows, width } = shape;
  const weights = new Float64Array(rows * width);
  const bias = new Float64Array(width);
  const seen = new Float64Array(rows * width).fill(1e-2);
  const seenBias = new Float64Array(width).fill(1);
  const scores = new Float64Array(width);
  const order = vectors.map((_, i) => i);
  for (let epoch = 0; epoch < options.epochs; epoch += 1) {
    for (const i of shuffled(order, options.seed + epoch)) {
      const { rows: active, values } = vectors[i] as Vector;
      scores.set(bias);
      for (let j = 0; j < active.length; j += 1) {
        const start = (active[j] as number) * width;
        const value = values[j] as number;
        for (let k = 0; k < width; k += 1) scores[k] = (scores[k] as number) + value * (weights[start + k] as number);
      }
      softmax(scores);
      scores[targets[i] as number] = (scores[targets[i] as number] as number) - 1;
      const importanceOfThis = importance[i] as number;
      for (let k = 0; k < width; k += 1) {
        const error = (scores[k] as number) * importanceOfThis;
        scores[k] = error;
        seenBias[k] = (seenBias[k] as number) + error * error;
        bias[k] = (bias[k] as number) - (options.rate * error) / sqrt(seenBias[k] as number);
      }
      for (let j = 0; j < active.length; j += 1) {
        const start = (active[j] as number) * width;
        const value = values[j] as number;
        for (let k = 0; k < width; k += 1) {
          const at = start + k;
          const gradient = (scores[k] as number) * value + options.l2 * (weights[at] as number);
          seen[at] = (seen[at] as number) + gradient * gradient;
          weights[at] = (weights[at] as number) - (options.rate * gradient) / sqrt(seen[at] as number);
        }
      }
    }
  }
  return { weights, bias };
}

/** Rows with the largest reach (greatest weight times idf), in their order. */
function keptRows(weights: Float64Array, idf: Float32Array, width: number, limit: number): number[] {
  const reach = Array.from(idf, (value, row) => {
    let top = 0;
    for (let k = 0; k < width; k += 1) top = max(top, abs(weights[row * width + k] as number));
    return { row, top: top * value };
  });
  reach.sort((a, b) => b.top - a.top || a.row - b.row);
  return reach
    .slice(0, limit)
    .map(({ row }) => row)
    .sort((a, b) => a - b);
}

/** Trains on the examples; the same examples in the same order and options give the same model. */
export function learn(examples: readonly Example[], labels: readonly string[], options: LearnOptions = LEARN): LinearModel {
  const vocabulary = vocabularyOf(
    examples.map(({ features }) => features),
    options.minDocuments,
  );
  const width = labels.length;
  const vectors = examples.map(({ features }) => vectorOf(features, vocabulary));
  const targets = examples.map(({ label }) => labels.indexOf(label));
  const importance = examples.map(({ weight }) => weight ?? 1);
  const { weights, bias } = descend(vectors, targets, importance, { rows: vocabulary.hashes.length, width }, options);
  const rows = keptRows(weights, vocabulary.idf, width, options.maxFeatures);
  const scales = new Float32Array(width);
  for (const row of rows)
    for (let k = 0; k < width; k += 1) scales[k] = max(scales[k] as number, abs(weights[row * width + k] as number) / 127);
  const bytes = new Int8Array(rows.length * width);
  for (const [at, row] of rows.entries()) {
    for (let k = 0; k < width; k += 1)
      bytes[at * width + k] = Math.round((weights[row * width + k] as number) / ((scales[k] as number) || 1));
  }
  const hashes = Uint32Array.from(rows, (row) => vocabulary.hashes[row] as number);
  return {
    labels,
    hashes,
    buckets: bucketsOf(hashes),
    idf: Float32Array.from(rows, (row) => vocabulary.idf[row] as number),
    unknownIdf: vocabulary.unknownIdf,
    weights: bytes,
    scales,
    bias: Float32Array.from(bias),
  };
}
