import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Activity } from 'botbuilder';
import type { Action, Actor } from '../../src/desk/actions';
import { createDesk } from '../../src/desk/desk';
import { newDraft } from '../../src/domain/case';
import { verifyAudit } from '../../src/repositories/audit';
import { listCaseEvents } from '../../src/repositories/case-events';
import { addCase, createCaseId, findCase } from '../../src/repositories/cases';
import { saveConversation } from '../../src/repositories/conversations';
import { listTranscript } from '../../src/repositories/transcripts';
import { openLmdbStore } from '../../src/store/lmdb';
import { openRedisStore } from '../../src/store/redis';
import { type Partition, partitionOf, type Store, StoreError } from '../../src/store/store';
import { createTurns } from '../../src/turn/turn';
import { startRedis, type TestRedis } from '../redis';

/** The process dies before or after any call of the store, and whoever sent the action sends it again to another process. */

const NOW = '2026-11-20T10:00:00+08:00';
const KEY = Buffer.alloc(32, 7);
const LI: Actor = { id: 'li', name: '小李', role: 'agent' };
const ZHOU: Actor = { id: 'zhou', name: '小周', role: 'agent' };
const STORY: readonly (readonly [Actor, Action])[] = [
  [LI, { kind: 'accept' }],
  [LI, { kind: 'reply', text: '您好' }],
  [LI, { kind: 'note', text: '客户很急' }],
  [LI, { kind: 'transfer', to: ZHOU }],
  [ZHOU, { kind: 'reply', text: '在查' }],
  [ZHOU, { kind: 'close', outcome: 'solved', note: '好' }],
];

/** A store whose process dies at its n-th call. */
function dying(store: Store, dieAt: number, when: 'before' | 'after'): { readonly store: Store; calls(): number } {
  let calls = 0;
  const step = async <T>(run: () => Promise<T>): Promise<T> => {
    calls += 1;
    if (calls > dieAt || (calls === dieAt && when === 'before')) throw new StoreError('dead');
    const result = await run();
    if (calls === dieAt) throw new StoreError('dead');
    return result;
  };
  const partition = (number: number): Partition => {
    const real = store.partition(number);
    return {
      number,
      get: (...args) => step(() => real.get(...args)),
      list: (...args) => step(() => real.list(...args)),
      commit: (...args) => step(() => real.commit(...args)),
    };
  };
  return { store: { ...store, partition }, calls: () => calls };
}

let delivered: string[] = [];
function processOn(store: Store) {
  const turns = createTurns({
    ...{ store, burstMs: 0, bot: { run: async () => undefined }, now: () => NOW, log: () => undefined },
    mask: (text) => ({ text, found: {} }),
    filter: (text) => text,
    isFragment: () => false,
    deliver: async ({ text }: Partial<Activity>) => void delivered.push(text ?? ''),
    apology: () => ({}),
  });
  const act = createDesk({
    ...{ store, say: turns.say, now: () => NOW, key: KEY, mask: (text: string) => text, announce: () => undefined },
    replyBy: () => ({ at: NOW, said: NOW }),
  });
  return { act, turns };
}

async function openCase(store: Store, name: string): Promise<string> {
  const key = `emulator/${name}`;
  const partition = store.partition(partitionOf(key));
  const id = createCaseId(NOW, partition.number);
  const reference = { channelId: 'emulator', conversation: { id: name } as never, user: { id: 'u', name: '' }, bot: { id: 'b', name: '' } };
  await saveConversation(partition, {
    id: key,
    channel: 'emulator',
    reference,
    locale: 'zh-CN',
    misunderstood: 0,
    angryTurns: 0,
    lastAt: NOW,
  });
  await addCase(partition, {
    ...{ id, conversationId: key, channel: 'emulator', locale: 'zh-CN', createdAt: NOW, updatedAt: NOW, priority: 'P2', queue: 'Q-SETTLE' },
    ...{ owner: 'queue', draft: newDraft(NOW), diagnosis: { causes: [] }, summary: '', missing: [], contacts: 0, replyBy: NOW },
  });
  return id;
}

/** What is left of it, without ids and times. */
async function traceOf(store: Store, id: string) {
  const found = await findCase(store, id);
  if (!found) throw new Error('no case');
  const partition = store.partition(partitionOf(found.conversationId));
  const hide = (text: string | undefined) => text?.replaceAll(id, 'ID');
  return {
    owner: found.owner,
    agent: found.agent,
    events: (await listCaseEvents(partition, id)).map(({ kind, by, text }) => [kind, by?.id, text]),
    said: (await listTranscript(partition, found.conversationId)).map(({ text }) => hide(text)),
  };
}

async function play(store: Store, name: string, dieAt = Number.POSITIVE_INFINITY, when: 'before' | 'after' = 'before') {
  const id = await openCase(store, name);
  const mortal = dying(store, dieAt, when);
  const first = processOn(mortal.store);
  const second = processOn(store);
  delivered = [];
  for (const [index, [actor, action]] of STORY.entries()) {
    const request = { caseId: id, actor, action, once: `action-${index}` };
    try {
      await first.act(request);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      await second.act(request);
    }
  }
  await first.turns.close();
  const { conversationId } = (await findCase(store, id)) ?? { conversationId: '' };
  await second.turns.outbox.deliverWaiting(conversationId);
  await second.turns.close();
  return { id, trace: await traceOf(store, id), calls: mortal.calls(), heard: delivered.map((text) => text.replaceAll(id, 'ID')) };
}

describe('on the embedded store', () => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'desk-faults-'));
  let store: Store;
  beforeAll(async () => {
    store = await openLmdbStore({ directory });
  });
  afterAll(async () => {
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  });

  test('killed before or after any call of the store, everything is done once and said once', async () => {
    const right = await play(store, 'undisturbed');
    expect(right.trace.events.map(([kind]) => kind)).toEqual(['opened', 'accepted', 'reply', 'note', 'transferred', 'reply', 'closed']);
    expect(right.heard).toHaveLength(6);
    let deaths = 0;
    for (let dieAt = 1; dieAt <= right.calls; dieAt += 1) {
      for (const when of ['before', 'after'] as const) {
        const { trace } = await play(store, `${when}-${dieAt}`, dieAt, when);
        expect([dieAt, when, trace]).toEqual([dieAt, when, right.trace]);
        deaths += 1;
      }
    }
    console.info(`${deaths} deaths, ${right.calls} calls of the store`);
    expect((await verifyAudit(store, KEY)).faults).toEqual([]);
  }, 60_000);
});

describe('two processes on one Redis', () => {
  let redis: TestRedis;
  let stores: Store[];
  beforeAll(async () => {
    redis = await startRedis();
    stores = await Promise.all([openRedisStore({ url: redis.url }), openRedisStore({ url: redis.url })]);
  });
  afterAll(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await redis.stop();
  });

  test('of agents on both one gets the case, and of the same reply sent to both one is said', async () => {
    const [one, two] = stores as [Store, Store];
    const sides = [processOn(one), processOn(two)] as const;
    const id = await openCase(one, 'race');
    const accepted = await Promise.all(
      [0, 1, 2, 3, 4, 5].map((n) =>
        sides[n % 2 === 0 ? 0 : 1].act({ caseId: id, actor: { id: `a${n}`, name: `${n}`, role: 'agent' }, action: { kind: 'accept' } }),
      ),
    );
    expect(accepted.filter(({ kind }) => kind === 'done')).toHaveLength(1);
    const winner = (await findCase(one, id))?.agent;
    const actor: Actor = { id: winner?.id ?? '', name: winner?.name ?? '', role: 'agent' };
    const replies = await Promise.all(
      sides.map(({ act }) => act({ caseId: id, actor, action: { kind: 'reply', text: '您好' }, once: 'the-same-reply' })),
    );
    expect(replies.map((reply) => reply.kind === 'done' && reply.repeated).sort()).toEqual([false, true]);
    const { said } = await traceOf(two, id);
    expect(said.filter((text) => text?.includes('您好'))).toHaveLength(1);
    expect((await verifyAudit(two, KEY)).faults).toEqual([]);
    for (const { turns } of sides) await turns.close();
  });
});
