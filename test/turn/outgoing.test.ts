import { TurnContext } from 'botbuilder';
import { finishActivity, TurnAdapter } from '../../src/turn/outgoing';
import { message } from '../turns';

const PHONE = '13800138000';
const CARD = '4242424242424242';
const rules = {
  filter: (text: string) => text.replaceAll(PHONE, '[hidden]').replace(/https?:\S+/, '[hidden]'),
  mask: (text: string) => ({ text: text.replaceAll(CARD, '****4242'), found: {} }),
};

const contextOf = (adapter: TurnAdapter, channelId = 'directline') => new TurnContext(adapter, message('hello', 'a1', { channelId }));

describe('the adapter of a turn', () => {
  test('keeps what is sent with an address, the message it answers, and an id', async () => {
    const adapter = new TurnAdapter('turn');
    const context = contextOf(adapter);
    expect(await context.sendActivities([{ text: 'one' }, { type: 'event', name: 'x' }])).toEqual([{ id: 'turn-000' }, { id: 'turn-001' }]);
    expect(adapter.sent).toMatchObject([
      { type: 'message', text: 'one', id: 'turn-000', replyToId: 'a1', recipient: { id: 'u1' }, conversation: { id: 'c1' } },
      { type: 'event', name: 'x', id: 'turn-001' },
    ]);
  });

  test('drops what nobody would see', async () => {
    const adapter = new TurnAdapter('turn');
    await contextOf(adapter).sendActivities([{ type: 'typing' }, { type: 'delay', value: 100 }]);
    await contextOf(adapter).sendTraceActivity('x', {});
    expect(adapter.sent).toEqual([]);
    await contextOf(adapter, 'emulator').sendTraceActivity('x', {});
    expect(adapter.sent).toMatchObject([{ type: 'trace', name: 'x' }]);
  });

  test('keeps the answer of an invoke apart', async () => {
    const adapter = new TurnAdapter('turn');
    await contextOf(adapter).sendActivity({ type: 'invokeResponse', value: { status: 200, body: 1 } });
    expect([adapter.invokeAnswer, adapter.sent]).toEqual([{ status: 200, body: 1 }, []]);
  });

  test('changes and takes back what was said in this turn, nothing else', async () => {
    const adapter = new TurnAdapter('turn');
    const context = contextOf(adapter);
    const [one, two] = [await context.sendActivity('one'), await context.sendActivity('two')];
    await context.updateActivity({ id: one?.id ?? '', text: 'better' });
    await context.deleteActivity(two?.id ?? '');
    expect(adapter.sent.map(({ text }) => text)).toEqual(['better']);
    await expect(context.updateActivity({ id: 'old', text: 'x' })).rejects.toThrow('in this turn');
    await expect(context.deleteActivity('old')).rejects.toThrow('in this turn');
    await expect(adapter.continueConversation()).rejects.toThrow('follow-up');
  });

  test('gives the next activity an id of its own after one was taken back', async () => {
    const adapter = new TurnAdapter('turn');
    const context = contextOf(adapter);
    const first = await context.sendActivity('one');
    const second = await context.sendActivity('two');
    await context.deleteActivity(first?.id ?? '');
    const third = await context.sendActivity('three');
    expect(third?.id).not.toBe(second?.id);
  });

  test('takes nothing after the end of the turn', async () => {
    const adapter = new TurnAdapter('turn');
    adapter.end();
    await expect(contextOf(adapter).sendActivity('late')).rejects.toThrow('an await is missing');
  });
});

describe('what leaves', () => {
  test('is filtered wherever a person sees it', () => {
    const finished = finishActivity(
      {
        ...message(`call ${PHONE}`),
        speak: PHONE,
        summary: PHONE,
        value: PHONE,
        suggestedActions: { to: [], actions: [{ type: 'imBack', title: PHONE, value: PHONE }] },
        attachments: [
          {
            contentType: 'application/vnd.microsoft.card.adaptive',
            content: {
              $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
              body: [{ text: PHONE }],
              actions: [{ url: 'https://evil.example/' }],
            },
          },
        ],
      },
      rules,
    );
    expect(JSON.stringify(finished)).not.toContain(PHONE);
    expect(JSON.stringify(finished)).not.toContain('evil');
    expect(finished.attachments?.at(0)?.content.$schema).toBe('http://adaptivecards.io/schemas/adaptive-card.json');
    expect(finished.serviceUrl).toBe('http://127.0.0.1:9/');
  });

  test('is masked in events and traces, whose addresses are for machines', () => {
    const transcript = {
      contentType: 'application/json',
      name: 'Transcript',
      content: [{ serviceUrl: 'http://127.0.0.1:9/', text: CARD }],
    };
    const finished = finishActivity(
      { type: 'event', name: 'handoff.initiate', value: { note: CARD, phone: PHONE }, attachments: [transcript] },
      rules,
    );
    expect(finished.value).toEqual({ note: '****4242', phone: PHONE });
    expect(finished.attachments?.at(0)?.content).toEqual([{ serviceUrl: 'http://127.0.0.1:9/', text: '****4242' }]);
  });
});
