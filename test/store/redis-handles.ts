import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { openRedisStore } from '../../src/store/redis';
import type { Store } from '../../src/store/store';
import type { StoreUnderTest } from '../contracts/store';
import type { TestRedis } from '../redis';

/** Two connections to one Redis under keys of their own, with one clock; `close` stops the Redis too. */
export async function openTwoHandles(redis: TestRedis): Promise<StoreUnderTest> {
  let time = 1_790_000_000_000;
  const options = { url: redis.url, prefix: `test-${randomUUID()}`, now: () => time };
  const [store, second] = await Promise.all([openRedisStore(options), openRedisStore(options)]);
  return {
    store,
    second,
    advance: (ms) => {
      time += ms;
    },
    async close() {
      await Promise.all([store.close(), second.close()]);
      await redis.stop();
    },
  };
}

/** Every way to use a store. */
export const everyCall = (store: Store): readonly Promise<unknown>[] => [
  store.partition(1).get('notes', 'a'),
  store.partition(2).list('notes'),
  store.partition(3).commit({ kind: 'put', collection: 'notes', id: 'a', value: 1 }),
  store.listAll('notes'),
  store.ping(500),
  store.publish('news', 'hello'),
  store.subscribe('more news', () => {}),
];

/** Tries again every 5 ms until it succeeds; the time limit of the test ends it. */
export async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch {
      await delay(5);
    }
  }
}

/** Each call is rejected with a StoreError, and all within that time. */
export async function refusedWithin(ms: number, calls: readonly Promise<unknown>[]): Promise<void> {
  const start = performance.now();
  for (const result of await Promise.allSettled(calls)) {
    expect(result).toMatchObject({ status: 'rejected', reason: { code: 'STORE_UNAVAILABLE' } });
  }
  expect(performance.now() - start).toBeLessThan(ms);
}
