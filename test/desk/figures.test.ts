import { addMs } from '../../src/domain/calendar';
import { type DeskWorld, openDeskWorld, until } from './world';

let world: DeskWorld;
beforeEach(async () => {
  world = await openDeskWorld();
});
afterEach(() => world.close());

const MINUTE_MS = 60_000;
const from = (conversation: string) => (text: string) => world.talk.say(text, { conversation: { id: conversation } as never });
const stats = async () => (await world.machine('/api/desk/stats')).body;
const later = (ms: number) => {
  world.talk.now = addMs(world.talk.now, ms);
};
const TOLD = '我是商户，昨天下午三点信用卡刷了8600没到账，交易成功，T+1';

test('self-service counts who was helped without a person, less those who came back because the money was still missing', async () => {
  const [solved, missing, silent, person] = [from('a'), from('b'), from('c'), from('d')];
  for (const say of [solved, missing, silent]) await say(TOLD);
  await person('转人工');
  expect((await stats()).selfService).toEqual({ matters: 4, advised: 3, confirmed: 0, denied: 0 });
  later(8 * 3_600_000);
  await solved('到账了，谢谢');
  expect((await stats()).selfService).toEqual({ matters: 4, advised: 3, confirmed: 1, denied: 0 });
  await missing('还是没到');
  const { selfService } = await stats();
  expect([selfService.matters, selfService.advised + selfService.denied]).toEqual([4, 3]);
});

test('drop-off is the question at which somebody left for more than a day, in words', async () => {
  const say = from('a');
  const { texts } = await say('刷卡8600没到账');
  expect(texts.join()).toContain('商户');
  expect((await stats()).dropOff).toEqual({});
  later(25 * 3_600_000);
  expect((await stats()).dropOff).toEqual({ 身份: 1 });
  await from('b')(TOLD);
  later(25 * 3_600_000);
  expect((await stats()).dropOff).toEqual({ 身份: 1 });
});

test('escalations count by the likeliest cause, in words, and by queue', async () => {
  await from('a')(TOLD);
  await from('a')('转人工');
  await from('b')('我的验证码告诉骗子了');
  const { byCause, byQueue, escalated } = await stats();
  expect(Object.values(byCause as Record<string, number>).reduce((sum, count) => sum + count, 0)).toBe(escalated);
  expect(byCause).toMatchObject({ 'A1 仍在结算时间内': 1, 'G1 冒充客服诈骗': 1 });
  expect(byQueue).toEqual({ 'Q-SETTLE': 1, 'Q-FRAUD': 1 });
});

test('the first reply counts from the handover, handling from accepting to closing; marks are counted', async () => {
  const id = await world.handOver();
  const li = await world.signIn('li');
  const { createdAt } = (await world.machine(`/api/desk/cases/${id}`)).body;
  world.talk.now = addMs(createdAt, 4 * MINUTE_MS);
  await li(`/api/desk/cases/${id}/accept`, {});
  later(MINUTE_MS);
  await li(`/api/desk/cases/${id}/reply`, { text: '您好' });
  later(9 * MINUTE_MS);
  await li(`/api/desk/cases/${id}/close`, { outcome: 'arrived', note: '好' });
  await until(() => world.heard().some((text) => text.includes('打分')));
  await world.talk.say('4 还行');
  const { firstReplyMs, handlingMs, byScore } = await stats();
  expect(firstReplyMs).toEqual({ count: 1, p50: 5 * MINUTE_MS, p90: 5 * MINUTE_MS });
  expect(handlingMs).toEqual({ count: 1, p50: 10 * MINUTE_MS, p90: 10 * MINUTE_MS });
  expect(byScore).toEqual({ 4: 1 });
});

test.each([
  ['the end of its number', (id: string) => id.slice(-8)],
  ['the amount', () => '8600'],
  ['the amount as it is written', () => '¥8,600.00'],
  ['the last four of the card', () => '1234'],
  ['the last four of the phone', () => '5678'],
  ['the date of the sale', () => '11-19'],
  ['the date in Chinese', () => '11月19日'],
  ['the date of the case', () => '2026-11-20'],
])('a case is found by %s', async (_, typed) => {
  await world.talk.say('我是商户，昨天下午三点信用卡刷了8600没到账，交易成功，卡尾号1234，我电话13812345678');
  const id = await world.handOver();
  const found = async (q: string) => (await world.machine(`/api/desk/rows?q=${encodeURIComponent(q)}`)).body.total;
  expect([await found(typed(id)), await found('9999'), await found('8601'), await found('11-18')]).toEqual([1, 0, 0, 0]);
});
