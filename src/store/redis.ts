import { setTimeout as delay } from 'node:timers/promises';
import { assertName, freeze, mergeSorted, toEntry } from './entry';
import { createCalls } from './redis-calls';
import { createRedisClient, type RedisClient } from './redis-client';
import { createNews, within } from './redis-news';
import { commitCall, getCall, listCall, numberReply, rowReply, rowsReply, sweepCall } from './redis-script';
import { type Entry, PARTITIONS, type Range, type Store, StoreError } from './store';

/** Where and how the Redis store works. */
export interface RedisStoreOptions {
  /** See parseRedisUrl. */
  readonly url: string;
  /** First part of every key and channel; default `daozhang`. */
  readonly prefix?: string;
  /** Ms since 1970 for expiry; default the server's clock, the same for all processes. */
  readonly now?: () => number;
  /** How often expired entries are deleted (they are invisible at once); default 60,000. */
  readonly sweepMs?: number;
  /** How long the first connection may take, so that Redis may start beside the bot; default 3,000. */
  readonly openTimeoutMs?: number;
}

/** The Redis engine; counts its round trips for benchmarks. */
export interface RedisStore extends Store {
  /** Times it sent something and waited; what goes to several nodes at once counts as one. */
  roundTrips(): number;
}

const SWEEP_CHUNK = 500;
const ALL_PARTITIONS: readonly number[] = Array.from({ length: PARTITIONS }, (_, n) => n);

/**
 * The store on a Redis server (6 or newer), a Sentinel group or a Cluster; any number of processes may share it.
 * Calls made in the same tick are one round trip, carried out in the order they were made.
 * When the server is away a call is refused within 0.7 s, and the next one works once it is back. A commit that throws StoreError may still have
 * been carried out, or be so a moment later, when only its reply was lost: read again and let the versions tell; make it depend on a lock's version
 * if it must not come late. Redis replicates after it replies, so a failover may lose the last moments. Throws StoreError when it cannot connect.
 */
export async function openRedisStore(options: RedisStoreOptions): Promise<RedisStore> {
  const client = createRedisClient(options.url);
  const store = createStore(client, options);
  const deadline = Date.now() + (options.openTimeoutMs ?? 3000);
  for (;;) {
    try {
      await store.ping(1000);
      return store;
    } catch (error) {
      const cause = client.problem() ?? error;
      if (Date.now() < deadline && !isRefusal(cause)) {
        await delay(20);
        continue;
      }
      await store.close();
      throw new StoreError(`Redis at ${client.addresses} does not answer: check REDIS_URL and that the server runs`, { cause });
    }
  }
}

const isRefusal = (cause: unknown) => cause instanceof Error && /^(WRONGPASS|NOAUTH|NOPERM|ERR invalid password)/.test(cause.message);

function createStore(client: RedisClient, { prefix = 'daozhang', now, sweepMs = 60_000 }: RedisStoreOptions): RedisStore {
  const { call, roundTrips } = createCalls(client, prefix, now);
  const news = createNews(client, prefix);

  async function list(partition: number, collection: string, range: Range): Promise<readonly Entry[]> {
    const reply = await call(partition, listCall(collection, range));
    return rowsReply(reply).map(([id, row]) => toEntry(id, row));
  }

  async function sweep(partition: number): Promise<void> {
    while (numberReply(await call(partition, sweepCall(SWEEP_CHUNK))) === SWEEP_CHUNK);
  }
  // The sweep only saves space: what it misses the next one takes, and while Redis is away every other call tells.
  const timer = setInterval(() => ALL_PARTITIONS.forEach((number) => void sweep(number).catch(() => undefined)), sweepMs).unref();

  return {
    partition(number) {
      if (!(Number.isInteger(number) && number >= 0 && number < PARTITIONS)) throw new RangeError(`store: no partition ${number}`);
      return {
        number,
        async get(collection, id) {
          assertName(collection);
          assertName(id);
          const row = rowReply(await call(number, getCall(collection, id)));
          return row && toEntry(id, row);
        },
        async list(collection, range = {}) {
          assertName(collection);
          return list(number, collection, range);
        },
        async commit(...changes) {
          return numberReply(await call(number, commitCall(freeze(changes))));
        },
      };
    },
    async listAll(collection, range = {}) {
      assertName(collection);
      const lists = ALL_PARTITIONS.map(async (partition) => {
        const entries = await list(partition, collection, range);
        return entries.map((entry) => ({ ...entry, partition }));
      });
      return mergeSorted(await Promise.all(lists), range);
    },
    async ping(timeoutMs) {
      // On a cluster a part may be missing: every partition has to answer.
      await within(() => Promise.all(ALL_PARTITIONS.map((number) => call(number, sweepCall(0)))), timeoutMs);
    },
    publish: news.publish,
    subscribe: news.subscribe,
    async close() {
      clearInterval(timer);
      client.close();
    },
    roundTrips: () => roundTrips() + news.roundTrips(),
  };
}
