import { epochMs } from '../domain/calendar';
import type { Queue } from '../domain/case';
import type { Change, Entry, Partition, Store } from '../store/store';
import { asJson } from './ids';

/** What happened to a case, for the person who works on it. Every event is part of the commit that made it happen. */
export interface CaseEvent {
  /** Sorts by time; the cursor of the desk's stream. */
  readonly id: string;
  readonly caseId: string;
  readonly kind: CaseEventKind;
  /** ISO +08:00. */
  readonly at: string;
  /** Who did it; absent for the user and the bot. */
  readonly by?: { readonly id: string; readonly name: string };
  /** An agent's line, a note, a finding; already masked. */
  readonly text?: string;
  /** Of a line to the user: the activity's id in the transcript. */
  readonly activityId?: string;
  readonly to?: { readonly id: string; readonly name: string };
  readonly queue?: Queue;
}

export type CaseEventKind =
  | 'opened'
  | 'message'
  | 'accepted'
  | 'assigned'
  | 'reply'
  | 'note'
  | 'transferred'
  | 'requeued'
  | 'timed-out'
  | 'returned'
  | 'closed'
  | 'reopened'
  | 'rated';

/** By case: its whole story. */
const COLLECTION = 'case-events';
/** By time, of all cases: what the desk's stream reads; a day is more than any page sleeps without reading everything anew. */
const FEED = 'desk-feed';
const FEED_MS = 86_400_000;

/** The event with its id. `tick` orders the events of one second in this process (nanoseconds of a clock that never goes back). */
export function newEvent(event: Omit<CaseEvent, 'id'>, tick: bigint = process.hrtime.bigint()): CaseEvent {
  const order = String(tick % 10n ** 16n).padStart(16, '0');
  return { ...event, id: `${epochMs(event.at)}-${order}-${event.caseId.slice(-8)}` };
}

/** The changes that keep an event. */
export function eventChanges(event: CaseEvent): readonly Change[] {
  const { text: _, ...news } = event;
  return [
    { kind: 'put', collection: COLLECTION, id: `${event.caseId}~${event.id}`, value: asJson(event) },
    { kind: 'put', collection: FEED, id: event.id, value: asJson(news), ttlMs: FEED_MS },
  ];
}

/** The story of a case, oldest first. */
export async function listCaseEvents(partition: Partition, caseId: string): Promise<readonly CaseEvent[]> {
  return (await partition.list(COLLECTION, { from: `${caseId}~`, to: `${caseId}~~` })).map(eventIn);
}

/** Events of all cases, without their text, from an id or time on (ms since 1970, as text), oldest first. */
export async function listFeed(store: Store, from: string, limit: number): Promise<readonly CaseEvent[]> {
  return (await store.listAll(FEED, { from, limit })).map(eventIn);
}

/** Forgets the story of a case (删除我的信息). */
export async function deleteCaseEvents(partition: Partition, caseId: string): Promise<void> {
  const entries = await partition.list(COLLECTION, { from: `${caseId}~`, to: `${caseId}~~` });
  await partition.commit(...entries.map(({ id }): Change => ({ kind: 'delete', collection: COLLECTION, id })));
}

function eventIn(entry: Entry): CaseEvent {
  return entry.value as unknown as CaseEvent;
}
