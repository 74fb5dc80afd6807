import { toIso } from '../src/domain/calendar';
import type { CaseDraft } from '../src/domain/case';
import { transactionsOf } from '../src/domain/draft';
import { type Moment, type SlotName, TIME_SLOTS } from '../src/domain/slots';
import type { Session } from './services';

/** The documented debugging aid on channel `emulator` (README): what was understood, asked, known and concluded. Masked like everything else. */
export function traceOf(session: Session): Record<string, unknown> {
  const { understanding, asking, diagnosis, case: open } = session;
  const { decided, intent, confidence } = understanding;
  return {
    intent: intent ? { name: decided === 'out_of_scope' ? decided : intent, confidence: Math.round(confidence * 100) / 100 } : null,
    asking: asking ?? null,
    draft: flattenDraft(session.draft),
    diagnosis: diagnosis?.outcome
      ? {
          causes: diagnosis.causes.map(({ id, likelihood }) => ({ id, likelihood })),
          outcome: diagnosis.outcome,
          queue: diagnosis.queue ?? null,
          priority: diagnosis.priority ?? null,
          expectedBy: diagnosis.expectedBy ?? null,
          recheckAt: diagnosis.recheckAt ?? null,
          overdueWorkdays: diagnosis.overdueWorkdays ?? null,
          provisional: diagnosis.provisional ?? false,
        }
      : null,
    case: open ? { id: open.id, priority: open.priority, queue: open.queue, owner: open.owner } : null,
  };
}

/** Slot → value: money in fen, times ISO +08:00, `unknown` where the user does not know. */
export function flattenDraft(draft: CaseDraft): Record<string, unknown> {
  const facts = Object.entries(draft.facts).map(([slot, fact]) => [slot, flatValue(slot as SlotName, fact.value)]);
  const transactions = transactionsOf(draft).map(({ amount, txTime }) => ({
    ...(amount !== undefined && { amount }),
    ...(txTime && { txTime: instantOf(txTime) }),
  }));
  return {
    ...Object.fromEntries(facts.filter(([, value]) => value !== undefined)),
    ...(transactions.length > 0 && { transactions }),
    ...(draft.signals.length > 0 && { signals: draft.signals }),
    ...(draft.refusals.length > 0 && { refusals: draft.refusals }),
    // The channel's address of a file may carry a token.
    ...(draft.attachments.length > 0 && { attachments: draft.attachments.map(({ url: _, ...file }) => file) }),
  };
}

function flatValue(slot: SlotName, value: unknown): unknown {
  const isTime = (TIME_SLOTS as readonly SlotName[]).includes(slot);
  if (value === 'unknown') return isTime || slot === 'amount' || slot === 'netAmount' ? undefined : value;
  return isTime ? instantOf(value as Moment) : value;
}

/** A date without an hour is shown at noon. */
function instantOf(moment: Moment): string {
  return toIso(moment.time || moment.part ? moment : { ...moment, time: '12:00' });
}
