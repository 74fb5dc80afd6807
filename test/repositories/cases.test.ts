import type { Case, Owner } from '../../src/domain/case';
import { addCase, caseOf, changeCase, createCaseId, findCase, listQueue, partitionOfCase } from '../../src/repositories/cases';
import { partitionOf, type Store } from '../../src/store/store';
import { caseOf as caseWith } from '../domain/case';
import { onEachEngine, stopEngines } from '../turns';

afterAll(stopEngines);

const NOW = '2026-11-20T10:00:00+08:00';

function caseFor(conversationId: string, more: Partial<Case> = {}): Case {
  return caseWith({ id: createCaseId(NOW, partitionOf(conversationId)), conversationId, replyBy: NOW, contacts: 1, ...more });
}

const home = (store: Store, { conversationId }: Case) => store.partition(partitionOf(conversationId));

describe('a case id', () => {
  test('has the date, five characters that nobody can guess, and the partition', () => {
    const ids = Array.from({ length: 500 }, () => createCaseId(NOW, 7));
    for (const id of ids) expect(id).toMatch(/^DZ20261120-[34679ACDEFGHJKMNPQRTUVWXY]{5}-07$/);
    expect(new Set(ids).size).toBe(500);
    expect(ids.map(partitionOfCase)).toEqual(ids.map(() => 7));
  });

  test.each(['', 'DZ20261120-AAAAA-64', 'DZ20261120-AAAAA', 'XX20261120-AAAAA-07', 'DZ20261120-aaaaa-07', 'DZ20261120-AAAAA-07 '])(
    'is not "%s"',
    (id) => {
      expect(partitionOfCase(id)).toBeUndefined();
    },
  );
});

describe('a case', () => {
  onEachEngine('is found by its id and by its conversation', async ([store, second]) => {
    const kept = caseFor('directline/c1');
    expect(await addCase(home(store, kept), kept)).toBe(true);
    expect(await findCase(second, kept.id)).toEqual(kept);
    expect(await caseOf(home(store, kept), 'directline/c1')).toEqual(kept);
    expect(await findCase(store, createCaseId(NOW, 0))).toBeUndefined();
    expect(await findCase(store, 'nonsense')).toBeUndefined();
    expect(await caseOf(home(store, kept), 'directline/c2')).toBeUndefined();
  });

  onEachEngine('never takes the id of another', async ([store]) => {
    const kept = caseFor('directline/c1');
    await addCase(home(store, kept), kept);
    expect(await addCase(home(store, kept), { ...kept, summary: 'other' })).toBe(false);
    expect(await findCase(store, kept.id)).toEqual(kept);
  });

  onEachEngine('of a conversation is the latest one', async ([store]) => {
    const first = caseFor('directline/c1');
    const second = caseFor('directline/c1');
    await addCase(home(store, first), first);
    await addCase(home(store, first), second);
    expect((await caseOf(home(store, first), 'directline/c1'))?.id).toBe(second.id);
    expect((await findCase(store, first.id))?.id).toBe(first.id);
  });

  onEachEngine('taken by two agents at once is given to one', async (stores) => {
    const kept = caseFor('directline/c1');
    await addCase(home(stores[0], kept), kept);
    const take = (store: Store, agent: string) =>
      changeCase(home(store, kept), kept.id, (before) =>
        before.owner === 'queue' ? { ...before, owner: 'agent', agent: { id: agent, name: agent } } : undefined,
      );
    const taken = await Promise.all([take(stores[0], 'a'), take(stores[1], 'b')]);
    const winners = taken.flatMap((one) => one?.agent?.id ?? []);
    expect(winners).toHaveLength(1);
    expect(await take(stores[0], 'c')).toBeUndefined();
    expect((await findCase(stores[0], kept.id))?.agent?.id).toBe(winners[0]);
    expect(await changeCase(home(stores[0], kept), createCaseId(NOW, 0), (before) => before)).toBeUndefined();
  });
});

describe('the queue', () => {
  onEachEngine('has the open cases of all partitions, the most urgent first, then the oldest', async ([store]) => {
    const cases = [
      caseFor('directline/a', { priority: 'P2', createdAt: '2026-11-20T09:00:00+08:00' }),
      caseFor('directline/b', { priority: 'P0', createdAt: '2026-11-20T11:00:00+08:00' }),
      caseFor('directline/c', { priority: 'P2', createdAt: '2026-11-20T08:00:00+08:00' }),
      caseFor('directline/d', { priority: 'P0', createdAt: '2026-11-20T10:00:00+08:00' }),
    ];
    for (const one of cases) await addCase(home(store, one), one);
    const names = async (limit = 10) => (await listQueue(store, limit)).map(({ conversationId }) => conversationId.slice(-1));
    expect(await names()).toEqual(['d', 'b', 'c', 'a']);
    expect(await names(2)).toEqual(['d', 'b']);
    const [a] = cases;
    if (!a) throw new Error('no case');
    await changeCase(home(store, a), a.id, (before) => ({ ...before, priority: 'P0', contacts: 2 }));
    expect(await names()).toEqual(['a', 'd', 'b', 'c']);
    const own = async (owner: Owner) => changeCase(home(store, a), a.id, (before) => ({ ...before, owner }));
    await own('agent');
    expect((await listQueue(store, 1)).map(({ owner }) => owner)).toEqual(['agent']);
    await own('closed');
    expect(await names()).toEqual(['d', 'b', 'c']);
    await own('queue');
    expect(await names()).toEqual(['a', 'd', 'b', 'c']);
    expect((await listQueue(store, 1))[0]).not.toHaveProperty('draft');
  });
});
