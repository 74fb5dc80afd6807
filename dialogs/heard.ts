import type { Signal, SlotName } from '../src/domain/slots';
import { isQuestion, isSupposed, tellsOwn } from '../src/understanding/embedded/question';
import type { Understanding } from '../src/understanding/recognizer';
import type { Session } from './services';

/** What of a message counts as told. */
export type Heard = Pick<Understanding, 'slots' | 'signals' | 'transactions' | 'decided'>;

/** A message that tells nothing beside what it picks or asks. */
export const UNTOLD: Heard = { slots: [], signals: [], transactions: [], decided: undefined };

/** A wish that is refused whatever sum or card it names: nothing of it happened. */
const WISHES: readonly Signal[] = ['asksEvade', 'asksOthersData'];

/** What this message tells: nothing when it is a general question, only the wish when it asks for what we do not do. */
export function hear(session: Session): Heard {
  const { understanding } = session;
  const wish = WISHES.filter((signal) => understanding.signals.includes(signal));
  if (wish.length > 0) return { ...UNTOLD, signals: wish };
  if (isOfAnotherMatter(session)) return UNTOLD;
  return isGeneralQuestion(session) ? UNTOLD : withoutSlip(understanding);
}

/** Confidence below which a text is surely of something else. */
const FAR = 0.2;

/** Confidence from which a text may be of ours after all: it is asked about, not refused. */
const NEAR = 0.5;

/** Whether a text is so likely of something else that it may be refused. */
export const isElsewhere = ({ decided, confidence }: Understanding): boolean => decided === 'out_of_scope' && confidence < NEAR;

/** Whether a text is far from everything that is ours. */
export const isFar = ({ decided, confidence }: Understanding): boolean => decided === 'out_of_scope' && confidence < FAR;

/** What a sum, a time or a wallet may belong to as well: a phone bill, a parcel, a game. */
const OF_ANYTHING: ReadonlySet<SlotName> = new Set(['amount', 'txTime', 'payMethod', 'payFamily', 'refundTime', 'refundMethod']);

/** The first words are of something else: its sum and time are no facts of ours. */
function isOfAnotherMatter({ understanding, draft, asking, diagnosis }: Session): boolean {
  const first = !asking && !diagnosis && Object.keys(draft.facts).length + draft.signals.length === 0;
  const { slots, signals } = understanding;
  return first && isFar(understanding) && signals.length === 0 && slots.every(({ slot }) => OF_ANYTHING.has(slot));
}

/**
 * 「上次问的那笔还是没影」, or asks how it stands where nothing but a date was told and no person has it: the date is what is chased.
 */
export function isChasing({ understanding, diagnosis, case: own }: Session): boolean {
  if (understanding.signals.includes('stillMissing')) return true;
  const named = understanding.command !== undefined || understanding.slots.some(({ slot }) => slot === 'caseId');
  return understanding.decided === 'check_case_status' && !own && !named && diagnosis?.outcome?.startsWith('SS-') === true;
}

/** 「金额错了，是7020」 corrects what was typed; the sale itself was of the right sum. */
function withoutSlip(understanding: Understanding): Heard {
  const corrected = understanding.slots.some(({ slot, correction }) => slot === 'amount' && correction === true);
  return corrected ? { ...understanding, signals: understanding.signals.filter((signal) => signal !== 'wrongAmount') } : understanding;
}

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

/** Cues that a general question may name too. */
const NAMED_SIGNALS: ReadonlySet<Signal> = new Set<Signal>([
  'limitedAccount',
  'cardUnusable',
  'riskHold',
  'retrieval',
  'chargeback',
  'judicialFreeze',
  'qualification',
  'overLimit',
  'moneyInWallet',
  'batchedPayout',
  'newMerchant',
  'rateRaised',
  'firstSwipe',
  'refundElsewhere',
  'outage',
  'scamContact',
  'fakeProof',
  'personalPayer',
]);

/** Asks how things are, tells nothing of one's own. */
function isGeneralQuestion({ understanding, text: words }: Session): boolean {
  const { faq, slots, signals, transactions } = understanding;
  if (transactions.length > 0 || !isQuestion(words) || (faq === undefined && !isSupposed(words))) return false;
  if (!slots.every(({ slot }) => NAMED_ONLY.has(slot))) return false;
  return signals.length === 0 || (!tellsOwn(words) && signals.every((signal) => NAMED_SIGNALS.has(signal)));
}
