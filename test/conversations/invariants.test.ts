import { type CaseDraft, newDraft } from '../../src/domain/case';
import type { Asking } from '../../src/domain/slots';
import { caseOf } from '../domain/case';
import { invariantFaults } from './invariants';
import type { PlayedTurn, Script } from './play';

const NOW = '2026-03-04T10:00:00+08:00';
const script: Script = { name: 'x', channel: 'emulator', locale: undefined, tenant: undefined, secrets: ['862417'], knows: {}, turns: [] };
const trace = { intent: null, asking: null, draft: {}, diagnosis: null, case: null };

function turnOf(more: Partial<PlayedTurn> & { asking?: Asking; draft?: CaseDraft } = {}): PlayedTurn {
  const { asking, draft = newDraft(NOW), ...rest } = more;
  const texts = rest.texts ?? [];
  const value = rest.trace ?? trace;
  return {
    turn: { line: 1, kind: 'message', said: [{ text: '你好', files: [] }], bot: [], checks: [] },
    now: NOW,
    texts,
    choices: [],
    trace: value,
    activities: [...texts.map((text) => ({ type: 'message', text })), { type: 'trace', name: 'daozhang.turn', value }],
    before: undefined,
    after: { asking, draft, diagnosis: undefined, case: undefined },
    ...rest,
  };
}

const faults = (turn: PlayedTurn, past: readonly PlayedTurn[] = []) => invariantFaults(script, [...past, turn]);
const known = (slot: string, value: unknown): CaseDraft => ({ ...newDraft(NOW), facts: { [slot]: { value, source: 'said', at: NOW } } });

test('a good turn breaks nothing', () => {
  expect(faults(turnOf({ texts: ['预计3月4日（周三）18:00前到账。', '现在问题解决了吗？'] }))).toEqual([]);
});

test.each([
  ['a secret of the script', '验证码862417收到'],
  ['a card number', '卡号 4111 1111 1111 1111'],
  ['an ID number', '身份证11010519491231002X'],
  ['an open parameter', '预计{{date}}前到账'],
  ['a hole', '预计undefined前到账'],
  ['nothing at all', ' '],
  ['two questions', '多少钱？哪天？'],
  ['a promise', '3月4日18:00前到账。'],
  ['a promise of an answer', '2小时内回复您'],
  ['a vow', '钱肯定会到'],
])('%s is noticed', (_, words) => {
  expect(faults(turnOf({ texts: [words] })).length).toBeGreaterThan(0);
});

test('a number of the sale itself may be said', () => {
  const draft = known('merchantNo', '4111111111111111');
  expect(faults(turnOf({ texts: ['商户号4111111111111111'], draft }))).toEqual([]);
});

test('a line while a person has the conversation is noticed, the answer to 查进度 is not', () => {
  const before = { asking: undefined, draft: newDraft(NOW), diagnosis: undefined, case: caseOf({ owner: 'agent' }) };
  expect(faults(turnOf({ before, texts: ['好的'] }))).toHaveLength(1);
  const turn = { ...turnOf().turn, said: [{ text: '查进度', files: [] }] };
  expect(faults(turnOf({ before, turn, texts: ['人工处理中'] }))).toEqual([]);
});

test('a question for what is known is noticed, for the hour of a known day it is not', () => {
  expect(faults(turnOf({ asking: 'amount', draft: known('amount', 1200) }))).toHaveLength(1);
  expect(faults(turnOf({ asking: 'txTime', draft: known('txTime', { date: '2026-03-03' }) }))).toEqual([]);
  expect(faults(turnOf({ asking: 'txTime', draft: known('txTime', { date: '2026-03-03', time: '10:00' }) }))).toHaveLength(1);
});

test('a ninth question is noticed, and a second one in danger', () => {
  const asked: readonly Asking[] = ['issueType', 'role', 'amount', 'txTime', 'payMethod', 'txStatus', 'settleProduct', 'payoutStatus'];
  const past = asked.map((asking) => turnOf({ asking }));
  expect(faults(turnOf({ asking: 'payoutStatus' }), past)).toEqual([]);
  expect(faults(turnOf({ asking: 'confirm' }), past)).toHaveLength(1);
  const open = caseOf({ priority: 'P0' });
  const danger = turnOf({ after: { asking: undefined, draft: newDraft(NOW), diagnosis: undefined, case: open } });
  expect(faults(danger, past.slice(0, 1))).toEqual([]);
  expect(faults(danger, past.slice(0, 2))).toHaveLength(1);
});

test.each([
  ['no trace', undefined],
  ['an unknown question', { ...trace, asking: 'weather' }],
  ['an unknown slot', { ...trace, draft: { colour: 'red' } }],
  ['money that is no integer', { ...trace, draft: { amount: 12.5 } }],
  ['a time without its zone', { ...trace, draft: { txTime: '2026-03-03T15:00:00' } }],
  ['a field too many', { ...trace, text: 'hello' }],
])('%s in the trace is noticed', (_, value) => {
  const turn = turnOf();
  const activities = value ? [{ type: 'trace', name: 'daozhang.turn', value }] : [];
  expect(faults({ ...turn, trace: value, activities })).toHaveLength(1);
});

test('a conclusion without an hour to look again or without the way to a person is noticed', () => {
  const diagnosis = { causes: [], outcome: 'SS-WAIT', recheckAt: NOW };
  const after = { asking: undefined, draft: newDraft(NOW), diagnosis, case: undefined };
  expect(faults(turnOf({ after, texts: ['预计3月4日18:00前到账，没到请回复「转人工」。'] }))).toEqual([]);
  expect(faults(turnOf({ after, texts: ['请稍候。'] }))).toHaveLength(2);
  expect(faults(turnOf({ after: { ...after, diagnosis: { causes: [], outcome: 'ESC-P2' } } }))).toHaveLength(1);
});
