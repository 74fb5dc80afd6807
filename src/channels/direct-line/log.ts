import { createHash } from 'node:crypto';
import type { Activity } from 'botbuilder';
import { type Change, type Json, type Partition, partitionOf, type Store, StoreError } from '../../store/store';

/**
 * What was said in a conversation of this channel, both directions, numbered from 1 without gaps: the number is the watermark. An entry and the
 * number it takes are one commit, so a reader that has seen n misses nothing before n.
 */

export const CHANNEL_ID = 'directline';
/** A conversation is forgotten this long after its last word, a word this long after it was said. */
export const KEPT_MS = 30 * 86_400_000;
/** Longer than the outbox tries to deliver an activity. */
const REMEMBERED_MS = 2 * 86_400_000;
/** Somebody is typing: old news at once. */
const TYPING_MS = 10_000;
const MAX_TRIES = 50;
/** Most activities read at once. */
export const PAGE = 100;

const HEADS = 'direct-line';
const LINES = 'direct-line-log';
const NAMES = 'direct-line-ids';

/** What is known of a conversation. */
export interface Head {
  readonly user: string;
  /** Language tag the client started with. */
  readonly locale?: string;
  /** Number of the last activity, 0 for none. */
  readonly last: number;
}

/** Activities after a watermark. */
export interface Lines {
  readonly activities: readonly Partial<Activity>[];
  /** Number of the last one, or the one asked from when there is none. */
  readonly watermark: number;
}

export interface Appended {
  readonly activity: Partial<Activity>;
  /** Was there already, under the same name. */
  readonly again: boolean;
}

export interface Log {
  /** False when the conversation exists already. */
  start(conversation: string, about: Omit<Head, 'last'>): Promise<boolean>;
  /** Undefined when never started, or forgotten. */
  head(conversation: string): Promise<Head | undefined>;
  /**
   * Adds an activity and gives it its id, once for each `name`. A `replyToId` that names nothing here is dropped: Web Chat would hold the
   * activity back for 5 s to wait for the other one. Undefined when the conversation does not exist.
   */
  append(conversation: string, name: string, activity: Partial<Activity>): Promise<Appended | undefined>;
  /** At most PAGE activities after number `after`. */
  read(conversation: string, after: number): Promise<Lines>;
  /** Forgets what was said up to an activity (删除我的信息). */
  erase(conversation: string, upTo: number): Promise<void>;
}

/** Name of a conversation outside this channel. */
export function keyOf(conversation: string): string {
  return `${CHANNEL_ID}/${conversation}`;
}

/** Everything about a conversation lies in the partition of its turns. */
export function partitionOfConversation(store: Store, conversation: string): Partition {
  return store.partition(partitionOf(keyOf(conversation)));
}

/** `clock` is ms since 1970. `appended` is told of every new activity. */
export function createLog(store: Store, clock: () => number, appended: (conversation: string) => void): Log {
  async function headEntry(conversation: string) {
    const entry = await partitionOfConversation(store, conversation).get(HEADS, conversation);
    return entry && { version: entry.version, head: entry.value as unknown as Head };
  }

  async function find(conversation: string, name: string): Promise<number | undefined> {
    return (await partitionOfConversation(store, conversation).get(NAMES, nameId(conversation, name)))?.value as number | undefined;
  }

  return {
    async start(conversation, about) {
      const head: Head = { ...about, last: 0 };
      const change: Change = { kind: 'put', collection: HEADS, id: conversation, value: asJson(head), expect: 0, ttlMs: KEPT_MS };
      return (await partitionOfConversation(store, conversation).commit(change)) !== undefined;
    },
    head: async (conversation) => (await headEntry(conversation))?.head,
    async append(conversation, name, activity) {
      const partition = partitionOfConversation(store, conversation);
      const { replyToId, ...rest } = activity;
      const isReply = replyToId !== undefined && (await find(conversation, idName(replyToId))) !== undefined;
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const [entry, before] = await Promise.all([headEntry(conversation), find(conversation, name)]);
        if (!entry) return undefined;
        const number = before ?? entry.head.last + 1;
        const line = { ...rest, ...(isReply && { replyToId }), id: activityId(conversation, number), timestamp: timestamp(clock()) };
        if (before !== undefined) return { activity: line, again: true };
        const head: Head = { ...entry.head, last: number };
        const ttlMs = activity.type === 'typing' ? TYPING_MS : KEPT_MS;
        const names = [name, idName(line.id)].map((one): Change => {
          return { kind: 'put', collection: NAMES, id: nameId(conversation, one), value: number, expect: 0, ttlMs: REMEMBERED_MS };
        });
        const version = await partition.commit(
          { kind: 'put', collection: HEADS, id: conversation, value: asJson(head), expect: entry.version, ttlMs: KEPT_MS },
          { kind: 'put', collection: LINES, id: lineId(conversation, number), value: asJson(line), ttlMs },
          ...names,
        );
        if (version === undefined) continue;
        appended(conversation);
        return { activity: line, again: false };
      }
      throw new StoreError('direct line: an activity was refused again and again');
    },
    async read(conversation, after) {
      const range = { from: lineId(conversation, after + 1), to: `${conversation};`, limit: PAGE };
      const entries = await partitionOfConversation(store, conversation).list(LINES, range);
      const last = entries.at(-1)?.id.slice(conversation.length + 1);
      return { activities: entries.map(({ value }) => value as unknown as Partial<Activity>), watermark: last ? Number(last) : after };
    },
    async erase(conversation, upTo) {
      const partition = partitionOfConversation(store, conversation);
      for (;;) {
        const entries = await partition.list(LINES, { from: `${conversation}:`, to: lineId(conversation, upTo + 1), limit: PAGE });
        if (entries.length === 0) return;
        await partition.commit(...entries.map(({ id }): Change => ({ kind: 'delete', collection: LINES, id })));
      }
    },
  };
}

/** As in Azure's channel: conversation, bar, number of seven digits. */
export function activityId(conversation: string, number: number): string {
  return `${conversation}|${String(number).padStart(7, '0')}`;
}

/** The number in an activity id made here. */
export function numberOf(id: string | undefined): number {
  return Number(id?.slice(id.lastIndexOf('|') + 1) ?? 0);
}

/** `;` is the byte after `:`. */
function lineId(conversation: string, number: number): string {
  return `${conversation}:${String(number).padStart(12, '0')}`;
}

/** Names come from clients and may be anything. */
function nameId(conversation: string, name: string): string {
  return `${conversation}:${createHash('sha256').update(name).digest('base64url').slice(0, 22)}`;
}

function idName(id: string): string {
  return `id/${id}`;
}

/** The SDK's type says Date; on the wire it is UTC text. */
function timestamp(ms: number): Date {
  return new Date(ms).toISOString() as unknown as Date;
}

function asJson(value: object): Json {
  return value as unknown as Json;
}
