import { asJson } from '../repositories/ids';
import type { Store } from '../store/store';
import type { Actor } from './actions';

export const STATES = ['online', 'busy', 'away'] as const;
/** 在线, 忙碌, 离线 */
export type Presence = { readonly id: string; readonly name: string; readonly state: (typeof STATES)[number] };

const COLLECTION = 'desk-presence';
/** A page says so every half minute; one that sleeps or is closed is gone after this. */
const KEPT_MS = 90_000;

/** Who is at the desk, as every process sees it. */
export function createPresence(store: Store) {
  const partition = store.partition(0);
  return {
    async set({ id, name }: Actor, state: Presence['state']): Promise<void> {
      await partition.commit({ kind: 'put', collection: COLLECTION, id, value: asJson({ id, name, state }), ttlMs: KEPT_MS });
    },
    async list(): Promise<readonly Presence[]> {
      return (await partition.list(COLLECTION)).map(({ value }) => value as unknown as Presence);
    },
  };
}
