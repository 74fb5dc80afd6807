import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { INTENTS } from '../recognizer';
import { type Arrays, type ArtefactMeta, linearArrays, pack } from './artefact';
import { tuneBands } from './bands';
import { fingerprintOf, readCorpus } from './corpus';
import { intentExamples, kindExamples, readFaq } from './examples';
import { KINDS } from './faq';
import { LEARN, learn } from './learn';
import type { LinearModel } from './linear';

/** Data besides the utterances that changes what is learnt. */
const LEXICONS = ['faq.tsv', 'concepts.json', 'pinyin.json', 'lexicon/homophones.json', 'lexicon/traditional.json'] as const;

const FAQ_FEATURES = 6000;
const KIND_FEATURES = 8000;

/** Fingerprint of everything `train` reads from the folder of the embedded recognizer. */
export function sourceFingerprint(folder: string): string {
  const corpus = readCorpus(join(folder, 'utterances')).map(({ intent, text }) => `${intent}\t${text}`);
  return fingerprintOf([...corpus, ...LEXICONS.map((name) => readFileSync(join(folder, name), 'utf8'))]);
}

/** The models, learnt from the data of `folder`: the same data give the same models. */
export function learnModels(folder: string): { intent: LinearModel; faq: LinearModel; kind: LinearModel } {
  const questions = readFaq(folder);
  const keys = [...new Set(questions.map(({ label }) => label))].sort();
  return {
    intent: learn(intentExamples(folder), INTENTS),
    faq: learn(questions, keys, { ...LEARN, maxFeatures: FAQ_FEATURES }),
    kind: learn(kindExamples(readCorpus(join(folder, 'utterances')), questions), KINDS, { ...LEARN, maxFeatures: KIND_FEATURES }),
  };
}

/** Trains everything from the data of `folder`. */
function train(folder: string): { meta: ArtefactMeta; arrays: Arrays } {
  const { intent, faq, kind } = learnModels(folder);
  const meta: ArtefactMeta = {
    labels: [...INTENTS],
    faqKeys: [...faq.labels],
    unknownIdfs: { intent: intent.unknownIdf, faq: faq.unknownIdf, kind: kind.unknownIdf },
    bands: tuneBands(readCorpus(join(folder, 'utterances'))),
    seed: LEARN.seed,
    fingerprint: sourceFingerprint(folder),
  };
  return { meta, arrays: { ...linearArrays('intent', intent), ...linearArrays('faq', faq), ...linearArrays('kind', kind) } };
}

if (require.main === module) {
  const { meta, arrays } = train(__dirname);
  const bytes = pack(meta, arrays);
  writeFileSync(join(__dirname, 'model.bin'), bytes);
  console.log(JSON.stringify({ kilobytes: Math.round(bytes.length / 1024), bands: meta.bands, fingerprint: meta.fingerprint }));
}
