import { randomUUID } from 'node:crypto';
import { openRedisStore } from '../../src/store/redis';
import type { Store } from '../../src/store/store';
import { startRedis, type TestRedis } from '../redis';
import { all, message, notesOf, textsOf, turnsOver, until } from '../turns';
import { type BotProcess, startBot } from './processes';

jest.setTimeout(30_000);

let redis: TestRedis;
let store: Store;
let env: Readonly<Record<string, string>>;
beforeAll(async () => {
  redis = await startRedis();
});
beforeEach(async () => {
  const prefix = `processes-${randomUUID()}`;
  env = { STORE_URL: redis.url, STORE_PREFIX: prefix, LOCK_MS: '10000' };
  store = await openRedisStore({ url: redis.url, prefix });
});
afterEach(() => store.close());
afterAll(() => redis.stop());

const answered = (bot: BotProcess) => bot.reports.filter(({ answer }) => answer).length;
const transient = ['inbox', 'outbox', 'deliveries', 'leases', 'locks'];

test('two processes on one Redis lose and double none of 200 messages of one conversation', async () => {
  const bots = await Promise.all([startBot(env), startBot(env)]);
  const messages = Array.from({ length: 200 }, (_, n) => `line ${n}`);
  for (const [n, text] of messages.entries()) bots[n % 2]?.accept(message(text, `a${n}`));
  await until(() => bots.reduce((total, bot) => total + answered(bot), 0) === messages.length);
  await Promise.all(bots.map((bot) => bot.end()));
  const notes = await notesOf(store);
  expect([...notes].sort()).toEqual([...messages].sort());
  for (const mine of [0, 1]) {
    const heard = notes.filter((line) => Number(line.slice(5)) % 2 === mine);
    expect(heard).toEqual(messages.filter((_, n) => n % 2 === mine));
  }
  const sent = bots.flatMap(({ reports }) => reports.flatMap((report) => (report.sent ? [report] : [])));
  const replies = new Map(sent.map(({ sent: id, text }) => [id, text]));
  expect([...replies].sort().map(([, text]) => text)).toEqual(notes.map((text, n) => `${n + 1} ${text}`));
  expect(sent).toHaveLength(messages.length);
  for (const collection of transient) expect(await all(store, collection)).toEqual([]);
});

test('a process that was paused beyond its lock changes nothing and says nothing of the turn it had, and runs it again', async () => {
  const paused = await startBot({ ...env, LOCK_MS: '300' });
  paused.accept(message('hold', 'a1'));
  await paused.report(({ holding }) => holding === true);
  paused.signal('SIGSTOP');
  const { turns, sent } = turnsOver(store, { lockMs: 300 });
  expect((await turns.accept(message('meanwhile', 'a2'))).kind).toBe('done');
  expect(await notesOf(store)).toEqual(['meanwhile']);
  paused.tell({ go: true });
  paused.signal('SIGCONT');
  const { answer } = await paused.report(({ id }) => id === 'a1');
  expect(answer).toMatchObject({ kind: 'done' });
  expect(await notesOf(store)).toEqual(['meanwhile', 'hold']);
  await Promise.all([paused.end(), turns.close()]);
  expect(textsOf(sent)).toEqual(['1 meanwhile']);
  expect(paused.reports.flatMap(({ sent: id, text }) => (id ? [text] : []))).toEqual(['2 hold']);
});

test('an activity that came to a process that died is answered by another when it comes again', async () => {
  const dying = await startBot({ ...env, LOCK_MS: '300' });
  dying.accept(message('hold', 'a1', { deliveryMode: 'expectReplies' }));
  await dying.report(({ holding }) => holding === true);
  dying.accept(message('two', 'a2'));
  await until(async () => (await all(store, 'inbox')).length === 1);
  await dying.kill();
  const { turns } = turnsOver(store);
  const again = await turns.accept(message('hold', 'a1', { deliveryMode: 'expectReplies' }));
  expect(['joined', 'done']).toContain(again.kind);
  expect([...(await notesOf(store))].sort()).toEqual(['hold', 'two']);
  expect((await turns.accept(message('two', 'a2'))).kind).toBe('duplicate');
  await turns.close();
});
