import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { assignWaiting, choose } from '../../src/desk/assignment';
import { loadsOf } from '../../src/desk/capacity';
import { createDesk } from '../../src/desk/desk';
import type { Presence } from '../../src/desk/presence';
import { type Colleague, createRoster } from '../../src/desk/roster';
import { type Case, newDraft, type Queue } from '../../src/domain/case';
import { verifyAudit } from '../../src/repositories/audit';
import { listCaseEvents } from '../../src/repositories/case-events';
import { addCase, createCaseId, findCase, listQueue } from '../../src/repositories/cases';
import { saveConversation } from '../../src/repositories/conversations';
import { openLmdbStore } from '../../src/store/lmdb';
import { openRedisStore } from '../../src/store/redis';
import { partitionOf, type Store } from '../../src/store/store';
import { startRedis, type TestRedis } from '../redis';
import { type Caller, type DeskWorld, openDeskWorld } from './world';

const NOW = '2026-11-20T10:00:00+08:00';
const KEY = Buffer.alloc(32, 7);

const person = (id: string, more: Partial<Colleague> = {}): Colleague => ({ id, name: id, role: 'agent', capacity: 3, ...more });

describe('who gets a case', () => {
  const waiting = { id: 'DZ20261120-ACDEF-01', queue: 'Q-SETTLE' as Queue };
  test.each<[string, readonly Colleague[], readonly [string, number][], string | undefined]>([
    ['the one with the fewest', [person('a'), person('b')], [['a', 1]], 'b'],
    [
      'nobody beyond his capacity',
      [person('a', { capacity: 1 }), person('b')],
      [
        ['a', 1],
        ['b', 2],
      ],
      'b',
    ],
    [
      'nobody when all have what they can',
      [person('a'), person('b', { capacity: 1 })],
      [
        ['a', 3],
        ['b', 1],
      ],
      undefined,
    ],
    ['only who works on its queue', [person('a', { queues: ['Q-RISK'] }), person('b', { queues: ['Q-SETTLE'] })], [['b', 2]], 'b'],
    ['nobody when nobody is there', [], [], undefined],
  ])('%s', (_, people, loads, right) => {
    expect(choose(waiting, people, new Map(loads))?.id).toBe(right);
  });

  test('of equals each gets about as many, and every process finds the same', () => {
    const people = [person('a'), person('b'), person('c')];
    const chosen = Array.from({ length: 300 }, (_, index) => choose({ ...waiting, id: `DZ-${index}` }, people, new Map())?.id ?? '');
    for (const { id } of people) expect(chosen.filter((one) => one === id).length).toBeGreaterThan(70);
    expect(choose(waiting, people, new Map())).toEqual(choose(waiting, [...people], new Map()));
  });
});

/** One process on a store: its desk, and what users heard from it. */
function processOn(store: Store, agents: readonly Colleague[]) {
  const heard: string[] = [];
  const act = createDesk({
    ...{ store, key: KEY, now: () => NOW, mask: (words: string) => words, announce: () => undefined },
    replyBy: () => ({ at: NOW, said: NOW }),
    async say(conversation, activities, also) {
      const isKept = (await store.partition(partitionOf(conversation)).commit(...also(['1']))) !== undefined;
      if (isKept) heard.push(`${conversation} ${activities[0]?.text}`);
      return isKept;
    },
  });
  const roster = createRoster(store, agents as never, false);
  const present = async (): Promise<readonly Presence[]> => agents.map(({ id, name }) => ({ id, name, state: 'online' }));
  return { act, heard, assign: () => assignWaiting({ store, act, roster, present, elsewhere: ['wechat'] }) };
}

async function openCase(store: Store, name: string, channel = 'emulator'): Promise<string> {
  const key = `${channel}/${name}`;
  const partition = store.partition(partitionOf(key));
  const id = createCaseId(NOW, partition.number);
  const reference = { channelId: channel, conversation: { id: name } as never, user: { id: 'u', name: '' }, bot: { id: 'b', name: '' } };
  const record = { id: key, channel, reference, locale: 'zh-CN', misunderstood: 0, angryTurns: 0, lastAt: NOW };
  await saveConversation(partition, record);
  const made: Case = {
    ...{ id, conversationId: key, channel, locale: 'zh-CN', createdAt: NOW, updatedAt: NOW, priority: 'P2', queue: 'Q-SETTLE' },
    ...{ owner: 'queue', draft: newDraft(NOW), diagnosis: { causes: [] }, summary: '', missing: [], contacts: 0, replyBy: NOW },
  };
  await addCase(partition, made);
  return id;
}

describe.each(['lmdb', 'redis'])('two processes on %s', (engine) => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'assignment-'));
  let redis: TestRedis | undefined;
  let stores: readonly [Store, Store];
  beforeAll(async () => {
    if (engine === 'redis') {
      redis = await startRedis();
      const { url } = redis;
      stores = [await openRedisStore({ url }), await openRedisStore({ url })];
    } else {
      const store = await openLmdbStore({ directory });
      stores = [store, store];
    }
  });
  afterAll(async () => {
    for (const store of new Set(stores)) await store.close();
    await redis?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  test('give each case to one agent and no agent too many, while agents accept at the same time; users hear of one', async () => {
    const agents = [person('a', { capacity: 5 }), person('b', { capacity: 5 }), person('c', { capacity: 5, role: 'lead' })];
    const [one, two] = [processOn(stores[0], agents), processOn(stores[1], agents)];
    const ids = await Promise.all(Array.from({ length: 16 }, (_, index) => openCase(stores[0], `${engine}-${index}`)));
    const accept = (id: string) => one.act({ caseId: id, actor: { id: 'z', name: 'z', role: 'agent' }, action: { kind: 'accept' } });
    const [accepted] = await Promise.all([
      Promise.all(ids.slice(0, 3).map(accept)),
      one.assign(),
      two.assign(),
      one.assign(),
      two.assign(),
    ]);
    while (!(await two.assign())) await new Promise((resolve) => setTimeout(resolve, 5));

    const cases = await Promise.all(ids.map((id) => findCase(stores[1], id)));
    const loads = loadsOf(await listQueue(stores[1], 100));
    const byHand = accepted.filter(({ kind }) => kind === 'done').length;
    expect([loads.get('a'), loads.get('b'), loads.get('c'), loads.get('z') ?? 0]).toEqual([5, 5, undefined, byHand]);
    expect(cases.filter((found) => found?.owner === 'queue')).toHaveLength(16 - 10 - byHand);
    for (const found of cases) {
      const joins = [...one.heard, ...two.heard].filter((line) => line.startsWith(`${found?.conversationId} `) && line.includes('已接入'));
      const taken = (await listCaseEvents(stores[0].partition(partitionOf(found?.conversationId ?? '')), found?.id ?? '')).filter(
        ({ kind }) => kind === 'accepted' || kind === 'assigned',
      );
      expect([joins.length, taken.length]).toEqual(found?.owner === 'agent' ? [1, 1] : [0, 0]);
      if (taken[0]?.kind === 'assigned') expect(taken[0]).toMatchObject({ by: { id: 'assignment' }, to: { id: found?.agent?.id } });
    }
    expect(await verifyAudit(stores[0], KEY)).toMatchObject({ faults: [] });
  });

  test("leave alone what a channel's own people take over", async () => {
    const id = await openCase(stores[0], `${engine}-own`, 'wechat');
    await processOn(stores[0], [person('d', { capacity: 50 })]).assign();
    expect(await findCase(stores[0], id)).toMatchObject({ owner: 'queue' });
  });
});

describe('with DESK_ASSIGN=auto', () => {
  let world: DeskWorld;
  afterEach(() => world.close());

  const become = async (machine: Caller, id: string, agent: string | undefined) => {
    for (let count = 0; count < 200; count += 1) {
      if ((await machine(`/api/desk/cases/${id}`)).body.agent?.id === agent) return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`${id} never came to ${agent}`);
  };
  const owner = async (id: string) => (await world.machine(`/api/desk/cases/${id}`)).body.owner;

  test('a case waits until somebody is online, goes to him, and the next one once he has a place', async () => {
    world = await openDeskWorld({ env: { DESK_ASSIGN: 'auto' }, more: { li: { capacity: 1 } } });
    const [li, wang] = [await world.signIn('li'), await world.signIn('wang')];
    await wang('/api/desk/presence', { state: 'online' });
    await li('/api/desk/presence', { state: 'busy' });
    const first = await world.handOver();
    expect(await owner(first)).toBe('queue');
    await li('/api/desk/presence', { state: 'online' });
    await become(world.machine, first, 'li');
    const { texts } = await world.talk.say('转人工', { conversation: { id: 'second' } as never });
    const second = /DZ\d{8}-\w{5}-\d{2}/.exec(texts.join())?.[0] ?? '';
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(await owner(second)).toBe('queue');
    await li(`/api/desk/cases/${first}/close`, { outcome: 'solved', note: '好' });
    await become(world.machine, second, 'li');
    const { events } = (await world.machine(`/api/desk/cases/${second}`)).body;
    expect(events.at(-1)).toMatchObject({ kind: 'assigned', to: { id: 'li', name: '小李' } });
    const { last } = (await world.machine('/api/desk/audit')).body;
    expect(last).toContainEqual(expect.objectContaining({ actor: 'assignment', action: 'assign', caseId: second, detail: 'li' }));
  });

  test('by default nobody is given anything', async () => {
    world = await openDeskWorld();
    await (await world.signIn('li'))('/api/desk/presence', { state: 'online' });
    const id = await world.handOver();
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(await owner(id)).toBe('queue');
  });

  test('a lead gives a waiting case to somebody, once; an agent may not', async () => {
    world = await openDeskWorld();
    const id = await world.handOver();
    const [li, wang] = [await world.signIn('li'), await world.signIn('wang')];
    const give = (who: Caller, agent: string) => who(`/api/desk/cases/${id}/assign`, { agent });
    expect((await give(li, 'li')).body).toEqual({ error: { code: 'FORBIDDEN' } });
    expect((await give(wang, 'nobody')).body).toEqual({ error: { code: 'BAD_INPUT', fields: ['agent'] } });
    expect((await give(wang, 'zhou')).body).toMatchObject({ owner: 'agent', agent: { id: 'zhou' } });
    expect((await give(wang, 'li')).body).toEqual({ error: { code: 'WRONG_OWNER', owner: 'agent', agent: { id: 'zhou', name: '小周' } } });
    expect((await wang('/api/desk/agents')).body.find((one: { id: string }) => one.id === 'zhou')).toMatchObject({ load: 1, capacity: 8 });
  });
});
