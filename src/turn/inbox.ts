import type { Activity } from 'botbuilder';
import { asJson, childId, childRange } from '../repositories/ids';
import type { Change, Entry, Partition } from '../store/store';
import type { InvokeAnswer } from './outgoing';

/**
 * Activities that wait for the next turn of their conversation, and marks of those that were seen. A mark is `waiting` while the activity is in the
 * inbox and `done` from the commit of its turn; the two change in one commit, so nothing is lost between them and nothing runs twice.
 */

/** A waiting activity, already masked. */
export interface Waiting {
  readonly id: string;
  readonly version: number;
  readonly seen: string;
  readonly activity: Partial<Activity>;
  readonly masked: Readonly<Record<string, number>>;
  /** Clock of its turn when the caller set one. */
  readonly now?: string;
  /** Process that put it here and waits for its answer. */
  readonly by: string;
}

/** What a mark says of an activity. */
export type Mark =
  | { readonly state: 'waiting'; readonly inbox: string }
  | {
      readonly state: 'done';
      /** A later message of the same turn carries the replies. */
      readonly joined?: boolean;
      readonly replies?: readonly Partial<Activity>[];
      readonly invokeAnswer?: InvokeAnswer;
    };

const INBOX = 'inbox';
const SEEN = 'seen';
/** Channels deliver again within seconds or minutes. */
const SEEN_MS = 30 * 60_000;
/** Longer than anything waits, even over a night without processes. */
const WAITING_MS = 7 * 86_400_000;
/** At most so many activities are looked at for one turn. */
export const INBOX_LIMIT = 50;

let arrivals = 0;

/** Sorts activities as they came in, also between processes with the same time. */
export function arrivalId(process: string): string {
  arrivals += 1;
  return `${String(Date.now()).padStart(14, '0')}-${String(arrivals).padStart(10, '0')}-${process}`;
}

/** Waiting activities of a conversation, oldest first. */
export async function listInbox(partition: Partition, conversation: string): Promise<readonly Waiting[]> {
  const entries = await partition.list(INBOX, { ...childRange(conversation), limit: INBOX_LIMIT });
  return entries.map((entry) => ({ ...(entry.value as unknown as Waiting), id: entry.id, version: entry.version }));
}

/** Puts an activity into the inbox unless it was seen before. */
export function keepChanges(conversation: string, arrival: string, waiting: Omit<Waiting, 'id' | 'version'>): readonly Change[] {
  const id = childId(conversation, arrival);
  const mark: Mark = { state: 'waiting', inbox: id };
  return [
    { kind: 'put', collection: INBOX, id, value: asJson(waiting) },
    { kind: 'put', collection: SEEN, id: waiting.seen, value: asJson(mark), expect: 0, ttlMs: WAITING_MS },
  ];
}

/** Takes an activity out; the commit fails when another turn took it. */
export function takeChange({ id, version }: Waiting): Change {
  return { kind: 'delete', collection: INBOX, id, expect: version };
}

/** Marks an activity as done; `expect` is the version of its mark, absent when the inbox entry guards it. */
export function doneChange(seen: string, mark: Mark & { readonly state: 'done' }, expect?: number): Change {
  return { kind: 'put', collection: SEEN, id: seen, value: asJson(mark), ttlMs: SEEN_MS, ...(expect !== undefined && { expect }) };
}

export function findMark(partition: Partition, seen: string): Promise<Entry | undefined> {
  return partition.get(SEEN, seen);
}

export function markIn(entry: Entry | undefined): Mark | undefined {
  return entry?.value as unknown as Mark | undefined;
}

/** Collection that the scheduler looks through for what a dead process left behind. */
export const INBOX_COLLECTION = INBOX;
