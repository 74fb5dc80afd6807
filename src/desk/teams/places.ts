import type { Queue } from '../../domain/case';
import { type ConversationRecord, findConversation, saveConversation } from '../../repositories/conversations';
import { asJson, childId, childRange, entryId } from '../../repositories/ids';
import type { Reference } from '../../repositories/transcripts';
import { type Change, type Entry, type Partition, partitionOf, type Store } from '../../store/store';

/** Where in Teams cases are shown: the places that asked for them, the card of each case there, and the thread in which an agent works. */

/** A channel or chat that receives cases. */
export interface Place {
  /** Conversation key, without a thread. */
  readonly key: string;
  readonly reference: Reference;
  /** Id of the team it is in. */
  readonly team?: string;
  /** Only these; empty: all. */
  readonly queues: readonly Queue[];
  /** ISO +08:00: cases from then on. */
  readonly since: string;
  /** ISO +08:00: since then nothing can be sent there. */
  readonly removedAt?: string;
}

/** The card of an open case at a place. */
export interface ShownCard {
  readonly caseId: string;
  /** Key of the place. */
  readonly place: string;
  /** The id Teams gave it; absent until it is delivered, empty when Teams did not take it. */
  readonly messageId?: string;
  /** The state it shows. */
  readonly state: string;
}

/** An agent at work on a case in a thread. */
export interface Thread {
  /** Conversation key. */
  readonly key: string;
  readonly caseId: string;
  /** The agent's id. */
  readonly agent: string;
  /** ISO +08:00: what the customer wrote from then on is told here. */
  readonly from: string;
  /** Activity id of the customer's last line that was told. */
  readonly told?: string;
}

/** Somebody of the staff who did something at a place. */
export interface Seen {
  /** His id in Teams, 29:… */
  readonly user: string;
  /** The agent he is. */
  readonly agent: string;
  /** ISO +08:00. */
  readonly at: string;
}

const PEOPLE = 'teams-people';
const PEOPLE_MS = 30 * 86_400_000;
/** Source: learn.microsoft.com, "Work with Universal Actions for Adaptive Cards", user IDs in refresh. */
const MOST_REFRESHED = 60;
const PLACES = 'teams-places';
const CARDS = 'teams-cards';
const THREADS = 'teams-threads';
const THREAD_MS = 30 * 86_400_000;
const THREAD_MARK = ';messageid=';

/** The key of the place a thread is in; the key itself when it is none. */
export function placeKeyOf(key: string): string {
  return key.split(THREAD_MARK)[0] ?? key;
}

/** The conversation of a card: its thread in a channel, the chat itself elsewhere. Undefined until it is delivered. */
export function threadKeyOf({ reference, key }: Place, { messageId }: ShownCard): string | undefined {
  if (!messageId) return undefined;
  return reference.conversation?.conversationType === 'channel' ? `${key}${THREAD_MARK}${messageId}` : key;
}

/** Message id of the first message of a thread. */
export function threadMessage(key: string): string | undefined {
  return key.split(THREAD_MARK)[1];
}

/** All of them, also those that were removed. */
export async function listPlaces(store: Store): Promise<readonly Place[]> {
  return (await store.partition(0).list(PLACES)).map(({ value }) => value as unknown as Place);
}

export async function findPlace(store: Store, key: string): Promise<Place | undefined> {
  return (await store.partition(0).get(PLACES, entryId(key)))?.value as unknown as Place | undefined;
}

export async function savePlace(store: Store, place: Place): Promise<void> {
  await store.partition(0).commit({ kind: 'put', collection: PLACES, id: entryId(place.key), value: asJson(place) });
}

export async function deletePlace(store: Store, key: string): Promise<void> {
  await store.partition(0).commit({ kind: 'delete', collection: PLACES, id: entryId(key) });
}

const home = (store: Store, key: string): Partition => store.partition(partitionOf(key));

/** Cards at a place, with their versions. */
export async function listCards(store: Store, place: string): Promise<readonly (ShownCard & { readonly version: number })[]> {
  const entries = await home(store, place).list(CARDS, childRange(place));
  return entries.map(({ value, version }) => ({ ...(value as unknown as ShownCard), version }));
}

/** The change that keeps a card; refused when it is not any more as it was read. */
export function cardChange(card: ShownCard, expect: number): Change {
  return { kind: 'put', collection: CARDS, id: childId(card.place, card.caseId), value: asJson(card), expect };
}

export async function changeCard(store: Store, card: ShownCard, expect: number): Promise<void> {
  await home(store, card.place).commit(cardChange(card, expect));
}

export async function findCard(store: Store, place: string, caseId: string): Promise<(ShownCard & { version: number }) | undefined> {
  const entry = await home(store, place).get(CARDS, childId(place, caseId));
  return entry && { ...(entry.value as unknown as ShownCard), version: entry.version };
}

export async function deleteCard(store: Store, { place, caseId }: Pick<ShownCard, 'place' | 'caseId'>): Promise<void> {
  await home(store, place).commit({ kind: 'delete', collection: CARDS, id: childId(place, caseId) });
}

/** Notes who did something at a place: cards there refresh themselves for him. */
export async function notePerson(store: Store, place: string, seen: Seen): Promise<void> {
  const id = childId(place, entryId(seen.user));
  if (await home(store, place).get(PEOPLE, id)) return;
  await home(store, place).commit({ kind: 'put', collection: PEOPLE, id, value: asJson(seen), ttlMs: PEOPLE_MS });
}

/** For whom a card at a place refreshes itself: who has the case, then who came last; no more than Teams takes. */
export async function listSeen(store: Store, place: string, agent: string | undefined): Promise<readonly Seen[]> {
  const seen = (await home(store, place).list(PEOPLE, childRange(place))).map(({ value }) => value as unknown as Seen);
  const rank = (one: Seen) => (one.agent === agent ? '~' : one.at);
  return seen.sort((a, b) => (rank(a) < rank(b) ? 1 : -1)).slice(0, MOST_REFRESHED);
}

/** The agents at work in a conversation: on one case in a thread, on any number in a chat. */
export async function listThreads(store: Store, key: string): Promise<readonly (Thread & { readonly version: number })[]> {
  return (await home(store, key).list(THREADS, childRange(key))).map(threadIn);
}

/** All agents at work, with the versions of their entries. */
export async function listAllThreads(store: Store): Promise<readonly (Thread & { readonly version: number })[]> {
  return (await store.listAll(THREADS)).map(threadIn);
}

/** The change that keeps a thread; refused when it is not any more as it was read. */
export function threadChange({ key, caseId, agent, from, told }: Thread, expect?: number): Change {
  const value = asJson({ key, caseId, agent, from, ...(told !== undefined && { told }) });
  return { kind: 'put', collection: THREADS, id: childId(key, caseId), value, ttlMs: THREAD_MS, ...(expect !== undefined && { expect }) };
}

export async function saveThread(store: Store, thread: Thread): Promise<void> {
  await home(store, thread.key).commit(threadChange(thread));
}

export async function deleteThread(store: Store, { key, caseId }: Thread): Promise<void> {
  await home(store, key).commit({ kind: 'delete', collection: THREADS, id: childId(key, caseId) });
}

function threadIn({ value, version }: Entry): Thread & { readonly version: number } {
  return { ...(value as unknown as Thread), version };
}

/** Makes it possible to say something in a conversation that nobody has written in yet, or not for long. */
export async function ensureConversation(
  store: Store,
  { key, reference, now }: { readonly key: string; readonly reference: Reference; readonly now: string },
): Promise<void> {
  const partition = home(store, key);
  if (await findConversation(partition, key)) return;
  const { activityId: _, ...rest } = reference;
  const channel = key.slice(0, key.indexOf('/'));
  const conversation = { ...rest.conversation, id: key.slice(channel.length + 1) };
  const record = { id: key, channel, reference: { ...rest, conversation }, locale: 'zh-CN', misunderstood: 0, angryTurns: 0, lastAt: now };
  await saveConversation(partition, JSON.parse(JSON.stringify(record)) as ConversationRecord);
}
