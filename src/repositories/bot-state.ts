import type { Storage, StoreItems } from 'botbuilder';
import type { Change, Entry, Json, Partition } from '../store/store';
import { asJson, entryId } from './ids';

const COLLECTION = 'bot-state';
/** A dialog left alone this long starts anew from the draft. Source: docs/domain.md §6.2. */
const IDLE_MS = 24 * 3_600_000;

/** Another writer changed the state since it was read. */
export class BotStateConflict extends Error {
  readonly code = 'BOT_STATE_CONFLICT';
  constructor() {
    super('bot state: changed since it was read, nothing was written');
    this.name = 'BotStateConflict';
  }
}

/** Where the SDK's ConversationState keeps a conversation, for whoever reads it together with other entries. */
export function conversationStateEntry(channelId: string, conversationId: string): { readonly collection: string; readonly id: string } {
  return { collection: COLLECTION, id: entryId(`${channelId}/conversations/${conversationId}/`) };
}

/** Starts the idle time of an unchanged state anew. */
export function touchState(entry: Entry): Change {
  return { kind: 'put', collection: COLLECTION, id: entry.id, value: entry.value, ttlMs: IDLE_MS };
}

/**
 * The SDK's Storage over a partition (in a turn: `turnOf(context).partition`). eTags are versions: a write with one is refused as a whole with
 * BotStateConflict when another write came between; `*` or none writes always.
 */
export function createBotState(partition: Partition): Storage {
  return {
    async read(keys) {
      const entries = await Promise.all(keys.map((key) => partition.get(COLLECTION, entryId(key))));
      const items: StoreItems = {};
      keys.forEach((key, index) => {
        const entry = entries[index];
        if (entry) items[key] = { ...copyOf(entry.value), eTag: String(entry.version) };
      });
      return items;
    },
    async write(items) {
      const changes = Object.entries(items).map(([key, item]): Change => putChange(key, item));
      if (changes.length > 0 && (await partition.commit(...changes)) === undefined) throw new BotStateConflict();
    },
    async delete(keys) {
      if (keys.length > 0)
        await partition.commit(...keys.map((key): Change => ({ kind: 'delete', collection: COLLECTION, id: entryId(key) })));
    },
  };
}

/** The SDK changes what it has read. Of JSON, where this is quicker than structuredClone. */
function copyOf(value: Json): object {
  return JSON.parse(JSON.stringify(value));
}

function putChange(key: string, item: object & { readonly eTag?: unknown }): Change {
  const { eTag, ...value } = item;
  const json: Json = asJson(value);
  const change: Change = { kind: 'put', collection: COLLECTION, id: entryId(key), value: json, ttlMs: IDLE_MS };
  if (eTag === undefined || eTag === '*') return change;
  const expect = Number(eTag);
  // A foreign eTag is one that no entry has.
  return { ...change, expect: Number.isSafeInteger(expect) && expect > 0 ? expect : Number.MAX_SAFE_INTEGER };
}
