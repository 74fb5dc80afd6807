import type { Activity } from 'botbuilder';
import { asJson, entryId } from '../repositories/ids';
import type { Change, Store } from '../store/store';
import type { Log } from './log';

/**
 * Sends one activity to where it says (`serviceUrl`, `conversation`, `recipient`). Its `id` is ours and the same at each attempt.
 * An error with `retryable: false` gives it up, one with `retryAfterMs` waits at least so long; any other error is tried again.
 */
export type Deliver = (activity: Partial<Activity>) => Promise<unknown>;

/** An activity that no channel took, kept for the operator. */
export interface DeadLetter {
  readonly activity: Partial<Activity>;
  /** Code of the last error, or `expired`. */
  readonly code: string;
  readonly attempts: number;
  /** Ms since 1970. */
  readonly at: number;
}

/** What the outbox stands on; times in ms. */
export interface OutboxOptions {
  readonly store: Store;
  readonly deliver: Deliver;
  /** ISO +08:00. */
  readonly now: () => string;
  readonly log: Log;
  /** How long a process may deliver without a sign of life; default 20,000. */
  readonly leaseMs?: number;
  /** After this an undelivered activity is a dead letter; default 24 hours. */
  readonly expiryMs?: number;
  /** First pause after a failure; doubles up to 5 minutes. Default 1,000. */
  readonly backoffMs?: number;
}

/** An undelivered activity. Its entry id is the activity's id. */
export interface OutboxEntry {
  readonly conversation: string;
  readonly activity: Partial<Activity>;
  readonly attempts: number;
  /** Ms since 1970: not before. */
  readonly dueAt: number;
  /** Ms since 1970: given up from then on. */
  readonly expiresAt: number;
}

/** A conversation with something to deliver. */
export interface DeliveryMark {
  readonly conversation: string;
  /** Ms since 1970: when the scheduler should look at it. */
  readonly dueAt: number;
}

/** Names of the collections. */
export const OUTBOX = 'outbox';
export const LEASES = 'leases';
export const MARKS = 'deliveries';
export const DEAD_LETTERS = 'dead-letters';

/** The change that notes that a conversation has something to deliver; `expect` 0: had nothing so far. */
export function markChange(mark: DeliveryMark, expect?: 0): Change {
  return { kind: 'put', collection: MARKS, id: entryId(mark.conversation), value: asJson(mark), ...(expect !== undefined && { expect }) };
}
