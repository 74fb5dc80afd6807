import { setTimeout as delay } from 'node:timers/promises';
import { epochMs } from '../domain/calendar';
import { asJson, childRange, entryId } from '../repositories/ids';
import { type Change, partitionOf } from '../store/store';
import type { HeldLock } from './lock';
import { codeOf } from './log';
import {
  DEAD_LETTERS,
  type DeadLetter,
  type DeliveryMark,
  MARKS,
  markChange,
  OUTBOX,
  type OutboxEntry,
  type OutboxOptions,
} from './outbox-entry';

const BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 5 * 60_000;
const DEAD_KEPT_MS = 30 * 86_400_000;
/** Entries sent before the store is told. */
const BATCH = 20;
/** Pause before a store that is away is told again. */
const TELL_AGAIN_MS = 250;

/** Undelivered entries of a conversation, oldest first. */
export interface Undelivered {
  readonly entries: readonly { readonly id: string; readonly version: number; readonly entry: OutboxEntry }[];
  /** Version of the conversation's mark, 0 when absent. */
  readonly markVersion: number;
  /** Nothing else waits. */
  readonly complete: boolean;
}

interface Sent {
  /** What the store must be told. */
  readonly changes: readonly Change[];
  /** Ms since 1970: stopped at an activity that must be tried again then; those after it wait for it. */
  readonly retryAt?: number;
}

/** One run over what a conversation has to deliver. */
export interface Run {
  readonly conversation: string;
  readonly lease: HeldLock;
  readonly known?: Undelivered;
  readonly newest: () => number;
}

/** How a process delivers while it has the lease of a conversation. */
export interface Delivery {
  /**
   * Sends what waits, in order, until nothing does or something must be tried later; gives the lease back. `known` saves the first reading;
   * `newest` is the version of the last commit known to have added something. Returns the version of the mark it took away with the lease: all
   * commits up to it are delivered; undefined when something is left.
   */
  drain(run: Run): Promise<number | undefined>;
  /** Lets a drain under way end after the activity it is sending. */
  stop(): void;
}

/** Part of createOutbox. */
export function createDelivery({ store, deliver, now, log, backoffMs = BACKOFF_MS }: OutboxOptions): Delivery {
  let stopped = false;

  async function read(conversation: string): Promise<Undelivered> {
    const partition = store.partition(partitionOf(conversation));
    const [mark, entries] = await Promise.all([
      partition.get(MARKS, entryId(conversation)),
      partition.list(OUTBOX, { ...childRange(conversation), limit: BATCH }),
    ]);
    return {
      entries: entries.map(({ id, version, value }) => ({ id, version, entry: value as unknown as OutboxEntry })),
      markVersion: mark?.version ?? 0,
      complete: entries.length < BATCH,
    };
  }

  async function send({ entries }: Undelivered, lease: HeldLock): Promise<Sent> {
    const changes: Change[] = [];
    for (const { id, entry } of entries) {
      const at = epochMs(now());
      if (stopped || lease.lost()) return { changes, retryAt: at };
      if (entry.dueAt > at && entry.expiresAt > at) return { changes, retryAt: entry.dueAt };
      const failure = entry.expiresAt <= at ? EXPIRED : await attempt(entry);
      if (failure?.retryable) {
        const dueAt = epochMs(now()) + Math.max(pause(entry.attempts), failure.retryAfterMs ?? 0);
        const later: OutboxEntry = { ...entry, attempts: entry.attempts + 1, dueAt };
        changes.push({ kind: 'put', collection: OUTBOX, id, value: asJson(later) });
        return { changes, retryAt: dueAt };
      }
      changes.push({ kind: 'delete', collection: OUTBOX, id });
      // A trace is for whoever watches at the moment.
      if (failure && entry.activity.type !== 'trace') changes.push(bury(id, entry, failure.code));
    }
    return { changes };
  }

  async function attempt({ activity, conversation, attempts }: OutboxEntry): Promise<Failure | undefined> {
    try {
      await deliver(activity);
      return undefined;
    } catch (error) {
      const failure = failureOf(error);
      log({ event: 'delivery-refused', conversation: entryId(conversation), code: failure.code, attempts: attempts + 1 });
      return failure;
    }
  }

  function pause(attempts: number): number {
    return Math.ceil(Math.min(backoffMs * 2 ** attempts, MAX_BACKOFF_MS) * (0.5 + Math.random()));
  }

  function bury(id: string, { activity, attempts, conversation }: OutboxEntry, code: string): Change {
    const at = epochMs(now());
    const letter: DeadLetter = { activity, code, attempts: attempts + 1, at };
    log({ event: 'dead-letter', conversation: entryId(conversation), code });
    return {
      kind: 'put',
      collection: DEAD_LETTERS,
      id: `${String(at).padStart(14, '0')}~${id}`,
      value: asJson(letter),
      ttlMs: DEAD_KEPT_MS,
    };
  }

  /** What was sent and is not noted is sent again: this goes on until the store has taken it, or the lease is another's. */
  async function insist<T>(lease: HeldLock, commit: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await commit();
      } catch (error) {
        if (stopped || lease.lost()) throw error;
        await delay(TELL_AGAIN_MS);
      }
    }
  }

  async function drain({ conversation, lease, known, newest }: Run): Promise<number | undefined> {
    const partition = store.partition(partitionOf(conversation));
    try {
      // What was added when it was read; a commit known only since then is not in it.
      let seen = known?.markVersion ?? newest();
      for (let waiting = known ?? (await read(conversation)); ; ) {
        const sent = await send(waiting, lease);
        if (sent.retryAt !== undefined) {
          const mark: DeliveryMark = { conversation, dueAt: sent.retryAt };
          await insist(lease, async () => partition.commit(...sent.changes, markChange(mark), await lease.release()));
          return undefined;
        }
        if (waiting.complete && newest() === seen) {
          const unmark: Change = { kind: 'delete', collection: MARKS, id: entryId(conversation), expect: waiting.markVersion };
          const noted = await insist(lease, async () => partition.commit(...sent.changes, unmark, await lease.release()));
          if (noted !== undefined) return waiting.markVersion;
        }
        // More waits, or was added meanwhile; without the lease somebody else sees to it.
        const [kept, more] = await insist(lease, async () => {
          const held = await lease.check();
          seen = newest();
          return Promise.all([partition.commit(...sent.changes, held), read(conversation)]);
        });
        if (kept === undefined) return undefined;
        waiting = more;
      }
    } finally {
      lease.stop();
    }
  }

  return {
    drain,
    stop() {
      stopped = true;
    },
  };
}

interface Failure {
  readonly code: string;
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
}

const EXPIRED: Failure = { code: 'expired', retryable: false };

/** Fields of the channels' DeliveryError; a network error has none of them and is tried again. */
function failureOf(error: unknown): Failure {
  const { retryable, retryAfterMs, fault } = (error ?? {}) as Readonly<Record<'retryable' | 'retryAfterMs' | 'fault', unknown>>;
  return {
    code: typeof fault === 'string' ? fault : codeOf(error),
    retryable: retryable !== false,
    ...(typeof retryAfterMs === 'number' && { retryAfterMs }),
  };
}
