import { mkdir } from 'node:fs/promises';
import { DataDirInUseError, lockDirectory } from './directory-lock';
import { assertName, freeze, mergeSorted } from './entry';
import { createQueue } from './lmdb-queue';
import { applyChanges, getEntry, listEntries, openTables, SWEEP_CHUNK, sweepChunk, type Tables } from './lmdb-tables';
import { PARTITIONS, type Partition, type Store, StoreError } from './store';
import { createTopics } from './topics';

/** Where and how the embedded store works. */
export interface LmdbOptions {
  /** Created when absent. On a local disk: LMDB does not work on network shares. */
  readonly directory: string;
  /** Ms since 1970; default the system clock. */
  readonly now?: () => number;
  /** How often expired entries are deleted (they are invisible at once); default 60,000. */
  readonly sweepMs?: number;
}

/**
 * The store on disk for one process, without set-up. A commit resolves when it is flushed to disk.
 * Throws DataDirInUseError when another process has the directory, StoreError when it cannot be opened.
 */
export async function openLmdbStore(options: LmdbOptions): Promise<Store> {
  const { directory, now = Date.now, sweepMs = 60_000 } = options;
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const unlock = await lockDirectory(directory);
    try {
      return createStore({ tables: openTables(directory), now, sweepMs, unlock });
    } catch (error) {
      await unlock();
      throw error;
    }
  } catch (cause) {
    if (cause instanceof DataDirInUseError) throw cause;
    throw new StoreError(`the data directory ${directory} cannot be opened`, { cause });
  }
}

interface StoreParts {
  readonly tables: Tables;
  readonly now: () => number;
  readonly sweepMs: number;
  readonly unlock: () => Promise<void>;
}

function createStore({ tables, now, sweepMs, unlock }: StoreParts): Store {
  const topics = createTopics();
  let closing: Promise<void> | undefined;
  let sweeping: Promise<void> | undefined;
  const queue = createQueue(tables.root);

  /** Every access to the disk: an engine's error becomes a StoreError. */
  async function guarded<T>(action: () => T | Promise<T>): Promise<T> {
    if (closing) throw new StoreError('the store is closed');
    try {
      return await action();
    } catch (error) {
      throw new StoreError('the embedded store failed', { cause: await reasonOf(error) });
    }
  }

  /** A read asked for after a commit sees it: while one is queued, the read stands in the same queue. */
  const read = <T>(action: () => T): Promise<T> => guarded(() => (queue.isEmpty() ? action() : queue.add(action)));

  async function sweep(): Promise<void> {
    while (!closing && (await queue.add(() => sweepChunk(tables, now()))) === SWEEP_CHUNK);
  }
  function startSweep(): void {
    // The sweep only saves space: when it fails, commits fail as well and tell their callers.
    sweeping ??= sweep()
      .catch(() => undefined)
      .finally(() => {
        sweeping = undefined;
      });
  }
  startSweep();
  const timer = setInterval(startSweep, sweepMs).unref();

  async function close(): Promise<void> {
    clearInterval(timer);
    await sweeping;
    await tables.root.flushed;
    await tables.root.close();
    await unlock();
  }

  function partition(number: number): Partition {
    if (!(Number.isInteger(number) && number >= 0 && number < PARTITIONS)) throw new RangeError(`store: no partition ${number}`);
    return {
      number,
      async get(collection, id) {
        assertName(collection);
        assertName(id);
        return read(() => getEntry(tables, [number, collection, id], now()));
      },
      async list(collection, range = {}) {
        assertName(collection);
        return read(() => listEntries({ tables, partition: number, collection, range, now: now() }));
      },
      async commit(...changes) {
        const frozen = freeze(changes);
        return guarded(() => queue.add(() => applyChanges(tables, number, frozen, now())));
      },
    };
  }

  return {
    partition,
    async listAll(collection, range = {}) {
      assertName(collection);
      const numbers = Array.from({ length: PARTITIONS }, (_, n) => n);
      return read(() =>
        mergeSorted(
          numbers.map((n) =>
            listEntries({ tables, partition: n, collection, range, now: now() }).map((entry) => ({ ...entry, partition: n })),
          ),
          range,
        ),
      );
    },
    async ping() {
      await guarded(() => tables.versions.get(0));
    },
    async publish(topic, message) {
      setImmediate(() => topics.emit(topic, message));
    },
    async subscribe(topic, listener) {
      return topics.add(topic, listener);
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}

/** LMDB hides why a commit failed (a full disk) in a promise of the error, which has to be caught too. */
async function reasonOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error && 'commitError' in error)) return error;
  return Promise.resolve(error.commitError).catch((reason: unknown) => reason);
}
