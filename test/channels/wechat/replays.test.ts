import { createReplays, type Replays } from '../../../src/channels/wechat/replays';
import type { Store } from '../../../src/store/store';
import { onEachEngine, stopEngines } from '../../turns';

afterAll(stopEngines);

const NOW = 1_772_600_000_000;
let clock = NOW;
let errors: unknown[] = [];
beforeEach(() => {
  clock = NOW;
  errors = [];
});

/** A process: what it keeps in memory is its own. */
const process = (store: Store, isBodyFree = false): Replays =>
  createReplays({ store, isBodyFree, now: () => clock, onError: (error) => errors.push(error) });
const queryOf = (nonce: string) => new URLSearchParams({ timestamp: '1', nonce, signature: 's', msg_signature: `m${nonce}` });
const [first, second] = [queryOf('1'), queryOf('2')];
/** What is told to the other processes is on its way for a moment. */
const moment = () => new Promise((resolve) => setTimeout(resolve, 50));

onEachEngine('a request is a replay once it was answered, and the platform trying again before that', async ([store]) => {
  const replays = process(store);
  expect(await replays.enter(first, 'a')).toBe('new');
  expect(await replays.enter(second, 'a')).toBe('new');
  expect(await replays.enter(first, 'a')).toBe('again');
  replays.answered(first, 'a');
  expect(await replays.enter(first, 'a')).toBe('replay');
  expect(await replays.enter(second, 'a')).toBe('again');
});

onEachEngine('a request that one process answered is a replay to the other, also after a restart', async ([one, two]) => {
  const answered = process(one);
  await answered.enter(first, 'a');
  answered.answered(first, 'a');
  await moment();
  expect(await process(two).enter(first, 'a')).toBe('replay');
  expect(await process(one).enter(first, 'a')).toBe('replay');
  expect(await process(two).enter(second, 'a')).toBe('new');
});

onEachEngine('a request that a dead process did not answer is taken by another', async ([one, two]) => {
  await process(one).enter(first, 'a');
  expect(await process(two).enter(first, 'a')).toBe('new');
});

onEachEngine(
  'with another body it is a replay at once, in the other process too where the proof does not cover the body',
  async ([one, two]) => {
    for (const isBodyFree of [false, true]) {
      const here = process(one, isBodyFree);
      const query = queryOf(String(isBodyFree));
      await here.enter(query, 'a');
      expect(await here.enter(query, 'b')).toBe('replay');
    }
    expect(await process(two, true).enter(queryOf('true'), 'b')).toBe('replay');
    expect(await process(two, true).enter(queryOf('true'), 'a')).toBe('again');
  },
);

onEachEngine('it is forgotten when its time alone refuses it', async ([store]) => {
  const replays = process(store);
  await replays.enter(first, 'a');
  clock += 30 * 60_000;
  expect(await replays.enter(first, 'b')).toBe('new');
});

test('without the store a process remembers by itself', async () => {
  const away = { partition: () => ({ get: () => Promise.reject(new Error('away')), commit: () => Promise.reject(new Error('away')) }) };
  const replays = process(away as unknown as Store);
  expect(await replays.enter(first, 'a')).toBe('new');
  replays.answered(first, 'a');
  expect(await replays.enter(first, 'a')).toBe('replay');
  await moment();
  expect(errors).toHaveLength(2);
});
