import { randomUUID } from 'node:crypto';
import { asJson } from '../repositories/ids';
import type { Store } from '../store/store';
import type { QuickReply } from './answers';

const COLLECTION = 'desk-replies';
/** Owner of what all see; no agent's id has a `+`. */
export const SHARED = '+shared';
const MOST = 200;

export function createQuickReplies(store: Store) {
  const partition = store.partition(0);
  const of = async (owner: string) =>
    (await partition.list(COLLECTION, { from: `${owner}~`, to: `${owner}~~`, limit: MOST })).map(
      ({ value }) => value as unknown as QuickReply,
    );
  return {
    /** Shared ones first. */
    list: async (agentId: string): Promise<readonly QuickReply[]> => (await Promise.all([of(SHARED), of(agentId)])).flat(),
    async add(owner: string, { title, text }: Pick<QuickReply, 'title' | 'text'>): Promise<QuickReply> {
      const reply = { id: `${owner}~${randomUUID()}`, owner, title, text };
      await partition.commit({ kind: 'put', collection: COLLECTION, id: reply.id, value: asJson(reply) });
      return reply;
    },
    async remove(id: string): Promise<void> {
      await partition.commit({ kind: 'delete', collection: COLLECTION, id });
    },
  };
}
