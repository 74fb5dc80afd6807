import { all, expecting, message, notesOf, textsOf, turnsOver, withLmdb } from './turns';

const twenty = Array.from({ length: 20 }, (_, n) => `line ${n}`);

test('the same activity twenty times at once has one effect and the same replies', async () => {
  await withLmdb(async (store) => {
    const { turns } = turnsOver(store);
    const answers = await Promise.all(twenty.map(() => turns.accept(message('hello', 'a1', expecting))));
    expect(answers.map(({ replies }) => textsOf(replies))).toEqual(twenty.map(() => ['1 hello']));
    expect(answers.filter(({ kind }) => kind === 'done')).toHaveLength(1);
    expect(await notesOf(store, 'c1')).toEqual(['hello']);
    await turns.close();
  });
});

test('twenty messages at once have twenty effects in the order they came', async () => {
  await withLmdb(async (store) => {
    const { turns, sent } = turnsOver(store);
    const answers = await Promise.all(twenty.map((text, n) => turns.accept(message(text, `a${n}`))));
    expect(answers.at(0)?.kind).toBe('done');
    expect(answers.at(-1)?.kind).toBe('done');
    expect(await notesOf(store, 'c1')).toEqual(twenty);
    await turns.close();
    expect(textsOf(sent)).toEqual(twenty.map((text, n) => `${n + 1} ${text}`));
    for (const empty of ['inbox', 'outbox', 'deliveries', 'leases', 'locks']) expect(await all(store, empty)).toEqual([]);
  });
});
