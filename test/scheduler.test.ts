import type { Activity } from 'botbuilder';
import { addFollowUp, cancelFollowUps, listFollowUps } from '../src/repositories/follow-ups';
import { createScheduler } from '../src/scheduler';
import { partitionOf, type Store } from '../src/store/store';
import { referenceOf } from '../src/turn/incoming';
import { turnOf } from '../src/turn/turn';
import { all, C1, gate, message, notesOf, onEachEngine, stopEngines, textsOf, turnsOver, until, type World } from './turns';

afterAll(stopEngines);

const NOON = '2026-11-20T12:00:00+08:00';
const LATER = '2026-11-20T12:00:01+08:00';
const partitionOfC1 = (store: Store) => store.partition(partitionOf(C1));
const reference = referenceOf(message(''));

/** A process with a clock and a scheduler that runs when asked. */
function processOn(store: Store, now: () => string, options: Parameters<typeof turnsOver>[1] = {}) {
  const world: World = turnsOver(store, { now, ...options });
  return { ...world, scheduler: createScheduler({ store, turns: world.turns, now, log: (entry) => world.logged.push(entry), everyMs: 0 }) };
}

describe('a follow-up', () => {
  onEachEngine('starts a turn once it is due, with what it is about, and is gone then', async ([store]) => {
    const heard: Partial<Activity>[] = [];
    let now = NOON;
    const { turns, scheduler, sent } = processOn(store, () => now, {
      bot: {
        async run(context) {
          heard.push(context.activity);
          if (context.activity.text === 'remind me') {
            const planned = { conversation: C1, reference, dueAt: LATER, kind: 'recheck', value: { caseId: 'x' } };
            await addFollowUp(turnOf(context).partition, planned);
          } else await context.sendActivity('here I am');
        },
      },
    });
    await turns.accept(message('remind me', 'a1'));
    await scheduler.tick();
    expect(heard).toHaveLength(1);
    now = LATER;
    await scheduler.tick();
    await scheduler.tick();
    expect(heard).toHaveLength(2);
    expect(heard.at(1)).toMatchObject({
      type: 'event',
      name: 'follow-up',
      value: { kind: 'recheck', dueAt: LATER, value: { caseId: 'x' } },
      from: { id: 'u1' },
    });
    await turns.close();
    expect(sent).toMatchObject([{ text: 'here I am', conversation: { id: 'c1' }, recipient: { id: 'u1' } }]);
    expect(sent.at(0)).not.toHaveProperty('replyToId');
    expect([await all(store, 'follow-ups'), await all(store, 'follow-ups-of')]).toEqual([[], []]);
  });

  onEachEngine('is handled once by two processes', async (stores) => {
    const due = Array.from({ length: 12 }, (_, n) => ({
      conversation: `directline/c${n}`,
      reference: referenceOf(message('', undefined, { conversation: { id: `c${n}`, isGroup: false, conversationType: '', name: '' } })),
      dueAt: NOON,
      kind: 'recheck',
    }));
    for (const one of due) await addFollowUp(stores[0].partition(partitionOf(one.conversation)), one);
    const processes = stores.map((store) => processOn(store, () => LATER));
    await Promise.all(processes.map(({ scheduler }) => scheduler.tick()));
    await Promise.all(processes.map(({ turns }) => turns.close()));
    for (const n of due.keys()) expect(await notesOf(stores[0], `c${n}`)).toEqual(['follow-up']);
    expect(processes.flatMap(({ sent }) => sent)).toHaveLength(12);
    expect(await all(stores[0], 'follow-ups')).toEqual([]);
  });

  onEachEngine('withdrawn, of another conversation or not yet due starts nothing, whoever sends its event', async ([store]) => {
    const partition = partitionOfC1(store);
    const planned = await addFollowUp(partition, { conversation: C1, reference, dueAt: LATER, kind: 'recheck' });
    const foreign = await addFollowUp(partition, { conversation: 'directline/other', reference, dueAt: NOON, kind: 'recheck' });
    const { turns } = processOn(store, () => NOON);
    for (const id of [planned.id, foreign.id, 'nothing', undefined]) {
      const event = { ...message('', id), type: 'event', name: 'follow-up', value: { kind: 'forged' } };
      expect(await turns.accept(event)).toEqual({ kind: 'done', replies: [] });
    }
    expect(await notesOf(store)).toEqual([]);
    expect(await listFollowUps(partition, C1)).toEqual([planned]);
    expect(await cancelFollowUps(partition, C1, 'other kind')).toBe(0);
    expect(await cancelFollowUps(partition, C1, 'recheck')).toBe(1);
    expect(await listFollowUps(partition, C1)).toEqual([]);
    await turns.close();
  });

  onEachEngine('due while a turn runs comes after it', async ([store]) => {
    const started = gate();
    const free = gate();
    const order: (string | undefined)[] = [];
    await addFollowUp(partitionOfC1(store), { conversation: C1, reference, dueAt: NOON, kind: 'recheck' });
    const { turns, scheduler } = processOn(store, () => LATER, {
      bot: {
        async run({ activity }) {
          if (activity.text) {
            started.open();
            await free.opened;
          }
          order.push(activity.text ?? activity.name);
        },
      },
    });
    const running = turns.accept(message('one', 'a1'));
    await started.opened;
    const ticked = scheduler.tick();
    await until(async () => (await all(store, 'inbox')).length === 1);
    free.open();
    await Promise.all([running, ticked]);
    expect(order).toEqual(['one', 'follow-up']);
    await turns.close();
  });
});

describe('what a dead process left behind', () => {
  onEachEngine('in an inbox is run once by two processes', async (stores) => {
    const started = gate();
    const dead = turnsOver(stores[0], {
      lockMs: 1_000,
      bot: {
        run: () => {
          started.open();
          return new Promise(() => {});
        },
      },
    });
    void dead.turns.accept(message('one', 'a1')).catch(() => undefined);
    await started.opened;
    void dead.turns.accept(message('two', 'a2')).catch(() => undefined);
    await until(async () => (await all(stores[0], 'inbox')).length === 1);
    const [lock] = await partitionOfC1(stores[0]).list('locks');
    const processes = stores.map((store) => processOn(store, () => NOON));
    await Promise.all(processes.map(({ scheduler }) => scheduler.tick()));
    expect(await notesOf(stores[0])).toEqual([]);
    await partitionOfC1(stores[0]).commit({ kind: 'delete', collection: 'locks', id: lock?.id ?? '' });
    await Promise.all(processes.map(({ scheduler }) => scheduler.tick()));
    expect(await notesOf(stores[0])).toEqual(['two']);
    await Promise.all(processes.flatMap(({ turns, scheduler }) => [turns.close(), scheduler.close()]));
    expect(textsOf(processes.flatMap(({ sent }) => sent))).toEqual(['1 two']);
  });
});

describe('a round', () => {
  onEachEngine('goes through more than fits in one look, round after round', async ([store]) => {
    const many = Array.from({ length: 230 }, (_, n) => `directline/m${n}`);
    await Promise.all(
      many.map((conversation, n) =>
        store.partition(partitionOf(conversation)).commit({
          kind: 'put',
          collection: 'deliveries',
          id: String(n).padStart(4, '0'),
          value: { conversation, dueAt: 0 },
        }),
      ),
    );
    const looked: string[] = [];
    const { turns, logged } = turnsOver(store);
    const outbox = { ...turns.outbox, deliverWaiting: async (conversation: string) => void looked.push(conversation) };
    const scheduler = createScheduler({
      store,
      turns: { ...turns, outbox },
      now: () => NOON,
      log: (entry) => logged.push(entry),
      everyMs: 0,
    });
    await scheduler.tick();
    await scheduler.tick();
    expect(looked).toEqual(many);
    await turns.close();
    await store.close();
    await scheduler.tick();
    expect(logged).toContainEqual({ event: 'scheduler-failed', code: 'STORE_UNAVAILABLE' });
    await scheduler.close();
  });
});
