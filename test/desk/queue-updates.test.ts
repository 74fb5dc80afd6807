import { addMs } from '../../src/domain/calendar';
import { dueFollowUps } from '../../src/repositories/follow-ups';
import { openTalk, type Talk } from '../talk';

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
