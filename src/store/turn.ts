import { assertName, freeze, mergeSorted } from './entry';
import type { Change, Entry, FrozenChange, Partition, Range } from './store';

/** A partition whose commits wait: reads see them, the store does not until `flush`. For one turn; call nothing while the flush runs. */
export interface TurnPartition extends Partition {
  /** What a flush would commit: one change for each entry, its last write with its first expectation. */
  changes(): readonly Change[];
  /** Whether a flush would write or delete this entry. */
  writes(collection: string, id: string): boolean;
  /**
   * One commit of everything that waits, then `extra`. Returns the new version; undefined when an expectation failed in the meantime: then nothing
   * was written and the turn must run again on a new TurnPartition. Throws StoreError: only a new read tells what the store holds then.
   */
  flush(...extra: readonly Change[]): Promise<number | undefined>;
}

type Write =
  | { readonly kind: 'put'; readonly json: string; readonly ttlMs?: number; readonly version: number }
  | { readonly kind: 'delete' };

interface Waiting {
  readonly collection: string;
  readonly id: string;
  /** The first expectation: what the store must still hold. */
  expect?: number;
  write?: Write;
}

/** Versions of waiting writes start here: above every version of a store, so they never pass for one. */
const FIRST_WAITING_VERSION = 2 ** 52;

/**
 * Wraps a partition for one turn. An expectation is checked at once against what the turn sees, and by the flush against the store.
 * An entry not read before is read for that check; to save the round trip, read it together with the others at the start.
 */
export function createTurnPartition(partition: Partition): TurnPartition {
  const waiting = new Map<string, Waiting>();
  /** Versions in the store as this turn last read them. */
  const seen = new Map<string, number>();
  let lastVersion = FIRST_WAITING_VERSION;
  let committing: Promise<unknown> | undefined;

  async function read(collection: string, id: string): Promise<Entry | undefined> {
    const entry = await partition.get(collection, id);
    seen.set(keyOf({ collection, id }), entry?.version ?? 0);
    return entry;
  }

  function visibleVersion(change: FrozenChange): number {
    const write = waiting.get(keyOf(change))?.write;
    if (!write) return seen.get(keyOf(change)) ?? 0;
    return write.kind === 'put' ? write.version : 0;
  }

  function entryOf(change: FrozenChange): Waiting {
    const { collection, id } = change;
    const known = waiting.get(keyOf(change)) ?? { collection, id };
    waiting.set(keyOf(change), known);
    return known;
  }

  async function buffer(changes: readonly FrozenChange[]): Promise<number | undefined> {
    const expecting = changes.filter((change) => change.expect !== undefined);
    const unread = expecting.filter((change) => !waiting.get(keyOf(change))?.write && !seen.has(keyOf(change)));
    await Promise.all(unread.map(({ collection, id }) => read(collection, id)));
    if (expecting.some((change) => change.expect !== visibleVersion(change))) return undefined;

    for (const change of expecting) {
      const entry = entryOf(change);
      // About a waiting write it was checked just now and means nothing to the store.
      if (!entry.write && change.expect !== undefined) entry.expect ??= change.expect;
    }
    lastVersion += 1;
    for (const change of changes) {
      if (change.kind !== 'check') entryOf(change).write = toWrite(change, lastVersion);
    }
    return lastVersion;
  }

  const frozen = () => [...waiting.values()].flatMap(toChange);

  return {
    number: partition.number,
    changes: () => frozen().map(thaw),
    writes: (collection, id) => waiting.get(keyOf({ collection, id }))?.write !== undefined,
    async get(collection, id) {
      assertName(collection);
      assertName(id);
      if (committing) await committing;
      const write = waiting.get(keyOf({ collection, id }))?.write;
      return write ? waitingEntry(id, write) : read(collection, id);
    },
    async list(collection, range = {}) {
      assertName(collection);
      if (committing) await committing;
      const writes = new Map<string, Write>();
      for (const entry of waiting.values()) {
        if (entry.write && entry.collection === collection && isWithin(entry.id, range)) writes.set(entry.id, entry.write);
      }
      // Each waiting delete may hide one of the entries asked for.
      const hidden = [...writes.values()].filter((write) => write.kind === 'delete').length;
      const stored = await partition.list(collection, range.limit === undefined ? range : { ...range, limit: range.limit + hidden });
      for (const { id, version } of stored) seen.set(keyOf({ collection, id }), version);
      const kept = stored.filter((entry) => !writes.has(entry.id));
      return mergeSorted([kept, [...writes].flatMap(([id, write]) => waitingEntry(id, write) ?? [])], range);
    },
    async commit(...wanted) {
      const asked = freeze(wanted);
      const result = committing ? committing.then(() => buffer(asked)) : buffer(asked);
      const settled = result
        .catch(() => undefined)
        .then(() => {
          if (committing === settled) committing = undefined;
        });
      committing = settled;
      return result;
    },
    async flush(...extra) {
      if (committing) await committing;
      const version = await partition.commit(...frozen(), ...extra);
      if (version !== undefined) {
        waiting.clear();
        seen.clear();
      }
      return version;
    },
  };
}

const keyOf = ({ collection, id }: { readonly collection: string; readonly id: string }) => `${collection}\0${id}`;

function isWithin(id: string, { from, to }: Range): boolean {
  return (from === undefined || id >= from) && (to === undefined || id < to);
}

function toWrite(change: Exclude<FrozenChange, { kind: 'check' }>, version: number): Write {
  if (change.kind === 'delete') return { kind: 'delete' };
  return { kind: 'put', json: change.json, version, ...(change.ttlMs !== undefined && { ttlMs: change.ttlMs }) };
}

function waitingEntry(id: string, write: Write): Entry | undefined {
  return write.kind === 'put' ? { id, value: JSON.parse(write.json), version: write.version } : undefined;
}

function toChange({ collection, id, expect, write }: Waiting): readonly FrozenChange[] {
  const about = { collection, id, ...(expect !== undefined && { expect }) };
  if (write?.kind === 'put') return [{ ...about, kind: 'put', json: write.json, ...(write.ttlMs !== undefined && { ttlMs: write.ttlMs }) }];
  if (write) return [{ ...about, kind: 'delete' }];
  return expect === undefined ? [] : [{ kind: 'check', collection, id, expect }];
}

function thaw(change: FrozenChange): Change {
  if (change.kind !== 'put') return change;
  const { json, ...rest } = change;
  return { ...rest, value: JSON.parse(json) };
}
