import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createScheduler } from '../../src/scheduler';
import { openLmdbStore } from '../../src/store/lmdb';
import { openRedisStore } from '../../src/store/redis';
import { PARTITIONS, partitionOf, type Store } from '../../src/store/store';
import { type BotProcess, startBot } from '../faults/processes';
import { startRedis } from '../redis';
import { all, until } from '../turns';
import { faultsOf, openDeskProcess, requestOf, STORY, traceOf } from './story';

jest.setTimeout(60_000);

/** A case, and how many of its story's steps were answered before its process died. */
interface Dead {
  readonly id: string;
  readonly answered: number;
}

/** A conversation that lies in a partition, a new one each time. */
function nameIn(partition: number): string {
  for (;;) {
    const name = randomUUID();
    if (partitionOf(`directline/${name}`) === partition) return name;
  }
}

/** Kills a process in which one case after the other has died at every await of the store and of delivery. */
async function killEverywhere(desk: BotProcess): Promise<{ readonly whole: string; readonly dead: readonly Dead[] }> {
  desk.tell({ die: 'whole', point: Number.MAX_SAFE_INTEGER });
  const { steps = 0 } = await desk.report(({ survived }) => survived === 'whole');
  const points = Array.from({ length: steps }, (_, n) => n + 1);
  for (const point of points) desk.tell({ die: nameIn(point % PARTITIONS), point });
  await desk.quiet(1000);
  await desk.kill();
  // How often a lease is renewed and the outbox looked at is not always the same: a few may come to the end.
  expect(desk.reports.filter(({ survived }) => survived).length).toBeLessThanOrEqual(steps / 4);
  const opened = desk.reports.flatMap(({ case: id, conversation }) => (id && conversation ? [{ id, conversation }] : []));
  const answers = desk.reports.filter(({ acted }) => acted !== undefined);
  expect(answers.filter(({ error }) => error)).toEqual([]);
  const dead = opened.map(({ id }) => ({ id, answered: answers.filter(({ case: of }) => of === id).length }));
  expect(dead).toHaveLength(steps + 1);
  return { whole: dead.find(({ answered }) => answered === STORY.length)?.id ?? '', dead };
}

/** Another process: the agents whose pages got no answer send what they had sent, and go on; the scheduler finds what was not delivered. */
async function goOn(store: Store, dead: readonly Dead[]): Promise<void> {
  const { act, turns } = openDeskProcess(store);
  const later = () => new Date(Date.now() + 60_000).toISOString();
  const scheduler = createScheduler({ store, turns, now: later, log: () => {}, everyMs: 0 });
  await Promise.all(
    dead.map(async ({ id, answered }) => {
      for (let n = answered; n < STORY.length; n += 1) expect((await act(requestOf(id, n))).kind).toBe('done');
    }),
  );
  await until(async () => {
    await scheduler.tick();
    return (await all(store, 'deliveries')).length === 0;
  });
  await turns.close();
}

async function leavesNoTrace(desk: BotProcess, open: () => Promise<Store>): Promise<void> {
  const { whole, dead } = await killEverywhere(desk);
  const store = await open();
  const undisturbed = await traceOf(store, whole);
  expect(undisturbed.events.map(({ kind }) => kind)).toEqual([
    ...['opened', 'accepted', 'reply', 'note', 'transferred', 'reply', 'returned', 'closed'],
  ]);
  expect(undisturbed.heard).toHaveLength(7);
  expect(undisturbed.rows).toEqual([[], [['closed', null]]]);
  await goOn(store, dead);
  for (const { id } of dead) expect([id, await traceOf(store, id)]).toEqual([id, undisturbed]);
  for (const empty of ['outbox', 'deliveries', 'leases', 'dead-letters']) expect([empty, await all(store, empty)]).toEqual([empty, []]);
  expect(await faultsOf(store)).toEqual([]);
  console.info(`${dead.length - 1} deaths`);
  await store.close();
}

describe('a process killed between any two steps of accept, reply, note, transfer, return and close leaves nothing lost and nothing doubled', () => {
  test('on LMDB', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'daozhang-desk-kill-'));
    const desk = await startBot({ STORE_DIRECTORY: directory, LOCK_MS: '2000' }, join(__dirname, 'desk-process.ts'));
    await leavesNoTrace(desk, () => openLmdbStore({ directory }));
    await rm(directory, { recursive: true, force: true });
  });

  test('on Redis', async () => {
    const redis = await startRedis();
    const prefix = `desk-kill-${randomUUID()}`;
    const desk = await startBot({ STORE_URL: redis.url, STORE_PREFIX: prefix, LOCK_MS: '2000' }, join(__dirname, 'desk-process.ts'));
    await leavesNoTrace(desk, () => openRedisStore({ url: redis.url, prefix }));
    await redis.stop();
  });
});
