import { isTextKey, text } from '../locales';
import type { Transaction } from '../src/domain/case';
import { addSignals, addTransactions, hasSignal, isSettled, learn, setFact, type Told, valueIn, withoutFact } from '../src/domain/draft';
import { checkAmount, checkMoment } from '../src/domain/parse-slot';
import {
  type Asking,
  ENUM_SLOTS,
  type Moment,
  SIGNALS,
  type Signal,
  SLOT_NAMES,
  type SlotName,
  type SlotValue,
  TEXT_SLOTS,
} from '../src/domain/slots';
import { readingOf } from '../src/understanding/embedded/pinyin';
import { isQuestion, tellsAnother } from '../src/understanding/embedded/question';
import type { IntentName, Understanding } from '../src/understanding/recognizer';
import { isFeeTrap } from './questions';
import type { Choice, Session } from './services';

type Reading = SlotValue<'issueType'>;

/** Which reading of 「扣费未到账」 an intent speaks for, when the words alone do not say. */
const READING_OF: Partial<Record<IntentName, Reading>> = {
  report_not_received: 'R1',
  settlement_account_problem: 'R1',
  risk_hold: 'R1',
  report_charged_but_failed: 'R2',
  report_double_charge: 'R2',
  refund_progress: 'R6',
  fee_deduction_dispute: 'R3',
};

/** Takes every fact of the message into the draft, before any dialog runs. A picked choice or a general question tells nothing beside itself. */
export function takeFacts(session: Session): void {
  const at = session.now;
  const picked = pickedChoice(session);
  const heard = picked || isGeneralQuestion(session) ? UNTOLD : session.understanding;
  const more = anotherSale(session, heard);
  const mentions = (heard.slots as readonly Told[]).filter(({ slot }) => !more || (slot !== 'amount' && slot !== 'txTime'));
  const told = [...factsOf(picked), ...(picked ? [] : replyFacts(session)), ...mentions.filter((item) => !isStray(session, item))];
  const learnt = learn(
    session.draft,
    told.filter((item) => isPlausible(session, item)),
    { at, asking: session.asking },
  );
  session.draft = addSignals(learnt.draft, [...heard.signals, ...signalsOf(picked), ...intentSignals(heard)]);
  session.freshSignals = session.draft.signals.filter((signal) => !learnt.draft.signals.includes(signal) && !MOODS.has(signal));
  if (more) session.draft = addTransactions(session.draft, [more], at);
  else if (heard.transactions.length > 1) session.draft = addTransactions(session.draft, heard.transactions, at);
  session.fresh = learnt.fresh;
  session.replaced = learnt.replaced;
  session.draft = inferRole(timeOfFee(inferReading(session, heard)), at);
  session.answered = answers(session, told);
}

/** 「还有一笔500也没到」: one more sale beside the one that is known, not another figure for it. */
function anotherSale({ draft, text: words, asking }: Session, { slots, transactions }: Heard): Transaction | undefined {
  const amount = slots.find((mention) => mention.slot === 'amount');
  const known = valueIn(draft, 'amount');
  if (amount?.slot !== 'amount' || amount.correction || asking === 'amount' || transactions.length > 1) return undefined;
  if (known === undefined || known === amount.value || !tellsAnother(words)) return undefined;
  const txTime = slots.find((mention) => mention.slot === 'txTime');
  return { amount: amount.value, ...(txTime?.slot === 'txTime' ? { txTime: txTime.value } : {}) };
}

/** Cues of how the person feels or how the last answer fared, which change no judgement by themselves. */
const MOODS: ReadonlySet<Signal> = new Set<Signal>(['angry', 'stillMissing', 'solved', 'fixDone']);

type Heard = Pick<Understanding, 'slots' | 'signals' | 'transactions' | 'decided'>;
const UNTOLD: Heard = { slots: [], signals: [], transactions: [], decided: undefined };

/** Slots that a general question names without telling anything: 「T+1是哪天？」, 「二类卡有影响吗」. */
const NAMED_ONLY: ReadonlySet<SlotName> = new Set([
  'settleProduct',
  'feeName',
  'payMethod',
  'payFamily',
  'role',
  'accountClass',
  'slipType',
  'issueType',
  'refundMethod',
  'codeKind',
]);

/** Asks how things are, tells nothing of one's own. */
export function isGeneralQuestion({ understanding, text: words }: Session): boolean {
  const { faq, slots, signals, transactions } = understanding;
  const silent = signals.length + transactions.length === 0 && slots.every(({ slot }) => NAMED_ONLY.has(slot));
  return faq !== undefined && silent && isQuestion(words);
}

/** Only a merchant has payouts, a settlement card or an acquirer's hold. */
const MERCHANT_FACTS: readonly SlotName[] = [
  'payoutStatus',
  'settleProduct',
  'settleCardLast4',
  'settleCardChanged',
  'payerName',
  'merchantNo',
  'walletBalance',
  'feeName',
];

function inferRole(draft: Session['draft'], at: string): Session['draft'] {
  const merchant =
    hasSignal(draft, ...ACCOUNT_CUES, 'settleCardHijacked', 'qrSwapped') ||
    MERCHANT_FACTS.some((slot) => valueIn(draft, slot) !== undefined);
  return draft.facts.role || !merchant ? draft : setFact(draft, 'role', 'merchant', 'inferred', at);
}

/** Where a fee of the machine is the matter, the time that was told is the fee's. */
function timeOfFee(draft: Session['draft']): Session['draft'] {
  const told = valueIn(draft, 'txTime');
  const ofFee = ['R3', 'R5'].includes(valueIn(draft, 'issueType') ?? '');
  if (!ofFee || !told || valueIn(draft, 'feeTime')) return draft;
  return setFact(withoutFact(draft, 'txTime'), 'feeTime', told, 'said', draft.facts.txTime?.at ?? draft.openedAt);
}

/** A bare number at a recap names nothing: it is no new sum. */
const isStray = ({ asking, text: words }: Session, { slot, correction }: Told): boolean =>
  asking === 'confirm' && slot === 'amount' && !correction && /^\d+$/.test(words.trim());

/** A sum of millions or a time that has not come is asked again before it is believed; said a second time it stands. */
function isPlausible(session: Session, { slot, value }: Told): boolean {
  if (value === 'unknown') return true;
  const huge = slot === 'amount' && checkAmount(value as number) === 'askAgain';
  const early = (slot === 'txTime' || slot === 'refundTime') && checkMoment(value as Moment, session.now) === 'future';
  if (!huge && !early) return true;
  const again = session.doubted.includes(slot) && huge;
  session.doubted = [...session.doubted, slot];
  return again;
}

function answers({ asking, fresh, replaced }: Session, told: readonly Told[]): boolean {
  if (!asking) return false;
  return fresh.includes(asking as SlotName) || replaced.includes(asking as SlotName) || told.some((item) => item.slot === asking);
}

/** The choice that the message picks, by its label or by its number. */
export function pickedChoice({ text: words, choices }: Pick<Session, 'text' | 'choices'>): Choice | undefined {
  const said = plain(words);
  const byTitle = choices.find(({ title }) => plain(title) === said);
  return byTitle ?? (/^\d{1,2}$/.test(said) ? choices[Number(said) - 1] : soundsLike(said, choices));
}

/** Without width, closing marks and outer blanks: 「１、」 is 1, and a label typed with its bracket is the label. */
const plain = (words: string): string =>
  words
    .normalize('NFKC')
    .trim()
    .replace(/[.。、)]+$/, '');

/** Longest answer that is compared by its sound: 「成工」, 「成」. */
const SHORT = 4;

/** The only choice whose label begins with what was said, by sound rather than by character. */
function soundsLike(said: string, choices: readonly Choice[]): Choice | undefined {
  if (said === '' || [...said].length > SHORT) return undefined;
  const sound = soundOf(said);
  const alike = choices.filter(({ title }) => soundOf(title.normalize('NFKC')).startsWith(sound));
  return alike.length === 1 ? alike[0] : undefined;
}

const soundOf = (words: string): string => [...words].map((character) => `${readingOf(character) ?? character} `).join('');

function factsOf(picked: Choice | undefined): readonly Told[] {
  const means = picked?.means;
  return means?.kind === 'fact' ? [{ slot: means.slot, value: means.value, correction: true } as Told] : [];
}

function signalsOf(picked: Choice | undefined): readonly Signal[] {
  const means = picked?.means;
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
function intentSignals({ decided, signals }: Heard): readonly Signal[] {
  if (decided === 'report_double_charge') return ['doubleCharge'];
  const held: readonly Signal[] = ['riskHold', 'retrieval', 'chargeback', 'judicialFreeze', 'overLimit', 'qualification'];
  if (decided === 'risk_hold' && !held.some((signal) => signals.includes(signal))) return ['riskHold'];
  return [];
}

/** Which of R1–R8 is meant: the words first, else the intent, else the part of the flow that the cues belong to. */
function inferReading(session: Session, { decided, signals }: Heard): Session['draft'] {
  const { draft } = session;
  const known = draft.facts.issueType;
  if (known && known.source !== 'inferred') return draft;
  const byIntent = decided ? READING_OF[decided as IntentName] : undefined;
  const reading = readingFromCues(session, decided) ?? (known ? undefined : (byIntent ?? readingFromAccount(session)));
  if (!reading || known?.value === reading) return draft;
  // A typical fee sum without another cue stays open and is asked about.
  const unclear = reading === 'R1' && signals.length === 0 && isFeeTrap(session, session.rules) && !valueIn(draft, 'role');
  return unclear ? draft : setFact(draft, 'issueType', reading, 'inferred', session.now);
}

function readingFromCues({ draft }: Session, decided: Understanding['decided']): Reading | undefined {
  if (hasSignal(draft, 'doubleCharge', 'wrongAmount', 'shopDenies', 'orderNotUpdated')) return 'R2';
  if (hasSignal(draft, 'fakeProof')) return 'R8';
  if (valueIn(draft, 'slipType') === 'preauth') return 'R7';
  if (isSettled(draft, 'netAmount') && decided !== 'report_not_received') return 'R4';
  if (hasSignal(draft, 'promisedReturn')) return 'R5';
  return hasSignal(draft, 'rateRaised', 'noSaleMade') ? 'R3' : undefined;
}

const ACCOUNT_CUES: readonly Signal[] = [
  'moneyInWallet',
  'wrongCardInfo',
  'limitedAccount',
  'cardUnusable',
  'riskHold',
  'retrieval',
  'chargeback',
  'judicialFreeze',
  'qualification',
  'overLimit',
  'notUploaded',
  'personalPayer',
  'institutionGone',
  'allSalesMissing',
  'bankMaintenance',
  'askedWallet',
  'wrongAccountSeen',
  'batchedPayout',
  'outage',
];

/** A merchant who tells a sale, or how it settles, without saying what is wrong: the money is what is missing. */
function readingFromAccount({ draft }: Session): Reading | undefined {
  const sale = valueIn(draft, 'amount') !== undefined && valueIn(draft, 'txTime') !== undefined;
  if (valueIn(draft, 'settleProduct') || (sale && valueIn(draft, 'role') === 'merchant')) return 'R1';
  if (['failed', 'notFound', 'processing'].includes(valueIn(draft, 'txStatus') ?? '')) return 'R2';
  const cue =
    hasSignal(draft, ...ACCOUNT_CUES) || valueIn(draft, 'payoutStatus') !== undefined || valueIn(draft, 'walletBalance') !== undefined;
  return cue ? 'R1' : undefined;
}

/** Facts of the shop or the person that stay true for the next problem. */
const LASTING: readonly SlotName[] = [
  'role',
  'settleProduct',
  'settleBank',
  'settleCardLast4',
  'merchantNo',
  'terminalNo',
  'acquirerName',
  'contactPhone',
];

/** After a conclusion: does this message open another problem, rather than go on with the one concluded? */
export function opensAnother({ draft, understanding }: Session): boolean {
  const reading = understanding.decided ? READING_OF[understanding.decided as IntentName] : undefined;
  const current = valueIn(draft, 'issueType');
  const amount = understanding.slots.find((mention) => mention.slot === 'amount');
  const otherSum =
    amount !== undefined && !amount.correction && valueIn(draft, 'amount') !== undefined && amount.value !== valueIn(draft, 'amount');
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
