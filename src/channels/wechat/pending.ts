import type { Activity } from 'botbuilder';
import type { Change, Entry, Json, Store } from '../../store/store';
import { nameId, partitionFor } from './users';

/**
 * Messages whose answer is not out yet, kept once it takes longer than a moment: after `success` the platform does not send a message again, so
 * from then on it is ours to lose. Whoever gives the answer takes the entry out in the same commit: of all processes one answers.
 */
export interface Pending {
  /** Key of the conversation. */
  readonly conversation: string;
  /** Masked. */
  readonly activity: Partial<Activity>;
  /** The platform was told `success`: it will not come again. */
  readonly promised: boolean;
  /** Deliveries that ended without an answer. */
  readonly deliveries: number;
  /** Its turn is committed; whoever has a delivery may answer it. */
  readonly isDone?: boolean;
  /** Ms since 1970: when another process may take it over. */
  readonly dueAt: number;
}

export interface PendingStore {
  /** Undefined when there is none. */
  find(conversation: string, message: string): Promise<Found | undefined>;
  /** False when there is one already. */
  add(pending: Pending): Promise<boolean>;
  /** Changes an entry that is still there; undefined when it is not. */
  change(conversation: string, message: string, change: (before: Pending) => Pending): Promise<Pending | undefined>;
  /** All entries whose time has come, of every process. */
  due(now: number): Promise<readonly Pending[]>;
}

export interface Found {
  readonly pending: Pending;
  /** The change that takes it out; the commit is refused when it was changed in the meantime. */
  readonly taken: Change;
}

const COLLECTION = 'wechat-pending';
/** Longer than anything waits; a forgotten entry must not live for ever. */
const KEPT_MS = 3 * 86_400_000;
const PAGE = 200;
const MAX_TRIES = 20;

export function createPending(store: Store): PendingStore {
  const idOf = (conversation: string, message: string) => nameId(conversation, message);
  const messageOf = ({ activity }: Pending) => activity.id ?? '';
  const put = (pending: Pending, expect: number): Change => ({
    ...{ kind: 'put', collection: COLLECTION, id: idOf(pending.conversation, messageOf(pending)) },
    ...{ value: pending as unknown as Json, expect, ttlMs: KEPT_MS },
  });
  const get = (conversation: string, message: string) => partitionFor(store, conversation).get(COLLECTION, idOf(conversation, message));

  return {
    async find(conversation, message) {
      const entry = await get(conversation, message);
      const taken = { kind: 'delete', collection: COLLECTION, id: idOf(conversation, message), expect: entry?.version ?? 0 } as const;
      return entry && { pending: pendingIn(entry), taken };
    },
    async add(pending) {
      return (await partitionFor(store, pending.conversation).commit(put(pending, 0))) !== undefined;
    },
    async change(conversation, message, change) {
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const entry = await get(conversation, message);
        if (!entry) return undefined;
        const after = change(pendingIn(entry));
        if ((await partitionFor(store, conversation).commit(put(after, entry.version))) !== undefined) return after;
      }
      return undefined;
    },
    async due(now) {
      const entries = await store.listAll(COLLECTION, { limit: PAGE });
      return entries.map(pendingIn).filter(({ dueAt }) => dueAt <= now);
    },
  };
}

function pendingIn({ value }: Entry): Pending {
  return value as unknown as Pending;
}

/** What was answered passively together with text that had waited: a redelivery gets the same again. */
export interface Given {
  /** Plain text of the passive reply; empty for none. */
  readonly text: string;
  /** The answer went or goes out by the API: nothing more is to be said to a redelivery. */
  readonly isSent: boolean;
}

const GIVEN = 'wechat-given';
/** As long as the turn remembers its replies. */
const GIVEN_MS = 30 * 60_000;

/** The change that keeps what was given to a message; the commit is refused when something was given already. */
export function givenChange(conversation: string, message: string, given: Given): Change {
  return {
    ...{ kind: 'put', collection: GIVEN, id: nameId(conversation, message) },
    ...{ value: given as unknown as Json, expect: 0, ttlMs: GIVEN_MS },
  };
}

/** What was given to a message; undefined for nothing out of the ordinary. */
export async function findGiven(store: Store, conversation: string, message: string): Promise<Given | undefined> {
  return (await partitionFor(store, conversation).get(GIVEN, nameId(conversation, message)))?.value as unknown as Given | undefined;
}
