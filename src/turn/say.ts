import { type Activity, TurnContext } from 'botbuilder';
import { epochMs } from '../domain/calendar';
import { findConversation } from '../repositories/conversations';
import { childId, sortable } from '../repositories/ids';
import { passageChange } from '../repositories/transcripts';
import { type Change, partitionOf, type Store } from '../store/store';
import type { Outbox } from './outbox';
import { markChange } from './outbox-entry';
import { finishActivity, type OutboundRules } from './outgoing';

/**
 * Says something outside a turn (an agent's line), after everything said so far. Resolves once it is kept; delivery follows.
 * `also` are changes of the same commit; it gets the ids of what is said. A `from.name` given is shown where the channel shows names.
 * False when the conversation is unknown or forgotten, or an expectation of `also` failed. Throws StoreError.
 */
export type Say = (
  conversation: string,
  activities: readonly Partial<Activity>[],
  also?: (ids: readonly string[]) => readonly Change[],
) => Promise<boolean>;

/** Part of createTurns. */
export function createSay(parts: {
  readonly store: Store;
  readonly outbox: Outbox;
  readonly rules: OutboundRules;
  readonly now: () => string;
}): Say {
  const { store, outbox, rules, now } = parts;
  return async (conversation, activities, also = () => []) => {
    const partition = store.partition(partitionOf(conversation));
    const record = await findConversation(partition, conversation);
    if (!record) return false;
    // The version of this write puts the line after the turns before it; whoever delivers at the moment will look again because of it.
    const mark = markChange({ conversation, dueAt: epochMs(now()) });
    const [order = 0, view] = await Promise.all([partition.commit(mark), outbox.view(partition, conversation)]);
    const said = activities.map((activity, index) => {
      const addressed = TurnContext.applyConversationReference({ type: 'message', ...activity }, record.reference);
      const from = { ...addressed.from, ...(activity.from?.name && { name: activity.from.name }) };
      const id = `${childId(conversation, sortable(order))}-${String(index).padStart(3, '0')}`;
      // What replaces a message names it; everything else answers the last one that came.
      const { replyToId = addressed.replyToId } = activity;
      const finished = finishActivity({ ...addressed, from, ...(replyToId && { replyToId }) } as Partial<Activity>, rules);
      return { ...finished, id, timestamp: now() as unknown as Date };
    });
    const outgoing = { conversation, activities: said };
    const passage = passageChange({ conversation, order, activities: said });
    const changes: readonly Change[] = [
      ...(passage ? [passage] : []),
      ...outbox.changes(outgoing, view),
      ...also(said.map(({ id }) => id)),
    ];
    const version = await partition.commit(...changes);
    if (version !== undefined) outbox.committed(outgoing, view, version);
    return version !== undefined;
  };
}
