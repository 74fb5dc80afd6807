import type { Activity } from 'botbuilder';
import { sizeOf } from '../../../src/desk/teams/cards';
import { addMs } from '../../../src/domain/calendar';
import { listAudit } from '../../../src/repositories/audit';
import { listCaseEvents } from '../../../src/repositories/case-events';
import { addCase, createCaseId, findCase, listQueue, partitionOfCase } from '../../../src/repositories/cases';
import { caseOf } from '../../domain/case';
import { CHANNEL, fixture, people, pressed, said } from './agents';
import { APP_ID, openTeamsWorld, TENANT, type TeamsWorld } from './world';

let world: TeamsWorld;
beforeAll(() => {
  for (const method of ['error', 'warn'] as const) jest.spyOn(console, method).mockImplementation(() => undefined); // the SDK prints every refusal
});
afterEach(() => world.close());

const cardOf = (body: unknown): string => JSON.stringify((body as { value?: unknown }).value);
const thread = () => `${CHANNEL};messageid=${idOfCard()}`;
const cards = () => world.service.taken.filter(({ method, body }) => method === 'POST' && body.attachments?.length);
/** The stand-in numbers its answers. */
const idOfCard = () => `160000000${world.service.taken.findIndex(({ body }) => body.attachments?.length) + 1}`;
const edits = () => world.service.taken.filter(({ method }) => method === 'PUT');
const texts = () => world.service.taken.flatMap(({ body }) => (body.type === 'message' && body.text ? [body.text] : []));

async function openCase(conversation?: string): Promise<string> {
  await world.customer('刷卡8600没到账，转人工', conversation);
  const rows = await listQueue(world.store, 100);
  return rows.find(({ conversationId }) => conversationId === `directline/${conversation ?? 'web-1'}`)?.id ?? '';
}
async function openChannel(options?: Parameters<typeof openTeamsWorld>[0]): Promise<void> {
  world = await openTeamsWorld(options);
  await world.post(said('chen', '接收案件'));
}

describe('a channel that receives cases', () => {
  test('says so, and gets the card of every new case with its summary for phones and its buttons', async () => {
    await openChannel();
    expect(texts()).toEqual([expect.stringContaining('新案件会发到这里（全部队列）')]);
    const id = await openCase();
    expect(cards()).toHaveLength(1);
    const [sent] = cards();
    expect(sent).toMatchObject({
      conversation: CHANNEL,
      target: undefined,
      body: { type: 'message', summary: expect.stringContaining(id) },
    });
    expect(sent?.body.channelData).toBeUndefined();
    const card = JSON.stringify(sent?.body.attachments?.[0]?.content);
    for (const part of ['case.accept', 'case.view', 'case.requeue', 'Action.Execute', '排队中', id]) expect(card).toContain(part);
  });

  test('gets only the queues it asked for, and none after it stops', async () => {
    world = await openTeamsWorld();
    await world.post(said('chen', '接收案件 Q-NONE'));
    expect(texts().join()).toContain('没有这个队列');
    await world.post(said('chen', '接收案件 q-risk'));
    await openCase();
    expect(cards()).toHaveLength(0);
    await world.post(said('chen', '接收案件'));
    await openCase('web-2');
    expect(cards()).toHaveLength(1);
    await world.post(said('chen', '停止接收'));
    await openCase('web-3');
    expect(cards()).toHaveLength(1);
  });

  test('a public user cannot make a channel of it', async () => {
    world = await openTeamsWorld();
    await world.post({ ...fixture('public-message'), text: '接收案件' });
    await openCase();
    expect(cards()).toHaveLength(0);
  });
});

describe('two agents', () => {
  test('press accept at once: one has the case, the card of the other says who', async () => {
    await openChannel();
    const id = await openCase();
    const both = await Promise.all([
      world.post(pressed('chen', 'accept', id, {}, thread())),
      world.post(pressed('wang', 'accept', id, {}, thread())),
    ]);
    const owner = (await findCase(world.store, id))?.agent?.name;
    expect(['陈敏', 'Wang Lei']).toContain(owner);
    const said = both.map(({ body }) => cardOf(body));
    expect(said.filter((card) => card.includes(`${owner}处理中`))).toHaveLength(2);
    expect(said.filter((card) => card.includes(`${owner}已经接入案件${id}`))).toHaveLength(1);
    expect(world.heard().filter((line) => line.includes('已接入案件'))).toHaveLength(1);
    const update = world.service.taken.find(({ method }) => method === 'PUT');
    expect(update).toMatchObject({ conversation: thread(), target: idOfCard(), body: { type: 'message', id: idOfCard() } });
    expect(JSON.stringify(update?.body)).toContain(`${owner}处理中`);
  });

  test('the one without the case can neither write to the customer nor close it', async () => {
    await openChannel();
    const id = await openCase();
    await world.post(pressed('chen', 'accept', id, {}, thread()));
    world.heard();
    const refused = await world.post(pressed('wang', 'reply', id, { text: '我来说' }, thread()));
    expect(cardOf(refused.body)).toContain('您的话没有发给客户');
    await world.post(said('wang', '我也在看', thread()));
    expect(texts().at(-1)).toContain('您的话没有发给客户');
    await world.post(pressed('wang', 'close', id, { outcome: 'solved', note: '好了' }, thread()));
    expect(world.heard()).toEqual([]);
    expect((await findCase(world.store, id))?.owner).toBe('agent');
  });
});

describe('a whole handoff', () => {
  test('from the web page to an agent in Teams and back, with restarts between, loses and doubles nothing', async () => {
    await openChannel();
    const id = await openCase();
    await world.restart();
    await world.post(pressed('chen', 'accept', id, {}, thread()));
    const where = thread();
    expect(world.heard().join()).toContain('人工客服陈敏');
    await world.customer('在吗，急用钱');
    await world.restart();
    await world.customer('是昨天下午三点的那笔');
    expect(texts().filter((line) => line.startsWith('客户：'))).toEqual(['客户：在吗，急用钱', '客户：是昨天下午三点的那笔']);
    expect(world.service.taken.at(-1)).toMatchObject({ conversation: where });
    await world.post(said('chen', '您好，款项明天上午预计到账', where));
    await world.restart();
    expect(world.heard()).toEqual(['您好，款项明天上午预计到账']);
    await world.customer('好的');
    expect(texts().filter((line) => line.startsWith('客户：'))).toHaveLength(3);
    await world.post(said('chen', '结案 已解决 已告知到账时间', where));
    const closed = world.heard();
    expect(closed[0]).toContain('本次人工服务已结束');
    expect((await findCase(world.store, id))?.closing).toMatchObject({ outcome: 'solved', note: '已告知到账时间' });
    const last = world.service.taken.findLast(({ method }) => method === 'PUT');
    expect(JSON.stringify(last?.body)).toContain('已办结');
    expect(JSON.stringify(last?.body)).not.toContain('case.accept');
    expect((await world.customer('5')).join()).toContain('谢谢您的评价');
    expect(cards().filter(({ conversation }) => conversation === CHANNEL)).toHaveLength(1);
  });

  test('from a customer on Teams to an agent in a channel and back, with a restart between', async () => {
    await openChannel();
    const customer = fixture('public-message');
    const hears = () =>
      world.service.taken.filter(({ conversation }) => conversation === customer.conversation?.id).map(({ body }) => body.text);
    await world.post({ ...customer, id: 'm1', text: '昨天下午三点刷卡8600没到账，转人工' });
    const [row] = await listQueue(world.store, 1);
    const id = row?.id ?? '';
    const where = `${CHANNEL};messageid=160000000${world.service.taken.findIndex(({ body }) => body.attachments?.length) + 1}`;
    await world.post(pressed('chen', 'accept', id, {}, where));
    expect(hears().at(-1)).toContain('人工客服陈敏');
    await world.restart();
    await world.post({ ...customer, id: 'm2', text: '急用钱' });
    await world.post({ ...customer, id: 'm2', text: '急用钱' });
    expect(texts().filter((line) => line.startsWith('客户：'))).toEqual(['客户：急用钱']);
    await world.post(said('chen', '马上为您核实', where));
    expect(hears().filter((line) => line?.includes('马上为您核实'))).toHaveLength(1);
    await world.post(pressed('chen', 'return', id, { finding: '款项今天到账' }, where));
    expect(hears().at(-1)).toContain('款项今天到账');
    await world.post({ ...customer, id: 'm3', text: '好的' });
    expect(hears().at(-1)).toContain('您的问题解决了吗');
  });

  test('an action that Teams sends twice is done once', async () => {
    await openChannel();
    const id = await openCase();
    await world.post(pressed('chen', 'accept', id, {}, thread()));
    world.heard();
    const once = { ...said('chen', '请看一下短信', thread()), id: 'again' };
    await world.post(once);
    await world.post(once);
    expect(world.heard()).toEqual(['请看一下短信']);
    const accept = { ...pressed('chen', 'accept', id, {}, thread()), id: 'twice' };
    await world.post(accept);
    await world.post(accept);
    expect(world.heard()).toEqual([]);
  });

  test('a card number an agent types is masked, and a number the filter does not know does not reach the customer', async () => {
    await openChannel();
    const id = await openCase();
    await world.post(pressed('chen', 'accept', id, {}, thread()));
    world.heard();
    await world.post(said('chen', '您的卡6222021234567890123，打13912345678找我', thread()));
    expect(world.heard().join()).not.toMatch(/6222021234567890123|13912345678/);
  });

  test('commands in the thread are not for the customer, notes stay inside, an empty reply goes nowhere', async () => {
    await openChannel();
    const id = await openCase();
    await world.post(pressed('chen', 'accept', id, {}, thread()));
    world.heard();
    await world.post(said('chen', '算到账 昨天15:00 T+1', thread()));
    await world.post(said('chen', '今日队列', thread()));
    await world.post(said('chen', '备注 客户很急', thread()));
    await world.post(pressed('chen', 'reply', id, { text: ' ' }, thread()));
    expect(world.heard()).toEqual([]);
    expect(texts().join()).toContain('已记为内部备注');
    const events = await listCaseEvents(world.store.partition(partitionOfCase(id) ?? 0), id);
    expect(events.filter(({ kind }) => kind === 'note')).toMatchObject([{ text: '客户很急' }]);
  });

  test('goes by the buttons of an old client, which come as messages without words', async () => {
    world = await openTeamsWorld();
    const press = (verb: string, more: object = {}) =>
      world.post({ ...fixture('personal-message'), from: people.wang, text: '', value: { verb: `case.${verb}`, caseId: id, ...more } });
    const id = await openCase();
    await press('accept');
    expect(texts().at(-1)).toContain('您已接入案件');
    world.heard();
    await press('reply', { text: '您好' });
    expect(world.heard()).toEqual(['您好']);
    await press('view');
    expect(JSON.stringify(world.service.taken.at(-1)?.body)).toMatch(/对话.*case\.close/);
    await press('close', { outcome: 'arrived', note: '已到账' });
    expect(await findCase(world.store, id)).toMatchObject({ owner: 'closed', closing: { outcome: 'arrived' } });
    await world.post({ ...fixture('public-message'), text: '', value: { verb: 'case.accept', caseId: id } });
    expect((await findCase(world.store, id))?.owner).toBe('closed');
  });

  test('goes in a group chat, where the bot must be mentioned', async () => {
    world = await openTeamsWorld();
    const group = fixture('group-mention');
    const chat = (text: string) => world.post({ ...group, from: people.wang, text: `<at>到账助手</at> ${text}` });
    await chat('接收案件');
    const id = await openCase();
    const where = group.conversation?.id ?? '';
    expect(cards()).toMatchObject([{ conversation: where }]);
    await world.post(pressed('wang', 'accept', id, {}, where));
    expect(edits()).toMatchObject([{ conversation: where, target: idOfCard() }]);
    world.heard();
    await world.customer('您好');
    expect(world.service.taken.at(-1)).toMatchObject({ conversation: where, body: { text: '客户：您好' } });
    await chat('大家看看这个案件');
    expect(world.heard()).toEqual([]);
    await chat('回复 您好，我来处理');
    expect(world.heard()).toEqual(['您好，我来处理']);
    await chat('结案 已解决 已说明');
    expect((await findCase(world.store, id))?.owner).toBe('closed');
  });

  test('goes by words alone in a personal chat', async () => {
    world = await openTeamsWorld();
    const chat = (text: string) => world.post({ ...fixture('personal-message'), from: people.wang, text });
    await chat('接收案件');
    const id = await openCase();
    expect(cards()).toHaveLength(1);
    await chat(`接受 ${id}`);
    expect(texts()).toContainEqual(expect.stringContaining('用「回复 内容」发给客户'));
    // A chat is one person's, so the card is his own view.
    expect(edits()).toMatchObject([{ target: idOfCard(), body: { id: idOfCard() } }]);
    expect(JSON.stringify(edits()[0]?.body)).toMatch(/Wang Lei处理中.*case\.close/);
    world.heard();
    await world.customer('您好');
    expect(texts().at(-1)).toBe('客户：您好');
    await chat('今天挺忙的');
    expect(world.heard()).toEqual([]);
    await chat('回复 您好，我来处理');
    expect(world.heard()).toEqual(['您好，我来处理']);
    await chat('查看');
    expect(JSON.stringify(world.service.taken.at(-1)?.body)).toContain('对话');
    await chat('转派 Q-RISK');
    expect(await findCase(world.store, id)).toMatchObject({ owner: 'queue', queue: 'Q-RISK' });
    await chat('回复 还在吗');
    expect(texts().at(-1)).toContain('请带上案件号');
    await chat('接受 DZ20260306-ZZZZZ-01');
    expect(texts().at(-1)).toContain('没有查到这个案件号');
  });
});

describe('a card', () => {
  test('opened shows the summary and the last lines, masked, within 28 KB, and is written into the audit log', async () => {
    await openChannel();
    const id = await openCase();
    for (let line = 0; line < 30; line += 1)
      await world.customer(`第${line}句，卡号6222021234567890123，${'很长的话'.repeat(200)}[点我](https://evil.example.com)`);
    const { body } = await world.post(pressed('chen', 'view', id, {}, thread()));
    const card = (body as { value: Record<string, unknown> }).value;
    const words = JSON.stringify(card);
    expect(sizeOf(card)).toBeLessThanOrEqual(28 * 1024);
    expect(words).toContain('客户：');
    expect(words).not.toMatch(/6222021234567890123|\[点我\]/);
    expect(await listAudit(world.store, 5)).toMatchObject([{ action: 'read', caseId: id }]);
  });

  test('is refreshed by itself without a change and without an audit entry', async () => {
    await openChannel();
    const id = await openCase();
    const { body } = await world.post(pressed('chen', 'brief', id, {}, thread()));
    expect(cardOf(body)).toContain('排队中');
    expect(await listAudit(world.store, 5)).toEqual([]);
  });

  test.each([
    ['a person of another tenant', { channelData: { tenant: { id: 'other' } } }, 403],
    ['a button that is not ours', { value: { action: { verb: 'format', data: {} } } }, 400],
    ['a case that does not exist', { value: { action: { verb: 'case.accept', data: { caseId: 'DZ20260306-AAAAA-01' } } } }, 404],
  ])('pressed by %s gets an error in the form of the protocol', async (_, more, statusCode) => {
    world = await openTeamsWorld();
    const { status, body } = await world.post({ ...fixture('card-action'), from: people.chen, ...more } as Partial<Activity>);
    expect([status, body]).toEqual([200, expect.objectContaining({ statusCode, type: 'application/vnd.microsoft.error' })]);
  });

  test('pressed while the store is slow is answered in time, and the action is done all the same', async () => {
    const gate = { open: true, waiting: [] as (() => void)[] };
    await openChannel({
      invokeMs: 50,
      slow: (store) => ({
        ...store,
        partition: (n) => {
          const partition = store.partition(n);
          const slowly: typeof partition.commit = async (...changes) => {
            const isAct = changes.some((change) => change.collection === 'audit');
            if (isAct && !gate.open) await new Promise<void>((resolve) => gate.waiting.push(resolve));
            return partition.commit(...changes);
          };
          return {
            ...partition,
            number: partition.number,
            get: (...a) => partition.get(...a),
            list: (...a) => partition.list(...a),
            commit: slowly,
          };
        },
        listAll: (...a) => store.listAll(...a),
        close: () => store.close(),
        publish: (...a) => store.publish(...a),
        subscribe: (...a) => store.subscribe(...a),
        ping: (...a) => store.ping(...a),
      }),
    });
    const id = await openCase();
    gate.open = false;
    const { body } = await world.post(pressed('chen', 'accept', id, {}, thread()));
    expect(body).toMatchObject({
      statusCode: 200,
      type: 'application/vnd.microsoft.activity.message',
      value: expect.stringContaining('正在处理'),
    });
    gate.open = true;
    for (const go of gate.waiting) go();
    for (let tries = 0; tries < 50 && (await findCase(world.store, id))?.owner !== 'agent'; tries += 1) await new Promise(setImmediate);
    await world.pass(1);
    expect(JSON.stringify(world.service.taken.findLast(({ method }) => method === 'PUT')?.body)).toContain('陈敏处理中');
  });
});

describe('a place that is gone', () => {
  test('a channel the bot was removed from: its cases go back to the queue, the desk sees why, nothing more is sent', async () => {
    await openChannel();
    const id = await openCase();
    await world.post(pressed('chen', 'accept', id, {}, thread()));
    world.heard();
    await world.post(fixture('team-removed'));
    expect(await findCase(world.store, id)).toMatchObject({ owner: 'queue' });
    expect(world.heard().join()).toContain('正在为您安排其他同事');
    const events = await listCaseEvents(world.store.partition(partitionOfCase(id) ?? 0), id);
    expect(events.filter(({ text }) => text?.includes('机器人被移除'))).toHaveLength(1);
    const count = world.service.asked.length;
    await openCase('web-2');
    expect(world.service.asked).toHaveLength(count);
    await world.post(fixture('team-installed'));
    await openCase('web-3');
    expect(cards().at(-1)?.conversation).toBe(CHANNEL);
  });

  test('found out by a 403: the same', async () => {
    await openChannel();
    world.service.removed.add(CHANNEL);
    const id = await openCase();
    await world.pass(2);
    const events = await listCaseEvents(world.store.partition(partitionOfCase(id) ?? 0), id);
    expect(events.filter(({ text }) => text?.includes('机器人被移除'))).toHaveLength(1);
    const count = world.service.asked.length;
    await openCase('web-2');
    await world.pass(5);
    expect(world.service.asked).toHaveLength(count);
  });

  test('a card that somebody deleted is not the whole place: a waiting case is shown again, and others go on', async () => {
    await openChannel();
    const id = await openCase();
    await world.post(pressed('chen', 'accept', id, {}, thread()));
    world.service.next.push({ status: 404 });
    await world.post(pressed('chen', 'requeue', id, { queue: 'Q-RISK' }, thread()));
    await world.pass(2);
    expect(cards()).toHaveLength(2);
    expect(cards().at(-1)?.body.summary).toContain('风控，排队中');
    const events = await listCaseEvents(world.store.partition(partitionOfCase(id) ?? 0), id);
    expect(events.filter(({ text }) => text?.includes('机器人被移除'))).toEqual([]);
    await openCase('web-2');
    expect(cards()).toHaveLength(3);
  });

  test('a customer on Teams who has blocked the bot: the desk sees it', async () => {
    world = await openTeamsWorld();
    const customer = { ...fixture('public-message'), text: '刷卡8600没到账，转人工' };
    await world.post(customer);
    const [row] = await listQueue(world.store, 1);
    world.service.removed.add('a:1cUsToMeR');
    await world.post({ ...customer, text: '还没好吗，转人工' });
    const events = await listCaseEvents(world.store.partition(partitionOfCase(row?.id ?? '') ?? 0), row?.id ?? '');
    expect(events.some(({ text }) => text?.includes('客户在 Teams 上收不到消息'))).toBe(true);
  });
});

describe('what is sent', () => {
  test('waits as long as a 429 says, and outlives 5xx', async () => {
    await openChannel();
    world.service.next.push({ status: 429, retryAfter: 7 });
    await openCase();
    expect(cards()).toHaveLength(0);
    await world.pass(6);
    expect(cards()).toHaveLength(0);
    world.service.next.push({ status: 502 });
    await world.pass(12);
    expect(cards()).toHaveLength(1);
    const [first, ...rest] = world.service.asked
      .filter(({ conversation }) => conversation === CHANNEL)
      .map(({ at, status }) => [status, at] as const);
    expect(first?.[0]).toBe(429);
    expect((rest[0]?.[1] ?? 0) - (first?.[1] ?? 0)).toBeGreaterThanOrEqual(7000);
  });

  test('is sent once by a service that takes its time, and a button is answered meanwhile', async () => {
    await openChannel();
    const id = await openCase();
    world.service.next.push({ waitMs: 1000 }, { waitMs: 1000 });
    const slow = world.turns.say(`msteams/${thread()}`, [{ text: '慢' }]);
    const began = Date.now();
    const { invokeResponse } = await world.teams.accept({
      ...pressed('chen', 'accept', id, {}, thread()),
      id: 'slow',
      serviceUrl: world.service.url,
    });
    expect(invokeResponse).toMatchObject({ body: { statusCode: 200 } });
    expect(Date.now() - began).toBeLessThan(900);
    await slow;
    await world.settle();
    expect(edits()).toHaveLength(1);
    expect(cards()).toHaveLength(1);
  });

  test('is not taken with another token, and waits', async () => {
    await openChannel({ token: 'of somebody else' });
    expect(world.service.asked.map(({ status }) => status)).toEqual([401, 401]);
    expect(world.service.taken).toEqual([]);
  });

  test('a card that is not taken goes as text', async () => {
    await openChannel();
    world.service.next.push({ status: 413 });
    const id = await openCase();
    expect(texts().at(-1)).toContain(`案件${id}`);
  });

  test('a burst of 500 cases never goes faster than Teams allows, the most urgent first', async () => {
    await openChannel();
    for (let n = 0; n < 500; n += 1) {
      const at = addMs('2026-03-06T10:01:00+08:00', n * 10);
      const priority = n === 499 ? 'P0' : 'P3';
      const created = caseOf({ id: createCaseId(at, n % 64), conversationId: `directline/b${n}`, createdAt: at, updatedAt: at, priority });
      await addCase(world.store.partition(n % 64), created);
    }
    // Some are taken meanwhile: changes in the threads of a channel count for it too.
    const taken = new Map<string, number>();
    for (let steps = 0; steps < 3000 && (cards().length < 500 || edits().length < taken.size); steps += 1) {
      const latest = cards().at(-1);
      const id = /DZ[\w-]+/.exec(latest?.body.summary ?? '')?.[0];
      if (steps % 20 === 19 && taken.size < 60 && latest && id && !taken.has(id)) {
        const where = `${CHANNEL};messageid=160000000${world.service.taken.indexOf(latest) + 1}`;
        await world.teams.accept({ ...pressed('chen', 'accept', id, {}, where), id: `a${steps}`, serviceUrl: world.service.url });
        taken.set(id, world.clock);
      }
      await world.jump();
    }
    const times = world.service.asked.filter(({ conversation }) => conversation.startsWith(CHANNEL)).map(({ at }) => at);
    expect(times).toHaveLength(501 + taken.size);
    expect(taken.size).toBeGreaterThan(10);
    const delays = edits().map(({ at, body }) => at - (taken.get(/DZ[\w-]+/.exec(body.summary ?? '')?.[0] ?? '') ?? 0));
    expect(Math.max(...delays)).toBeLessThan(30_000);
    for (const [windowMs, most] of [
      [1000, 7],
      [2000, 8],
      [30_000, 60],
      [3_600_000, 1800],
    ] as const) {
      const counts = times.map((from) => times.filter((at) => at >= from && at < from + windowMs).length);
      expect(Math.max(...counts)).toBeLessThanOrEqual(most);
    }
    expect(JSON.stringify(cards()[0]?.body)).toContain('P0');
    expect(new Set(cards().map(({ body }) => body.summary)).size).toBe(500);
  }, 60_000);
});

test('the fixtures are of our tenant and app', () => {
  expect(fixture('channel-mention')).toMatchObject({ conversation: { tenantId: TENANT }, recipient: { id: `28:${APP_ID}` } });
});
