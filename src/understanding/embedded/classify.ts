import { type Features, featuresOf } from './features';
import { type LinearModel, probabilitiesOf } from './linear';

// Taken out once: where tests run, every look at a global is slow.
const { log } = Math;

const CLAUSE_END = /[,.;!?~。、；！…\n]+| {2,}/u;
/** A message of one sentence is judged whole. */
const LONG = 24;
/** Characters a clause needs to be judged alone. */
const CLAUSE = 4;
/** Weight of the whole message against its most telling clause. */
const WHOLE = 0.6;

/** Clauses of a long message that can be judged alone; none for a short one. */
function clausesOf(normalized: string): string[] {
  if (normalized.length < LONG) return [];
  const clauses = normalized.split(CLAUSE_END).filter((clause) => clause.trim().length >= CLAUSE);
  return clauses.length > 1 ? clauses.slice(0, 24) : [];
}

/** How much a distribution says: 1 when certain, 0 when it knows nothing. */
function certainty(distribution: Float32Array): number {
  let entropy = 0;
  for (const p of distribution) if (p > 0) entropy -= p * log(p);
  return 1 - entropy / log(distribution.length);
}

/** Classes that open or close a message and say nothing of its matter. */
const FRAME: ReadonlySet<string> = new Set(['greet', 'thanks_bye', 'affirm', 'deny', 'provide_info', 'out_of_scope']);

/**
 * Probability of each label of the model; `features` are those of the text. In a long message the clauses that are certain of a matter
 * count beside the whole, so one telling clause is not lost in a story.
 */
export function classify(model: LinearModel, normalized: string, features: Features): Float32Array {
  const whole = probabilitiesOf(model, features);
  const clauses = clausesOf(normalized);
  if (clauses.length === 0) return whole;
  const fromClauses = new Float32Array(whole.length);
  let total = 0;
  for (const clause of clauses) {
    const part = probabilitiesOf(model, featuresOf(clause));
    const weight = certainty(part) ** 2;
    for (let k = 0; k < part.length; k += 1) fromClauses[k] = (fromClauses[k] ?? 0) + weight * (part[k] ?? 0);
    total += weight;
  }
  const mixed = whole.map((p, k) =>
    FRAME.has(model.labels[k] ?? '') ? p : WHOLE * p + (1 - WHOLE) * (total > 0 ? (fromClauses[k] ?? 0) / total : 0),
  );
  const sum = mixed.reduce((before, p) => before + p, 0);
  return mixed.map((p) => p / sum);
}
