import { addMs } from '../../src/domain/calendar';
import { dueFollowUps } from '../../src/repositories/follow-ups';
import { openTalk, type Talk } from '../talk';
import { openDeskWorld } from './world';

let talk: Talk;
afterEach(() => talk.close());

/** What is due by now runs, as the scheduler would. */
async function tick(): Promise<readonly string[]> {
  const said: string[] = [];
  for (const { id, conversation } of await dueFollowUps(talk.store, talk.now, 10)) {
    const [channelId = '', name = ''] = conversation.split('/');
    const event = { type: 'event', name: 'follow-up', id, channelId, conversation: { id: name }, deliveryMode: 'expectReplies' };
    const { replies } = await talk.turns.accept({ ...event, from: { id: 's' }, recipient: { id: 'bot' } } as never);
    said.push(...replies.flatMap(({ text }) => text ?? []));
  }
  return said;
}

test('who waits on the web page hears every minute that he is not forgotten, until somebody comes or a quarter of an hour is over', async () => {
  talk = await openTalk({ now: '2026-11-20T10:00:00+08:00', channelId: 'directline' });
  await talk.say('转人工');
  const heard: string[] = [];
  for (let minute = 0; minute < 20; minute += 1) {
    talk.now = addMs(talk.now, 60_000);
    heard.push(...(await tick()));
  }
  expect(heard).toHaveLength(15);
  expect(heard[0]).toMatch(/^您的案件DZ\d{8}-\w{5}-\d{2}还在排队，预计.*前有同事回复您。$/);
});

test('on a channel where a line is not free nobody is written to unasked', async () => {
  talk = await openTalk({ now: '2026-11-20T10:00:00+08:00', channelId: 'emulator' });
  await talk.say('转人工');
  talk.now = addMs(talk.now, 600_000);
  expect(await tick()).toEqual([]);
});

test('the first in line hears that he is, also when his case is opened again or put back into the queue, and then every minute', async () => {
  const world = await openDeskWorld({ channelId: 'directline' });
  talk = world.talk;
  expect((await talk.say('转人工')).texts.join()).toContain('您排在第一位。');
  const id = (await world.machine('/api/desk/rows')).body.rows[0].id;
  await world.machine(`/api/desk/cases/${id}/accept`, {});
  talk.now = addMs(talk.now, 120_000);
  expect(await tick()).toEqual([]);
  await world.machine(`/api/desk/cases/${id}/transfer`, { queue: 'Q-RISK' });
  talk.now = addMs(talk.now, 60_000);
  expect((await tick()).join()).toContain('还在排队');
  await world.machine(`/api/desk/cases/${id}/accept`, {});
  await world.machine(`/api/desk/cases/${id}/close`, { outcome: 'solved', note: '好' });
  const { texts } = await talk.say('还是没到账');
  expect(texts.join()).toMatch(/已为您重新打开案件.*您排在第一位，?/s);
  talk.now = addMs(talk.now, 60_000);
  expect((await tick()).length).toBe(1);
  await world.close();
});

test('a phone that is told while waiting is the one the agent is shown', async () => {
  const world = await openDeskWorld();
  talk = world.talk;
  await talk.say('我电话13812345678');
  const id = await world.handOver();
  const phone = async () => (await world.machine(`/api/desk/cases/${id}/contact`)).body.phone;
  expect(await phone()).toBe('13812345678');
  await talk.say('我换电话了，现在是13987654321');
  expect(await phone()).toBe('13987654321');
  await world.close();
});

test('what is told while waiting shows the agent another cause, in the same queue', async () => {
  const world = await openDeskWorld();
  talk = world.talk;
  const id = await world.handOver();
  const causes = async () => (await world.machine(`/api/desk/cases/${id}`)).body.causes.map((one: { id: string }) => one.id);
  expect(await causes()).toEqual(['U0']);
  await talk.say('我是商户，昨天下午三点信用卡刷了8600没到账，交易成功，T+1');
  expect(await causes()).toContain('A1');
  expect((await world.machine(`/api/desk/cases/${id}`)).body).toMatchObject({
    owner: 'queue',
    queue: 'Q-SETTLE',
    draft: { amount: 860_000 },
  });
  await world.close();
});
