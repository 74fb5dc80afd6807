import { entryId } from '../repositories/ids';
import { partitionOf, type Store } from '../store/store';

/** Failed sign-ins, counted in the store, so that several processes count together and a restart forgets nothing. */
export interface Attempts {
  /** 0 when one more may be tried (and it is counted), else ms to wait. */
  take(who: string): Promise<number>;
  /** Signed in: the count of this name begins anew. */
  clear(who: string): Promise<void>;
}

const COLLECTION = 'desk-attempts';
const MOST = 5;
/** Five tries in a quarter of an hour, for one agent and for one address alike. */
const WINDOW_MS = 15 * 60_000;
const ROUNDS = 20;

interface Count {
  readonly tries: number;
  readonly since: number;
}

/** `clock` is ms since 1970. */
export function createAttempts(store: Store, clock: () => number): Attempts {
  const placeOf = (who: string) => store.partition(partitionOf(`attempts/${who}`));
  return {
    async take(who) {
      for (let round = 0; round < ROUNDS; round += 1) {
        const entry = await placeOf(who).get(COLLECTION, entryId(who));
        const kept = entry?.value as unknown as Count | undefined;
        const count = kept && clock() - kept.since < WINDOW_MS ? kept : { tries: 0, since: clock() };
        if (count.tries >= MOST) return count.since + WINDOW_MS - clock();
        const value = { tries: count.tries + 1, since: count.since };
        const change = {
          kind: 'put',
          collection: COLLECTION,
          id: entryId(who),
          value,
          expect: entry?.version ?? 0,
          ttlMs: WINDOW_MS,
        } as const;
        if ((await placeOf(who).commit(change)) !== undefined) return 0;
      }
      return WINDOW_MS;
    },
    async clear(who) {
      await placeOf(who).commit({ kind: 'delete', collection: COLLECTION, id: entryId(who) });
    },
  };
}
