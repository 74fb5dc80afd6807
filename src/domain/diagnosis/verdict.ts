import type { Calendar } from '../calendar';
import type { CaseDraft, Cause, Priority, Queue } from '../case';
import { isSettled, isUnknown, timesAsked } from '../draft';
import type { Fees, Profile } from '../profile';
import type { Asking, SlotName } from '../slots';

/** What the rules need beside the facts. `now` is ISO +08:00. */
export interface Rules {
  readonly now: string;
  readonly profile: Profile;
  readonly calendar: Calendar;
  readonly fees: Fees;
}

/** The most telling next question. */
export interface Question {
  readonly kind: 'ask';
  readonly asking: Asking;
}

/** What the user can do alone: an SS-… outcome of docs/domain.md §4.6. `queue` and `base` are for a handoff asked for later. */
export interface SelfService {
  readonly kind: 'self-service';
  readonly outcome: string;
  readonly causes: readonly Cause[];
  readonly queue: Queue;
  readonly base: Priority;
  readonly expectedBy?: string;
  /** The earlier date when two are shown (product unknown). */
  readonly earliest?: string;
  readonly recheckAt: string;
  readonly overdueWorkdays?: number;
  readonly provisional?: boolean;
}

/** A person is needed. `base` is the priority before the raises of docs/domain.md §4.5. */
export interface Escalation {
  readonly kind: 'escalation';
  readonly causes: readonly Cause[];
  readonly queue: Queue;
  readonly base: Priority;
  /** Hand over first, ask later. */
  readonly atOnce?: boolean;
  readonly expectedBy?: string;
  readonly overdueWorkdays?: number;
  readonly provisional?: boolean;
}

export type Verdict = Question | SelfService | Escalation;

/** Questions before a conclusion or handoff, the recap included. Source: docs/domain.md §4.3. */
export const MAX_QUESTIONS = 8;

export const ask = (asking: Asking): Question => ({ kind: 'ask', asking });

/** One question is kept for the recap. */
export const mayAsk = (draft: CaseDraft): boolean => draft.asked.length < MAX_QUESTIONS - 1;

/** Without these nothing can be computed, so 「不知道」 is asked about once more. */
const RETRIED: ReadonlySet<SlotName> = new Set(['amount', 'txTime', 'refundTime']);

/** Whether a question about this slot is still worth asking. */
function isOpen(draft: CaseDraft, slot: SlotName): boolean {
  if (!mayAsk(draft)) return false;
  const asked = timesAsked(draft, slot);
  if (!isSettled(draft, slot)) return asked < 2;
  if (RETRIED.has(slot) && isUnknown(draft, slot)) return asked < 2;
  return slot === 'amount' && draft.facts.amount?.approx === true && asked === 0;
}

/** The first open slot as a question; undefined when all are settled. */
export function firstOpen(draft: CaseDraft, ...slots: readonly SlotName[]): Question | undefined {
  const slot = slots.find((name) => isOpen(draft, name));
  return slot ? ask(slot) : undefined;
}

export function cause(id: string, likelihood: Cause['likelihood'], ...reasons: readonly string[]): Cause {
  return reasons.length ? { id, likelihood, reasons } : { id, likelihood };
}
