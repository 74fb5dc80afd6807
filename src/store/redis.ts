import { setTimeout as delay } from 'node:timers/promises';
import { assertName, freeze, mergeSorted, toEntry } from './entry';
import { createRedisClient, type RedisClient } from './redis-client';
import { commitCall, getCall, listCall, numberReply, rowReply, rowsReply, SCRIPT, sweepCall } from './redis-script';
import { type Change, type Entry, PARTITIONS, type Partition, type Range, type Store, StoreError } from './store';
import { createTopics } from './topics';

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

interface Call {
  readonly args: readonly string[];
  resolve(reply: unknown): void;
  reject(error: unknown): void;
}

const SWEEP_CHUNK = 500;
const ALL_PARTITIONS: readonly number[] = Array.from({ length: PARTITIONS }, (_, n) => n);

/**
 * The store on a Redis server (6 or newer), a Sentinel group or a Cluster; any number of processes may share it.
 * Calls made in the same tick go out together, those on one partition as one atomic script in the order they were made.
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
  const topics = createTopics();
  const channelOf = (topic: string) => `${prefix}:${topic}`;
  let waiting = new Map<number, Call[]>();
  let roundTrips = 0;
  let closed = false;

  function call(partition: number, args: readonly string[]): Promise<unknown> {
    if (closed) return Promise.reject(new StoreError('the store is closed'));
    if (waiting.size === 0) setImmediate(sendWaiting);
    return new Promise((resolve, reject) => {
      const calls = waiting.get(partition) ?? [];
      waiting.set(partition, calls);
      calls.push({ args, resolve, reject });
    });
  }

  function sendWaiting(): void {
    const batches = waiting;
    waiting = new Map();
    roundTrips += 1;
    for (const [partition, calls] of batches) void send(partition, calls);
  }

  async function send(partition: number, calls: readonly Call[]): Promise<void> {
    try {
      const replies = await runScript(partition, [now ? String(now()) : '', ...calls.flatMap(({ args }) => args)]);
      for (const [position, { resolve }] of calls.entries()) resolve(replies[position]);
    } catch (cause) {
      for (const { reject } of calls) reject(new StoreError('Redis did not carry out the call', { cause }));
    }
  }

  async function runScript(partition: number, args: readonly string[]): Promise<readonly unknown[]> {
    const keys = ['rows', 'index', 'expiries'].map((name) => `${prefix}:{p${partition}}:${name}`);
    let reply: unknown;
    try {
      reply = await client.commands().evalsha(SCRIPT.sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      roundTrips += 1;
      reply = await client.commands().eval(SCRIPT.lua, keys.length, ...keys, ...args);
    }
    if (!Array.isArray(reply)) throw new Error('unexpected reply of the script');
    return reply;
  }

  /** News go outside the batches. */
  async function sendNews(command: () => Promise<unknown>): Promise<void> {
    if (closed) throw new StoreError('the store is closed');
    roundTrips += 1;
    try {
      await within(command(), NEWS_TIMEOUT_MS);
    } catch (cause) {
      throw new StoreError('Redis does not take the news', { cause });
    }
  }

  async function list(partition: number, collection: string, range: Range): Promise<readonly Entry[]> {
    const reply = await call(partition, listCall(collection, range));
    return rowsReply(reply).map(([id, row]) => toEntry(id, row));
  }

  function partition(number: number): Partition {
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
      async commit(...changes: readonly Change[]) {
        return numberReply(await call(number, commitCall(freeze(changes))));
      },
    };
  }

  async function sweep(number: number): Promise<void> {
    while (numberReply(await call(number, sweepCall(SWEEP_CHUNK))) === SWEEP_CHUNK);
  }
  // The sweep only saves space: what it misses the next one takes, and while Redis is away every other call tells.
  const sweepAll = () => ALL_PARTITIONS.forEach((number) => void sweep(number).catch(() => undefined));
  const timer = setInterval(sweepAll, sweepMs).unref();

  return {
    partition,
    async listAll(collection, range = {}) {
      assertName(collection);
      const lists = await Promise.all(
        ALL_PARTITIONS.map(async (number) => (await list(number, collection, range)).map((entry) => ({ ...entry, partition: number }))),
      );
      return mergeSorted(lists, range);
    },
    async ping(timeoutMs) {
      // On a cluster a part may be missing: every partition has to answer.
      await within(Promise.all(ALL_PARTITIONS.map((number) => call(number, sweepCall(0)))), timeoutMs);
    },
    publish: (topic, message) => sendNews(() => client.commands().publish(channelOf(topic), message)),
    async subscribe(topic, listener) {
      if (closed) throw new StoreError('the store is closed');
      const subscriber = client.subscriber();
      if (subscriber.listenerCount('message') === 0)
        subscriber.on('message', (channel, message) => topics.emit(channel.slice(prefix.length + 1), message));
      const remove = topics.add(topic, listener);
      const leave = () => {
        // A subscription left over after a lost connection only brings messages nobody listens to.
        if (remove()) subscriber.unsubscribe(channelOf(topic)).catch(() => undefined);
      };
      try {
        await sendNews(() => subscriber.subscribe(channelOf(topic)));
      } catch (error) {
        leave();
        throw error;
      }
      return leave;
    },
    async close() {
      closed = true;
      clearInterval(timer);
      client.close();
    },
    roundTrips: () => roundTrips,
  };
}

const NEWS_TIMEOUT_MS = 700;

async function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new StoreError(`Redis did not answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
