/** Ordered, versioned, expiring entries. The only port to storage: engines are lmdb.ts and redis.ts, both pass test/contracts/store.ts. */

/** JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

export interface Entry {
  readonly id: string;
  readonly value: Json;
  /** Rises with every write of the entry; 0 is "absent". */
  readonly version: number;
}

/** Ids are printable ASCII and sort by byte. `from` is inclusive, `to` exclusive. */
export interface Range {
  readonly from?: string;
  readonly to?: string;
  readonly limit?: number;
  readonly reverse?: boolean;
}

export type Change =
  | {
      readonly kind: 'put';
      readonly collection: string;
      readonly id: string;
      readonly value: Json;
      /** Version read before, 0 for "absent"; without it the write is unconditional. */
      readonly expect?: number;
      /** Gone after this many milliseconds; without it the entry stays. */
      readonly ttlMs?: number;
    }
  | { readonly kind: 'delete'; readonly collection: string; readonly id: string; readonly expect?: number }
  /** Changes nothing: the commit is refused unless the entry has this version (a lock still held). */
  | { readonly kind: 'check'; readonly collection: string; readonly id: string; readonly expect: number };

/** A put whose value is already text, the JSON of it: what waited in a turn need not be parsed to be written. */
export interface FrozenPut extends Omit<Extract<Change, { kind: 'put' }>, 'value'> {
  readonly json: string;
}
export type FrozenChange = FrozenPut | Exclude<Change, { kind: 'put' }>;

/** Everything about a conversation lives in one partition, so one commit of it is atomic on any engine. */
export interface Partition {
  readonly number: number;
  get(collection: string, id: string): Promise<Entry | undefined>;
  list(collection: string, range?: Range): Promise<readonly Entry[]>;
  /** All changes or none. Returns the new version, undefined when an expectation failed. Throws StoreError when the engine is unreachable. */
  commit(...changes: readonly (Change | FrozenChange)[]): Promise<number | undefined>;
}

export const PARTITIONS = 64;

export interface Store {
  partition(n: number): Partition;
  /** The same range of every partition, merged in byte order, `limit` applied to the whole; one pipelined round. */
  listAll(collection: string, range?: Range): Promise<readonly (Entry & { readonly partition: number })[]>;
  /** Resolves when the engine answers; throws StoreError otherwise, within `timeoutMs`. */
  ping(timeoutMs: number): Promise<void>;
  /** News for other processes; a hint only, may be lost, the log is what counts. */
  publish(topic: string, message: string): Promise<void>;
  subscribe(topic: string, listener: (message: string) => void): Promise<() => void>;
  close(): Promise<void>;
}

/** The engine is unreachable or broken; the turn changes nothing and the caller is told to come again. */
export class StoreError extends Error {
  readonly code = 'STORE_UNAVAILABLE';
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'StoreError';
  }
}

/** Partition of a conversation: FNV-1a of its id, modulo 64. */
export function partitionOf(conversationId: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(conversationId)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash % PARTITIONS;
}
