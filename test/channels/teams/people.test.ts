import type { Activity } from 'botbuilder';
import type { Agent } from '../../../src/desk/agents';
import { createPresence } from '../../../src/desk/presence';
import { listAudit } from '../../../src/repositories/audit';
import { findCase, listQueue } from '../../../src/repositories/cases';
import { CHANNEL, people, pressed, said } from './agents';
import { openTeamsWorld, TENANT, type TeamsWorld } from './world';

/** Chen of Teams is 1001 of the desk, who may have one case; Wang of Teams is nobody there. */
const chen: Agent = {
  ...{ id: '1001', name: '小陈', role: 'agent', key: '', capacity: 1 },
  teams: { tenant: TENANT, person: people.chen.aadObjectId },
};
const lead: Agent = {
  ...chen,
  id: '2001',
  name: '王班长',
  role: 'lead',
  capacity: 8,
  teams: { tenant: TENANT, person: people.wang.aadObjectId },
};

interface CardAnswer {
  readonly value: { readonly refresh: { readonly userIds: readonly string[] } };
}

let world: TeamsWorld;
beforeAll(() => {
  for (const method of ['error', 'warn'] as const) jest.spyOn(console, method).mockImplementation(() => undefined); // the SDK prints every refusal
});
afterEach(() => world.close());

async function openCase(conversation = 'web-1'): Promise<string> {
  await world.customer('刷卡8600没到账，转人工', conversation);
  return (await listQueue(world.store, 100)).find(({ conversationId }) => conversationId === `directline/${conversation}`)?.id ?? '';
}
const texts = () => world.service.taken.flatMap(({ body }) => (body.type === 'message' && body.text ? [body.text] : []));
const words = (body: unknown) => JSON.stringify(body);

describe('a person of Teams whom the agents file names', () => {
  test('is the same to the customer, to the case and in the audit log', async () => {
    world = await openTeamsWorld({ agents: [chen] });
    const id = await openCase();
    world.heard();
    await world.post(pressed('chen', 'accept', id));
    expect(await findCase(world.store, id)).toMatchObject({ owner: 'agent', agent: { id: '1001', name: '小陈' } });
    expect(world.heard().join()).toMatch(/小陈.*1001/);
    expect(await listAudit(world.store, 1)).toMatchObject([{ actor: '1001', action: 'accept', caseId: id }]);
  });

  test('has no more cases than at the desk, and keeps those he has', async () => {
    world = await openTeamsWorld({ agents: [chen] });
    const [first, second] = [await openCase('web-1'), await openCase('web-2')];
    await world.post(pressed('chen', 'accept', first));
    const { body } = await world.post(pressed('chen', 'accept', second));
    expect(words(body)).toContain('到上限');
    expect((await findCase(world.store, second))?.owner).toBe('queue');
    await world.post(said('chen', `接受 ${second}`));
    expect(texts().at(-1)).toContain('到上限');
    expect(words((await world.post(pressed('chen', 'accept', first))).body)).not.toContain('到上限');
  });

  test('is there for ten minutes after what he did, unless his page says otherwise', async () => {
    world = await openTeamsWorld({ agents: [chen] });
    const id = await openCase();
    await world.post(pressed('chen', 'accept', id));
    const presence = createPresence(world.store);
    expect(await presence.list()).toEqual([expect.objectContaining({ id: '1001', state: 'online' })]);
    world.clock += 9 * 60_000;
    await world.post(pressed('chen', 'reply', id, { text: '在查' }));
    world.clock += 9 * 60_000;
    expect(await presence.list()).toHaveLength(1);
    world.clock += 2 * 60_000;
    expect(await presence.list()).toEqual([]);
    await presence.set({ id: '1001', name: '小陈', role: 'agent' }, 'away');
    await world.post(pressed('chen', 'reply', id, { text: '还在查' }));
    expect(await presence.list()).toEqual([expect.objectContaining({ state: 'away' })]);
  });

  test('is called in the thread when a colleague hands him a case, and hears the customer there', async () => {
    world = await openTeamsWorld({ agents: [chen, lead] });
    await world.post(said('chen', '接收案件'));
    const id = await openCase();
    const card = world.service.taken.findIndex(({ body }) => body.attachments?.length);
    const where = `${CHANNEL};messageid=160000000${card + 1}`;
    await world.post(pressed('wang', 'accept', id, {}, where));
    await world.post(pressed('chen', 'view', id, {}, where));
    await world.act({ caseId: id, actor: { ...lead, role: 'lead' }, action: { kind: 'transfer', to: { id: '1001', name: '小陈' } } });
    await world.pass(2);
    const calls = world.service.taken.filter(({ body }) => body.text?.includes('转给您了'));
    expect(calls).toMatchObject([{ conversation: where, body: { entities: [{ type: 'mention', mentioned: { id: '29:chen' } }] } }]);
    expect(calls[0]?.body.text).toContain('<at>小陈</at>');
    await world.customer('在吗');
    expect(world.service.taken.at(-1)).toMatchObject({ conversation: where, body: { text: '客户：在吗' } });
    expect(texts().filter((line) => line === '客户：在吗')).toHaveLength(1);
  });

  test('who took the case at the desk page and goes on in the thread is told the answers there', async () => {
    world = await openTeamsWorld({ agents: [chen] });
    await world.post(said('chen', '接收案件'));
    const id = await openCase();
    const card = world.service.taken.findIndex(({ body }) => body.attachments?.length);
    const where = `${CHANNEL};messageid=160000000${card + 1}`;
    await world.act({ caseId: id, actor: { ...chen, role: 'agent' }, action: { kind: 'accept' } });
    await world.settle();
    await world.post(said('chen', '您好，我是小陈', where));
    expect(world.heard().at(-1)).toBe('您好，我是小陈');
    await world.customer('在吗');
    expect(world.service.taken.at(-1)).toMatchObject({ conversation: where, body: { text: '客户：在吗' } });
  });

  test('has his role: a lead moves the case of another, an agent does not', async () => {
    world = await openTeamsWorld({ agents: [chen, lead] });
    const id = await openCase();
    await world.post(pressed('chen', 'accept', id));
    await world.post(said('wang', `转派 ${id} Q-RISK`));
    expect(await findCase(world.store, id)).toMatchObject({ owner: 'queue', queue: 'Q-RISK' });
  });

  test('of another tenant is not taken for him', async () => {
    world = await openTeamsWorld({
      agents: [{ ...chen, teams: { tenant: 'bbbbbbbb-0000-4000-8000-000000000001', person: people.chen.aadObjectId } }],
    });
    const id = await openCase();
    await world.post(pressed('chen', 'accept', id));
    expect((await findCase(world.store, id))?.agent).toMatchObject({ name: '陈敏', id: expect.stringMatching(/^T-/) });
  });
});

describe('staff who are no agents of the desk', () => {
  test('take cases under their own name', async () => {
    world = await openTeamsWorld({ agents: [chen] });
    const id = await openCase();
    await world.post(pressed('wang', 'accept', id));
    expect((await findCase(world.store, id))?.agent).toMatchObject({ name: 'Wang Lei', id: expect.stringMatching(/^T-[A-Z]{6}$/) });
  });

  test('only look and ask where the agents of the desk alone take cases', async () => {
    world = await openTeamsWorld({ agents: [chen], deskOnly: true });
    const id = await openCase();
    expect((await world.post(pressed('wang', 'accept', id))).body).toMatchObject({
      statusCode: 403,
      value: { message: expect.stringContaining('没有登记为坐席') },
    });
    for (const command of [`接受 ${id}`, '接收案件', `结案 ${id} 已解决 好了`]) {
      await world.post(said('wang', command));
      expect(texts().at(-1)).toContain('没有登记为坐席');
    }
    expect((await findCase(world.store, id))?.owner).toBe('queue');
    await world.post(said('wang', `案件 ${id}`));
    expect(texts().at(-1)).toContain('等待坐席接入');
    expect(words((await world.post(pressed('wang', 'view', id))).body)).toContain('对话');
    await world.post(pressed('chen', 'accept', id));
    expect((await findCase(world.store, id))?.agent?.id).toBe('1001');
  });
});

describe('the own view of a card', () => {
  test('belongs to who has the case; others who refresh it see who has it, and no button of his', async () => {
    world = await openTeamsWorld();
    const refresh = (who: 'chen' | 'wang', id: string): Partial<Activity> => {
      const asked = pressed(who, 'brief', id);
      return { ...asked, value: { ...asked.value, trigger: 'automatic' } };
    };
    await world.post(said('chen', '接收案件'));
    const id = await openCase();
    const both = await Promise.all([world.post(pressed('chen', 'accept', id)), world.post(pressed('wang', 'accept', id))]);
    const agent = (await findCase(world.store, id))?.agent;
    const [winner, loser] = agent?.name === '陈敏' ? (['chen', 'wang'] as const) : (['wang', 'chen'] as const);
    const cards = both.map(({ body }) => words(body));
    expect(cards.filter((card) => card.includes('case.close'))).toHaveLength(1);
    expect(cards.filter((card) => card.includes(`${agent?.name}已经接入案件${id}`) && !card.includes('case.close'))).toHaveLength(1);
    const edit = world.service.taken.find(({ method }) => method === 'PUT')?.body.attachments?.[0]?.content;
    expect(words(edit)).toContain(`${agent?.name}处理中`);
    expect(words(edit)).not.toContain('case.close');
    expect(edit.refresh.userIds.toSorted()).toEqual(['29:chen', '29:wang']);
    expect(edit.refresh.userIds[0]).toBe(people[winner].id);
    expect(words((await world.post(refresh(winner, id))).body)).toContain('case.close');
    const seen = words((await world.post(refresh(loser, id))).body);
    expect(seen).toContain(`${agent?.name}处理中`);
    expect(seen).not.toMatch(/case\.(close|reply|accept)/);
  });

  test('is offered under the ids that Teams gave, whatever their letters spell', async () => {
    world = await openTeamsWorld();
    const from = { ...people.chen, id: '29:19grZL44pwd07rFu8V84dIr17Cj8UFyf-KzkVbkqASwR68f2gwW00E_GduleWaw52N5' };
    await world.post({ ...said('chen', '接收案件'), from });
    await openCase();
    const card = world.service.taken.find(({ body }) => body.attachments?.length)?.body.attachments?.[0]?.content;
    expect(card.refresh.userIds).toEqual([from.id]);
  });

  test('is offered to no more than 60, who has the case among them', async () => {
    world = await openTeamsWorld();
    await world.post(said('chen', '接收案件'));
    const id = await openCase();
    await world.post(pressed('chen', 'accept', id));
    const other = await openCase('web-2');
    for (let n = 0; n < 65; n += 1) {
      const from = { id: `29:p${n}`, name: `P${n}`, aadObjectId: `p${n}` };
      await world.teams.accept({ ...pressed('wang', 'brief', other), from, id: `n${n}`, serviceUrl: world.service.url });
    }
    await world.post(pressed('wang', 'accept', other));
    const { userIds } = ((await world.post(pressed('chen', 'view', id))).body as CardAnswer).value.refresh;
    expect(userIds).toHaveLength(60);
    expect(userIds[0]).toBe('29:chen');
  });
});
