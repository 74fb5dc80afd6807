import { randomUUID } from 'node:crypto';
import { openRedisStore } from '../../src/store/redis';
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
