import type { Activity, TurnContext } from 'botbuilder';
import { partitionOf, StoreError } from '../../src/store/store';
import { all, C1, expecting, gate, message, noteBot, notesOf, onEachEngine, stopEngines, textsOf, turnsOver, until } from '../turns';

afterAll(stopEngines);

const twenty = Array.from({ length: 20 }, (_, n) => `line ${n}`);
const transient = ['inbox', 'outbox', 'deliveries', 'leases', 'locks'];

describe('seen before', () => {
  onEachEngine('the same activity twenty times at once has one effect and the same replies', async ([store]) => {
    const { turns } = turnsOver(store);
    const answers = await Promise.all(twenty.map(() => turns.accept(message('hello', 'a1', expecting))));
    expect(answers.map(({ replies }) => textsOf(replies))).toEqual(twenty.map(() => ['1 hello']));
    expect(answers.filter(({ kind }) => kind === 'done')).toHaveLength(1);
    expect(await notesOf(store)).toEqual(['hello']);
    await turns.close();
  });

  onEachEngine('the same activity in two processes at once has one effect and the same replies', async (stores) => {
    const worlds = stores.map((store) => turnsOver(store));
    const answers = await Promise.all(twenty.map((_, n) => worlds[n % 2]?.turns.accept(message('hello', 'a1', expecting))));
    expect(answers.map((answer) => textsOf(answer?.replies ?? []))).toEqual(twenty.map(() => ['1 hello']));
    expect(await notesOf(stores[0])).toEqual(['hello']);
    await Promise.all(worlds.map(({ turns }) => turns.close()));
  });

  onEachEngine('an activity that comes again later gets the replies of the first time', async ([store, second]) => {
    const { turns } = turnsOver(store);
    const first = await turns.accept(message('hello', 'a1', expecting));
    const { turns: restarted } = turnsOver(second);
    expect(await restarted.accept(message('hello', 'a1', expecting))).toEqual({ kind: 'duplicate', replies: first.replies });
    await Promise.all([turns.close(), restarted.close()]);
    expect(await all(store, 'locks')).toEqual([]);
  });

  onEachEngine('the same id in another conversation is another activity, and without an id nothing is a duplicate', async ([store]) => {
    const { turns } = turnsOver(store);
    await turns.accept(message('one', 'a1'));
    await turns.accept(message('two', 'a1', { conversation: { id: 'c2', isGroup: false, conversationType: '', name: '' } }));
    await Promise.all([turns.accept(message('three')), turns.accept(message('three'))]);
    expect(await notesOf(store)).toEqual(['one', 'three', 'three']);
    expect(await notesOf(store, 'c2')).toEqual(['two']);
    await turns.close();
  });
});

describe('one turn at a time', () => {
  onEachEngine('twenty messages at once have twenty effects in the order they came', async ([store]) => {
    const { turns, sent } = turnsOver(store);
    await Promise.all(twenty.map((text, n) => turns.accept(message(text, `a${n}`))));
    expect(await notesOf(store)).toEqual(twenty);
    await turns.close();
    expect(textsOf(sent)).toEqual(twenty.map((text, n) => `${n + 1} ${text}`));
    for (const collection of transient) expect(await all(store, collection)).toEqual([]);
  });

  onEachEngine('what comes while a turn runs is joined into the next, whose last message carries the replies', async ([store]) => {
    const started = gate();
    const free = gate();
    const { turns } = turnsOver(store, {
      bot: {
        async run(context) {
          started.open();
          if (context.activity.text === 'one') await free.opened;
          await noteBot(context);
        },
      },
    });
    const first = turns.accept(message('one', 'a1', expecting));
    await started.opened;
    const others = ['two', 'three', 'four'].map((text, n) => turns.accept(message(text, `b${n}`, expecting)));
    await until(async () => (await all(store, 'inbox')).length === 3);
    free.open();
    expect(textsOf((await first).replies)).toEqual(['1 one']);
    const [two, three, four] = await Promise.all(others);
    expect([two, three]).toEqual([
      { kind: 'joined', replies: [] },
      { kind: 'joined', replies: [] },
    ]);
    expect([four?.kind, textsOf(four?.replies ?? [])]).toEqual(['done', ['2 two', '3 three', '4 four']]);
    await turns.close();
  });

  onEachEngine('activities that are no typed messages run alone, in order', async ([store]) => {
    const seen: Partial<Activity>[] = [];
    const { turns } = turnsOver(store, {
      bot: {
        async run(context) {
          seen.push(context.activity);
          await noteBot(context);
        },
      },
    });
    const answers = await Promise.all([
      turns.accept(message('a', 'a1')),
      turns.accept(message('b', 'a2')),
      turns.accept(message('c', 'a3')),
      turns.accept({ ...message('', 'a4'), type: 'invoke', name: 'act', text: '' }),
      turns.accept(message('d', 'a5', { value: { choice: 1 } })),
      turns.accept(message('e', 'a6')),
    ]);
    expect(seen.map(({ type, text }) => `${type} ${text}`)).toEqual(['message a', 'message b\nc', 'invoke ', 'message d', 'message e']);
    expect(answers[3]?.invokeResponse).toEqual({ status: 200, body: { notes: 4 } });
    await turns.close();
  });

  onEachEngine('attachments of joined messages come together', async ([store]) => {
    const free = gate();
    const kinds: (readonly string[])[] = [];
    const { turns } = turnsOver(store, {
      bot: {
        async run({ activity }) {
          kinds.push(activity.attachments?.map(({ contentType }) => contentType) ?? []);
          if (activity.text === 'one') await free.opened;
        },
      },
    });
    const photo = (contentType: string) => ({
      attachments: [{ contentType, contentUrl: 'http://127.0.0.1:9/f', name: '4242424242424242.jpg' }],
    });
    const all3 = [
      turns.accept(message('one', 'a1')),
      turns.accept(message('', 'a2', photo('image/png'))),
      turns.accept(message('', 'a3', photo('image/jpeg'))),
    ];
    await until(async () => (await all(store, 'inbox')).length === 2);
    free.open();
    await Promise.all(all3);
    expect(kinds).toEqual([[], ['image/png', 'image/jpeg']]);
    await turns.close();
  });
});

describe('two processes', () => {
  onEachEngine('keep the order of what came to a busy conversation', async ([store, other]) => {
    const started = gate();
    const free = gate();
    const holder = turnsOver(store, {
      bot: {
        async run(context) {
          started.open();
          if (context.activity.text === 'first') await free.opened;
          await noteBot(context);
        },
      },
    });
    const first = holder.turns.accept(message('first', 'a0'));
    await started.opened;
    const { turns } = turnsOver(other);
    const rest = twenty.map((text, n) => turns.accept(message(text, `b${n}`)));
    await until(async () => (await all(store, 'inbox')).length > 0);
    free.open();
    await Promise.all([first, ...rest]);
    expect(await notesOf(store)).toEqual(['first', ...twenty]);
    await Promise.all([holder.turns.close(), turns.close()]);
  });
});

describe('one commit', () => {
  onEachEngine('a turn that lost its lock changes nothing and says nothing, and runs again', async ([store]) => {
    const started = gate();
    const free = gate();
    let runs = 0;
    const { turns, sent } = turnsOver(store, {
      lockMs: 60_000,
      bot: {
        async run(context) {
          runs += 1;
          started.open();
          if (runs === 1) await free.opened;
          await noteBot(context);
        },
      },
    });
    const answer = turns.accept(message('one', 'a1'));
    await started.opened;
    const partition = store.partition(partitionOf(C1));
    const [lock] = await partition.list('locks');
    await partition.commit({ kind: 'put', collection: 'locks', id: lock?.id ?? '', value: null, ttlMs: 50 });
    free.open();
    expect(await answer).toEqual({ kind: 'done', replies: [] });
    expect([runs, await notesOf(store)]).toEqual([2, ['one']]);
    await turns.close();
    expect(textsOf(sent)).toEqual(['1 one']);
  });

  onEachEngine('when the bot fails nothing of its turn is kept but one apology, and the log has no word of it', async ([store]) => {
    const { turns, sent, logged } = turnsOver(store, {
      bot: {
        async run(context) {
          await noteBot(context);
          throw Object.assign(new Error(`cannot ${context.activity.text}`), { code: 'BOT_BROKEN' });
        },
      },
    });
    expect((await turns.accept(message('secret words', 'a1'))).kind).toBe('done');
    expect((await turns.accept(message('secret words', 'a1'))).kind).toBe('duplicate');
    await turns.close();
    expect([await notesOf(store), textsOf(sent)]).toEqual([[], ['sorry']]);
    expect(logged).toContainEqual({ event: 'turn-failed', code: 'BOT_BROKEN', type: 'message' });
    expect(JSON.stringify(logged)).not.toContain('secret');
  });

  onEachEngine('a reply that cannot be sent is a failure of the bot, and the conversation goes on', async ([store]) => {
    const loop: Record<string, unknown> = {};
    loop.loop = loop;
    const { turns, sent } = turnsOver(store, {
      bot: {
        async run(context) {
          if (context.activity.text === 'bad') await context.sendActivity({ type: 'message', value: loop });
          await noteBot(context);
        },
      },
    });
    await Promise.all(['one', 'bad', 'three'].map((text, n) => turns.accept(message(text, `a${n}`, { value: {} }))));
    await turns.close();
    expect([await notesOf(store), textsOf(sent)]).toEqual([
      ['one', 'three'],
      ['1 one', 'sorry', '2 three'],
    ]);
  });

  onEachEngine('when not even the apology can be sent the conversation goes on', async ([store]) => {
    const { turns, logged } = turnsOver(store, {
      apology: () => {
        throw new Error('no words');
      },
      bot: { run: (context) => (context.activity.text === 'bad' ? Promise.reject(new Error('no')) : noteBot(context)) },
    });
    await Promise.all(['one', 'bad', 'three'].map((text, n) => turns.accept(message(text, `a${n}`, { value: {} }))));
    expect(await notesOf(store)).toEqual(['one', 'three']);
    expect(logged).toContainEqual({ event: 'apology-failed', code: 'Error' });
    await turns.close();
  });

  onEachEngine('a failing invoke is answered 500 and other failing activities say nothing', async ([store]) => {
    const { turns, sent } = turnsOver(store, { bot: { run: () => Promise.reject(new Error('no')) } });
    expect(await turns.accept({ ...message('', 'a1'), type: 'invoke' })).toEqual({
      kind: 'done',
      replies: [],
      invokeResponse: { status: 500 },
    });
    expect(await turns.accept({ ...message('', 'a2'), type: 'conversationUpdate' })).toEqual({ kind: 'done', replies: [] });
    await turns.close();
    expect(sent).toEqual([]);
  });

  onEachEngine('a bot that takes too long is stopped with an apology', async ([store]) => {
    const { turns } = turnsOver(store, { limitMs: 20, bot: { run: () => new Promise(() => {}) } });
    expect(textsOf((await turns.accept(message('one', 'a1', expecting))).replies)).toEqual(['sorry']);
    await turns.close();
  });

  onEachEngine('an error of the store inside the bot is the caller’s to repeat, and nothing is kept', async ([store]) => {
    let broken = true;
    const { turns } = turnsOver(store, {
      bot: {
        async run(context) {
          await noteBot(context);
          if (broken) throw Object.assign(new Error('in a dialog'), { error: new StoreError('away') });
        },
      },
    });
    await expect(turns.accept(message('one', 'a1'))).rejects.toThrow(StoreError);
    expect(await notesOf(store)).toEqual([]);
    broken = false;
    expect((await turns.accept(message('one', 'a1'))).kind).toBe('done');
    expect(await notesOf(store)).toEqual(['one']);
    await turns.close();
  });
});

describe('the end', () => {
  onEachEngine('closing lets running turns end, and accepts no more', async ([store]) => {
    const started = gate();
    const free = gate();
    const { turns, sent } = turnsOver(store, {
      bot: {
        async run(context: TurnContext) {
          started.open();
          await free.opened;
          await noteBot(context);
        },
      },
    });
    const first = turns.accept(message('one', 'a1'));
    const second = turns.accept(message('two', 'a2'));
    await started.opened;
    const closed = turns.close();
    await expect(turns.accept(message('three', 'a3'))).rejects.toThrow(StoreError);
    free.open();
    await closed;
    expect([(await first).kind, (await second).kind]).toEqual(['done', 'done']);
    expect(textsOf(sent)).toEqual(['1 one', '2 two']);
  });
});
