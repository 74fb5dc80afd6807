import type { Change, Partition } from '../store/store';

/** An entry that expires and is renewed while it is needed: a conversation's turn, or the delivery of its outbox. */
export interface HeldLock {
  /** Version when taken: no other holder, before or after, has the same; later ones have higher. */
  readonly token: number;
  /** Somebody else may have it: stop working. */
  lost(): boolean;
  /** Change that makes a commit fail unless the lock is still held, and keeps it. Waits for a renewal under way. */
  check(): Promise<Change>;
  /** Change that gives the lock back, and makes the commit that carries it fail when the lock was lost. Waits for a renewal under way. */
  release(): Promise<Change>;
  /** Stops renewing; without a release the lock expires. */
  stop(): void;
}

/** Which entry is the lock. */
export interface LockPlace {
  readonly partition: Partition;
  readonly collection: string;
  readonly id: string;
  readonly ttlMs: number;
}

/** The change that takes a free lock; the commit's version is its token. */
export function lockChange({ collection, id, ttlMs }: LockPlace): Change {
  return { kind: 'put', collection, id, value: null, expect: 0, ttlMs };
}

/** Tries once; returns the token, undefined when somebody has it. */
export function takeLock(place: LockPlace): Promise<number | undefined> {
  return place.partition.commit(lockChange(place));
}

/** Keeps a lock just taken: renews it three times in its lifetime until released or lost. */
export function keepLock(place: LockPlace, token: number): HeldLock {
  const { partition, collection, id, ttlMs } = place;
  let version = token;
  let isLost = false;
  let renewal: Promise<void> | undefined;

  async function renew(): Promise<void> {
    try {
      const next = await partition.commit({ kind: 'put', collection, id, value: null, expect: version, ttlMs });
      if (next === undefined) isLost = true;
      else version = next;
    } catch {
      // The store is away: whether the lock survived shows at the commit.
    }
    if (isLost) clearInterval(timer);
  }
  const timer = setInterval(() => {
    renewal ??= renew().finally(() => {
      renewal = undefined;
    });
  }, ttlMs / 3).unref();

  return {
    token,
    lost: () => isLost,
    async check() {
      await renewal;
      return { kind: 'check', collection, id, expect: version };
    },
    async release() {
      await renewal;
      return { kind: 'delete', collection, id, expect: version };
    },
    stop: () => clearInterval(timer),
  };
}
