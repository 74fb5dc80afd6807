import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLmdbStore } from '../../src/store/lmdb';
import type { Partition, Store } from '../../src/store/store';
import { createTurnPartition, type TurnPartition } from '../../src/store/turn';
import { check, put, remove } from './changes';

let directory: string;
let store: Store;
let real: Partition;
let turn: TurnPartition;
let nextPartition = 0;
/** Reads and commits that reached the store. */
let calls: string[];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'daozhang-turn-'));
  store = await openLmdbStore({ directory });
});
afterAll(async () => {
  await store.close();
  await rm(directory, { recursive: true });
});
beforeEach(() => {
  real = store.partition(nextPartition++);
  calls = [];
  turn = createTurnPartition({
    number: real.number,
    get: (collection, id) => {
      calls.push(`get ${id}`);
      return real.get(collection, id);
    },
    list: (collection, range) => {
      calls.push('list');
      return real.list(collection, range);
    },
    commit: (...changes) => {
      calls.push('commit');
      return real.commit(...changes);
    },
  });
});

const valuesOf = async (partition: Partition) => (await partition.list('notes')).map(({ id, value }) => [id, value]);
const idsOf = async (range: Parameters<Partition['list']>[1]) => (await turn.list('notes', range)).map((entry) => entry.id);

describe('a turn', () => {
  it('has the number of its partition', () => {
    expect(turn.number).toBe(real.number);
  });

  it('keeps its commits from the store until the flush, which is one commit', async () => {
    await turn.commit(put('a', 1), put('b', 1));
    await turn.commit(put('c', 1));
    expect(await valuesOf(real)).toEqual([]);
    const version = await turn.flush();
    expect(calls).toEqual(['commit']);
    expect(await real.list('notes')).toEqual(['a', 'b', 'c'].map((id) => ({ id, value: 1, version })));
    expect(turn.changes()).toEqual([]);
  });

  it('flushes further changes in the same commit, all or none', async () => {
    const lock = await real.commit(put('lock', 'me'));
    await turn.commit(put('a', 1));
    expect(await turn.flush(check('lock', (lock ?? 0) + 1), put('b', 1))).toBeUndefined();
    expect(await valuesOf(real)).toEqual([['lock', 'me']]);
    expect(await turn.flush(check('lock', lock ?? 0), put('b', 1), remove('lock'))).toBeDefined();
    expect(await valuesOf(real)).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
  });

  it('writes nothing when an entry it expected was changed in the meantime', async () => {
    await real.commit(put('case', 1));
    const read = await turn.get('notes', 'case');
    expect(await turn.commit(put('case', 2, { expect: read?.version ?? 0 }), put('other', 1))).toBeDefined();
    await real.commit(put('case', 'someone else'));
    expect(await turn.flush()).toBeUndefined();
    expect(await valuesOf(real)).toEqual([['case', 'someone else']]);
  });
});

describe('a read in a turn', () => {
  it('sees the last write that waits, with a version that rises', async () => {
    await real.commit(put('a', 'old'));
    const versions = [await turn.commit(put('a', 1)), await turn.commit(put('a', 2))];
    const entry = await turn.get('notes', 'a');
    expect(entry).toEqual({ id: 'a', value: 2, version: versions[1] });
    expect(versions[1]).toBeGreaterThan(versions[0] ?? Number.POSITIVE_INFINITY);
    await turn.commit(remove('a'));
    expect(await turn.get('notes', 'a')).toBeUndefined();
    expect(await turn.list('notes')).toEqual([]);
  });

  it('sees the commits called before it, awaited or not, and none called after', async () => {
    await real.commit(put('seen', 1));
    const results = await Promise.all([
      turn.list('notes'),
      turn.commit(put('new', 1, { expect: 0 })),
      turn.get('notes', 'new'),
      turn.list('notes'),
      turn.commit(remove('new')),
      turn.get('notes', 'new'),
    ]);
    expect(results[0]).toHaveLength(1);
    expect(results[2]).toMatchObject({ value: 1 });
    expect(results[3]).toHaveLength(2);
    expect(results[5]).toBeUndefined();
  });

  it('returns a value of its own each time', async () => {
    const value = { draft: { amount: 100 } };
    await turn.commit(put('a', value));
    value.draft.amount = 200;
    const first = await turn.get('notes', 'a');
    Object.assign(first?.value ?? {}, { draft: 'changed' });
    expect((await turn.get('notes', 'a'))?.value).toEqual({ draft: { amount: 100 } });
    expect((await turn.list('notes'))[0]?.value).toEqual({ draft: { amount: 100 } });
    await turn.flush();
    expect((await real.get('notes', 'a'))?.value).toEqual({ draft: { amount: 100 } });
  });

  it('merges ranges in byte order with what waits', async () => {
    await real.commit(...['b', 'd', 'f', 'h', 'j'].map((id) => put(id, 'stored')));
    await turn.commit(put('a', 'new'), put('d', 'new'), put('e', 'new'), remove('b'), remove('f'), remove('never'));
    await turn.commit({ kind: 'put', collection: 'other', id: 'c', value: 1 });
    expect(await valuesOf(turn)).toEqual([
      ['a', 'new'],
      ['d', 'new'],
      ['e', 'new'],
      ['h', 'stored'],
      ['j', 'stored'],
    ]);
    expect(await idsOf({ limit: 4 })).toEqual(['a', 'd', 'e', 'h']);
    expect(await idsOf({ from: 'b', to: 'h' })).toEqual(['d', 'e']);
    expect(await idsOf({ from: 'f', limit: 1 })).toEqual(['h']);
    expect(await idsOf({ to: 'i', reverse: true, limit: 3 })).toEqual(['h', 'e', 'd']);
  });
});

describe('an expectation in a turn', () => {
  it('is refused at once when the turn sees another version', async () => {
    await real.commit(put('a', 1));
    expect(await turn.commit(put('a', 2, { expect: 0 }), put('b', 1))).toBeUndefined();
    expect(await turn.commit(check('b', 7))).toBeUndefined();
    expect(turn.changes()).toEqual([]);
  });

  it('about a write that waits holds for its version only', async () => {
    const first = (await turn.commit(put('a', 1, { expect: 0 }))) ?? 0;
    expect(await turn.commit(put('a', 2, { expect: 0 }))).toBeUndefined();
    const second = (await turn.commit(put('a', 2, { expect: first }))) ?? 0;
    expect(await turn.commit(remove('a', first))).toBeUndefined();
    expect(await turn.commit(remove('a', second))).toBeDefined();
    expect(await turn.commit(put('a', 3, { expect: 0, ttlMs: 5000 }))).toBeDefined();
    expect(turn.changes()).toEqual([put('a', 3, { expect: 0, ttlMs: 5000 })]);
  });

  it('that came first is what the store must hold, whatever was written after it', async () => {
    const version = (await real.commit(put('a', 1), put('b', 1))) ?? 0;
    await turn.commit(check('a', version));
    await turn.commit(put('a', 2));
    await turn.commit(put('b', 2));
    await turn.commit(remove('b'));
    expect(turn.changes()).toEqual([put('a', 2, { expect: version }), remove('b')]);
  });

  it('stays a check when nothing is written', async () => {
    await turn.commit(check('owner', 0));
    expect(turn.changes()).toEqual([check('owner', 0)]);
    await real.commit(put('owner', 'agent'));
    expect(await turn.flush()).toBeUndefined();
  });

  it('beside an unconditional write of the same commit still counts', async () => {
    const version = (await real.commit(put('a', 1))) ?? 0;
    await turn.commit(put('a', 2), check('a', version));
    expect(turn.changes()).toEqual([put('a', 2, { expect: version })]);
  });

  it('about an entry the turn has read costs no further read', async () => {
    await real.commit(put('a', 1));
    const [a, listed] = await Promise.all([turn.get('notes', 'a'), turn.list('notes'), turn.get('notes', 'none')]);
    await turn.commit(put('a', 2, { expect: a?.version ?? 0 }), put('none', 1, { expect: 0 }));
    await turn.commit(check('a', (await turn.get('notes', 'a'))?.version ?? 0));
    expect(listed).toHaveLength(1);
    expect(calls).toEqual(['get a', 'list', 'get none']);
  });
});

it('a bad change is refused and the turn goes on', async () => {
  await expect(turn.commit(put('到账', 1))).rejects.toThrow(RangeError);
  await turn.commit(put('a', 1));
  expect(turn.changes()).toEqual([put('a', 1)]);
});
