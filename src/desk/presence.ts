import { asJson } from '../repositories/ids';
import type { Store } from '../store/store';
import type { Actor } from './actions';

export const STATES = ['online', 'busy', 'away'] as const;
/** 在线, 忙碌, 离线 */
export interface Presence {
  readonly id: string;
  readonly name: string;
  readonly state: (typeof STATES)[number];
  /** He has no page open; he did something on Teams. */
  readonly elsewhere?: boolean;
}

const COLLECTION = 'desk-presence';
/** A page says so every half minute; one that sleeps or is closed is gone after this. */
const KEPT_MS = 90_000;
/** Who works elsewhere says nothing every half minute; so long after he did something he still counts as there. */
const ELSEWHERE_MS = 10 * 60_000;

/** Who is at the desk, as every process sees it. */
export function createPresence(store: Store) {
  const partition = store.partition(0);
  return {
    async set({ id, name }: Actor, state: Presence['state']): Promise<void> {
      await partition.commit({ kind: 'put', collection: COLLECTION, id, value: asJson({ id, name, state }), ttlMs: KEPT_MS });
    },
    /** He did something elsewhere, on Teams. What his page says of him stays. */
    async seenElsewhere({ id, name }: Actor): Promise<void> {
      const known = await partition.get(COLLECTION, id);
      if (known && !(known.value as unknown as Presence).elsewhere) return;
      const value = asJson({ id, name, state: 'online', elsewhere: true });
      await partition.commit({ kind: 'put', collection: COLLECTION, id, value, ttlMs: ELSEWHERE_MS, expect: known?.version ?? 0 });
    },
    async list(): Promise<readonly Presence[]> {
      return (await partition.list(COLLECTION)).map(({ value }) => value as unknown as Presence);
    },
  };
}
