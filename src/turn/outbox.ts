import type { Activity } from 'botbuilder';
import { epochMs } from '../domain/calendar';
import { asJson, entryId } from '../repositories/ids';
import { type Change, type Entry, type Partition, partitionOf, type Range } from '../store/store';
import { createDelivery, type Undelivered } from './delivery';
import { type HeldLock, keepLock, type LockPlace, lockChange, takeLock } from './lock';
import { codeOf } from './log';
import {
  DEAD_LETTERS,
  type DeadLetter,
  type DeliveryMark,
  LEASES,
  MARKS,
  markChange,
  OUTBOX,
  type OutboxEntry,
  type OutboxOptions,
} from './outbox-entry';

/**
 * The one way out. What is to be said is an entry in the commit that decided it; afterwards, outside any turn, the entries of a conversation are
 * delivered in order by one process at a time. `deliveries` holds one mark for each conversation with something to deliver; it is written by
 * every commit that adds an entry and deleted only when nothing was added since, so it is also the scheduler's list.
 */

/** What a commit is to say. */
export interface Outgoing {
  /** Conversation key. */
  readonly conversation: string;
  /** With their ids and where they go (`serviceUrl`, `conversation`, `recipient`), in order. */
  readonly activities: readonly Partial<Activity>[];
}

/** What a commit knew of the conversation's outbox when it was prepared. */
export interface OutboxView {
  readonly lease: Entry | undefined;
  readonly mark: Entry | undefined;
}

/** The way out of every conversation. */
export interface Outbox {
  /** Reads what `changes` needs; in the same tick as the other reads of a turn. */
  view(partition: Partition, conversation: string): Promise<OutboxView>;
  /** Changes that make a commit say something. */
  changes(outgoing: Outgoing, view: OutboxView): readonly Change[];
  /** To be called when that commit got `version`: delivers in the background. */
  committed(outgoing: Outgoing, view: OutboxView, version: number): void;
  /** Delivers what is due in a conversation, unless another process is at it. Never throws: what fails stays for the next time. */
  deliverWaiting(conversation: string): Promise<void>;
  /** Conversations with something to deliver, in byte order of `id`. */
  listMarks(range: Range): Promise<readonly (DeliveryMark & { readonly id: string })[]>;
  /** Given up, oldest first. */
  listDeadLetters(limit: number): Promise<readonly DeadLetter[]>;
  /** Lets the sending under way end, for 3 s at most; what is left stays in the store. */
  close(): Promise<void>;
}

const LEASE_MS = 20_000;
/** A slow channel does not hold up the end of the process: no more is sent after this, and half of it remains for the last. */
const CLOSE_MS = 2_000;
const EXPIRY_MS = 24 * 3_600_000;
/** Conversations of which it is remembered that their last delivery ended well. */
const MOST_ENDED = 1000;

/** Everything about `options` is in OutboxOptions. */
export function createOutbox(options: OutboxOptions): Outbox {
  const { store, log, now, leaseMs = LEASE_MS, expiryMs = EXPIRY_MS } = options;
  const delivery = createDelivery(options);
  /** Runs of this process by conversation, one after the other, and the version of the last commit that they are to deliver. */
  const lines = new Map<string, { tail: Promise<void>; newest: number }>();
  let closed = false;

  const placeOf = (conversation: string): LockPlace => ({
    partition: store.partition(partitionOf(conversation)),
    collection: LEASES,
    id: entryId(conversation),
    ttlMs: leaseMs,
  });

  function enqueue(conversation: string, version: number, run: () => Promise<void>): Promise<void> {
    const line = lines.get(conversation) ?? { tail: Promise.resolve(), newest: 0 };
    lines.set(conversation, line);
    line.newest = Math.max(line.newest, version);
    const tail = line.tail
      .then(run)
      .catch((error: unknown) => log({ event: 'delivery-failed', conversation: entryId(conversation), code: codeOf(error) }))
      .finally(() => {
        if (line.tail === tail) lines.delete(conversation);
      });
    line.tail = tail;
    return tail;
  }

  /** By conversation, the last run of this process that left nothing: its lease, and the version up to which all is delivered. */
  const ended = new Map<string, { readonly lease: number; readonly delivered: number }>();
  /** Views whose commits take the lease. */
  const taking = new WeakSet<OutboxView>();

  /** Nothing waits to be delivered, and no run of this process is about to look. The commit makes sure: it expects neither lease nor mark. */
  function isFree({ lease, mark }: OutboxView, conversation: string): boolean {
    if (lines.has(conversation)) return false;
    // A view that shows a lease of ours which ended since was read just before.
    return lease ? lease.version === ended.get(conversation)?.lease : !mark;
  }

  async function drain(conversation: string, lease: HeldLock, known?: Undelivered): Promise<void> {
    const newest = () => lines.get(conversation)?.newest ?? 0;
    const delivered = await delivery.drain({ conversation, lease, newest, ...(known && { known }) });
    if (delivered === undefined) return;
    const [oldest] = ended.size < MOST_ENDED ? [] : ended.keys();
    if (oldest !== undefined) ended.delete(oldest);
    ended.set(conversation, { lease: lease.token, delivered });
  }

  function toEntry(conversation: string, activity: Partial<Activity>): OutboxEntry {
    const dueAt = epochMs(now());
    return { conversation, activity, attempts: 0, dueAt, expiresAt: dueAt + expiryMs };
  }

  /** With the version of a commit: unless the run before delivered what it added. */
  async function deliverWaiting(conversation: string, version?: number): Promise<void> {
    if (closed) return;
    await enqueue(conversation, version ?? 0, async () => {
      if (version !== undefined && version <= (ended.get(conversation)?.delivered ?? 0)) return;
      const place = placeOf(conversation);
      const token = await takeLock(place);
      // Refused: whoever has the lease looks again before giving it back.
      if (token !== undefined) await drain(conversation, keepLock(place, token));
    });
  }

  return {
    async view(partition, conversation) {
      const id = entryId(conversation);
      const [lease, mark] = await Promise.all([partition.get(LEASES, id), partition.get(MARKS, id)]);
      return { lease, mark };
    },
    changes(outgoing, view) {
      const entries = outgoing.activities.map((activity): Change => {
        const id = activity.id ?? '';
        return { kind: 'put', collection: OUTBOX, id, value: asJson(toEntry(outgoing.conversation, activity)) };
      });
      const { conversation } = outgoing;
      const soon = epochMs(now()) + leaseMs;
      if (isFree(view, conversation)) {
        taking.add(view);
        return [...entries, markChange({ conversation, dueAt: soon }, 0), lockChange(placeOf(conversation))];
      }
      const dueAt = (view.mark?.value as unknown as DeliveryMark | undefined)?.dueAt ?? soon;
      return [...entries, markChange({ conversation, dueAt })];
    },
    committed(outgoing, view, version) {
      const { conversation, activities } = outgoing;
      if (!taking.has(view)) {
        void deliverWaiting(conversation, version);
        return;
      }
      const lease = keepLock(placeOf(conversation), version);
      const entries = activities.map((activity) => ({ id: activity.id ?? '', version, entry: toEntry(outgoing.conversation, activity) }));
      void enqueue(conversation, version, () => drain(conversation, lease, { entries, markVersion: version, complete: true }));
    },
    deliverWaiting: (conversation) => deliverWaiting(conversation),
    async listMarks(range) {
      const entries = await store.listAll(MARKS, range);
      return entries.map((entry) => ({ ...(entry.value as unknown as DeliveryMark), id: entry.id }));
    },
    async listDeadLetters(limit) {
      return (await store.listAll(DEAD_LETTERS, { limit })).map((entry) => entry.value as unknown as DeadLetter);
    },
    async close() {
      closed = true;
      const runs = () => Promise.all([...lines.values()].map(({ tail }) => tail));
      await within(CLOSE_MS, runs());
      delivery.stop();
      await within(CLOSE_MS / 2, runs());
    },
  };
}

/** Resolves when the work ends or the time is over. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
