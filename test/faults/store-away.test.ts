import { createScheduler } from '../../src/scheduler';
import { openRedisStore } from '../../src/store/redis';
import { type Store, StoreError } from '../../src/store/store';
import type { TurnOptions } from '../../src/turn/turn';
import { type RedisProcess, startRedisProcess } from '../redis';
import { all, gate, message, noteBot, notesOf, SHORT_LIVED, textsOf, turnsOver, until } from '../turns';

jest.setTimeout(20_000);

let redis: RedisProcess;
let store: Store;
beforeEach(async () => {
  redis = await startRedisProcess();
  store = await openRedisStore({ url: redis.url });
});
afterEach(async () => {
  await store.close();
  await redis.stop();
});

async function msOf(work: Promise<unknown>): Promise<number> {
  const start = Date.now();
  await expect(work).rejects.toThrow(StoreError);
  return Date.now() - start;
}

test('without its store a process answers StoreError within a second, and works again by itself', async () => {
  const { turns, sent } = turnsOver(store);
  await turns.accept(message('one', 'a1'));
  await until(() => sent.length === 1);
  await redis.kill();
  const waits = await Promise.all(['a2', 'a3', 'a4'].map((id) => msOf(turns.accept(message('lost', id)))));
  expect(Math.max(...waits)).toBeLessThan(1000);
  expect(await msOf(turns.say('directline/c1', [{ text: 'hello' }]))).toBeLessThan(1000);
  // This server keeps nothing on disk: it comes back empty.
  await redis.start();
  await until(async () => (await turns.accept(message('two', 'a2')).catch(() => undefined)) !== undefined);
  expect(await notesOf(store)).toEqual(['two']);
  await turns.close();
  expect(textsOf(sent)).toEqual(['1 one', '1 two']);
});

test('a store that stops answering in the middle of a turn ends it with StoreError, and the same activity runs once when it comes again', async () => {
  const started = gate();
  const free = gate();
  const { turns, sent } = turnsOver(store, {
    ...SHORT_LIVED,
    bot: {
      async run(context) {
        await noteBot(context);
        started.open();
        await free.opened;
      },
    },
  });
  const answer = turns.accept(message('one', 'a1'));
  answer.catch(() => undefined);
  await started.opened;
  redis.signal('SIGSTOP');
  free.open();
  expect(await msOf(answer)).toBeLessThan(1000);
  redis.signal('SIGCONT');
  await until(async () => (await turns.accept(message('one', 'a1')).catch(() => undefined)) !== undefined);
  expect(await notesOf(store)).toEqual(['one']);
  const scheduler = createScheduler({ store, turns, now: () => new Date(Date.now() + 60_000).toISOString(), log: () => {}, everyMs: 0 });
  // When the commit was carried out after all, its reply is the scheduler's to deliver.
  await until(async () => {
    await scheduler.tick();
    return sent.length > 0;
  });
  expect(textsOf(sent)).toEqual(['1 one']);
  await turns.close();
});

/** A message is on its way out when the store goes away, and arrives meanwhile. */
async function sendAcrossAnOutage(options: Partial<TurnOptions> = {}) {
  const free = gate();
  let attempts = 0;
  const { turns } = turnsOver(store, {
    ...options,
    async deliver() {
      attempts += 1;
      await free.opened;
    },
  });
  await turns.accept(message('one', 'a1'));
  await until(() => attempts === 1);
  redis.signal('SIGSTOP');
  free.open();
  return { turns, attempts: () => attempts };
}

test('what was sent while the store was away is noted once it is back, and not sent again', async () => {
  const { turns, attempts } = await sendAcrossAnOutage();
  // Longer than a command waits for its reply.
  await new Promise((resolve) => setTimeout(resolve, 1000));
  redis.signal('SIGCONT');
  await until(async () => (await all(store, 'leases').catch(() => [0])).length === 0);
  await turns.outbox.deliverWaiting('directline/c1');
  expect(attempts()).toBe(1);
  for (const empty of ['outbox', 'deliveries', 'leases']) expect(await all(store, empty)).toEqual([]);
  await turns.close();
});

test('a delivery whose lease ran out while the store was away is made again, and nothing throws', async () => {
  const { turns, attempts } = await sendAcrossAnOutage(SHORT_LIVED);
  await new Promise((resolve) => setTimeout(resolve, 800));
  redis.signal('SIGCONT');
  await until(async () => {
    await turns.outbox.deliverWaiting('directline/c1');
    return attempts() === 2;
  });
  await until(async () => (await all(store, 'outbox').catch(() => [0])).length === 0);
  await turns.close();
});
