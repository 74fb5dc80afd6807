import { addDays, compare, dateOf } from '../domain/calendar';
import type { Case, CaseDraft } from '../domain/case';
import { checklistFor } from '../domain/evidence';
import { listCaseEvents } from '../repositories/case-events';
import { partitionOfCase, type QueueRow } from '../repositories/cases';
import { listTranscript } from '../repositories/transcripts';
import type { Store } from '../store/store';
import type { Actor } from './actions';
import type { CauseView, Slot } from './answers';

export interface ViewOptions {
  readonly store: Store;
  readonly flatten: (draft: CaseDraft) => Readonly<Record<string, unknown>>;
  readonly slots: (draft: CaseDraft) => readonly Slot[];
  readonly causes: (found: Case) => readonly CauseView[];
  readonly isRest: (date: string) => boolean;
  /** HH:MM */
  readonly cutoff: string;
  readonly files: (conversation: string) => Promise<readonly { readonly id: string; readonly contentType: string }[]>;
  readonly now: () => string;
}

/** A case as machines have always got it. */
export async function caseJson(
  found: Case,
  { store, flatten }: Pick<ViewOptions, 'store' | 'flatten'>,
): Promise<Readonly<Record<string, unknown>>> {
  const { id, priority, queue, owner, agent, channel, createdAt, updatedAt, replyBy, summary, draft, diagnosis, missing } = found;
  const partition = store.partition(partitionOfCase(id) ?? 0);
  const { papers, official } = checklistFor(queue, draft);
  return {
    ...{ id, priority, queue, owner, agent, channel, createdAt, updatedAt, replyBy, summary, diagnosis },
    draft: flatten(draft),
    // The channel's address of a file may carry a token.
    evidence: { missing, papers, official, attachments: draft.attachments.map(({ url: _, ...file }) => file) },
    transcript: await listTranscript(partition, found.conversationId),
  };
}

/** The same with everything the page shows. */
export async function caseView(found: Case, options: ViewOptions): Promise<Readonly<Record<string, unknown>>> {
  const partition = options.store.partition(partitionOfCase(found.id) ?? 0);
  const [base, events, files] = await Promise.all([
    caseJson(found, options),
    listCaseEvents(partition, found.id),
    options.files(found.conversationId),
  ]);
  const { locale, contacts, acceptedAt, repliedAt, waitingSince, finding, closing, rating } = found;
  return {
    ...base,
    ...{ locale, contacts, acceptedAt, repliedAt, waitingSince, finding, closing, rating, events, files },
    hasContact: found.contact !== undefined,
    slots: options.slots(found.draft),
    causes: options.causes(found),
    clock: clockOf(found, options),
  };
}

const LONGEST_DAYS = 40;

/** Sale → cut-off → days of rest → expected → now, for the small picture; undefined when the sale's day is not known. */
function clockOf({ draft, diagnosis }: Case, { isRest, cutoff, now, flatten }: ViewOptions) {
  const { txTime } = flatten(draft) as { readonly txTime?: string };
  if (typeof txTime !== 'string') return undefined;
  const { expectedBy } = diagnosis;
  const last = [now(), ...(expectedBy ? [expectedBy] : [])].sort(compare).at(-1) ?? now();
  const rest: string[] = [];
  for (let date = dateOf(txTime), count = 0; date <= dateOf(last) && count < LONGEST_DAYS; date = addDays(date, 1), count += 1)
    if (isRest(date)) rest.push(date);
  return { sale: txTime, cutoff: `${dateOf(txTime)}T${cutoff}:00+08:00`, rest, ...(expectedBy && { expectedBy }), now: now() };
}

/** An agent sees what waits and what is his; who leads sees all. */
export function maySee({ owner, agent }: Pick<QueueRow, 'owner' | 'agent'>, actor: Actor): boolean {
  return actor.role !== 'agent' || owner === 'queue' || agent?.id === actor.id;
}

/**
 * Whether a row fits what was typed into the search: part of the id, an amount in yuan, last four of card or phone,
 * a date as it is written (11-20, 2026-11-20, 11/20 and with the Chinese words for month and day).
 */
export function fits(row: QueueRow, typed: string): boolean {
  const words = typed.normalize('NFKC').trim().toLowerCase();
  if (words === '' || row.id.toLowerCase().includes(words) || [row.cardLast4, row.phoneTail].includes(words)) return true;
  const dashed = words.replace(/[\u5e74\u6708/]/g, '-').replace(/[\u65e5\u53f7]$/, '');
  const date = /^(?:\d{4}-)?\d{1,2}-\d{1,2}$/.test(dashed)
    ? dashed
        .split('-')
        .map((part) => part.padStart(2, '0'))
        .join('-')
    : undefined;
  if (date !== undefined) return [row.createdAt.slice(0, 10), row.txTime].some((one) => one?.endsWith(date));
  const yuan = Number(words.replace(/[¥,元]/g, ''));
  return Number.isFinite(yuan) && row.amount !== undefined && row.amount === Math.round(yuan * 100);
}
