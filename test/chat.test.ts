import { type ChatTurn, faultsOf, parseChat, type TurnResult } from './chat';

const SCRIPT = `user=顾客
bot=到账助手
channel=msteams
secret=4111111111111111
knows=rrn 611200300457

> now: 2026-03-04T10:00:00+08:00
user: 在吗
also: 昨天刷的 [image]
bot: 您好
> asking: amount
> advance: 1d2h
> desk: accept
user: 还是没到
> until: confirm
> tick: 2026-03-06T18:00:00+08:00
> silent:`;

test('a script is read with its header, bursts, files, steering and checks', () => {
  const { channel, secrets, knows, turns } = parseChat(SCRIPT);
  expect({ channel, secrets, knows }).toEqual({ channel: 'msteams', secrets: ['4111111111111111'], knows: { rrn: '611200300457' } });
  expect(turns).toMatchObject([
    {
      kind: 'message',
      now: '2026-03-04T10:00:00+08:00',
      said: [
        { text: '在吗', files: [] },
        { text: '昨天刷的', files: ['image/png'] },
      ],
      bot: ['您好'],
      checks: [{ name: 'asking', value: 'amount' }],
    },
    { kind: 'message', advance: 93_600_000, desk: 'accept', said: [{ text: '还是没到' }] },
    { kind: 'until', until: 'confirm' },
    { kind: 'tick', now: '2026-03-06T18:00:00+08:00', checks: [{ name: 'silent' }] },
  ]);
});

test.each([
  ['user=a\n\nhello', 'line 3: neither'],
  ['user=a\n\n> outcom: SS-WAIT', 'no comment is called outcom'],
  ['user=a\n\n> now: yesterday', 'not an ISO instant'],
  ['user=a\n\n> desk: dance', 'no comment is called desk'],
])('%j is refused', (source, message) => {
  expect(() => parseChat(source)).toThrow(message);
});

const RESULT: TurnResult = {
  texts: ['预计3月4日18:00前到账。', '请回复「还是没到」。'],
  choices: ['信用卡'],
  trace: {
    asking: 'resolved',
    draft: { amount: 128000, transactions: [{}, {}], refusals: ['REF-ADS'] },
    diagnosis: { outcome: 'SS-WAIT', causes: [{ id: 'A2' }, { id: 'A1' }], provisional: false },
    case: { priority: 'P2', queue: 'Q-SETTLE', owner: 'queue' },
  },
  summary: '参考号 611200300457',
};

function faults(line: string, result = RESULT): readonly string[] {
  const [turn] = parseChat(`user=a\n\nuser: b\n${line}`).turns as [ChatTurn];
  return faultsOf(turn, result);
}

test.each([
  ['bot: 3月4日18:00前到账\nbot: 还是没到', 'bot: 还是没到\nbot: 3月4日18:00前到账'],
  ['> asking: resolved', '> asking: amount'],
  ['> outcome: SS-WAIT', '> outcome: SS-CHECK'],
  ['> cause: A1 A2', '> cause: A1 B1'],
  ['> causeNot: B1', '> causeNot: A1'],
  ['> provisional: false', '> provisional: true'],
  ['> draft: amount=128000', '> draft: amount=1280'],
  ['> draft: transactions=2', '> draft: transactions=3'],
  ['> draft: txTime=', '> draft: amount='],
  ['> case: P2 Q-SETTLE', '> case: P1 Q-SETTLE'],
  ['> refusals: REF-ADS', '> refusals: REF-OOS'],
  ['> choice: 信用卡', '> choice: 支付宝'],
  ['> never: 保证', '> never: 还是没到'],
  ['> summary: 611200300457', '> summary: 611200300458'],
  ['> summaryNot: 保证', '> summaryNot: 参考号'],
])('%j holds and %j does not', (holds, fails) => {
  expect(faults(holds)).toEqual([]);
  expect(faults(fails)).toHaveLength(1);
});

test('silence is broken by any word', () => {
  expect(faults('> silent:')).toHaveLength(1);
  expect(faults('> silent:', { ...RESULT, texts: [] })).toEqual([]);
});
