import { ConversationState, type TurnContext } from 'botbuilder';
import { createBotState } from '../../src/repositories/bot-state';
import { deleteConversation, findConversation, saveConversation } from '../../src/repositories/conversations';
import { deleteTranscript, listTranscript } from '../../src/repositories/transcripts';
import type { RedisStore } from '../../src/store/redis';
import { partitionOf } from '../../src/store/store';
import { turnOf } from '../../src/turn/turn';
import { all, C1, expecting, gate, message, noteBot, onEachEngine, redis, stopEngines, textsOf, turnsOver, until } from '../turns';

afterAll(stopEngines);

describe('what is kept', () => {
  onEachEngine('no secret is in the store, the context or the replies, wherever it was typed', async ([store]) => {
    const heard: unknown[] = [];
    const free = gate();
    const { turns, sent } = turnsOver(store, {
      bot: {
        async run(context) {
          heard.push(context.activity, turnOf(context).masked);
          if (context.activity.text === 'first') await free.opened;
          await noteBot(context);
          await context.sendActivity({ type: 'event', name: 'x', value: { card: '4242424242424242' } });
        },
      },
    });
    const card = '4242424242424242';
    const secret = {
      value: { deep: [{ [card]: card, number: Number(card) }] },
      channelData: { clientActivityID: 'x', note: card },
      attachments: [{ contentType: 'text/plain', name: `${card}.txt`, content: { text: card } }],
      from: { id: 'u1', name: card },
      speak: card,
    };
    const answers = [
      turns.accept(message('first', 'a1')),
      turns.accept(message(card, 'a2', secret)),
      turns.accept(message(`again ${card}`, 'a3')),
    ];
    await until(async () => (await all(store, 'inbox')).length === 2);
    const kept = [];
    for (const collection of ['inbox', 'seen', 'transcripts', 'conversations', 'notes', 'outbox']) kept.push(await all(store, collection));
    free.open();
    await Promise.all(answers);
    await turns.close();
    for (const collection of ['inbox', 'seen', 'transcripts', 'conversations', 'notes', 'outbox']) kept.push(await all(store, collection));
    expect(JSON.stringify([kept, heard, sent])).not.toContain(card);
    expect(JSON.stringify(heard)).toContain('****4242');
    expect(heard[3]).toMatchObject({ pan: expect.any(Number) });
    expect(JSON.stringify(heard)).toContain('clientActivityID');
  });

  onEachEngine('a phone that was sealed for keeping is known again in the turn, nothing else is taken for one', async ([store]) => {
    const contacts: unknown[] = [];
    const { turns } = turnsOver(store, {
      mask: (text) => {
        if (text.startsWith('sealed:')) return { text, found: {}, contact: text };
        return text.includes('13800138000') ? { text: '1380****000', found: { phone: 1 }, contact: 'sealed:1' } : { text, found: {} };
      },
      bot: { run: async ({ activity }) => void contacts.push(activity.text, activity.channelData?.contact) },
    });
    const kept = await turns.mask(message('call 13800138000', 'a1'));
    expect(kept).toMatchObject({ text: '1380****000', channelData: { contact: 'sealed:1' } });
    await turns.accept(kept);
    await turns.accept(message('hi', 'a2', { channelData: { contact: 'made up' } }));
    await turns.close();
    expect(contacts).toEqual(['1380****000', 'sealed:1', 'hi', undefined]);
  });

  onEachEngine('no forbidden number leaves, in texts, cards and buttons', async ([store]) => {
    const phone = '13800138000';
    const { turns, sent } = turnsOver(store, {
      bot: {
        async run(context) {
          await context.sendActivity({
            text: `call ${phone}`,
            suggestedActions: { to: [], actions: [{ type: 'imBack', title: phone, value: phone }] },
            attachments: [
              {
                contentType: 'application/vnd.microsoft.card.adaptive',
                content: { $schema: 'http://adaptivecards.io/', body: [{ text: phone }] },
              },
            ],
          });
        },
      },
    });
    await turns.accept(message('one', 'a1'));
    await turns.close();
    expect(JSON.stringify(sent)).not.toContain(phone);
    expect(JSON.stringify(sent)).toContain('http://adaptivecards.io/');
  });

  onEachEngine('the transcript has both directions in order, each message on its own', async ([store]) => {
    const { turns } = turnsOver(store);
    await Promise.all(['one', 'two', 'three'].map((text, n) => turns.accept(message(text, `a${n}`), { now: '2026-10-02T10:00:00+08:00' })));
    await turns.accept(message('four', 'a4'), { now: '2026-10-02T10:01:00+08:00' });
    const said = await listTranscript(store.partition(partitionOf(C1)), C1);
    expect(said.map(({ from, text }) => `${from?.id} ${text}`)).toEqual([
      ...['u1 one', 'b1 1 one', 'u1 two', 'u1 three', 'b1 2 two', 'b1 3 three', 'u1 four', 'b1 4 four'],
    ]);
    expect(said.at(0)?.timestamp).toBe('2026-10-02T10:00:00+08:00');
    await turns.close();
  });

  onEachEngine('nothing is written down of a turn in which the user asked to be forgotten', async ([store]) => {
    const { turns, sent } = turnsOver(store, {
      bot: {
        async run(context) {
          const { partition } = turnOf(context);
          if (context.activity.text === 'forget me')
            await Promise.all([deleteConversation(partition, C1), deleteTranscript(partition, C1)]);
          await context.sendActivity('done');
        },
      },
    });
    await turns.accept(message('one', 'a1'));
    await turns.accept(message('forget me', 'a2'));
    await turns.close();
    expect([await all(store, 'transcripts'), await all(store, 'conversations')]).toEqual([[], []]);
    expect(textsOf(sent)).toEqual(['done', 'done']);
  });

  onEachEngine('the record of the conversation keeps what the bot wrote, when it was used and where to answer', async ([store]) => {
    const before: (string | undefined)[] = [];
    const { turns } = turnsOver(store, {
      bot: {
        async run(context) {
          const { partition } = turnOf(context);
          const record = await findConversation(partition, C1);
          before.push(record?.lastAt);
          if (record) await saveConversation(partition, { ...record, asking: 'amount' });
        },
      },
    });
    await turns.accept(message('one', 'a1'), { now: '2026-10-02T10:00:00+08:00' });
    await turns.accept(message('two', 'a2'), { now: '2026-10-03T10:00:00+08:00' });
    expect(before).toEqual(['2026-10-02T10:00:00+08:00', '2026-10-02T10:00:00+08:00']);
    const record = await findConversation(store.partition(partitionOf(C1)), C1);
    expect(record).toMatchObject({
      id: C1,
      asking: 'amount',
      locale: 'zh-CN',
      lastAt: '2026-10-03T10:00:00+08:00',
      reference: { user: { id: 'u1' } },
    });
    expect(record?.reference).not.toHaveProperty('activityId');
    await turns.close();
  });

  onEachEngine('the pending question is told to the mask', async ([store]) => {
    const asked: unknown[] = [];
    const { turns } = turnsOver(store, {
      mask: (text, asking) => {
        asked.push(asking);
        return { text, found: {} };
      },
      bot: {
        async run(context) {
          const { partition } = turnOf(context);
          const record = await findConversation(partition, C1);
          if (record) await saveConversation(partition, { ...record, asking: 'orderNo' });
        },
      },
    });
    await turns.accept(message('one', 'a1'));
    expect(asked).not.toContain('orderNo');
    await turns.accept(message('two', 'a2'));
    expect(asked).toContain('orderNo');
    await turns.close();
  });
});

describe('round trips', () => {
  test.each([
    ['with replies in the answer', expecting, 2],
    ['with replies delivered', {}, 3],
  ])('a turn on Redis %s', async (_, more, trips) => {
    const { stores, close } = await redis.open();
    const store = stores[0] as RedisStore;
    const { turns } = turnsOver(store, { bot: { run: stateBot } });
    await turns.accept(message('one', 'a1'));
    await until(async () => (await all(store, 'leases')).length === 0);
    const before = store.roundTrips();
    await turns.accept(message('two', 'a2', more));
    await turns.close();
    expect(store.roundTrips() - before).toBe(trips);
    await close();
  });
});

/** Uses what every bot of the SDK does: ConversationState, and the record of the conversation. */
async function stateBot(context: TurnContext): Promise<void> {
  const { partition } = turnOf(context);
  const state = new ConversationState(createBotState(partition));
  const count = state.createProperty<number>('count');
  await count.set(context, (await count.get(context, 0)) + 1);
  const record = await findConversation(partition, C1);
  await context.sendActivity(`${await count.get(context)} ${record?.lastAt}`);
  await state.saveChanges(context);
}

describe('the state of dialogs', () => {
  onEachEngine('lives on through turns that only read it', async ([store]) => {
    const { turns, sent } = turnsOver(store, {
      bot: { run: (context) => (context.activity.text === 'read' ? Promise.resolve() : stateBot(context)) },
    });
    await turns.accept(message('write', 'a1'));
    const written = await store.listAll('bot-state');
    await turns.accept(message('read', 'a2'));
    const touched = await store.listAll('bot-state');
    expect(touched.map(({ value }) => value)).toEqual([{ count: 1 }]);
    expect(touched.at(0)?.version).toBeGreaterThan(written.at(0)?.version ?? Number.NaN);
    await turns.accept(message('write', 'a3'));
    await turns.close();
    expect(textsOf(sent).map((text) => text?.slice(0, 2))).toEqual(['1 ', '2 ']);
  });
});
