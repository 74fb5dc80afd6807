import { setTimeout as delay } from 'node:timers/promises';
import { createScheduler, type Scheduler } from '../../src/scheduler';
import { openRedisStore } from '../../src/store/redis';
import type { Store } from '../../src/store/store';
import { type RedisProcess, startRedisProcess } from '../redis';
import { all, until } from '../turns';
import { listenTo, type Stream } from './listening';
import { type Answer, type Caller, type DeskWorld, openDeskWorld } from './world';

/**
 * Redis is killed while an agent's action is under way, and started again. It writes before it answers (`everysec` may lose two seconds); the user's
 * channel knows no repetitions.
 */

jest.setTimeout(90_000);

const AWAY_MS = 150;
const ACTIONS: readonly (readonly [string, object])[] = [
  ['accept', {}],
  ['reply', { text: '您好，我来查' }],
  ['transfer', { agent: 'zhou' }],
  ['return', { finding: '款已退回' }],
  ['close', { outcome: 'solved', note: '好' }],
];

let redis: RedisProcess;
let world: DeskWorld;
let scheduler: Scheduler;
let li: Caller;
let wang: Caller;
let stream: Stream;
/** Calls of the store until Redis is killed during one. */
let left = Number.POSITIVE_INFINITY;
let calls = 0;
let outage: Promise<void> | undefined;

async function breakDown(): Promise<void> {
  await redis.kill();
  stream.drop();
  await delay(AWAY_MS);
  await redis.start();
}

function watched(store: Store): Store {
  function count<T>(run: () => Promise<T>): Promise<T> {
    calls += 1;
    left -= 1;
    const running = run();
    // It was sent a moment ago: whether it is carried out nobody knows.
    if (left === 0) outage = delay(0).then(breakDown);
    return running;
  }
  return {
    ...store,
    partition(number) {
      const { get, list, commit } = store.partition(number);
      return {
        number,
        get: (...args) => count(() => get(...args)),
        list: (...args) => count(() => list(...args)),
        commit: (...args) => count(() => commit(...args)),
      };
    },
  };
}

beforeAll(async () => {
  redis = await startRedisProcess(['appendonly yes', 'appendfsync always']);
  const store = watched(await openRedisStore({ url: redis.url }));
  world = await openDeskWorld({ store, outbox: { leaseMs: 3000 } });
  const { turns } = world.talk;
  scheduler = createScheduler({ store, turns, now: () => '2026-11-20T23:00:00+08:00', log: () => undefined, everyMs: 0 });
  [li, wang] = [await world.signIn('li'), await world.signIn('wang')];
  stream = listenTo(world.base, { authorization: 'Bearer a-key-for-machines' });
  await until(() => stream.isOpen());
});
afterAll(async () => {
  stream.close();
  await scheduler.close();
  await world.close();
  await redis.stop();
});

/** As the page does it: again under the same name while the answer is that the server cannot now. */
async function insist(path: string, body: object): Promise<Answer> {
  for (;;) {
    const answer = await li(path, body);
    if (answer.status !== 503) return answer;
    expect([answer.text, answer.headers.get('retry-after')]).toEqual(['', '5']);
    await delay(50);
  }
}

/** One action on a case of its own, with an outage during the n-th call of the store; what is left of it on every side. */
async function play(action: string, body: object, n = Number.POSITIVE_INFINITY) {
  const conversation = `${action}-${n}`;
  const id = await world.handOver(conversation);
  if (action !== 'accept') await li(`/api/desk/cases/${id}/accept`, {});
  await settled();
  outage = undefined;
  calls = 0;
  left = n;
  const { status } = await insist(`/api/desk/cases/${id}/${action}`, { ...body, once: `once-${conversation}` });
  await settled();
  const counted = calls;
  left = Number.POSITIVE_INFINITY;
  await outage;
  await until(() =>
    world.talk.store.ping(500).then(
      () => true,
      () => false,
    ),
  );
  const found = (await world.machine(`/api/desk/cases/${id}`)).body;
  const events = found.events as readonly { readonly id: string; readonly kind: string }[];
  await until(() => stream.eventsOf(id).length >= events.length);
  const heard = world.heard(conversation);
  const kept = (found.transcript as readonly { readonly text?: string }[]).flatMap(({ text = '' }) => (heard.includes(text) ? [text] : []));
  // Nobody may have too many.
  await wang(`/api/desk/cases/${id}/close`, { outcome: 'solved', note: '好' });
  const trace = {
    ...{ status, owner: found.owner, agent: found.agent },
    events: events.map(({ kind }) => kind),
    heard: heard.map((text) => text.replaceAll(id, 'ID')),
    kept: kept.length,
    missed: events.filter((event) => !stream.eventsOf(id).includes(event.id)),
  };
  return { trace, calls: counted };
}

/** Everything that was to be delivered is; the store may be away meanwhile. */
async function settled(): Promise<void> {
  await until(async () => {
    await scheduler.tick();
    return (await Promise.all(['deliveries', 'leases'].map((name) => all(world.talk.store, name).catch(() => [0])))).flat().length === 0;
  });
}

test.each(ACTIONS.map(([action, body], index) => [action, body, index + 1] as const))(
  'Redis restarts during %s: done once, heard once, and the stream goes on where it was',
  async (action, body, first) => {
    const undisturbed = await play(action, body);
    expect(undisturbed.trace).toMatchObject({ status: 200, missed: [] });
    // All make much the same calls: together the actions are broken at each of them.
    for (let n = first; n <= undisturbed.calls; n += ACTIONS.length) {
      const { trace } = await play(action, body, n);
      expect([n, trace]).toEqual([n, undisturbed.trace]);
    }
    expect((await world.machine('/api/desk/audit')).body.faults).toEqual([]);
    for (const empty of ['outbox', 'dead-letters']) expect(await all(world.talk.store, empty)).toEqual([]);
  },
);
