import type { Activity, ConversationReference } from 'botbuilder';
import type { Change, Partition, Range } from '../store/store';
import { asJson, childId, childRange, sortable } from './ids';

/** The SDK's conversation reference: where a message goes. */
export type Reference = Partial<ConversationReference>;

const COLLECTION = 'transcripts';
/** A transcript is read while its case is worked on, not longer. */
const KEPT_MS = 180 * 86_400_000;

/** What was said in one turn or by one line of an agent, both directions, in order. */
export interface Passage {
  readonly conversation: string;
  /** Fencing token of the turn, or the version of the commit that preceded the line; orders passages. */
  readonly order: number;
  /** Already masked. */
  readonly activities: readonly Partial<Activity>[];
}

/** The change that keeps a passage, for a commit that carries other things too; undefined when nothing in it is worth keeping. */
export function passageChange(passage: Passage): Change | undefined {
  const said = passage.activities.filter((activity) => activity.type === 'message' || activity.type === 'event').map(reduce);
  if (said.length === 0) return undefined;
  return {
    kind: 'put',
    collection: COLLECTION,
    id: childId(passage.conversation, sortable(passage.order)),
    value: said.map(asJson),
    ttlMs: KEPT_MS,
  };
}

/** Everything said, oldest first; with `limit` the last passages (turns). */
export async function listTranscript(partition: Partition, conversation: string, limit?: number): Promise<readonly Partial<Activity>[]> {
  const range: Range = childRange(conversation);
  const entries = await partition.list(COLLECTION, limit === undefined ? range : { ...range, limit, reverse: true });
  const ordered = limit === undefined ? entries : [...entries].reverse();
  return ordered.flatMap((entry) => entry.value as unknown as Partial<Activity>[]);
}

/** The Bot Framework .transcript format: a JSON array of activities, as the Emulator opens it. */
export async function exportTranscript(partition: Partition, conversation: string): Promise<string> {
  return JSON.stringify(await listTranscript(partition, conversation), null, 2);
}

/** Forgets what was said (删除我的信息). */
export async function deleteTranscript(partition: Partition, conversation: string): Promise<void> {
  const entries = await partition.list(COLLECTION, childRange(conversation));
  await partition.commit(...entries.map(({ id }): Change => ({ kind: 'delete', collection: COLLECTION, id })));
}

/** A transcript says who said what and when; addresses of files and of the channel's service stay out. */
function reduce(activity: Partial<Activity>): Partial<Activity> {
  const { type, id, timestamp, channelId, from, recipient, conversation, text, name, value, replyToId, locale, suggestedActions } =
    activity;
  const kept = { type, id, timestamp, channelId, from, recipient, conversation, text, name, value, replyToId, locale, suggestedActions };
  const attachments = activity.attachments?.map(({ contentType, content }) => ({ contentType, ...(content !== undefined && { content }) }));
  const present = Object.entries({ ...kept, attachments }).filter(([, field]) => field !== undefined);
  return Object.fromEntries(present) as Partial<Activity>;
}
