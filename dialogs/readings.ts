import { hasSignal, isSettled, setFact, valueIn } from '../src/domain/draft';
import type { Signal, SlotName, SlotValue } from '../src/domain/slots';
import type { IntentName, Understanding } from '../src/understanding/recognizer';
import type { Heard } from './heard';
import { isFeeTrap } from './questions';
import type { Session } from './services';

export type Reading = SlotValue<'issueType'>;

/** Which reading of 「扣费未到账」 an intent speaks for, when the words alone do not say. */
export const READING_OF: Partial<Record<IntentName, Reading>> = {
  report_not_received: 'R1',
  settlement_account_problem: 'R1',
  risk_hold: 'R1',
  report_charged_but_failed: 'R2',
  report_double_charge: 'R2',
  refund_progress: 'R6',
  fee_deduction_dispute: 'R3',
};

/** The intent as a cue where no word of the lexicon said it. */
export function intentSignals({ decided, signals }: Heard): readonly Signal[] {
  if (decided === 'report_double_charge') return ['doubleCharge'];
  const held: readonly Signal[] = ['riskHold', 'retrieval', 'chargeback', 'judicialFreeze', 'overLimit', 'qualification'];
  if (decided === 'risk_hold' && !held.some((signal) => signals.includes(signal))) return ['riskHold'];
  return [];
}

/** Which of R1–R8 is meant: the words first, else the intent, else the part of the flow that the cues belong to. */
export function inferReading(session: Session, { decided, signals }: Heard): Session['draft'] {
  const { draft } = session;
  const known = draft.facts.issueType;
  if (known && known.source !== 'inferred') return draft;
  const byIntent = refundReading(session) ?? (decided ? READING_OF[decided as IntentName] : undefined);
  const reading =
    readingFromCues(session, decided) ?? (known ? undefined : (byIntent ?? readingFromAccount(session) ?? likelyReading(session, decided)));
  if (!reading || known?.value === reading) return draft;
  // A typical fee sum without another cue stays open and is asked about.
  const unclear = reading === 'R1' && signals.length === 0 && isFeeTrap(session, session.rules) && !valueIn(draft, 'role');
  return unclear ? draft : setFact(draft, 'issueType', reading, 'inferred', session.now);
}

/** How or when it was refunded is told, and a refund is what the words are nearest to. */
function refundReading({ draft, understanding }: Session): Reading | undefined {
  const told = valueIn(draft, 'refundTime') !== undefined || valueIn(draft, 'refundMethod') !== undefined;
  return told && understanding.ranked[0]?.name === 'refund_progress' ? 'R6' : undefined;
}

/** A sale is told, or what is wrong was asked, and the model is not sure of the answer: the likeliest report. */
function likelyReading({ draft, understanding, asking }: Session, decided: Heard['decided']): Reading | undefined {
  const sale = valueIn(draft, 'amount') !== undefined && valueIn(draft, 'txTime') !== undefined && !asking;
  const [first] = understanding.ranked;
  const answered = asking === 'issueType' && first !== undefined && READING_OF[first.name] !== undefined;
  if (!(sale || answered) || (decided !== 'clarify' && decided !== 'provide_info')) return undefined;
  const report = understanding.ranked.find(({ name }) => READING_OF[name] !== undefined);
  return report && READING_OF[report.name];
}

function readingFromCues({ draft }: Session, decided: Understanding['decided']): Reading | undefined {
  if (hasSignal(draft, 'doubleCharge', 'wrongAmount', 'shopDenies', 'orderNotUpdated')) return 'R2';
  if (hasSignal(draft, 'fakeProof')) return 'R8';
  if (valueIn(draft, 'slipType') === 'preauth') return 'R7';
  if (isSettled(draft, 'netAmount') && decided !== 'report_not_received') return 'R4';
  if (hasSignal(draft, 'promisedReturn')) return 'R5';
  const activated = hasSignal(draft, 'firstSwipe') && valueIn(draft, 'feeName') !== undefined;
  return activated || hasSignal(draft, 'rateRaised', 'noSaleMade') ? 'R3' : undefined;
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

export function inferRole(draft: Session['draft'], at: string): Session['draft'] {
  const merchant =
    hasSignal(draft, ...ACCOUNT_CUES, 'settleCardHijacked', 'qrSwapped') ||
    MERCHANT_FACTS.some((slot) => valueIn(draft, slot) !== undefined);
  return draft.facts.role || !merchant ? draft : setFact(draft, 'role', 'merchant', 'inferred', at);
}
