import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Activity } from 'botbuilder';
import { listQueue } from '../../../src/repositories/cases';
import { openTeamsWorld, type TeamsWorld } from './world';

const FOLDER = join(__dirname, '../../fixtures/teams');
const names = readdirSync(FOLDER).map((name) => name.replace('.json', ''));
const fixture = (name: string): Partial<Activity> => JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8'));

/** What the bot says to each payload, or that it says nothing; every fixture has its line. */
const SAYS: Readonly<Record<string, RegExp | undefined>> = {
  'bot-added-to-team': undefined,
  'bot-removed-from-team': undefined,
  'card-action': undefined,
  'card-refresh': undefined,
  'channel-mention': /新案件会发到这里/,
  'channel-renamed': undefined,
  'deleted-message': undefined,
  'edited-message': undefined,
  'file-consent': undefined,
  'file-sent': /已作为凭证留存/,
  'group-mention': /队列里目前没有案件/,
  'member-added-to-team': undefined,
  'personal-installed': /到账助手/,
  'personal-message': /内部命令/,
  'public-message': /\S/,
  reaction: undefined,
  search: undefined,
  'search-initial': undefined,
  'team-installed': /发送「接收案件」/,
  'team-removed': undefined,
};

let world: TeamsWorld;
beforeEach(async () => {
  for (const method of ['error', 'warn'] as const) jest.spyOn(console, method).mockImplementation(() => undefined); // the SDK prints every refusal
  world = await openTeamsWorld();
});
afterEach(() => world.close());
const said = () => world.service.taken.map(({ body }) => body.text).join('\n');

describe('a payload of Teams', () => {
  test.each(names)('%s is taken, answered where it came from, and once however often it comes', async (name) => {
    expect(Object.keys(SAYS)).toContain(name);
    const activity = { ...fixture(name), id: 'in-fixture' };
    expect((await world.post(activity)).status).toBe(200);
    const once = said();
    expect((await world.post(activity)).status).toBe(200);
    expect(said()).toBe(once);
    if (name !== 'file-sent') expect(once).not.toContain('图片或文件');
    const expected = SAYS[name];
    if (expected) expect(once).toMatch(expected);
    else expect(once).toBe('');
    for (const { conversation, method } of world.service.asked) expect([method, conversation]).toEqual(['POST', activity.conversation?.id]);
  });

  test.each(names)('%s without a token of the channel is refused and does nothing', async (name) => {
    expect((await world.post(fixture(name), { token: 'forged' })).status).toBe(401);
    expect(world.service.asked).toEqual([]);
  });
});

describe('the search of the message box', () => {
  const search = (value: string, more: Partial<Activity> = {}) =>
    world.post({ ...fixture('search'), value: { ...fixture('search').value, parameters: [{ name: 'query', value }] }, ...more });

  test('finds cases by number, amount and tail, and gives their cards', async () => {
    await world.customer('昨天下午3点刷卡8600，尾号1234，没到账，转人工');
    const [row] = await listQueue(world.store, 1);
    for (const words of ['DZ2026', '8600', row?.id ?? '']) {
      const { body } = await search(words);
      expect(body).toMatchObject({
        composeExtension: {
          type: 'result',
          attachmentLayout: 'list',
          attachments: [{ preview: { content: { title: expect.stringContaining(row?.id ?? '?') } } }],
        },
      });
      expect(JSON.stringify(body)).toContain('case.accept');
    }
    expect((await search('9999')).body).toEqual({ composeExtension: { type: 'message', text: '没有找到案件。' } });
  });

  test('gives a card that can be sent to the bot as well, which says nothing to it', async () => {
    await world.customer('刷卡8600没到账，转人工');
    const { body } = await search('8600');
    const { attachments } = (body as { composeExtension: { attachments: Activity['attachments'] } }).composeExtension;
    await world.post({ ...fixture('personal-message'), text: '', attachments: attachments ?? [] });
    expect(said()).toBe('');
  });

  test('works without the names of command and field, as the Agents Playground asks', async () => {
    const { body } = await world.post({ ...fixture('search'), value: { parameters: [{ value: '9999' }] } });
    expect(body).toEqual({ composeExtension: { type: 'message', text: '没有找到案件。' } });
  });

  test('is for staff alone', async () => {
    await world.customer('刷卡8600没到账，转人工');
    const stranger = { channelData: { tenant: { id: 'another-tenant' } } };
    expect(JSON.stringify((await search('DZ', stranger)).body)).toBe(
      JSON.stringify({ composeExtension: { type: 'message', text: '只有员工可以处理案件。' } }),
    );
  });
});

describe('a message that is changed afterwards', () => {
  test('in the thread of a case: the agent hears that the customer keeps what was sent', async () => {
    const agent = fixture('channel-mention');
    await world.post(agent);
    await world.customer('刷卡8600没到账，转人工');
    const [row] = await listQueue(world.store, 1);
    const card = world.service.taken.findIndex(({ body }) => body.attachments?.length);
    const conversation = {
      ...agent.conversation,
      id: `${agent.conversation?.id.split(';')[0]};messageid=160000000${card + 1}`,
    } as Activity['conversation'];
    await world.post({ ...fixture('card-action'), conversation, value: { action: { verb: 'case.accept', data: { caseId: row?.id } } } });
    world.heard();
    await world.post({ ...fixture('edited-message'), conversation });
    expect(said()).toContain('不会随编辑或删除改变');
    expect(world.heard()).toEqual([]);
  });
});

test('an answer of expectReplies comes in the response', async () => {
  const { body } = await world.post({ ...fixture('channel-mention'), deliveryMode: 'expectReplies' });
  expect(body).toMatchObject({ activities: [{ text: expect.stringContaining('新案件会发到这里') }] });
  expect(world.service.asked).toEqual([]);
});

test('a person of the tenant is greeted by nobody when he joins a team, a public user once when he adds the bot', async () => {
  await world.post(fixture('member-added-to-team'));
  expect(said()).toBe('');
  await world.post(fixture('personal-installed'));
  await world.post({ ...fixture('personal-installed'), type: 'conversationUpdate', membersAdded: [{ id: '29:1cUsT0mEr', name: '' }] });
  expect(said().match(/请不要发送完整卡号/g) ?? []).toHaveLength(1);
});
