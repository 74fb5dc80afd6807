import { isTextKey, text } from '../locales';
import { addSignals, addTransactions, hasSignal, isSettled, learn, setFact, type Told, valueOf } from '../src/domain/draft';
import { type Asking, ENUM_SLOTS, SIGNALS, type Signal, SLOT_NAMES, type SlotName, type SlotValue, TEXT_SLOTS } from '../src/domain/slots';
import type { IntentName, Understanding } from '../src/understanding/recognizer';
import { isFeeTrap } from './questions';
import type { Choice, Session } from './services';

type Reading = SlotValue<'issueType'>;

/** Which reading of 「扣费未到账」 an intent speaks for, when the words alone do not say. */
const READING_OF: Partial<Record<IntentName, Reading>> = {
  report_not_received: 'R1', settlement_account_problem: 'R1', risk_hold: 'R1', report_charged_but_failed: 'R2', report_double_charge: 'R2',
  refund_progress: 'R6', fee_deduction_dispute: 'R3',
};

/** Takes every fact of the message into the draft, before any dialog runs. */
export function takeFacts(session: Session): void {
  const at = session.now;
  const told = [...choiceFacts(session), ...replyFacts(session), ...(session.understanding.slots as readonly Told[])];
  const learnt = learn(session.draft, told, { at, asking: session.asking });
  session.draft = addSignals(learnt.draft, [...session.understanding.signals, ...choiceSignals(session), ...intentSignals(session.understanding)]);
  if (session.understanding.transactions.length > 1) session.draft = addTransactions(session.draft, session.understanding.transactions, at);
  session.fresh = learnt.fresh;
  session.replaced = learnt.replaced;
  session.draft = inferReading(session);
  session.answered = answers(session, told);
}

function answers({ asking, fresh, replaced }: Session, told: readonly Told[]): boolean {
  if (!asking) return false;
  return fresh.includes(asking as SlotName) || replaced.includes(asking as SlotName) || told.some((item) => item.slot === asking);
}

/** The choice that the message picks, by its label or by its number. */
export function pickedChoice({ text: words, choices }: Pick<Session, 'text' | 'choices'>): Choice | undefined {
  const said = words.normalize('NFKC').trim().replace(/[.。、)]$/, '');
  const byTitle = choices.find(({ title }) => title.normalize('NFKC') === said);
  return byTitle ?? (/^\d{1,2}$/.test(said) ? choices[Number(said) - 1] : undefined);
}

function choiceFacts(session: Session): readonly Told[] {
  const means = pickedChoice(session)?.means;
  return means?.kind === 'fact' ? [{ slot: means.slot, value: means.value, correction: true } as Told] : [];
}

function choiceSignals(session: Session): readonly Signal[] {
  const means = pickedChoice(session)?.means;
  const signal = means?.kind === 'signal' ? SIGNALS.find((name) => name === means.signal) : undefined;
  return signal ? [signal] : [];
}

const YES_NO: readonly string[] = (Object.keys(ENUM_SLOTS) as (keyof typeof ENUM_SLOTS)[]).filter((slot) =>
  (ENUM_SLOTS[slot] as readonly string[]).includes('yes'),
);

/** 「是」「没有」「不知道」 as the answer to the pending question; a no to a question for a number means there is none. */
function replyFacts({ asking, understanding }: Session): readonly Told[] {
  const { reply } = understanding;
  if (!reply || !isSlot(asking) || understanding.slots.some(({ slot }) => slot === asking)) return [];
  if (reply === 'unknown') return [{ slot: asking, value: 'unknown' } as Told];
  if (YES_NO.includes(asking)) return [{ slot: asking, value: reply } as Told];
  const isText = (TEXT_SLOTS as readonly string[]).includes(asking) || asking === 'feeRate' || asking === 'instantFee';
  return isText && reply === 'no' ? [{ slot: asking, value: 'unknown' } as Told] : [];
}

function isSlot(asking: Asking | undefined): asking is SlotName {
  return asking !== undefined && (SLOT_NAMES as readonly string[]).includes(asking);
}

/** The intent as a cue where no word of the lexicon said it. */
function intentSignals({ decided, signals }: Understanding): readonly Signal[] {
  if (decided === 'report_double_charge') return ['doubleCharge'];
  const held: readonly Signal[] = ['riskHold', 'retrieval', 'chargeback', 'judicialFreeze', 'overLimit', 'qualification'];
  if (decided === 'risk_hold' && !held.some((signal) => signals.includes(signal))) return ['riskHold'];
  return [];
}

/** Which of R1–R8 is meant: the words first, else the intent; a typical fee sum without another cue stays open and is asked about. */
function inferReading(session: Session): Session['draft'] {
  const { draft, understanding } = session;
  const known = draft.facts.issueType;
  if (known && known.source !== 'inferred') return draft;
  const reading = readingFromFacts(session) ?? (understanding.decided ? READING_OF[understanding.decided as IntentName] : undefined);
  if (!reading || known?.value === reading) return draft;
  const unclear = reading === 'R1' && isFeeTrap(session, session.rules) && !valueOf(draft, 'role') && session.asking !== 'issueType';
  return unclear ? draft : setFact(draft, 'issueType', reading, 'inferred', session.now);
}

function readingFromFacts({ draft, understanding }: Session): Reading | undefined {
  if (hasSignal(draft, 'doubleCharge')) return 'R2';
  if (hasSignal(draft, 'fakeProof')) return 'R8';
  if (valueOf(draft, 'slipType') === 'preauth') return 'R7';
  if (isSettled(draft, 'netAmount') && understanding.decided !== 'report_not_received') return 'R4';
  if (hasSignal(draft, 'promisedReturn')) return 'R5';
  if (hasSignal(draft, 'rateRaised', 'noSaleMade')) return 'R3';
  if (hasSignal(draft, 'shopDenies', 'orderNotUpdated')) return 'R2';
  return undefined;
}

/** Facts of the shop or the person that stay true for the next problem. */
const LASTING: readonly SlotName[] = ['role', 'settleProduct', 'settleBank', 'settleCardLast4', 'merchantNo', 'terminalNo', 'acquirerName', 'contactPhone'];

/** After a conclusion: does this message open another problem, rather than go on with the one concluded? */
export function opensAnother({ draft, understanding }: Session): boolean {
  const reading = understanding.decided ? READING_OF[understanding.decided as IntentName] : undefined;
  const current = valueOf(draft, 'issueType');
  const amount = understanding.slots.find((mention) => mention.slot === 'amount');
  const otherSum = amount !== undefined && !amount.correction && valueOf(draft, 'amount') !== undefined && amount.value !== valueOf(draft, 'amount');
  const otherKind = reading !== undefined && current !== undefined && reading !== current && understanding.slots.length > 0;
  return !understanding.signals.includes('stillMissing') && (otherSum || otherKind);
}

export function lastingFacts(draft: Session['draft']): Session['draft']['facts'] {
  return Object.fromEntries(LASTING.flatMap((slot) => (draft.facts[slot] ? [[slot, draft.facts[slot]]] : [])));
}

/** A sentence about a reason code, when locales have one. */
export function reasonText(session: Session, key: string, params: Record<string, string>): string | undefined {
  return isTextKey(key) ? text(session.locale, key, params) : undefined;
}
