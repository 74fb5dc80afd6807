import { INTENTS } from '../recognizer';
import { classify } from './classify';
import type { Utterance } from './corpus';
import { type Bands, rank } from './decide';
import { featuresOf } from './features';
import { LEARN, learn, shuffled } from './learn';
import { normalize } from './normalize';

const FOLDS = 5;
/** In-scope text that may be turned away. */
const WRONG_REJECTS = 0.05;
/** Text out of scope that may be acted on. */
const WRONG_ACTS = 0.04;
/** In-scope text acted on that may be taken for another intent. */
const CONFUSED = 0.07;

/** What the model, trained without it, makes of an utterance. */
export interface Judged {
  readonly utterance: Utterance;
  readonly best: string;
  readonly confidence: number;
  readonly share: number;
}

/** Judges every utterance of the corpus by a model trained on the other folds. */
function crossValidate(corpus: readonly Utterance[]): Judged[] {
  const examples = corpus.map((utterance) => {
    const normalized = normalize(utterance.text);
    return { utterance, normalized, features: featuresOf(normalized), label: utterance.intent };
  });
  const order = shuffled(examples, LEARN.seed);
  return Array.from({ length: FOLDS }).flatMap((_, fold) => {
    const model = learn(
      order.filter((_, i) => i % FOLDS !== fold),
      INTENTS,
    );
    const unseen = order.filter((_, i) => i % FOLDS === fold);
    return unseen.map(({ utterance, normalized, features }) => {
      const probabilities = classify(model, normalized, features);
      const { ranked, share } = rank(new Map(model.labels.map((label, k) => [label, probabilities[k] ?? 0])));
      return { utterance, best: ranked[0]?.name ?? '', confidence: ranked[0]?.confidence ?? 0, share };
    });
  });
}

/** The value that `part` of the values lie below. */
function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

/** The lowest share from which at most `CONFUSED` of the texts are taken for another intent. */
function shareBound(inScope: readonly Judged[]): number {
  let wrong = 0;
  let bound = 1;
  for (const [i, { utterance, best, share }] of [...inScope].sort((a, b) => b.share - a.share).entries()) {
    if (utterance.intent !== best) wrong += 1;
    if (wrong / (i + 1) <= CONFUSED) bound = share;
  }
  return bound;
}

/** Bounds that keep the wrong decisions in cross-validation within the limits above. */
export function tuneBands(corpus: readonly Utterance[]): Bands {
  const judged = crossValidate(corpus);
  const inScope = judged.filter(({ utterance }) => utterance.intent !== 'out_of_scope');
  const outside = judged.filter(({ utterance }) => utterance.intent === 'out_of_scope').map(({ confidence }) => confidence);
  const clarify = quantile(
    inScope.map(({ confidence }) => confidence),
    WRONG_REJECTS,
  );
  const act = Math.max(clarify, quantile(outside, 1 - WRONG_ACTS));
  const share = shareBound(inScope.filter(({ confidence }) => confidence >= act));
  const round = (value: number): number => Math.round(value * 1000) / 1000;
  return { clarify: round(clarify), act: round(act), share: round(share) };
}
