import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { INTENTS, type IntentName } from '../recognizer';
import { type Arrays, type ArtefactMeta, linearArrays, pack } from './artefact';
import { tuneBands } from './bands';
import { conceptsOf } from './concepts';
import { fingerprintOf, parseColumns, readCorpus, type Utterance } from './corpus';
import { KINDS } from './faq';
import { featuresOf } from './features';
import { type Example, LEARN, learn } from './learn';
import { normalize } from './normalize';
import { tokensOf } from './tokens';

/** Data besides the utterances that changes what is learnt. */
const LEXICONS = ['faq.tsv', 'concepts.json', 'pinyin.json', 'lexicon/homophones.json', 'lexicon/traditional.json'] as const;

const FAQ_FEATURES = 6000;
const KIND_FEATURES = 8000;

/** Fingerprint of everything `train` reads from the folder of the embedded recognizer. */
export function sourceFingerprint(folder: string): string {
  const corpus = readCorpus(join(folder, 'utterances')).map(({ intent, text }) => `${intent}\t${text}`);
  return fingerprintOf([...corpus, ...LEXICONS.map((name) => readFileSync(join(folder, name), 'utf8'))]);
}

/** The example the learner sees of an utterance. */
export function exampleOf({ intent, text }: Pick<Utterance, 'intent' | 'text'>): Example {
  return { features: featuresOf(normalize(text)), label: intent };
}

/** Intents whose texts ask how things are in general, and those that state one's own case; the others may be either. */
const ASKING: readonly string[] = [
  'settlement_time_question',
  'evidence_question',
  'privacy_question',
  'prevention_question',
  'pos_legitimacy_question',
];
const STATING: readonly string[] = [
  'report_not_received',
  'report_charged_but_failed',
  'report_double_charge',
  'check_case_status',
  'talk_to_human',
  'complaint_anger',
  'provide_info',
  'correct_info',
  'affirm',
  'deny',
  'cancel',
  'restart',
  'greet',
  'thanks_bye',
];

/** Paraphrases of the frequent questions: each line `key<TAB>question`. */
function readFaq(folder: string): Example[] {
  const lines = parseColumns(readFileSync(join(folder, 'faq.tsv'), 'utf8'), 2, 'faq.tsv');
  return lines.map(({ cells: [label = '', text = ''] }) => ({ label, features: featuresOf(normalize(text)) }));
}

/** Intent of the frequent questions by key, or by the letter of their chapter; the others fit no intent. */
const FAQ_INTENTS: Readonly<Record<string, IntentName>> = {
  T: 'settlement_time_question',
  R: 'refund_progress',
  A: 'settlement_account_problem',
  F: 'fee_deduction_dispute',
  K: 'risk_hold',
  V: 'pos_legitimacy_question',
  P: 'privacy_question',
  Y: 'prevention_question',
  V05: 'apply_pos',
  S01: 'settlement_time_question',
  S02: 'report_not_received',
  S03: 'report_charged_but_failed',
  S04: 'report_charged_but_failed',
  S05: 'report_charged_but_failed',
  S06: 'report_double_charge',
  S07: 'evidence_question',
  S08: 'evidence_question',
  S09: 'report_charged_but_failed',
  S10: 'prevention_question',
  S11: 'device_fault',
  S12: 'device_fault',
  O01: 'report_charged_but_failed',
  O02: 'settlement_time_question',
  O03: 'settlement_time_question',
};
/** How much a frequent question counts as an example of its intent. */
const FAQ_WEIGHT = 0.5;

/** Everything the intents are learnt from: the corpus, and the frequent questions that belong to an intent. */
export function intentExamples(folder: string): Example[] {
  const questions = readFaq(folder).flatMap(({ label: key, features }) => {
    const label = FAQ_INTENTS[key] ?? FAQ_INTENTS[key.charAt(0)];
    return label ? [{ features, label, weight: FAQ_WEIGHT }] : [];
  });
  return [...readCorpus(join(folder, 'utterances')).map(exampleOf), ...questions];
}

/** Concepts of which a question names at least one. */
const QUESTION_WORDS: readonly string[] = ['ask', 'when', 'how', 'what', 'why', 'where', 'who', 'howMuch', 'may', 'isIt', 'should'];

function asks(text: string): boolean {
  return conceptsOf(tokensOf(normalize(text))).some((concept) => QUESTION_WORDS.includes(concept));
}

/** The kind of an utterance; of the intents that may be either, only what has no word of a question is sure to be a statement. */
function kindOf({ intent, text }: Utterance): (typeof KINDS)[number] | undefined {
  if (intent === 'out_of_scope') return 'outside';
  if (ASKING.includes(intent)) return 'question';
  return STATING.includes(intent) || !asks(text) ? 'statement' : undefined;
}

function kindExamples(corpus: readonly Utterance[], faq: readonly Example[]): Example[] {
  const told = corpus.flatMap((utterance) => {
    const label = kindOf(utterance);
    return label ? [{ ...exampleOf(utterance), label }] : [];
  });
  return [...told, ...faq.map(({ features }) => ({ features, label: 'question' }))];
}

/** Trains everything from the data of `folder`: the same data give the same artefact. */
export function train(folder: string): { meta: ArtefactMeta; arrays: Arrays } {
  const corpus = readCorpus(join(folder, 'utterances'));
  const questions = readFaq(folder);
  const faqKeys = [...new Set(questions.map(({ label }) => label))].sort();
  const intent = learn(intentExamples(folder), INTENTS);
  const faq = learn(questions, faqKeys, { ...LEARN, maxFeatures: FAQ_FEATURES });
  const kind = learn(kindExamples(corpus, questions), KINDS, { ...LEARN, maxFeatures: KIND_FEATURES });
  const meta: ArtefactMeta = {
    labels: [...INTENTS],
    faqKeys,
    unknownIdfs: { intent: intent.unknownIdf, faq: faq.unknownIdf, kind: kind.unknownIdf },
    bands: tuneBands(corpus),
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
