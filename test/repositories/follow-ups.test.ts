import { addFollowUp, cancelFollowUps, dueFollowUps, findFollowUp, listFollowUps } from '../../src/repositories/follow-ups';
import { partitionOf, type Store } from '../../src/store/store';
import { referenceOf } from '../../src/turn/incoming';
import { C1, message, onEachEngine, stopEngines } from '../turns';

afterAll(stopEngines);

const reference = referenceOf(message(''));
const at = (time: string) => `2026-11-20T${time}+08:00`;
const plan = (store: Store, conversation: string, dueAt: string, kind = 'recheck') =>
  addFollowUp(store.partition(partitionOf(conversation)), { conversation, reference, dueAt, kind });

describe('follow-ups', () => {
  onEachEngine('are due from their second on, earliest first, over all partitions', async ([store]) => {
    await plan(store, 'directline/late', at('12:00:02'));
    await plan(store, 'directline/second', at('12:00:01'));
    await plan(store, 'directline/first', at('12:00:00'));
    const due = async (now: string, limit = 10) =>
      (await dueFollowUps(store, now, limit)).map(({ conversation }) => conversation.slice(11));
    expect(await due(at('11:59:59'))).toEqual([]);
    expect(await due(at('12:00:01'))).toEqual(['first', 'second']);
    expect(await due(at('12:00:01'), 1)).toEqual(['first']);
    expect(await due(at('12:00:01.500'))).toEqual(['first', 'second']);
  });

  onEachEngine('of one kind and time are one, of other kinds or times are more', async ([store]) => {
    await plan(store, C1, at('12:00:00'));
    await plan(store, C1, at('12:00:00'));
    await plan(store, C1, at('12:00:00'), 'feedback');
    await plan(store, C1, at('13:00:00'));
    const partition = store.partition(partitionOf(C1));
    expect((await listFollowUps(partition, C1)).map(({ dueAt, kind }) => `${dueAt.slice(11, 16)} ${kind}`).sort()).toEqual([
      '12:00 feedback',
      '12:00 recheck',
      '13:00 recheck',
    ]);
    expect(await cancelFollowUps(partition, C1, 'recheck')).toBe(2);
    expect(await cancelFollowUps(partition, C1)).toBe(1);
    expect(await listFollowUps(partition, C1)).toEqual([]);
    expect(await store.listAll('follow-ups')).toEqual([]);
  });

  onEachEngine('are taken out once', async ([store]) => {
    const planned = await plan(store, C1, at('12:00:00'));
    const partition = store.partition(partitionOf(C1));
    const [one, two] = await Promise.all([findFollowUp(partition, planned.id), findFollowUp(partition, planned.id)]);
    expect(await partition.commit(...(one?.taken ?? []))).toBeGreaterThan(0);
    expect(await partition.commit(...(two?.taken ?? []))).toBeUndefined();
    expect(await findFollowUp(partition, planned.id)).toBeUndefined();
  });

  onEachEngine('need a time that is one', async ([store]) => {
    await expect(plan(store, C1, 'tomorrow')).rejects.toThrow(RangeError);
  });
});
