import type { Signal, SlotName } from '../src/domain/slots';
import { isQuestion, tellsOwn } from '../src/understanding/embedded/question';
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
  return isGeneralQuestion(session) ? UNTOLD : withoutSlip(understanding);
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
  if (faq === undefined || transactions.length > 0 || !isQuestion(words)) return false;
  if (!slots.every(({ slot }) => NAMED_ONLY.has(slot))) return false;
  return signals.length === 0 || (!tellsOwn(words) && signals.every((signal) => NAMED_SIGNALS.has(signal)));
}
