import type { Activity } from 'botbuilder';
import { asJson, childId, sortable } from '../../src/repositories/ids';
import { listTranscript } from '../../src/repositories/transcripts';
import { createScheduler } from '../../src/scheduler';
import { type Change, partitionOf, type Store } from '../../src/store/store';
import { createDelivery } from '../../src/turn/delivery';
import { keepLock, takeLock } from '../../src/turn/lock';
import { markChange } from '../../src/turn/outbox-entry';
import { all, C1, gate, message, noteBot, onEachEngine, stopEngines, textsOf, turnsOver, until } from '../turns';

afterAll(stopEngines);

/** As the channels throw it. */
const refusal = (fault: 'retry' | 'gone' | 'refused', retryAfterMs?: number) =>
  Object.assign(new Error('not delivered'), { code: 'DELIVERY_FAILED', fault, retryable: fault === 'retry', retryAfterMs });

/** A clock that stands until moved. */
function clock() {
  let ms = Date.parse('2026-11-20T10:00:00+08:00');
  return {
    now: () => new Date(ms).toISOString(),
    advance: (by: number) => {
      ms += by;
    },
  };
}

const letters = async (store: Parameters<typeof all>[0]) =>
  (await all(store, 'dead-letters')) as unknown as readonly { activity: Partial<Activity>; code: string; attempts: number }[];

async function leaveUndelivered(store: Store): Promise<void> {
  const id = childId(C1, sortable(0));
  const activity = message('from the desk', id);
  const entry = { conversation: C1, activity, attempts: 0, dueAt: 0, expiresAt: Date.now() + 60_000 };
  const mark = markChange({ conversation: C1, dueAt: 0 });
  await store.partition(partitionOf(C1)).commit({ kind: 'put', collection: 'outbox', id, value: asJson(entry) }, mark);
}

describe('delivery', () => {
  onEachEngine('never holds a turn, and keeps the order, when a channel is slow', async ([store]) => {
    const free = gate();
    const sent: Partial<Activity>[] = [];
    const { turns } = turnsOver(store, {
      async deliver(activity) {
        await free.opened;
        sent.push(activity);
      },
    });
    for (const [n, text] of ['one', 'two', 'three'].entries()) await turns.accept(message(text, `a${n}`));
    expect(sent).toEqual([]);
    free.open();
    await turns.close();
    expect(textsOf(sent)).toEqual(['1 one', '2 two', '3 three']);
    for (const collection of ['outbox', 'deliveries', 'leases']) expect(await all(store, collection)).toEqual([]);
  });

  onEachEngine('of one conversation is one process at a time', async ([store, other]) => {
    const free = gate();
    const sent: string[] = [];
    const deliver = (name: string) => async (activity: Partial<Activity>) => {
      sent.push(`${name} begins ${activity.text}`);
      await free.opened;
      sent.push(`${name} ends ${activity.text}`);
    };
    const a = turnsOver(store, { deliver: deliver('a') });
    const b = turnsOver(other, { deliver: deliver('b') });
    await a.turns.accept(message('one', 'a1'));
    await b.turns.accept(message('two', 'a2'));
    await b.turns.outbox.deliverWaiting(C1);
    free.open();
    await a.turns.close();
    expect(sent).toEqual(['a begins 1 one', 'a ends 1 one', 'a begins 2 two', 'a ends 2 two']);
    await b.turns.close();
  });

  onEachEngine('that ended during a turn leaves the lease to the commit of that turn', async ([store]) => {
    const [first, turn, second] = [gate(), gate(), gate()];
    const { turns } = turnsOver(store, {
      deliver: (activity) => (activity.text === '1 one' ? first : second).opened,
      bot: {
        async run(context) {
          if (context.activity.text === 'two') await turn.opened;
          await noteBot(context);
        },
      },
    });
    await turns.accept(message('one', 'a1'));
    const answer = turns.accept(message('two', 'a2'));
    await until(async () => (await all(store, 'locks')).length === 1);
    first.open();
    await until(async () => (await all(store, 'leases')).length === 0);
    turn.open();
    await answer;
    const versions = await Promise.all(
      ['leases', 'deliveries'].map(async (name) => (await store.listAll(name)).map(({ version }) => version)),
    );
    expect(versions[0]).toHaveLength(1);
    expect(versions[0]).toEqual(versions[1]);
    second.open();
    await turns.close();
    for (const collection of ['outbox', 'deliveries', 'leases']) expect(await all(store, collection)).toEqual([]);
  });

  onEachEngine('goes on under one lease with what was added meanwhile', async ([store]) => {
    const free = gate();
    const leases: Change[] = [];
    const watched: Store = {
      ...store,
      partition(n) {
        const partition = store.partition(n);
        const commit: typeof partition.commit = (...changes) => {
          leases.push(...(changes as Change[]).filter(({ kind, collection }) => kind === 'put' && collection === 'leases'));
          return partition.commit(...changes);
        };
        return { ...partition, commit };
      },
    };
    const { turns } = turnsOver(watched, { deliver: () => free.opened });
    for (const [n, text] of ['one', 'two', 'three'].entries()) await turns.accept(message(text, `a${n}`));
    free.open();
    await turns.close();
    expect(leases).toHaveLength(1);
    for (const collection of ['outbox', 'deliveries', 'leases']) expect(await all(store, collection)).toEqual([]);
  });

  onEachEngine('ends also when the store has lost the last moments, and its versions with them', async ([store]) => {
    const { turns, sent } = turnsOver(store);
    await leaveUndelivered(store);
    const place = { partition: store.partition(partitionOf(C1)), collection: 'leases', id: 'test', ttlMs: 60_000 };
    const lease = keepLock(place, (await takeLock(place)) ?? 0);
    const options = {
      store,
      now: () => new Date().toISOString(),
      log: () => undefined,
      deliver: async (activity: Partial<Activity>) => sent.push(activity),
    };
    // The version of a commit that a restarted or replaced server does not know any more.
    const lost = 1_000_000;
    expect(await createDelivery(options).drain({ conversation: C1, lease, newest: () => lost })).toBeLessThan(lost);
    expect(textsOf(sent)).toEqual(['from the desk']);
    for (const collection of ['outbox', 'deliveries', 'leases']) expect(await all(store, collection)).toEqual([]);
    await turns.close();
  });

  onEachEngine('forgets nothing that another process said during a turn and could not deliver', async ([store, other]) => {
    let runs = 0;
    const { turns, sent } = turnsOver(store, {
      bot: {
        async run(context) {
          runs += 1;
          if (runs === 1) await leaveUndelivered(other);
          await noteBot(context);
        },
      },
    });
    await turns.accept(message('one', 'a1'));
    await turns.close();
    expect(textsOf(sent)).toEqual(['from the desk', '1 one']);
    expect(await all(store, 'outbox')).toEqual([]);
  });

  onEachEngine('that fails is tried again later, with the same ids, and what follows waits behind it', async ([store]) => {
    const { now, advance } = clock();
    const attempts: Partial<Activity>[] = [];
    let down = true;
    const { turns, logged } = turnsOver(store, {
      now,
      async deliver(activity) {
        attempts.push(activity);
        if (down) throw refusal('retry');
      },
      outbox: { backoffMs: 1000 },
    });
    const { tick } = createScheduler({ store, turns, now, log: () => {}, everyMs: 0 });
    await turns.accept(message('one', 'a1'));
    await until(() => attempts.length === 1);
    await until(async () => (await all(store, 'leases')).length === 0);
    await turns.accept(message('two', 'a2'));
    await tick();
    expect(attempts).toHaveLength(1);
    advance(60_000);
    down = false;
    await tick();
    expect(textsOf(attempts)).toEqual(['1 one', '1 one', '2 two']);
    expect(attempts.at(0)?.id).toBe(attempts.at(1)?.id);
    expect(logged).toContainEqual({ event: 'delivery-refused', conversation: expect.any(String), code: 'retry', attempts: 1 });
    expect(await all(store, 'outbox')).toEqual([]);
    await turns.close();
  });

  onEachEngine('waits longer after each failure, and as long as the channel asks', async ([store]) => {
    const { now, advance } = clock();
    let after: number | undefined;
    const { turns } = turnsOver(store, { now, deliver: () => Promise.reject(refusal('retry', after)), outbox: { backoffMs: 1000 } });
    const pauses: number[] = [];
    const pause = async () => {
      await until(async () => (await all(store, 'leases')).length === 0);
      const [entry] = (await all(store, 'outbox')) as readonly { dueAt: number }[];
      pauses.push((entry?.dueAt ?? 0) - Date.parse(now()));
      advance(pauses.at(-1) ?? 0);
      await turns.outbox.deliverWaiting(C1);
    };
    await turns.accept(message('one', 'a1'));
    await pause();
    await pause();
    after = 7_200_000;
    await pause();
    await pause();
    const [first = 0, second = 0, third = 0, asked = 0] = pauses;
    for (const [base, value] of [
      [1000, first],
      [2000, second],
      [4000, third],
    ] as const) {
      expect(value).toBeGreaterThanOrEqual(base / 2);
      expect(value).toBeLessThanOrEqual(base * 1.5);
    }
    expect(asked).toBe(7_200_000);
    await turns.close();
  });

  onEachEngine('refused for good is a dead letter, and what follows is delivered', async ([store]) => {
    const { turns, sent, logged } = turnsOver(store);
    const refusing = turnsOver(store, {
      async deliver(activity) {
        if (activity.text?.includes('bad')) throw refusal(activity.text.includes('gone') ? 'gone' : 'refused');
        sent.push(activity);
      },
    });
    for (const [n, text] of ['bad', 'good', 'bad gone', 'fine'].entries()) await refusing.turns.accept(message(text, `a${n}`));
    await refusing.turns.close();
    expect(textsOf(sent)).toEqual(['2 good', '4 fine']);
    expect((await letters(store)).map(({ activity, code, attempts }) => [activity.text, code, attempts])).toEqual([
      ['1 bad', 'refused', 1],
      ['3 bad gone', 'gone', 1],
    ]);
    expect(await turns.outbox.listDeadLetters(1)).toHaveLength(1);
    expect(await all(store, 'outbox')).toEqual([]);
    expect(refusing.logged.filter(({ event }) => event === 'dead-letter')).toHaveLength(2);
    expect(logged).toEqual([]);
    await turns.close();
  });

  onEachEngine('that does not succeed within its time is a dead letter', async ([store]) => {
    const { now, advance } = clock();
    const { turns } = turnsOver(store, {
      now,
      deliver: () => Promise.reject(new Error('socket hang up')),
      outbox: { expiryMs: 3_600_000 },
    });
    await turns.accept(message('one', 'a1'));
    await until(async () => (await all(store, 'leases')).length === 0);
    expect(await all(store, 'outbox')).toHaveLength(1);
    advance(3_600_000);
    await turns.outbox.deliverWaiting(C1);
    expect(await letters(store)).toMatchObject([{ code: 'expired', activity: { text: '1 one' } }]);
    expect(await all(store, 'outbox')).toEqual([]);
    await turns.close();
  });

  onEachEngine('of a trace that fails is given up silently', async ([store]) => {
    const { turns } = turnsOver(store, {
      deliver: () => Promise.reject(refusal('refused')),
      bot: { run: async (context) => void (await context.sendTraceActivity('daozhang.turn', {})) },
    });
    await turns.accept(message('one', 'a1', { channelId: 'emulator' }));
    await turns.close();
    expect([await all(store, 'outbox'), await letters(store)]).toEqual([[], []]);
  });
});

describe('say', () => {
  onEachEngine('puts a line after what was said, filtered, into the transcript and the channel', async ([store]) => {
    const { turns, sent } = turnsOver(store);
    await turns.accept(message('one', 'a1'));
    expect(await turns.say(C1, [{ text: 'call 13800138000' }, { text: 'or wait' }])).toBe(true);
    await turns.accept(message('two', 'a2'));
    await turns.close();
    expect(textsOf(sent)).toEqual(['1 one', 'call [hidden]', 'or wait', '2 two']);
    expect(sent.at(1)).toMatchObject({
      serviceUrl: 'http://127.0.0.1:9/',
      conversation: { id: 'c1' },
      recipient: { id: 'u1' },
      from: { id: 'b1' },
    });
    expect(sent.at(1)).not.toHaveProperty('replyToId');
    expect(textsOf(await listTranscript(store.partition(partitionOf(C1)), C1))).toEqual([
      'one',
      '1 one',
      'call [hidden]',
      'or wait',
      'two',
      '2 two',
    ]);
    expect(await all(store, 'deliveries')).toEqual([]);
  });

  onEachEngine('does not wait for a running turn', async ([store]) => {
    const started = gate();
    const free = gate();
    const { turns, sent } = turnsOver(store, {
      bot: {
        async run(context) {
          if (context.activity.text === 'two') {
            started.open();
            await free.opened;
          }
          await noteBot(context);
        },
      },
    });
    await turns.accept(message('one', 'a1'));
    const running = turns.accept(message('two', 'a2'));
    await started.opened;
    await turns.say(C1, [{ text: 'hello' }]);
    await until(() => sent.length === 2);
    free.open();
    await running;
    await turns.close();
    expect(textsOf(sent)).toEqual(['1 one', 'hello', '2 two']);
  });

  onEachEngine('to an unknown conversation is refused and leaves nothing', async ([store]) => {
    const { turns } = turnsOver(store);
    expect(await turns.say('directline/nobody', [{ text: 'hello' }])).toBe(false);
    expect(await all(store, 'deliveries')).toEqual([]);
    await turns.close();
  });
});
