import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Entry, Json, Partition } from '../../store/store';
import { ApiError, addressIn, type Fault, faultOf } from './faults';

/**
 * The access token, one for all processes: kept in the store, fetched by one at a time. A fetch that the platform refuses because something is
 * set up wrongly is kept too, for a minute, so that nobody storms it.
 */
export interface Tokens {
  /** Throws ApiError: `configuration` when something is set up wrongly, `retry` when the platform cannot be reached. */
  current(): Promise<string>;
  /** Another one than `dead`, from another process or fetched anew. */
  renew(dead: string): Promise<string>;
  /** What the last fetch in this process was refused with; undefined after one that went well. */
  refusal(): Refusal | undefined;
}

/** Why no token is to be had. */
export interface Refusal {
  readonly errcode: number;
  /** Of ours as the platform sees it, when it said so (40164). */
  readonly address?: string;
}

/** What a fetch answered. */
export type Fetched =
  | { readonly kind: 'token'; readonly token: string; readonly expiresInMs: number }
  | { readonly kind: 'refused'; readonly errcode: number; readonly message: string };

export interface TokenOptions {
  readonly partition: Partition;
  /** Of the account; part of the entry's name. */
  readonly account: string;
  /** `force` asks for another token although the last one lives: 20 a day, 30 s apart. Throws ApiError `retry`. */
  readonly fetch: (force: boolean) => Promise<Fetched>;
  /** Ms since 1970. */
  readonly now: () => number;
  /** How often a process looks for the token that another one fetches, in ms. */
  readonly pollMs?: number;
  readonly onRefused?: (refusal: Refusal) => void;
}

type Kept = { readonly token: string; readonly until: number } | { readonly refusal: Refusal; readonly until: number };

const COLLECTION = 'wechat-tokens';
const LOCKS = 'wechat-token-locks';
/** Longer than a fetch with its retries. */
const LOCK_MS = 20_000;
/** The last five minutes of a token's life overlap with the next. */
const MARGIN_MS = 4 * 60_000;
const REFUSED_MS = 60_000;
const PATIENCE_MS = 15_000;

export function createTokens(options: TokenOptions): Tokens {
  const { partition, now, pollMs = 50 } = options;
  const id = createHash('sha256').update(options.account).digest('base64url').slice(0, 22);
  let known: { readonly token: string; readonly until: number } | undefined;
  let refused: Refusal | undefined;
  /** One at a time in this process, by the token that is not wanted any more. */
  const underWay = new Map<string, Promise<string>>();

  function take(entry: Entry | undefined, dead: string): string | undefined {
    const kept = entry?.value as unknown as Kept | undefined;
    if (!kept || kept.until <= now()) return undefined;
    if ('refusal' in kept) {
      refused = kept.refusal;
      throw refusalError(kept.refusal);
    }
    if (kept.token === dead) return undefined;
    known = kept;
    refused = undefined;
    return kept.token;
  }

  async function obtain(dead: string): Promise<string> {
    const deadline = now() + PATIENCE_MS;
    for (;;) {
      const found = take(await partition.get(COLLECTION, id), dead);
      if (found !== undefined) return found;
      const lock = await partition.commit({ kind: 'put', collection: LOCKS, id, value: null, expect: 0, ttlMs: LOCK_MS });
      if (lock !== undefined) return fetchLocked(dead, lock);
      if (now() > deadline) throw new ApiError('retry', 'NETWORK', 'another process has not got a token in time');
      await delay(pollMs);
    }
  }

  async function fetchLocked(dead: string, lock: number): Promise<string> {
    const release = { kind: 'delete', collection: LOCKS, id, expect: lock } as const;
    try {
      const found = take(await partition.get(COLLECTION, id), dead);
      if (found !== undefined) return found;
      let fetched = await options.fetch(false);
      // Still alive for the platform, but not accepted: only force helps.
      if (fetched.kind === 'token' && fetched.token === dead) fetched = await options.fetch(true);
      const kept = keep(fetched);
      await partition.commit({
        kind: 'put',
        collection: COLLECTION,
        id,
        value: kept as unknown as Json,
        ttlMs: Math.max(kept.until - now(), 1000),
      });
      if ('refusal' in kept) {
        refused = kept.refusal;
        options.onRefused?.(kept.refusal);
        throw refusalError(kept.refusal);
      }
      known = kept;
      refused = undefined;
      return kept.token;
    } finally {
      await partition.commit(release).catch(() => undefined); // the store is away; the lock expires
    }
  }

  function keep(fetched: Fetched): Kept {
    if (fetched.kind === 'token') {
      return { token: fetched.token, until: now() + Math.max(fetched.expiresInMs - MARGIN_MS, fetched.expiresInMs / 2) };
    }
    const address = addressIn(fetched.message);
    return { refusal: { errcode: fetched.errcode, ...(address && { address }) }, until: now() + REFUSED_MS };
  }

  function once(dead: string): Promise<string> {
    const running = underWay.get(dead);
    if (running) return running;
    const work = obtain(dead).finally(() => underWay.delete(dead));
    underWay.set(dead, work);
    return work;
  }

  return {
    async current() {
      return known && known.until > now() ? known.token : once('');
    },
    async renew(dead) {
      if (known?.token === dead) known = undefined;
      return known && known.until > now() ? known.token : once(dead);
    },
    refusal: () => refused,
  };
}

function refusalError({ errcode }: Refusal): ApiError {
  const fault: Fault = faultOf(errcode);
  return new ApiError(fault === 'retry' ? 'retry' : 'configuration', errcode, `no access token: the platform answered ${errcode}`);
}
