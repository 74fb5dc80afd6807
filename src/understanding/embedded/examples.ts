import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IntentName } from '../recognizer';
import { conceptsOf } from './concepts';
import { parseColumns, readCorpus, type Utterance } from './corpus';
import type { KINDS } from './faq';
import { featuresOf } from './features';
import type { Example } from './learn';
import { normalize } from './normalize';
import { tokensOf } from './tokens';

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
export function readFaq(folder: string): Example[] {
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

/** How much a frequent question counts as an example of a question: they are few beside the statements. */
const ASKED_WEIGHT = 2;

/** Examples of the kinds of text that findFaq tells apart. */
export function kindExamples(corpus: readonly Utterance[], faq: readonly Example[]): Example[] {
  const told = corpus.flatMap((utterance) => {
    const label = kindOf(utterance);
    return label ? [{ ...exampleOf(utterance), label }] : [];
  });
  return [...told, ...faq.map(({ features }) => ({ features, label: 'question', weight: ASKED_WEIGHT }))];
}
