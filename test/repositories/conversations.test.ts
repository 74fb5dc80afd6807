import { type ConversationRecord, deleteConversation, findConversation, saveConversation } from '../../src/repositories/conversations';
import { C1, onEachEngine, stopEngines } from '../turns';

afterAll(stopEngines);

const record: ConversationRecord = {
  ...{ id: C1, channel: 'directline', reference: { channelId: 'directline' }, locale: 'zh-CN', misunderstood: 1, angryTurns: 0 },
  ...{ lastAt: '2026-11-20T10:00:00+08:00', extra: { seenMenu: true } },
};

describe('the record of a conversation', () => {
  onEachEngine('is what was saved last, of this conversation only, until deleted', async ([store]) => {
    const partition = store.partition(1);
    await saveConversation(partition, { ...record, asking: 'amount' });
    await saveConversation(partition, record);
    await saveConversation(partition, { ...record, id: 'directline/c2', misunderstood: 2 });
    expect(await findConversation(partition, C1)).toEqual(record);
    await deleteConversation(partition, C1);
    expect(await findConversation(partition, C1)).toBeUndefined();
    expect((await findConversation(partition, 'directline/c2'))?.misunderstood).toBe(2);
  });
});
