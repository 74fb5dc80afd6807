import { z } from 'zod';
import { PARTITIONS, type Partition, type Store } from '../store/store';
import { entryId } from './ids';

const COLLECTION = 'misses';
/** How long a text that was not understood is kept. */
export const MISS_TTL_MS = 30 * 86_400_000;

const MISS = z.object({
  text: z.string(),
  at: z.string(),
  intent: z.string().optional(),
  confidence: z.number(),
  decided: z.string(),
  expecting: z.string().optional(),
  channel: z.string().optional(),
  label: z.string().optional(),
});

/** A text the bot did not understand, with secrets masked; `label` is the intent a person gave it afterwards. Names no conversation. */
export type Miss = z.infer<typeof MISS>;
export type StoredMiss = Miss & { readonly id: string; readonly partition: number };

/** The id sorts by time; a text kept twice for the same second is one miss. */
function idOf({ at, text }: Miss): string {
  return `${at.replace(/\D/g, '').slice(0, 14)}-${entryId(text).slice(0, 10)}`;
}

/** Keeps a miss for 30 days; `partition` may be a turn, so it is kept only when the turn is. `miss.text` is already masked. */
export async function keepMiss(partition: Partition, miss: Miss): Promise<void> {
  await partition.commit({ kind: 'put', collection: COLLECTION, id: idOf(miss), value: MISS.parse(miss), ttlMs: MISS_TTL_MS });
}

/** Misses of all partitions, the oldest first. */
export async function listMisses(store: Store, limit = 1000): Promise<StoredMiss[]> {
  const entries = await store.listAll(COLLECTION, { limit });
  return entries.map(({ id, partition, value }) => ({ ...MISS.parse(value), id, partition }));
}

/** Gives a miss its true intent; its time of expiry does not move. Returns what was relabelled, undefined when there is none of this id. */
export async function relabelMiss(store: Store, id: string, change: { label: string; now: string }): Promise<Miss | undefined> {
  for (let n = 0; n < PARTITIONS; n += 1) {
    const entry = await store.partition(n).get(COLLECTION, id);
    if (!entry) continue;
    const miss = { ...MISS.parse(entry.value), label: change.label };
    const ttlMs = Math.max(1, Date.parse(miss.at) + MISS_TTL_MS - Date.parse(change.now));
    const version = await store.partition(n).commit({ kind: 'put', collection: COLLECTION, id, value: miss, expect: entry.version, ttlMs });
    return version === undefined ? relabelMiss(store, id, change) : miss;
  }
  return undefined;
}
