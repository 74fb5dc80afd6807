import { addMs } from '../domain/calendar';
import type { Change } from '../store/store';
import type { ConversationRecord } from './conversations';
import { followUpChanges } from './follow-ups';

/** The next word to who waits for a person: a follow-up of its own kind. */

export const QUEUE_PLACE = 'queue-place';

/** Where a line costs nothing and needs no permission; elsewhere the user asks with 「查进度」. */
const CHANNELS: ReadonlySet<string> = new Set(['directline', 'webchat']);
const EVERY_MS = 60_000;
/** After a quarter of an hour nobody is looking any more; the promised time stands. */
const MOST = 15;

/** The changes that plan it for a minute after `now` (ISO +08:00); none where the channel does not allow it. `told` is how many there were. */
export function placeChanges({ id, channel, reference }: ConversationRecord, now: string, told = 0): readonly Change[] {
  if (told >= MOST || !CHANNELS.has(channel)) return [];
  return followUpChanges({ conversation: id, reference, dueAt: addMs(now, EVERY_MS), kind: QUEUE_PLACE, value: { told } });
}
