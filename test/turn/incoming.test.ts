import { conversationKey, joinActivities, joins, mapStrings, maskActivity, seenId } from '../../src/turn/incoming';
import { message } from '../turns';

const CARD = '4242424242424242';
const mask = (text: string) => ({ text: text.replaceAll(CARD, '****4242'), found: text.includes(CARD) ? { pan: 1 } : {} });

describe('an activity', () => {
  test('belongs to the conversation of its channel', () => {
    expect(conversationKey(message('hello'))).toBe('directline/c1');
    expect(() => conversationKey({ channelId: 'directline' })).toThrow(TypeError);
  });

  test('has a seen mark that is printable, whatever its id is', () => {
    const ids = ['a', '一|livechat', '\u0000', 'x'.repeat(5000)].map((id) => seenId(message('', id)));
    for (const id of ids) expect(id).toMatch(/^[\w-]{22}$/);
    expect(new Set(ids).size).toBe(4);
    expect(seenId(message(''))).toBeUndefined();
  });

  test('is masked in everything a person can write, and counted', () => {
    const { activity, masked } = maskActivity(
      {
        ...message(CARD, 'a1'),
        name: CARD,
        from: { id: 'u1', name: CARD },
        value: { [CARD]: [CARD, Number(CARD), 12, true, null] },
        attachments: [
          { contentType: 'image/png', contentUrl: 'http://127.0.0.1:9/f', name: CARD, content: { note: CARD }, thumbnailUrl: CARD },
        ],
        entities: [
          { type: 'mention', text: `<at>${CARD}</at>` },
          { type: 'clientInfo', country: CARD },
        ],
        membersAdded: [{ id: 'm', name: CARD }],
        speak: CARD,
        summary: CARD,
        channelData: { tenant: { id: 't', note: CARD }, clientActivityID: 'x', other: CARD },
      },
      mask,
    );
    expect(JSON.stringify(activity)).not.toContain(CARD);
    expect(activity.value).toEqual({ '****4242': ['****4242', '****4242', 12, true, null] });
    expect(activity.attachments).toEqual([{ contentType: 'image/png', contentUrl: 'http://127.0.0.1:9/f', content: { note: '****4242' } }]);
    expect(activity.channelData).toEqual({ tenant: { id: 't' }, clientActivityID: 'x' });
    expect(activity.entities).toHaveLength(1);
    expect(masked.pan).toBeGreaterThan(5);
  });

  test('keeps its address and locale, but no locale that is none', () => {
    const { activity } = maskActivity({ ...message('hello', 'a1'), locale: 'zh-Hans-CN' }, mask);
    expect(activity).toEqual({ ...message('hello', 'a1'), conversation: { id: 'c1', isGroup: false }, locale: 'zh-Hans-CN' });
    expect(maskActivity({ ...message('hello'), locale: `x ${CARD}` }, mask).activity).not.toHaveProperty('locale');
  });

  test('with data nested beyond reason is cut off', () => {
    let deep: unknown = CARD;
    for (let n = 0; n < 100_000; n += 1) deep = [deep];
    expect(JSON.stringify(maskActivity({ ...message('', 'a1'), value: deep }, mask).activity.value)).toBe(
      '[[[[[[[[[[[[[[[[[[[[[[[[null]]]]]]]]]]]]]]]]]]]]]]]]',
    );
  });
});

describe('strings in JSON', () => {
  test('are changed, other values are not', () => {
    expect(mapStrings({ a: ['x', 1, false, null] }, (text) => text.toUpperCase())).toEqual({ A: ['X', 1, false, null] });
  });
});

describe('joining', () => {
  test('is for typed messages only', () => {
    expect([joins(message('a')), joins({ ...message('a'), value: {} }), joins({ ...message('a'), type: 'event' })]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('takes texts line by line, attachments together, and the rest from the last', () => {
    const photo = (name: string) => ({ contentType: name });
    const joined = joinActivities([
      message('a', '1', { attachments: [photo('x')] }),
      message('', '2', { attachments: [photo('y')] }),
      message('b', '3'),
    ]);
    expect(joined).toMatchObject({ id: '3', text: 'a\nb', attachments: [photo('x'), photo('y')] });
    expect(joinActivities([message('a', '1')])).toEqual(message('a', '1'));
    expect(() => joinActivities([])).toThrow(TypeError);
  });
});
