import { createHash } from 'node:crypto';
import { type Partition, partitionOf, type Store } from '../../store/store';
import { MAX_AGE_MS } from './envelope';

/** Requests of the last minutes, in this process and in the store, so that none is taken twice by whichever process. */
export interface Replays {
  /**
   * `new`, or `again` for the same request while its first was not answered: the connection broke. `replay` when it was answered, or the
   * proof comes with another body. Throws StoreError when the body is free.
   */
  enter(query: URLSearchParams, body: string): Promise<'new' | 'again' | 'replay'>;
  /** The answer goes out while the caller is still there; other processes know a moment later. */
  answered(query: URLSearchParams, body: string): void;
}

export interface ReplaysOptions {
  readonly store: Store;
  /** The proof does not cover the body (plain mode): it is good for the one body that it first came with. */
  readonly isBodyFree: boolean;
  /** Ms since 1970. */
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

interface Seen {
  /** Digest. */
  readonly body: string;
  readonly answered: boolean;
}

const REQUESTS = 'wechat-requests';
/** Then its time alone refuses it. */
const KEPT_MS = 2 * MAX_AGE_MS;
/** Far above what an account sends in that time; the oldest go first. */
const MOST = 100_000;
const PROOF = ['timestamp', 'nonce', 'signature', 'msg_signature'] as const;

const digest = (text: string) => createHash('sha256').update(text).digest('base64url').slice(0, 22);
const keyOf = (query: URLSearchParams) => digest(JSON.stringify(PROOF.map((name) => query.get(name))));

export function createReplays({ store, isBodyFree, now, onError }: ReplaysOptions): Replays {
  const seen = new Map<string, Seen & { readonly at: number }>();

  function forgetOld(): void {
    for (const [key, { at }] of seen) {
      if (seen.size <= MOST && now() - at <= KEPT_MS) break;
      seen.delete(key);
    }
  }

  const partitionFor = (key: string): Partition => store.partition(partitionOf(key));
  const put = (id: string, { body, answered }: Seen) =>
    ({ kind: 'put', collection: REQUESTS, id, value: { body, answered }, ttlMs: KEPT_MS }) as const;
  const find = async (key: string) => (await partitionFor(key).get(REQUESTS, key))?.value as Seen | undefined;

  async function elsewhere(key: string, fresh: Seen): Promise<Seen | undefined> {
    // Without the store this process alone remembers: enough, since a message runs once however often it comes.
    if (!isBodyFree) return find(key).catch((error: unknown) => void onError(error));
    return (await partitionFor(key).commit({ ...put(key, fresh), expect: 0 })) === undefined ? find(key) : undefined;
  }

  return {
    async enter(query, body) {
      forgetOld();
      const key = keyOf(query);
      const fresh: Seen = { body: digest(body), answered: false };
      const isReplay = (before: Seen | undefined) => before !== undefined && (before.answered || before.body !== fresh.body);
      const here = seen.get(key);
      if (isReplay(here)) return 'replay';
      if (!here) seen.set(key, { ...fresh, at: now() });
      const there = await elsewhere(key, fresh);
      if (isReplay(there)) return 'replay';
      return here || there ? 'again' : 'new';
    },
    answered(query, body) {
      const key = keyOf(query);
      const done: Seen = { body: digest(body), answered: true };
      seen.set(key, { ...done, at: now() });
      partitionFor(key).commit(put(key, done)).catch(onError);
    },
  };
}
