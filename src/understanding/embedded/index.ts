import type { RecognizeOptions, Recognizer, Understanding } from '../recognizer';
import { linearFrom, openArtefact } from './artefact';
import { classify } from './classify';
import { decide } from './decide';
import { extract } from './extract';
import { faqFrom, findFaq } from './faq';
import { featuresOf } from './features';
import { isFragment } from './fragment';

/** Also tells at once, before a turn is begun, whether a text may be the first part of a burst. */
export interface EmbeddedRecognizer extends Recognizer {
  isFragment(text: string, options: RecognizeOptions): boolean;
}

/** Possible fragments whose turns have not come; of more than these the oldest are understood twice. */
const MOST_AWAITED = 50;

/**
 * The recognizer that needs no network: rules for values, commands and plain answers, a trained model for the intent.
 * Reads the committed artefact once; throws ArtefactError when it is missing or broken.
 */
export function createEmbeddedRecognizer(): EmbeddedRecognizer {
  const artefact = openArtefact();
  const { meta } = artefact;
  const model = linearFrom('intent', artefact.arrays, { labels: meta.labels, unknownIdf: meta.unknownIdfs.intent });
  const faqs = faqFrom(artefact);

  const understand = (text: string, { locale, now, expecting }: RecognizeOptions): Understanding => {
    const asked = expecting === undefined ? {} : { expecting };
    const { normalized, ...found } = extract(text, { now, locale, ...asked });
    const features = featuresOf(normalized);
    const probabilities = classify(model, normalized, features);
    const byLabel = new Map(model.labels.map((label, k) => [label, probabilities[k] ?? 0]));
    const decision = decide(byLabel, { normalized, ...found }, { bands: meta.bands, ...asked });
    const outside = byLabel.get('out_of_scope') ?? 0;
    const faq = found.reply || found.command ? undefined : findFaq(faqs, features);
    const understanding = { ...found, ...decision, ...(faq && { faq }) };
    return { ...understanding, fragment: isFragment(understanding, normalized, outside) };
  };

  /** What was understood of possible fragments, until their turns take it. */
  const awaited: { readonly key: string; readonly understanding: Understanding }[] = [];
  const keyOf = (text: string, { locale, now, expecting }: RecognizeOptions) => [now, locale, expecting ?? '', text].join('\n');

  return {
    async recognize(text, options) {
      const key = keyOf(text, options);
      const at = awaited.findIndex((one) => one.key === key);
      const [known] = at < 0 ? [] : awaited.splice(at, 1);
      return known?.understanding ?? understand(text, options);
    },
    isFragment(text, options) {
      const understanding = understand(text, options);
      awaited.push({ key: keyOf(text, options), understanding });
      if (awaited.length > MOST_AWAITED) awaited.shift();
      return understanding.fragment;
    },
  };
}
