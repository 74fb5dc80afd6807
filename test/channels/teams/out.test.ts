import type { Activity } from 'botbuilder';
import { DeliveryError } from '../../../src/channels';
import { createTeamsOut, markCase } from '../../../src/channels/teams/out';
import { createPace } from '../../../src/channels/teams/pace';

function out(fail: (activity: Partial<Activity>) => DeliveryError | undefined = () => undefined) {
  const sent: Partial<Activity>[] = [];
  const told: string[] = [];
  const channel = createTeamsOut({
    connector: {
      deliver: async (activity) => {
        const fault = fail(activity);
        if (fault) throw fault;
        sent.push(activity);
        return { id: `sent-${sent.length}` };
      },
      close: () => undefined,
    },
    pace: createPace(() => 0),
    delivered: async (_, { kind }, id) => void told.push(`${kind} ${id}`),
    gone: async (_, mark) => void told.push(`gone ${mark?.caseId}`),
    refused: async (_, mark) => void told.push(`refused ${mark.caseId}`),
  });
  return { channel, sent, told };
}

const question = (conversationType: string, count: number): Partial<Activity> => ({
  type: 'message',
  text: '哪一种？',
  recipient: { id: '29:x', name: '' },
  conversation: { id: 'c', name: '', isGroup: false, conversationType },
  suggestedActions: {
    to: [],
    actions: Array.from({ length: count }, (_, n) => ({ type: 'imBack', title: `选项${n + 1}`, value: `${n + 1}` })),
  },
});

describe('choices', () => {
  test('up to three are buttons below the message for the person in a personal chat', async () => {
    const { channel, sent } = out();
    await channel.deliver(question('personal', 3));
    expect(sent[0]).toMatchObject({ text: '哪一种？', suggestedActions: { to: ['29:x'] } });
    expect(sent[0]?.suggestedActions?.actions).toHaveLength(3);
    expect(sent[0]).not.toHaveProperty('attachments');
  });

  test('more are a card with rows of six, whose buttons say the choice as the user', async () => {
    const { channel, sent } = out();
    await channel.deliver(question('personal', 8));
    expect(sent[0]).toMatchObject({ text: '哪一种？' });
    expect(sent[0]).not.toHaveProperty('suggestedActions');
    const rows: { readonly actions: readonly { readonly title: string; readonly data: object }[] }[] =
      sent[0]?.attachments?.[0]?.content.body;
    expect(rows.map(({ actions }) => actions.length)).toEqual([6, 2]);
    expect(rows[1]?.actions[1]).toMatchObject({ title: '选项8', data: { msteams: { type: 'imBack', value: '8' } } });
  });

  test('that Teams refuses as a card are listed', async () => {
    const { channel, sent } = out((activity) => (activity.attachments ? new DeliveryError('413', 'refused') : undefined));
    await channel.deliver(question('personal', 4));
    expect(sent).toEqual([expect.objectContaining({ text: '哪一种？\n\n- 选项1\n\n- 选项2\n\n- 选项3\n\n- 选项4' })]);
  });

  test('are listed in a channel, where others read along', async () => {
    const { channel, sent } = out();
    await channel.deliver(question('channel', 2));
    expect(sent[0]?.text).toBe('哪一种？\n\n- 选项1\n\n- 选项2');
    expect(sent[0]).not.toHaveProperty('suggestedActions');
  });
});

describe('a marked activity', () => {
  const marked = () =>
    markCase(
      { type: 'message', text: 'x', conversation: { id: 'c', name: '', isGroup: true, conversationType: 'channel' } },
      { caseId: 'DZ', kind: 'card' },
    );

  test('leaves without its mark and tells the id that Teams gave it', async () => {
    const { channel, sent, told } = out();
    await channel.deliver(marked());
    expect(sent[0]).not.toHaveProperty('channelData');
    expect(told).toEqual(['card sent-1']);
  });

  test.each([
    ['gone', 'gone DZ'],
    ['refused', 'refused DZ'],
    ['retry', undefined],
  ] as const)('that fails with %s', async (fault, expected) => {
    const { channel, told } = out(() => new DeliveryError('no', fault));
    await expect(channel.deliver(marked())).rejects.toThrow('no');
    expect(told).toEqual(expected === undefined ? [] : [expected]);
  });
});

test('the threads of a channel share its limits', async () => {
  const { channel, sent } = out();
  const line = (thread: number): Partial<Activity> => ({
    ...{ type: 'message', text: 'x' },
    conversation: { id: `19:a@thread.tacv2;messageid=${thread}`, name: '', isGroup: true, conversationType: 'channel' },
  });
  for (let thread = 0; thread < 7; thread += 1) await channel.deliver(line(thread));
  await expect(channel.deliver(line(7))).rejects.toMatchObject({ retryable: true, retryAfterMs: expect.any(Number) });
  expect(sent).toHaveLength(7);
});

describe('the pace', () => {
  test.each([
    [7, 1000],
    [8, 2000],
    [60, 30_000],
    [1800, 3_600_000],
  ])('lets at most %i through in %i ms to one conversation', (most, windowMs) => {
    let now = 1_000_000;
    const pace = createPace(() => now);
    const times: number[] = [];
    for (let tries = 0; tries < 20_000 && times.length < most + 20; tries += 1) {
      const wait = pace.take('c', 't');
      if (wait === 0) times.push(now);
      now += wait;
    }
    for (const from of times) expect(times.filter((at) => at >= from && at < from + windowMs).length).toBeLessThanOrEqual(most);
  });

  test('lets at most 50 a second through to one tenant, and another conversation and tenant need not wait', () => {
    const pace = createPace(() => 0);
    const waits = Array.from({ length: 60 }, (_, n) => pace.take(`c${n}`, 't'));
    expect(waits.filter((wait) => wait === 0)).toHaveLength(50);
    expect(pace.take('c99', 'other')).toBe(0);
  });
});
