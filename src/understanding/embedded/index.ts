import type { RecognizeOptions, Recognizer, Understanding } from '../recognizer';
import { linearFrom, openArtefact } from './artefact';
import { classify } from './classify';
import { decide } from './decide';
import { extract } from './extract';
import { faqFrom, findFaq } from './faq';
import { isFragment } from './fragment';

/** Also tells at once, before a turn is begun, whether a text may be the first part of a burst. */
export interface EmbeddedRecognizer extends Recognizer {
  isFragment(text: string, options: RecognizeOptions): boolean;
}

/** Texts understood last: one is asked about twice, for its being a fragment and for its turn, with those of other conversations between. */
const MOST_RECENT = 64;

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
    const probabilities = classify(model, normalized);
    const byLabel = new Map(model.labels.map((label, k) => [label, probabilities[k] ?? 0]));
    const decision = decide(byLabel, { normalized, ...found }, { bands: meta.bands, ...asked });
    const outside = byLabel.get('out_of_scope') ?? 0;
    const faq = found.reply || found.command ? undefined : findFaq(faqs, normalized);
    const understanding = { ...found, ...decision, ...(faq && { faq }) };
    return { ...understanding, fragment: isFragment(understanding, normalized, outside) };
  };

  const recent = new Map<string, Understanding>();
  const understandOnce = (text: string, options: RecognizeOptions): Understanding => {
    const key = [options.locale, options.now, options.expecting ?? '', text].join('\n');
    const known = recent.get(key);
    if (known) return known;
    const understanding = understand(text, options);
    const [oldest] = recent.size < MOST_RECENT ? [] : recent.keys();
    if (oldest !== undefined) recent.delete(oldest);
    recent.set(key, understanding);
    return understanding;
  };

  return {
    recognize: async (text, options) => understandOnce(text, options),
    isFragment: (text, options) => understandOnce(text, options).fragment,
  };
}
