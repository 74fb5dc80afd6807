import { setTimeout as delay } from 'node:timers/promises';
import type { Activity } from 'botbuilder';
import { asJson, childRange, entryId } from '../repositories/ids';
import { type Change, type Entry, partitionOf, type Store } from '../store/store';
import type { Outbox } from './outbox';
import { LEASES, OUTBOX, type OutboxEntry } from './outbox-entry';

/** For channels that answer in the response to a message: what waits in the outbox goes along, and what does not fit goes into it. */

/** Undelivered messages of a conversation. */
export interface Taken {
  /** Oldest first. */
  readonly activities: readonly Partial<Activity>[];
  /** Changes that take them out; the commit is refused when one of them was delivered or is being delivered. */
  readonly taken: readonly Change[];
}

const NONE: Taken = { activities: [], taken: [] };
/** What a response can hold is far less. */
const LIMIT = 20;
const LOOK_MS = 50;
/** Whoever is delivering may be waiting for a slow platform; then what waits is tried when its time comes. */
const HURRIES = 20;

/**
 * What waits to be sent in a conversation (`channelId/conversation.id`); nothing while somebody is delivering it, which is waited for for
 * `patienceMs`.
 */
export async function listWaiting(store: Store, conversation: string, patienceMs = 0): Promise<Taken> {
  const until = Date.now() + patienceMs;
  for (;;) {
    const taken = await look(store, conversation);
    if (taken !== 'busy') return taken;
    if (Date.now() >= until) return NONE;
    await delay(LOOK_MS);
  }
}

async function look(store: Store, conversation: string): Promise<Taken | 'busy'> {
  const partition = store.partition(partitionOf(conversation));
  const lease = entryId(conversation);
  const [entries, held] = await Promise.all([
    partition.list(OUTBOX, { ...childRange(conversation), limit: LIMIT }),
    partition.get(LEASES, lease),
  ]);
  const messages = entries.filter((entry) => activityIn(entry).type === 'message');
  if (messages.length === 0) return NONE;
  if (held) return 'busy';
  return {
    activities: messages.map(activityIn),
    taken: [
      { kind: 'check', collection: LEASES, id: lease, expect: 0 },
      ...messages.map(({ id, version }): Change => ({ kind: 'delete', collection: OUTBOX, id, expect: version })),
    ],
  };
}

/** What waits behind an entry, or without an id all that waits, whoever is delivering it. */
export async function listBehind(store: Store, conversation: string, id: string): Promise<readonly Partial<Activity>[]> {
  const range = childRange(conversation);
  const from = id === '' ? range : { ...range, from: `${id} ` };
  const entries = await store.partition(partitionOf(conversation)).list(OUTBOX, { ...from, limit: LIMIT });
  return entries.map(activityIn);
}

/**
 * Tries at once, changed, what waits in a conversation after a failed attempt; for channels whose users free it by writing again. `change` may
 * return the activity as it is. Throws StoreError.
 */
export async function hurry(
  { store, outbox }: { readonly store: Store; readonly outbox: Outbox },
  conversation: string,
  change: (activity: Partial<Activity>) => Partial<Activity>,
): Promise<void> {
  const partition = store.partition(partitionOf(conversation));
  const free = { kind: 'check', collection: LEASES, id: entryId(conversation), expect: 0 } as const;
  for (let tries = 0; tries < HURRIES; tries += 1) {
    const entries = await partition.list(OUTBOX, { ...childRange(conversation), limit: LIMIT });
    const late = entries.filter(({ value }) => (value as unknown as OutboxEntry).attempts > 0);
    if (late.length === 0) return;
    const due = late.map(({ id, value, version }): Change => {
      const entry = value as unknown as OutboxEntry;
      const soon: OutboxEntry = { ...entry, activity: change(entry.activity), dueAt: 0 };
      return { kind: 'put', collection: OUTBOX, id, value: asJson(soon), expect: version };
    });
    if ((await partition.commit(free, ...due)) !== undefined) return outbox.deliverWaiting(conversation);
    await delay(LOOK_MS);
  }
}

/** Puts messages into the outbox together with other changes; false when an expectation of these failed. Throws StoreError. */
export async function enqueue(
  { store, outbox }: { readonly store: Store; readonly outbox: Outbox },
  outgoing: Parameters<Outbox['changes']>[0],
  also: readonly Change[],
): Promise<boolean> {
  const partition = store.partition(partitionOf(outgoing.conversation));
  const view = await outbox.view(partition, outgoing.conversation);
  const version = await partition.commit(...also, ...outbox.changes(outgoing, view));
  if (version === undefined) return false;
  outbox.committed(outgoing, view, version);
  return true;
}

function activityIn({ value }: Entry): Partial<Activity> {
  return (value as unknown as OutboxEntry).activity;
}
