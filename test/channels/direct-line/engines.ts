import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLmdbStore } from '../../../src/store/lmdb';
import { openRedisStore } from '../../../src/store/redis';
import type { Store } from '../../../src/store/store';
import { startRedis } from '../../redis';

/** A store of its own, and its end. */
export interface Engine {
  readonly store: Store;
  end(): Promise<void>;
}

export const ENGINES: Readonly<Record<'lmdb' | 'redis', () => Promise<Engine>>> = {
  async lmdb() {
    const directory = await mkdtemp(join(tmpdir(), 'direct-line-'));
    const store = await openLmdbStore({ directory });
    return {
      store,
      async end() {
        await store.close();
        await rm(directory, { recursive: true, force: true });
      },
    };
  },
  async redis() {
    const redis = await startRedis();
    const store = await openRedisStore({ url: redis.url });
    return {
      store,
      async end() {
        await store.close();
        await redis.stop();
      },
    };
  },
};
