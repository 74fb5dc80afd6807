import type { CaseDraft, Diagnosis } from '../domain/case';
import type { Asking } from '../domain/slots';
import type { Change, Entry, Json, Partition } from '../store/store';
import { asJson, entryId } from './ids';
import type { Reference } from './transcripts';

/** What is known of a conversation outside the dialog stack; survives an expired stack and a new version of the dialogs. */
export interface ConversationRecord {
  /** Conversation key: `channelId/conversation.id`. */
  readonly id: string;
  readonly channel: string;
  /** Where a message without a request before it goes. */
  readonly reference: Reference;
  readonly locale: string;
  /** The question that waits for its answer. */
  readonly asking?: Asking;
  readonly draft?: CaseDraft;
  readonly diagnosis?: Diagnosis;
  readonly caseId?: string;
  /** Messages in a row that were not understood. */
  readonly misunderstood: number;
  /** Angry messages in a row. */
  readonly angryTurns: number;
  readonly handoffDeclined?: boolean;
  /** ISO +08:00 of the turn before this one; the turn sets it when it ends. */
  readonly lastAt: string;
  readonly welcomedAt?: string;
  /** Small things of a dialog. */
  readonly extra?: { readonly [key: string]: Json | undefined };
}

const COLLECTION = 'conversations';
/** Idle time after which a conversation is forgotten. */
const KEPT_MS = 30 * 86_400_000;

/** Where the record of a conversation is, for whoever reads it together with other entries. */
export function conversationEntry(key: string): { readonly collection: string; readonly id: string } {
  return { collection: COLLECTION, id: entryId(key) };
}

/** The record in an entry; undefined when absent. */
export function conversationIn(entry: Entry | undefined): ConversationRecord | undefined {
  return entry?.value as ConversationRecord | undefined;
}

/** The record of `channelId/conversation.id`; undefined when unknown or forgotten. */
export async function findConversation(partition: Partition, key: string): Promise<ConversationRecord | undefined> {
  return conversationIn(await partition.get(COLLECTION, entryId(key)));
}

/** Writes the record and starts its 30 days anew. */
export async function saveConversation(partition: Partition, record: ConversationRecord): Promise<void> {
  const change: Change = { kind: 'put', collection: COLLECTION, id: entryId(record.id), value: asJson(record), ttlMs: KEPT_MS };
  await partition.commit(change);
}

/** Forgets the record (删除我的信息). */
export async function deleteConversation(partition: Partition, key: string): Promise<void> {
  await partition.commit({ kind: 'delete', collection: COLLECTION, id: entryId(key) });
}
