import { type Change, PARTITIONS, type Partition, type Range, type Store } from '../../src/store/store';
import { check, put, remove } from '../store/changes';

/** A store under test: `second` is another handle on the same data (the same one where only one may be open), `advance` moves the clock of both. */
export interface StoreUnderTest {
  readonly store: Store;
  readonly second: Store;
  advance(ms: number): void;
  close(): Promise<void>;
}

const ids = (entries: readonly { readonly id: string }[]) => entries.map((entry) => entry.id);

/** What every engine of the store promises. Each test works in a partition of its own. */
export function storeContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`the store on ${name}`, () => {
    let opened: StoreUnderTest;
    let store: Store;
    let partition: Partition;
    let nextPartition = 0;

    beforeAll(async () => {
      opened = await open();
      store = opened.store;
    }, 30_000);
    afterAll(() => opened?.close());
    beforeEach(() => {
      partition = store.partition(nextPartition++);
    });

    const get = (id: string) => partition.get('notes', id);
    const list = (range?: Range) => partition.list('notes', range);
    async function commit(...changes: readonly Change[]): Promise<number> {
      const version = await partition.commit(...changes);
      if (version === undefined) throw new Error('the commit was refused');
      return version;
    }

    describe('a commit', () => {
      it('makes an entry that reads back with its version', async () => {
        const version = await commit(put('a', { amount: 128000, tags: ['x', null, true, 1.5] }));
        expect(await get('a')).toEqual({ id: 'a', value: { amount: 128000, tags: ['x', null, true, 1.5] }, version });
        expect(version).toBeGreaterThan(0);
      });

      it('gives all its entries one version', async () => {
        const version = await commit(put('a', 1), put('b', 2));
        expect([(await get('a'))?.version, (await get('b'))?.version]).toEqual([version, version]);
      });

      it('deletes, also what is absent', async () => {
        await commit(put('a', 1));
        await commit(remove('a'), remove('never'));
        expect(await get('a')).toBeUndefined();
        expect(await list()).toEqual([]);
      });

      it('applies its changes in their order', async () => {
        await commit(put('a', 1), remove('a'), put('b', 1), put('b', 2));
        expect(await get('a')).toBeUndefined();
        expect((await get('b'))?.value).toBe(2);
      });

      it('with expect 0 makes an entry only once', async () => {
        expect(await partition.commit(put('seen', 1, { expect: 0 }))).toBeDefined();
        expect(await partition.commit(put('seen', 2, { expect: 0 }))).toBeUndefined();
        expect((await get('seen'))?.value).toBe(1);
      });

      it('changes nothing when one expectation of several fails', async () => {
        const version = await commit(put('a', 1), put('b', 1));
        await commit(put('b', 2));
        expect(await partition.commit(put('a', 9, { expect: version }), put('b', 9, { expect: version }), put('c', 9))).toBeUndefined();
        expect(await partition.commit(put('c', 9), remove('a'), check('b', version))).toBeUndefined();
        expect((await list()).map((entry) => entry.value)).toEqual([1, 2]);
      });

      it('judges every expectation by the state before it', async () => {
        const version = await commit(put('a', 1));
        expect(
          await partition.commit(put('a', 2, { expect: version }), put('a', 3, { expect: version }), check('a', version)),
        ).toBeDefined();
        expect((await get('a'))?.value).toBe(3);
      });

      it('with a check goes on only while the entry has that version', async () => {
        const lock = await commit(put('lock', 'me'));
        expect(await partition.commit(check('lock', lock), check('absent', 0), put('a', 1))).toBeDefined();
        expect((await get('lock'))?.version).toBe(lock);
        await commit(put('lock', 'other'));
        expect(await partition.commit(check('lock', lock), put('a', 2))).toBeUndefined();
        expect((await get('a'))?.value).toBe(1);
      });

      it('with an expected delete removes only the version that was read', async () => {
        const first = await commit(put('a', 1));
        const second = await commit(put('a', 2));
        expect(await partition.commit(remove('a', first))).toBeUndefined();
        expect(await partition.commit(remove('a', second))).toBeDefined();
        expect(await partition.commit(remove('a', second))).toBeUndefined();
      });

      it('keeps the value as it was when the commit was called', async () => {
        const value = { draft: { amount: 100 } };
        const done = commit(put('a', value));
        value.draft.amount = 200;
        await done;
        expect((await get('a'))?.value).toEqual({ draft: { amount: 100 } });
      });

      it('refuses names that do not sort by byte and values that are not JSON', async () => {
        await expect(partition.commit(put('到账', 1))).rejects.toThrow(RangeError);
        await expect(partition.commit(put('', 1))).rejects.toThrow(RangeError);
        await expect(partition.commit(put('a', 1, { ttlMs: 0 }))).rejects.toThrow(RangeError);
        await expect(get('a\nb')).rejects.toThrow(RangeError);
        expect(() => store.partition(PARTITIONS)).toThrow(RangeError);
      });
    });

    describe('a version', () => {
      it('rises over deletes, so that a new entry never passes for the old one', async () => {
        const first = await commit(put('a', 1));
        await commit(remove('a'));
        const second = await commit(put('a', 1));
        expect(second).toBeGreaterThan(first);
        expect(await partition.commit(put('a', 2, { expect: first }))).toBeUndefined();
      });

      it('rises over expiry', async () => {
        const first = await commit(put('a', 1, { ttlMs: 1000 }));
        opened.advance(1000);
        const second = await commit(put('a', 1, { expect: 0 }));
        expect(second).toBeGreaterThan(first);
      });

      it('lets 4 racing writers on two handles count to the exact total', async () => {
        await commit(put('count', 0));
        const increment = async (handle: Store) => {
          const mine = handle.partition(partition.number);
          for (let done = 0; done < 25; ) {
            const entry = await mine.get('notes', 'count');
            const written = await mine.commit(put('count', Number(entry?.value) + 1, { expect: entry?.version ?? 0 }));
            if (written !== undefined) done++;
          }
        };
        await Promise.all([store, opened.second, store, opened.second].map(increment));
        expect((await get('count'))?.value).toBe(100);
      });
    });

    describe('a range', () => {
      const odd = [' ', '!', '"#', '-1', '0', '10', '2', 'A', 'Z', '[x]', '\\', '_', 'a', 'a ', 'a!', 'a/b', 'aa', '{p1}', '~', '~~'];
      beforeEach(() => commit(...[...odd].reverse().map((id) => put(id, id))));

      it('is ordered by byte', async () => {
        expect(ids(await list())).toEqual(odd);
        expect(ids(await list({ reverse: true }))).toEqual([...odd].reverse());
      });

      it('includes from and excludes to, in both directions', async () => {
        expect(ids(await list({ from: '2', to: 'a' }))).toEqual(['2', 'A', 'Z', '[x]', '\\', '_']);
        expect(ids(await list({ from: '2', to: 'a', reverse: true }))).toEqual(['_', '\\', '[x]', 'Z', 'A', '2']);
        expect(ids(await list({ from: 'a#' }))).toEqual(['a/b', 'aa', '{p1}', '~', '~~']);
        expect(ids(await list({ to: '!' }))).toEqual([' ']);
        expect(await list({ from: 'b', to: 'a' })).toEqual([]);
      });

      it('stops at its limit', async () => {
        expect(ids(await list({ limit: 2 }))).toEqual([' ', '!']);
        expect(ids(await list({ from: 'a', limit: 3 }))).toEqual(['a', 'a ', 'a!']);
        expect(ids(await list({ to: 'a', limit: 2, reverse: true }))).toEqual(['_', '\\']);
        expect(await list({ limit: 0 })).toEqual([]);
      });

      it('holds one collection of one partition only', async () => {
        await partition.commit(
          { kind: 'put', collection: 'note', id: 's', value: 1 },
          { kind: 'put', collection: 'notes ', id: 's', value: 1 },
        );
        expect(ids(await list())).toEqual(odd);
        expect(ids(await partition.list('note'))).toEqual(['s']);
        expect(await partition.list('other')).toEqual([]);
      });
    });

    describe('an entry with a lifetime', () => {
      it('is there until it ends and absent from then on', async () => {
        await commit(put('a', 1, { ttlMs: 1000 }), put('b', 2), put('c', 3, { ttlMs: 5000 }));
        opened.advance(999);
        expect(ids(await list())).toEqual(['a', 'b', 'c']);
        opened.advance(1);
        expect(await get('a')).toBeUndefined();
        expect(ids(await list())).toEqual(['b', 'c']);
      });

      it('does not count against the limit of a range when expired', async () => {
        await commit(...Array.from({ length: 300 }, (_, n) => put(`a${n}`, n, { ttlMs: 1000 })), put('b', 1), put('c', 1), put('d', 1));
        opened.advance(1000);
        expect(ids(await list({ limit: 2 }))).toEqual(['b', 'c']);
        expect(ids(await list({ limit: 5, reverse: true }))).toEqual(['d', 'c', 'b']);
      });

      it('is absent for expectations when expired', async () => {
        const version = await commit(put('lock', 'one', { ttlMs: 1000 }));
        opened.advance(1000);
        expect(await partition.commit(check('lock', version), put('a', 1))).toBeUndefined();
        expect(await partition.commit(put('lock', 'two', { expect: version }))).toBeUndefined();
        expect(await partition.commit(put('lock', 'two', { expect: 0, ttlMs: 1000 }))).toBeDefined();
      });

      it('is renewed or made lasting by the next write', async () => {
        await commit(put('a', 1, { ttlMs: 1000 }), put('b', 1, { ttlMs: 1000 }));
        opened.advance(600);
        await commit(put('a', 2, { ttlMs: 1000 }), put('b', 2));
        opened.advance(600);
        expect(ids(await list())).toEqual(['a', 'b']);
        opened.advance(400);
        await commit(put('z', 1));
        expect(ids(await list())).toEqual(['b', 'z']);
      });
    });

    describe('values', () => {
      it('keep Chinese, emoji, quotes and control characters', async () => {
        const value = { text: '刷卡扣了¥1,280.00，没到账😀 "\\\u0000\n\ud800', 名称: '老板' };
        await commit(put('a', value));
        expect((await get('a'))?.value).toEqual(value);
        expect((await list())[0]?.value).toEqual(value);
      });

      it('may be a megabyte', async () => {
        const value = '到账'.repeat(175_000);
        await commit(put('a', value), put('b', 1));
        expect((await get('a'))?.value).toBe(value);
        expect(await list()).toHaveLength(2);
      });

      it('may be hundreds in one commit', async () => {
        await commit(...Array.from({ length: 600 }, (_, n) => put(`n${n}`, n)));
        expect(await list()).toHaveLength(600);
      });

      it('keep falsy values and drop undefined fields', async () => {
        await commit(put('a', 0), put('b', ''), put('c', false), put('d', null), put('e', { x: undefined, y: 1 }));
        expect((await list()).map((entry) => entry.value)).toEqual([0, '', false, null, { y: 1 }]);
      });
    });

    describe('calls in the same tick', () => {
      it('are carried out in the order they were made', async () => {
        const results = await Promise.all([
          get('lock'),
          partition.commit(put('lock', 1, { expect: 0 })),
          get('lock'),
          list(),
          partition.commit(put('lock', 2, { expect: 0 })),
          partition.commit(put('lock', 3)),
          get('lock'),
          list(),
          partition.commit(remove('lock')),
          get('lock'),
        ]);
        const seen = results.map((result) => {
          if (typeof result !== 'object') return typeof result;
          return 'id' in result ? result.value : result.map((entry) => entry.value);
        });
        expect(seen).toEqual(['undefined', 'number', 1, [1], 'undefined', 'number', 3, [3], 'number', 'undefined']);
      });

      it('fail alone', async () => {
        const results = await Promise.allSettled([partition.commit(put('a', 1)), get(''), partition.commit(put('', 1)), get('a')]);
        expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
        expect((await get('a'))?.value).toBe(1);
      });
    });

    describe('all partitions', () => {
      const everywhere = (collection: string, id: (n: number) => string) =>
        Promise.all(
          Array.from({ length: PARTITIONS }, (_, n) => store.partition(n).commit({ kind: 'put', collection, id: id(n), value: n })),
        );

      it('are apart', async () => {
        await everywhere('apart', () => 'same');
        const values = await Promise.all(
          Array.from({ length: PARTITIONS }, async (_, n) => (await store.partition(n).get('apart', 'same'))?.value),
        );
        expect(values).toEqual(Array.from({ length: PARTITIONS }, (_, n) => n));
      });

      it('are listed together in byte order, with their number and one limit', async () => {
        await everywhere('due', (n) => `t${String((n * 37) % PARTITIONS).padStart(2, '0')}`);
        const sorted = Array.from({ length: PARTITIONS }, (_, n) => `t${String(n).padStart(2, '0')}`);
        const all = await store.listAll('due');
        expect(ids(all)).toEqual(sorted);
        expect(all.every((entry) => entry.partition === entry.value)).toBe(true);
        expect(ids(await store.listAll('due', { from: 't10', to: 't20', limit: 3 }))).toEqual(['t10', 't11', 't12']);
        expect(ids(await store.listAll('due', { limit: 2, reverse: true }))).toEqual(['t63', 't62']);
      });

      it('are listed as they are after the commits before', async () => {
        const commits = everywhere('queue', (n) => `q${n}`);
        expect(await store.listAll('queue')).toHaveLength(PARTITIONS);
        await commits;
      });
    });

    describe('news', () => {
      it('reaches the listeners of its topic on every handle until they leave', async () => {
        const heard: string[] = [];
        const leave = await opened.second.subscribe('cases', (message) => heard.push(`left:${message}`));
        leave();
        const both = new Promise<void>((done) => {
          void opened.second.subscribe('cases', (message) => {
            if (heard.push(message) === 2) done();
          });
        });
        await opened.second.subscribe('other', () => heard.push('other topic'));
        await store.publish('cases', 'one');
        await store.publish('cases', 'two 二');
        await both;
        expect(heard.sort()).toEqual(['one', 'two 二']);
      });
    });

    it('answers a ping', async () => {
      await expect(store.ping(1000)).resolves.toBeUndefined();
    });
  });
}
