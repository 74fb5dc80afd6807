import { createHash } from 'node:crypto';
import { type Change, type Json, type Partition, partitionOf, type Store } from '../../store/store';
import type { AccountKind } from './accounts';
import type { Allowance } from './inbound';

/** What the channel knows of a user, in the partition of the conversation. */
export interface User {
  /** Messages of ours that the platform still takes, by our count. */
  readonly left: number;
  /** Ms since 1970: when the window closes; UNKNOWN, or CLOSED when the platform said so. */
  readonly until: number;
  /** Unfollowed, or unknown to the platform. */
  readonly gone?: boolean;
  /** The last menu that can be tapped. */
  readonly menu?: { readonly id: string; readonly choices: readonly string[] };
  /** Agreed to be told of news by a notice. */
  readonly agreed?: boolean;
  /** Notices that may be sent, by template; each consent is one. */
  readonly credits?: Readonly<Record<string, number>>;
  /** The case for which consent was asked. */
  readonly asked?: string;
  /** The case that was to be handed to the people of 企业微信. */
  readonly handed?: string;
  /** The case whose session waits in their pool. */
  readonly pooled?: string;
  /** Lets one message out while the session is in the pool of 企业微信. */
  readonly poolCode?: string;
  /** A person of 企业微信 has the session. */
  readonly isWithPerson?: boolean;
  /** Ms since 1970 of the last notice. */
  readonly noticedAt?: number;
}

export interface Users {
  /** `key` is `channelId/openid`. An unknown user has no window. */
  read(key: string): Promise<User>;
  /** Changes what is known; undefined leaves it. */
  change(key: string, change: (before: User) => User | undefined): Promise<User>;
  /** Changes that forget the user, for a commit of something else. */
  forget(key: string): readonly Change[];
  forgetNow(key: string): Promise<void>;
}

const COLLECTION = 'wechat-users';
const KEPT_MS = 60 * 86_400_000;
export const UNKNOWN = 0;
export const CLOSED = 1;
const NOBODY: User = { left: 0, until: UNKNOWN };
const MAX_TRIES = 20;

/** Entry id of anything with a name from outside. */
export function nameId(...names: readonly string[]): string {
  return createHash('sha256').update(names.join('\n')).digest('base64url').slice(0, 22);
}

/** Where everything about a conversation (`channelId/openid`) is. */
export function partitionFor(store: Store, key: string): Partition {
  return store.partition(partitionOf(key));
}

export function createUsers(store: Store): Users {
  const get = (key: string) => partitionFor(store, key).get(COLLECTION, nameId(key));
  const forget = (key: string): readonly Change[] => [{ kind: 'delete', collection: COLLECTION, id: nameId(key) }];
  return {
    async read(key) {
      return ((await get(key))?.value as unknown as User | undefined) ?? NOBODY;
    },
    async change(key, change) {
      for (let tries = 0; ; tries += 1) {
        const entry = await get(key);
        const before = (entry?.value as unknown as User | undefined) ?? NOBODY;
        const after = change(before);
        if (!after) return before;
        const put = { kind: 'put', collection: COLLECTION, id: nameId(key), value: after as unknown as Json, ttlMs: KEPT_MS } as const;
        // Counting is best effort: the platform has the last word, so a busy entry is written all the same.
        const expect = tries < MAX_TRIES ? { expect: entry?.version ?? 0 } : {};
        if ((await partitionFor(store, key).commit({ ...put, ...expect })) !== undefined) return after;
      }
    },
    forget,
    async forgetNow(key) {
      await partitionFor(store, key).commit(...forget(key));
    },
  };
}

const SLACK_MS = 3_600_000;

/** The user after an action that opens an allowance; the same object when nothing worth a write has changed. */
export function grant(user: User, kind: AccountKind, allowance: Allowance, now: number): User {
  const { count, ms } = kind.quotas[allowance];
  const left = Math.max(user.until > now ? user.left : 0, count);
  const until = Math.max(user.until, now + ms);
  const { gone: _, ...present } = user;
  const isSame = !user.gone && left === user.left && until - user.until < SLACK_MS;
  // The end of a long window may lag by an hour; writing for every message would cost more than it tells.
  return isSame && ms > SLACK_MS ? user : { ...present, left, until };
}

/** How many messages may be sent now. */
export function leftOf({ left, until, gone }: User, now: number): number {
  return gone || until <= now ? 0 : left;
}
