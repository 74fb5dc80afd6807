import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openLmdbStore } from '../../src/store/lmdb';
import { openTables } from '../../src/store/lmdb-tables';
import { StoreError } from '../../src/store/store';
import { storeContract } from '../contracts/store';
import { startWriter } from './writer-process';

const makeDirectory = () => mkdtemp(join(tmpdir(), 'daozhang-lmdb-'));
let directory: string;
beforeEach(async () => {
  directory = await makeDirectory();
});
afterEach(() => rm(directory, { recursive: true, force: true }));

storeContract('LMDB', async () => {
  const directory = await makeDirectory();
  let time = 1_790_000_000_000;
  const store = await openLmdbStore({ directory, now: () => time });
  return {
    store,
    second: store,
    advance: (ms) => {
      time += ms;
    },
    async close() {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
});

describe('a data directory', () => {
  it('keeps everything over a restart', async () => {
    const first = await openLmdbStore({ directory });
    const version = await first.partition(3).commit({ kind: 'put', collection: 'notes', id: 'a', value: '到账' });
    await first.close();
    const second = await openLmdbStore({ directory });
    expect(await second.partition(3).get('notes', 'a')).toEqual({ id: 'a', value: '到账', version });
    expect(await second.partition(3).commit({ kind: 'delete', collection: 'notes', id: 'a' })).toBeGreaterThan(version ?? 0);
    await second.close();
  });

  it('is made when absent', async () => {
    const store = await openLmdbStore({ directory: join(directory, 'deep', 'data.d') });
    await store.ping(100);
    await store.close();
  });

  it('that cannot be opened is a StoreError', async () => {
    await expect(openLmdbStore({ directory: '/dev/null/data' })).rejects.toThrow(StoreError);
  });

  it('is refused to a second start in the same process, and the first works on', async () => {
    const store = await openLmdbStore({ directory });
    await expect(openLmdbStore({ directory })).rejects.toMatchObject({
      code: 'DATA_DIR_IN_USE',
      message: expect.stringContaining(`process ${process.pid}`),
    });
    expect(await store.partition(0).commit({ kind: 'put', collection: 'notes', id: 'a', value: 1 })).toBe(1);
    await store.close();
    await (await openLmdbStore({ directory })).close();
  });

  it('lets exactly one of many that start at once over a dead owner have it', async () => {
    await (await openLmdbStore({ directory })).close();
    const starts = await Promise.allSettled(Array.from({ length: 8 }, () => openLmdbStore({ directory })));
    const won = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
    expect(won).toHaveLength(1);
    await won[0]?.close();
  });

  it('loses its expired entries on disk, not only in reads', async () => {
    let time = 1000;
    const options = { directory, now: () => time };
    const first = await openLmdbStore(options);
    const changes = Array.from({ length: 700 }, (_, n) => ({
      kind: 'put' as const,
      collection: 'notes',
      id: `n${n}`,
      value: n,
      ttlMs: 1000,
    }));
    await first.partition(5).commit(...changes, { kind: 'put', collection: 'notes', id: 'kept', value: 1 });
    await first.partition(5).commit({ kind: 'put', collection: 'notes', id: 'n0', value: 'renewed', ttlMs: 5000 });
    await first.close();

    time += 1000;
    const second = await openLmdbStore(options);
    // The sweep of the start stands in the queue before this commit, its second part behind it.
    await second.partition(5).commit();
    await second.partition(5).commit();
    await second.close();

    const tables = openTables(directory);
    expect([...tables.entries.getKeys()].map(([, , id]) => id)).toEqual(['kept', 'n0']);
    expect(tables.expiries.getCount()).toBe(1);
    await tables.root.close();
  });

  it('refuses everything once closed', async () => {
    const store = await openLmdbStore({ directory });
    await store.close();
    await store.close();
    await expect(store.partition(0).get('notes', 'a')).rejects.toThrow(StoreError);
    await expect(store.partition(0).commit()).rejects.toThrow(StoreError);
    await expect(store.ping(100)).rejects.toThrow(StoreError);
  });
});

(process.platform === 'linux' ? describe : describe.skip)('a full disk', () => {
  it('refuses the commit, keeps what was there, and works on when there is room again', async () => {
    const script = join(__dirname, 'full-disk.ts');
    const { stdout } = await promisify(execFile)(
      'bash',
      ['-c', 'ulimit -S -f 2048; exec "$0" --import tsx "$1"', process.execPath, script],
      {
        env: { ...process.env, DATA_DIR: directory },
      },
    );
    expect(JSON.parse(stdout)).toEqual({ code: 'STORE_UNAVAILABLE', kept: true, version: true });
  }, 10_000);
});

describe('kill -9 of the process that writes', () => {
  it('loses no acknowledged commit, tears none, and frees the directory', async () => {
    for (let round = 0; round < 3; round++) {
      const writer = await startWriter({ DATA_DIR: directory });
      await expect(openLmdbStore({ directory })).rejects.toMatchObject({ message: expect.stringContaining(`process ${writer.pid}`) });
      const acknowledged = await writer.killAfter(150);

      const store = await openLmdbStore({ directory });
      for (const [lane, step] of acknowledged.entries()) {
        const values = (await store.partition(lane).list('lane')).map((entry) => entry.value);
        expect(new Set(values).size).toBe(1);
        expect(values).toHaveLength(4);
        expect(values[0]).toBeGreaterThanOrEqual(step);
      }
      await store.close();
    }
  }, 20_000);
});
