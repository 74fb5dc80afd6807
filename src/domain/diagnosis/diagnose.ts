import type { CaseDraft, Diagnosis, Priority, Queue } from '../case';
import { hasSignal, isSettled, isUnknown, timesAsked, valueIn } from '../draft';
import { missingFor } from '../evidence';
import { isTooOld } from '../limits';
import type { Asking, Signal, SlotName, SlotValue } from '../slots';
import { prioritise } from '../triage';
import { heldVerdict } from './account';
import { arrivalVerdict } from './arrival';
import { chargedVerdict, duplicateVerdict, wrongAmountVerdict } from './charged';
import { depositVerdict, feeVerdict, shortfallVerdict } from './fee';
import { preauthVerdict, proofVerdict, refundVerdict } from './refund';
import { complaintVerdict, safetyVerdict } from './safety';
import { cause, type Escalation, firstOpen, MAX_QUESTIONS, mayAsk, type Rules, type SelfService, type Verdict } from './verdict';

/** Evidence questions asked before a handoff; the rest is 「未提供」. */
const MAX_EVIDENCE = 3;

type Reading = SlotValue<'issueType'>;

/** The money is held or was taken back (E1, C7, D4), whatever else is told. */
const HELD = ['riskHold', 'retrieval', 'chargeback', 'judicialFreeze'] as const;

const BRANCH: Readonly<Record<Reading, (draft: CaseDraft, rules: Rules) => Verdict>> = {
  R1: arrivalVerdict,
  R2: chargedVerdict,
  R3: feeVerdict,
  R4: shortfallVerdict,
  R5: depositVerdict,
  R6: refundVerdict,
  R7: preauthVerdict,
  R8: proofVerdict,
};

/**
 * A cardholder who says 「没到账」 means that the shop did not get it: the sale itself is in doubt (R2).
 * Of a sale that was told without saying what is wrong with it, the money is missing (R1).
 */
function readingOf(draft: CaseDraft): Reading | undefined {
  const sale = valueIn(draft, 'amount') !== undefined && valueIn(draft, 'txTime') !== undefined;
  const reading = valueIn(draft, 'issueType') ?? (sale && isUnknown(draft, 'issueType') ? 'R1' : undefined);
  return reading === 'R1' && valueIn(draft, 'role') === 'cardholder' ? 'R2' : reading;
}

function tooOld(draft: CaseDraft, rules: Rules): boolean {
  const txTime = valueIn(draft, 'txTime');
  return txTime !== undefined && isTooOld(txTime, rules.now);
}

function verdictOf(draft: CaseDraft, rules: Rules): Verdict {
  const urgent = safetyVerdict(draft) ?? complaintVerdict(draft);
  if (urgent) return urgent;
  if (hasSignal(draft, ...HELD) && readingOf(draft) !== 'R2') return firstOpen(draft, 'amount', 'txTime') ?? heldVerdict(draft, rules);
  if (hasSignal(draft, 'wrongAmount')) return wrongAmountVerdict(draft, rules);
  if (hasSignal(draft, 'doubleCharge') && !hasSignal(draft, 'orderNotUpdated')) return duplicateVerdict(draft, rules);
  const reading = readingOf(draft);
  if (!reading)
    return firstOpen(draft, 'issueType') ?? { kind: 'escalation', causes: [cause('U0', 'medium')], queue: 'Q-SETTLE', base: 'P2' };
  if (tooOld(draft, rules)) return { kind: 'escalation', causes: [cause('U0', 'medium', 'old')], queue: 'Q-SETTLE', base: 'P3' };
  return BRANCH[reading](draft, rules);
}

/**
 * What the facts mean now (docs/domain.md §3–§4): the next question in `ask`, or a conclusion.
 * An escalation may still `ask` for evidence; it is never blocked by it.
 */
export function diagnose(draft: CaseDraft, rules: Rules): Diagnosis {
  const verdict = verdictOf(draft, rules);
  if (verdict.kind === 'ask') return { causes: [], ask: verdict.asking };
  return verdict.kind === 'self-service' ? concluded(verdict) : escalated(draft, verdict);
}

function concluded(verdict: SelfService): Diagnosis {
  const { kind: _kind, base, queue: _queue, ...facts } = verdict;
  return { ...facts, queue: verdict.queue, priority: base };
}

function escalated(draft: CaseDraft, verdict: Escalation): Diagnosis {
  const { kind: _kind, base, atOnce, ...facts } = verdict;
  const priority = prioritise({ base, draft, overdueWorkdays: verdict.overdueWorkdays ?? 0, contacts: 0 });
  const diagnosis = { ...facts, outcome: `ESC-${priority}`, priority };
  const missing = atOnce ? undefined : nextEvidence(draft, verdict.queue);
  return missing ? { ...diagnosis, ask: missing } : diagnosis;
}

/** Asked only for the person who takes the case; the diagnosis does without. */
const EVIDENCE: ReadonlySet<Asking> = new Set([
  'amount',
  'txTime',
  'payMethod',
  'settleCardLast4',
  'rrn',
  'orderNo',
  'merchantOrderNo',
  'merchantNo',
  'cardLast4',
  'issuerName',
  'acquirerName',
]);

/** The payer's card alone finds no payout; a fee has no sale, and what it needs was asked before it was judged. */
const NEEDLESS: { readonly [Q in Queue]?: ReadonlySet<SlotName> } = {
  'Q-SETTLE': new Set(['cardLast4']),
  'Q-FEE': new Set(['rrn', 'orderNo', 'cardLast4', 'amount', 'txTime', 'payMethod']),
};

function nextEvidence(draft: CaseDraft, queue: Queue): SlotName | undefined {
  const asked = draft.asked.filter((asking) => EVIDENCE.has(asking)).length;
  if (!mayAsk(draft) || asked >= MAX_EVIDENCE) return undefined;
  const useful = missingFor(queue, draft).filter((slot) => EVIDENCE.has(slot) && !NEEDLESS[queue]?.has(slot));
  return useful.find((slot) => !isSettled(draft, slot) && timesAsked(draft, slot) === 0);
}

const NO_QUESTION_LEFT: CaseDraft['asked'] = Array<Asking>(MAX_QUESTIONS).fill('menu');

/** Moods and wishes point to no matter. */
const NO_MATTER: ReadonlySet<Signal> = new Set<Signal>([
  'angry',
  'complained',
  'stillMissing',
  'fixDone',
  'solved',
  'asksGuarantee',
  'asksEvade',
  'asksAds',
  'asksOthersData',
  'asksLegal',
  'refundElsewhere',
]);

/** Whether enough is known to judge by: a late payout needs its time. */
function isTelling(draft: CaseDraft): boolean {
  const reading = readingOf(draft);
  return (
    draft.signals.some((signal) => !NO_MATTER.has(signal)) ||
    (reading !== undefined && (reading !== 'R1' || valueIn(draft, 'txTime') !== undefined))
  );
}

/**
 * The user wants a person now, whatever is known: queue and priority by what the facts point to so far.
 * Nothing known is P3 in Q-SETTLE. Source: docs/domain.md §4.3, §4.5.
 */
export function handoffDiagnosis(draft: CaseDraft, rules: Rules, contacts = 0): Diagnosis {
  const verdict = isTelling(draft) ? verdictOf({ ...draft, asked: NO_QUESTION_LEFT }, rules) : undefined;
  if (verdict?.kind === 'ask') throw new Error(`a question (${verdict.asking}) although none is left`);
  const base: Priority = verdict?.base ?? 'P3';
  const priority = prioritise({ base, draft, overdueWorkdays: verdict?.overdueWorkdays ?? 0, contacts });
  const { expectedBy, overdueWorkdays, provisional } = verdict ?? {};
  return {
    causes: verdict?.causes ?? [cause('U0', 'low')],
    outcome: `ESC-${priority}`,
    queue: verdict?.queue ?? 'Q-SETTLE',
    priority,
    ...(expectedBy ? { expectedBy } : {}),
    ...(overdueWorkdays !== undefined ? { overdueWorkdays } : {}),
    ...(provisional !== undefined ? { provisional } : {}),
  };
}
