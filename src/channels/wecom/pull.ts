import type { Activity } from 'botbuilder';
import { type Change, type Json, type Partition, partitionOf, type Store, StoreError } from '../../store/store';
import { nameId } from '../wechat/users';

/**
 * Messages of 微信客服 are fetched: the callback is only a bell. What a page brings is kept with the cursor behind it and the marks of what was
 * seen, in one commit, so that nothing is lost or taken twice, whoever dies; one process at a time pulls for an account.
 */
export interface Puller {
  /** Keeps that the bell rang; resolves once kept. Throws StoreError. */
  ring(openKfId: string, token: string): Promise<void>;
  /** Fetches what there is for every account whose bell rang; resolves when nothing is left, or another process is at it. */
  pull(): Promise<void>;
  /** Messages kept and not handled yet that nobody is at, oldest first; they are this process's for `leaseMs`. */
  take(): Promise<readonly Kept[]>;
  /** The message is handled. */
  done(kept: Kept): Promise<void>;
}

/** One page of kf/sync_msg. */
export interface Page {
  readonly messages: readonly unknown[];
  readonly cursor: string;
  readonly hasMore: boolean;
}

/** What a message became. */
export interface Incoming {
  readonly id: string;
  /** Masked, as it may be kept. */
  readonly value: Json;
}

export interface Kept {
  readonly openKfId: string;
  readonly entry: string;
  readonly value: Json;
}

export interface PullerOptions {
  readonly store: Store;
  /** Throws ApiError. */
  readonly fetch: (openKfId: string, cursor: string, token: string) => Promise<Page>;
  /** What is kept of a message; undefined for what is of no use. */
  readonly read: (json: unknown, openKfId: string) => Promise<Incoming | undefined>;
  /** Ms since 1970. */
  readonly now: () => number;
  readonly leaseMs?: number;
}

const BELLS = 'wecom-bells';
const CURSORS = 'wecom-cursors';
const SEEN = 'wecom-seen';
const INBOUND = 'wecom-inbound';
const LOCKS = 'wecom-locks';
/** The platform gives out the last three days. */
const SEEN_MS = 4 * 86_400_000;
const KEPT_MS = 3 * 86_400_000;
const LOCK_MS = 20_000;
const LEASE_MS = 20_000;
const PAGE = 200;
const MAX_PAGES = 1000;

interface Bell {
  readonly openKfId: string;
  readonly token: string;
}
interface Stored {
  readonly openKfId: string;
  readonly value: Json;
  readonly dueAt: number;
}

export function createPuller({ store, fetch, read, now, leaseMs = LEASE_MS }: PullerOptions): Puller {
  const placeOf = (openKfId: string): { partition: Partition; id: string } => {
    const name = `wecom/${openKfId}`;
    return { partition: store.partition(partitionOf(name)), id: nameId(name) };
  };

  /** One page; false when there is nothing behind it. Throws when another process was faster. */
  async function pullPage({ openKfId, token }: Bell, order: number): Promise<boolean> {
    const { partition, id } = placeOf(openKfId);
    const entry = await partition.get(CURSORS, id);
    const cursor = typeof entry?.value === 'string' ? entry.value : '';
    const page = await fetch(openKfId, cursor, token);
    const readings = await Promise.all(page.messages.map((json) => read(json, openKfId)));
    const incoming = readings.filter((one) => one !== undefined);
    const marks = await Promise.all(incoming.map((one) => partition.get(SEEN, nameId(one.id))));
    const fresh = incoming.filter((one, index) => !marks[index] && incoming.findIndex((other) => other.id === one.id) === index);
    const changes = fresh.flatMap((one, index): Change[] => {
      const stored: Stored = { openKfId, value: one.value, dueAt: 0 };
      const at = `${id}:${String(now()).padStart(14, '0')}-${String(order).padStart(4, '0')}-${String(index).padStart(4, '0')}`;
      return [
        { kind: 'put', collection: SEEN, id: nameId(one.id), value: null, expect: 0, ttlMs: SEEN_MS },
        { kind: 'put', collection: INBOUND, id: at, value: stored as unknown as Json, ttlMs: KEPT_MS },
      ];
    });
    const next = page.cursor || cursor;
    const put: Change = { kind: 'put', collection: CURSORS, id, value: next, expect: entry?.version ?? 0 };
    if ((await partition.commit(put, ...changes)) === undefined) throw new StoreError('another process pulled the same page');
    return page.hasMore;
  }

  async function pullAll(bell: Bell, version: number): Promise<void> {
    const { partition, id } = placeOf(bell.openKfId);
    const lock = await partition.commit({ kind: 'put', collection: LOCKS, id, value: null, expect: 0, ttlMs: LOCK_MS });
    if (lock === undefined) return;
    let held = lock;
    try {
      for (let order = 0; order < MAX_PAGES && (await pullPage(bell, order)); order += 1) {
        const renewed = await partition.commit({ kind: 'put', collection: LOCKS, id, value: null, expect: held, ttlMs: LOCK_MS });
        if (renewed === undefined) return;
        held = renewed;
      }
      // A bell that rang meanwhile has another version and stays.
      await partition.commit({ kind: 'delete', collection: BELLS, id, expect: version });
    } finally {
      await partition.commit({ kind: 'delete', collection: LOCKS, id, expect: held }).catch(() => undefined); // else it expires
    }
  }

  return {
    async ring(openKfId, token) {
      const { partition, id } = placeOf(openKfId);
      const bell: Bell = { openKfId, token };
      await partition.commit({ kind: 'put', collection: BELLS, id, value: bell as unknown as Json, ttlMs: KEPT_MS });
    },
    async pull() {
      const bells = await store.listAll(BELLS, { limit: PAGE });
      const results = await Promise.allSettled(bells.map(({ value, version }) => pullAll(value as unknown as Bell, version)));
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    },
    async take() {
      const entries = await store.listAll(INBOUND, { limit: PAGE });
      const due = entries.filter(({ value }) => (value as unknown as Stored).dueAt <= now());
      const taken = await Promise.all(
        due.map(async ({ id, value, version, partition }): Promise<Kept | undefined> => {
          const stored = value as unknown as Stored;
          const mine: Stored = { ...stored, dueAt: now() + leaseMs };
          const put = { kind: 'put', collection: INBOUND, id, value: mine as unknown as Json, expect: version, ttlMs: KEPT_MS } as const;
          const isMine = (await store.partition(partition).commit(put)) !== undefined;
          return isMine ? { openKfId: stored.openKfId, entry: id, value: stored.value } : undefined;
        }),
      );
      return taken.filter((one) => one !== undefined);
    },
    async done({ openKfId, entry }) {
      await placeOf(openKfId).partition.commit({ kind: 'delete', collection: INBOUND, id: entry });
    },
  };
}

/** An activity as JSON; what it says of time is text then. */
export function asJson(activity: Partial<Activity>): Json {
  return JSON.parse(JSON.stringify(activity));
}
