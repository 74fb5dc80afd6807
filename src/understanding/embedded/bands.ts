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
/** Acted-on intents that may be wrong. */
const WRONG_ACTS = 0.08;

/** What the model, trained without it, makes of an utterance. */
export interface Judged {
  readonly utterance: Utterance;
  readonly best: string;
  readonly confidence: number;
}

/** Judges every utterance of the corpus by a model trained on the other folds. */
export function crossValidate(corpus: readonly Utterance[]): Judged[] {
  const order = shuffled(
    corpus.map((utterance) => ({ utterance, normalized: normalize(utterance.text) })),
    LEARN.seed,
  ).map((item) => ({
    ...item,
    features: featuresOf(item.normalized),
    label: item.utterance.intent,
  }));
  return Array.from({ length: FOLDS }).flatMap((_, fold) => {
    const model = learn(
      order.filter((_, i) => i % FOLDS !== fold),
      INTENTS,
    );
    return order
      .filter((_, i) => i % FOLDS === fold)
      .map(({ utterance, normalized }) => {
        const probabilities = classify(model, normalized);
        const [best] = rank(new Map(model.labels.map((label, k) => [label, probabilities[k] ?? 0])));
        return { utterance, best: best?.name ?? '', confidence: best?.confidence ?? 0 };
      });
  });
}

/** The lowest confidence from which acting is wrong for at most `WRONG_ACTS` of the texts acted on. */
function actFrom(judged: readonly Judged[], atLeast: number): number {
  const falling = [...judged].sort((a, b) => b.confidence - a.confidence);
  let wrong = 0;
  let bound = falling[0]?.confidence ?? 1;
  for (const [i, { utterance, best, confidence }] of falling.entries()) {
    if (utterance.intent !== best) wrong += 1;
    if (wrong / (i + 1) <= WRONG_ACTS) bound = confidence;
  }
  return Math.max(bound, atLeast);
}

/** Bands that turn away `WRONG_REJECTS` of the in-scope texts and act on the wrong intent in `WRONG_ACTS` of the cases, by cross-validation. */
export function tuneBands(corpus: readonly Utterance[]): Bands {
  const judged = crossValidate(corpus);
  const inScope = judged
    .filter(({ utterance }) => utterance.intent !== 'out_of_scope')
    .map(({ confidence }) => confidence)
    .sort((a, b) => a - b);
  const clarify = inScope[Math.floor(inScope.length * WRONG_REJECTS)] ?? 0;
  const round = (value: number): number => Math.round(value * 1000) / 1000;
  return { act: round(actFrom(judged, clarify)), clarify: round(clarify) };
}
