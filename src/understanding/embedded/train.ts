import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { INTENTS } from '../recognizer';
import { type ArtefactMeta, type Arrays, linearArrays, pack } from './artefact';
import { tuneBands } from './bands';
import { fingerprintOf, readCorpus, type Utterance } from './corpus';
import { featuresOf } from './features';
import { type Example, LEARN, learn } from './learn';
import { normalize } from './normalize';

/** Data besides the utterances that changes what is learnt. */
const LEXICONS = ['concepts.json', 'pinyin.json', 'lexicon/homophones.json', 'lexicon/traditional.json'] as const;

/** Fingerprint of everything `train` reads from the folder of the embedded recognizer. */
export function sourceFingerprint(folder: string): string {
  const corpus = readCorpus(join(folder, 'utterances')).map(({ intent, text }) => `${intent}\t${text}`);
  return fingerprintOf([...corpus, ...LEXICONS.map((name) => readFileSync(join(folder, name), 'utf8'))]);
}

/** The example the learner sees of an utterance. */
export function exampleOf({ intent, text }: Pick<Utterance, 'intent' | 'text'>): Example {
  return { features: featuresOf(normalize(text)), label: intent };
}

/** Trains everything from the data of `folder`: the same data give the same artefact. */
export function train(folder: string): { meta: ArtefactMeta; arrays: Arrays } {
  const corpus = readCorpus(join(folder, 'utterances'));
  const model = learn(corpus.map(exampleOf), INTENTS);
  const meta: ArtefactMeta = {
    labels: [...INTENTS],
    unknownIdf: model.unknownIdf,
    bands: tuneBands(corpus),
    seed: LEARN.seed,
    fingerprint: sourceFingerprint(folder),
  };
  return { meta, arrays: linearArrays('intent', model) };
}

if (require.main === module) {
  const { meta, arrays } = train(__dirname);
  const bytes = pack(meta, arrays);
  writeFileSync(join(__dirname, 'model.bin'), bytes);
  console.log(JSON.stringify({ kilobytes: Math.round(bytes.length / 1024), bands: meta.bands, fingerprint: meta.fingerprint }));
}
