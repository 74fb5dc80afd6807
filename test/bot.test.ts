import { findConversation } from '../src/repositories/conversations';
import { listFollowUps } from '../src/repositories/follow-ups';
import { partitionOf } from '../src/store/store';
import { openTalk, type Talk } from './talk';

let talk: Talk;
beforeEach(async () => {
  talk = await openTalk({ now: '2026-03-04T15:00:00+08:00', channelId: 'wechat' });
});
afterEach(() => talk.close());

const KEY = 'wechat/talk';
const partition = () => talk.store.partition(partitionOf(KEY));
const came = { type: 'conversationUpdate', membersAdded: [{ id: 'user', name: '' }] };
const left = { type: 'conversationUpdate', membersRemoved: [{ id: 'user', name: '' }] };

test('who leaves ends his matter without a word, and is welcomed anew when he comes back', async () => {
  expect((await talk.say('', came)).texts.length).toBeGreaterThan(0);
  await talk.say('我是商户，昨天下午3点刷信用卡1280元没到账');
  expect((await findConversation(partition(), KEY))?.asking).toBeDefined();
  expect((await talk.say('', left)).texts).toEqual([]);
  const record = await findConversation(partition(), KEY);
  expect([record?.asking, record?.draft?.facts]).toEqual([undefined, {}]);
  expect((await talk.say('', came)).texts.length).toBeGreaterThan(0);
  expect((await talk.say('1')).texts.join()).not.toContain('1,280');
});

test('a case goes on after its user has left', async () => {
  const { texts } = await talk.say('转人工');
  expect(texts.join()).toContain('案件号');
  await talk.say('', left);
  expect((await findConversation(partition(), KEY))?.caseId).toBeDefined();
  expect(await listFollowUps(partition(), KEY)).toEqual([]);
});
