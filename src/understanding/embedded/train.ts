import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { INTENTS } from '../recognizer';
import { type Arrays, type ArtefactMeta, linearArrays, linearFrom, openArtefact, pack } from './artefact';
import { tuneBands } from './bands';
import { fingerprintOf, readCorpus } from './corpus';
import { intentExamples, kindExamples, readFaq } from './examples';
import { faqFrom, KINDS } from './faq';
import { LEARN, learn } from './learn';
import type { LinearModel } from './linear';

/** Data besides the utterances that changes what is learnt. */
const LEXICONS = ['faq.tsv', 'concepts.json', 'pinyin.json', 'lexicon/homophones.json', 'lexicon/traditional.json'] as const;

const MODEL = 'model.bin';
const FAQ_FEATURES = 6000;
const KIND_FEATURES = 8000;

/** Fingerprint of everything `train` reads from the folder of the embedded recognizer. */
export function sourceFingerprint(folder: string): string {
  const corpus = readCorpus(join(folder, 'utterances')).map(({ intent, text }) => `${intent}\t${text}`);
  return fingerprintOf([...corpus, ...LEXICONS.map((name) => readFileSync(join(folder, name), 'utf8'))]);
}

/** The models, learnt from the data of `folder`: the same data give the same models. */
function learnModels(folder: string): { intent: LinearModel; faq: LinearModel; kind: LinearModel } {
  const questions = readFaq(folder);
  const keys = [...new Set(questions.map(({ label }) => label))].sort();
  return {
    intent: learn(intentExamples(folder), INTENTS),
    faq: learn(questions, keys, { ...LEARN, maxFeatures: FAQ_FEATURES }),
    kind: learn(kindExamples(readCorpus(join(folder, 'utterances')), questions), KINDS, { ...LEARN, maxFeatures: KIND_FEATURES }),
  };
}

/** The same features, and weights no more than a rounding step apart: arithmetic differs in the last bit between machines. */
export function areAlike(one: LinearModel, other: LinearModel): boolean {
  const same = Buffer.from(one.hashes.buffer).equals(Buffer.from(other.hashes.buffer));
  return same && one.weights.every((weight, i) => Math.abs(weight - (other.weights[i] ?? 0)) <= 1);
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

/** Models whose stored weights are not those that training gives again, to a rounding step. */
function findStale(folder: string): readonly string[] {
  const { meta, arrays } = openArtefact(join(folder, MODEL));
  const { keys, kinds } = faqFrom({ meta, arrays });
  const intent = linearFrom('intent', arrays, { labels: meta.labels, unknownIdf: meta.unknownIdfs.intent });
  const again = learnModels(folder);
  const pairs: readonly (readonly [string, LinearModel, LinearModel])[] = [
    ['intent', again.intent, intent],
    ['faq', again.faq, keys],
    ['kind', again.kind, kinds],
  ];
  return pairs.filter(([, trained, stored]) => !areAlike(trained, stored)).map(([name]) => name);
}

if (require.main === module) {
  if (process.argv.includes('--check')) {
    const stale = findStale(__dirname);
    if (stale.length > 0) {
      console.error(`${MODEL} is not what training gives (${stale.join(', ')}): npm run train`);
      process.exitCode = 1;
    }
  } else {
    const { meta, arrays } = train(__dirname);
    const bytes = pack(meta, arrays);
    writeFileSync(join(__dirname, MODEL), bytes);
    console.log(JSON.stringify({ kilobytes: Math.round(bytes.length / 1024), bands: meta.bands, fingerprint: meta.fingerprint }));
  }
}
