import { localeOf } from '../../locales';
import type { Desk } from '../channels/wechat/ports';
import { moveOwner, type OwnerEvent } from '../domain/owner';
import { type CaseEventKind, eventChanges, newEvent } from '../repositories/case-events';
import { caseChanges, caseOf, readCase } from '../repositories/cases';
import { findConversation } from '../repositories/conversations';
import { partitionOf, type Store } from '../store/store';

/** Who the people of the platform are to our desk: their moves are the case's moves, what cannot be delivered is in its story. */

const KINDS: Readonly<Partial<Record<OwnerEvent['kind'], CaseEventKind>>> = {
  accept: 'accepted',
  transfer: 'transferred',
  requeue: 'requeued',
  close: 'closed',
  handoff: 'reopened',
};
const MAX_TRIES = 10;

/** `now` is ISO +08:00. */
export function createWechatDesk(store: Store, now: () => string): Desk {
  const partitionFor = (conversation: string) => store.partition(partitionOf(conversation));

  return {
    async standing(conversation) {
      const partition = partitionFor(conversation);
      const [record, opened] = await Promise.all([findConversation(partition, conversation), caseOf(partition, conversation)]);
      return { locale: localeOf(record?.locale), isRemembered: record !== undefined, ...(opened && { case: opened }) };
    },
    async move(conversation, event) {
      const partition = partitionFor(conversation);
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const latest = await caseOf(partition, conversation);
        const read = latest && (await readCase(partition, latest.id));
        if (!read) return false;
        const moved = moveOwner(read.case, event);
        if (moved.kind === 'refused') return false;
        const by = 'agent' in event ? { by: event.agent } : {};
        const story = newEvent({ caseId: read.case.id, kind: KINDS[event.kind] ?? 'note', at: event.at, ...by });
        if ((await partition.commit(...caseChanges(read, moved.case), ...eventChanges(story))) !== undefined) return true;
      }
      return false;
    },
    async note(conversation, sentence) {
      const partition = partitionFor(conversation);
      const opened = await caseOf(partition, conversation);
      if (!opened) return;
      const event = newEvent({ caseId: opened.id, kind: 'note', at: now(), text: sentence('zh-CN') });
      await partition.commit(...eventChanges(event));
    },
  };
}
