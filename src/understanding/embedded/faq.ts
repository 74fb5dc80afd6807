import type { Understanding } from '../recognizer';
import { type Arrays, type ArtefactMeta, linearFrom } from './artefact';
import type { Features } from './features';
import { type LinearModel, probabilitiesOf } from './linear';

export type Faq = NonNullable<Understanding['faq']>;

/** Labels of the model that tells a question about how things are in general from a statement of one's own case, and from what is not ours. */
export const KINDS = ['question', 'statement', 'outside'] as const;

export interface FaqModel {
  /** Labels are the keys of docs/domain.md §9. */
  readonly keys: LinearModel;
  readonly kinds: LinearModel;
}

/** Words (Chinese: characters) of the longest text that asks one general question; a longer one tells a story. */
const QUESTION = 60;
/** From this confidence on a question is answered; by questions of faq.tsv and of the corpus that training did not see. */
const ANSWERED = 0.09;

/** The two models of an artefact. */
export function faqFrom({ meta, arrays }: { meta: ArtefactMeta; arrays: Arrays }): FaqModel {
  return {
    keys: linearFrom('faq', arrays, { labels: meta.faqKeys, unknownIdf: meta.unknownIdfs.faq }),
    kinds: linearFrom('kind', arrays, { labels: KINDS, unknownIdf: meta.unknownIdfs.kind }),
  };
}

/** The frequent question a text asks; undefined when the text is no general question. `confidence`: of its being one, and this one. */
export function findFaq(model: FaqModel, features: Features): Faq | undefined {
  if (features.tokens > QUESTION) return undefined;
  const asked = probabilitiesOf(model.kinds, features)[0] ?? 0;
  if (asked < ANSWERED) return undefined;
  const probabilities = probabilitiesOf(model.keys, features);
  const likeliest = Math.max(...probabilities);
  const key = model.keys.labels[probabilities.indexOf(likeliest)];
  const confidence = likeliest * asked;
  return key === undefined || confidence < ANSWERED ? undefined : { key, confidence };
}
