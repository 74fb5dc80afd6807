import { toPlain } from '../../../src/channels/wechat/plain';
import { render, withNumbers } from '../../../src/channels/wechat/render';

describe('markdown becomes plain', () => {
  test.each([
    ['**预计**明天到账', '「预计」明天到账'],
    ['卡号****4242，另一张****1111', '卡号****4242，另一张****1111'],
    ['6222 **** **** 4242', '6222 **** **** 4242'],
    ['# 到账时间\n正文', '「到账时间」\n正文'],
    ['- 一\n* 二\n  + 三\n1. 四', '· 一\n· 二\n  · 三\n1. 四'],
    ['[说明](https://a.cn/x_y_z)', '说明：https://a.cn/x_y_z'],
    ['![](https://a.cn/1.png)', 'https://a.cn/1.png'],
    ['[坏](javascript:alert(1))', '[坏](javascript:alert(1))'],
    ['*斜* 和 2*3*4', '斜 和 2*3*4'],
    ['`代码`', '代码'],
    ['> 引用', '引用'],
    ['a\n---\n\n\nb', 'a\n\nb'],
    ['<a href="https://evil.cn">领取补贴</a>', '＜a href="https://evil.cn">领取补贴＜/a>'],
  ])('%j is %j', (markdown, plain) => {
    expect(toPlain(markdown)).toBe(plain);
  });
});

const actions = (...titles: string[]) => ({
  suggestedActions: { to: [], actions: titles.map((title) => ({ type: 'imBack', title, value: title })) },
});

test('a turn is one message with numbers under the last question', () => {
  const rendered = render([
    { type: 'message', text: '您好。' },
    { type: 'trace', text: 'x' },
    { type: 'message', text: '第一问？', ...actions('甲') },
    { type: 'message', text: '您是哪一方？', ...actions('商户', '付款人') } as never,
  ] as never);
  expect(rendered).toEqual({ text: '您好。\n\n第一问？\n\n您是哪一方？', choices: ['商户', '付款人'], images: [] });
  expect(withNumbers(rendered, 'zh-CN')).toBe('您好。\n\n第一问？\n\n您是哪一方？\n\n1. 商户\n2. 付款人\n回复数字或文字即可。');
});

test('nothing said is nothing shown', () => {
  expect(withNumbers(render([]), 'zh-CN')).toBe('');
  expect(withNumbers(render([{ type: 'event', name: 'x' }, { type: 'message' }]), 'zh-CN')).toBe('');
});

const card = (kind: string, content: object) =>
  render([{ type: 'message', attachments: [{ contentType: `application/vnd.microsoft.card.${kind}`, content }] }]);

test('a hero card is lines, its links are lines too and its other buttons are choices', () => {
  const buttons = [
    { type: 'openUrl', title: '官网', value: 'https://a.cn' },
    { type: 'openUrl', title: '坏', value: 'javascript:1' },
    { type: 'postBack', title: '查进度', value: 'x' },
  ];
  expect(card('hero', { title: '标题', subtitle: '副', text: '**正文**', buttons })).toEqual({
    ...{ text: '标题\n副\n「正文」\n官网：https://a.cn', choices: ['查进度'], images: [] },
  });
});

test('a receipt is rows', () => {
  const content = { title: '收据', facts: [{ key: '单号', value: '12' }], items: [{ title: '刷卡', price: '¥1.00' }], total: '¥1.00' };
  expect(card('receipt', content).text).toBe('收据\n单号：12\n刷卡：¥1.00\n¥1.00');
});

describe('an adaptive card', () => {
  const body = [
    { type: 'TextBlock', text: '案件' },
    { type: 'FactSet', facts: [{ title: '金额', value: '¥1.00' }] },
    { type: 'ColumnSet', columns: [{ type: 'Column', items: [{ type: 'TextBlock', text: '左' }] }] },
    { type: 'TextBlock', text: '隐', isVisible: false },
    {
      type: 'RichTextBlock',
      inlines: [
        { type: 'TextRun', text: '富' },
        { type: 'TextRun', text: '文' },
      ],
    },
    { type: 'ActionSet', actions: [{ type: 'Action.Submit', title: '内' }] },
  ];
  const actions = [
    { type: 'Action.Submit', title: '好' },
    { type: 'Action.OpenUrl', title: '看', url: 'https://a.cn' },
  ];

  test('is its texts in order and its actions numbered', () => {
    expect(card('adaptive', { body, actions })).toEqual({
      text: '案件\n金额：¥1.00\n左\n富文\n看：https://a.cn',
      choices: ['内', '好'],
      images: [],
    });
  });

  test('with a fallback is that', () => {
    expect(card('adaptive', { body, actions, fallbackText: '改看这里' })).toMatchObject({ text: '改看这里', choices: ['内', '好'] });
  });

  test('of the wrong shape is nothing', () => {
    expect(card('adaptive', { body: 'x', actions: [1, null] }).text).toBe('');
    expect(card('hero', [] as never).text).toBe('');
  });
});

test('pictures are apart, other files are links', () => {
  const attachments = [
    { contentType: 'image/png', contentUrl: 'https://a.cn/1.png' },
    { contentType: 'application/pdf', name: '账单', contentUrl: 'https://a.cn/1.pdf' },
    { contentType: 'application/pdf', contentUrl: 'data:application/pdf;base64,AAAA' },
  ];
  expect(render([{ type: 'message', attachments }])).toEqual({ text: '账单：https://a.cn/1.pdf', choices: [], images: [attachments[0]] });
});
