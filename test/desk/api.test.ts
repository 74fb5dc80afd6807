import { createFiles } from '../../src/channels/files';
import { type Caller, type DeskWorld, openDeskWorld, until } from './world';

let world: DeskWorld;
beforeEach(async () => {
  world = await openDeskWorld();
});
afterEach(() => world.close());

test('a case is accepted, answered, closed, rated and opened again, and each side hears of it once', async () => {
  const id = await world.handOver();
  const li = await world.signIn('li');
  const at = `/api/desk/cases/${id}`;
  expect((await li(`${at}/accept`, {})).body).toEqual({
    id,
    owner: 'agent',
    agent: { id: 'li', name: '小李' },
    queue: 'Q-SETTLE',
    repeated: false,
  });
  await until(() => world.heard().some((text) => text.includes('人工客服小李（工号li）已接入')));
  expect((await world.talk.say('还没到，8600块，昨天下午三点刷的')).texts).toEqual([]);
  const before = (await li(at)).body;
  expect(before.waitingSince).toBeDefined();
  expect(before.transcript.map((one: { text: string }) => one.text)).toContain('还没到，8600块，昨天下午三点刷的');
  expect(before.slots).toContainEqual(expect.objectContaining({ slot: 'amount', label: '金额', source: 'said' }));

  expect((await li(`${at}/reply`, { text: '我查一下', once: 'reply-0001' })).status).toBe(200);
  expect((await li(`${at}/reply`, { text: '我查一下', once: 'reply-0001' })).body.repeated).toBe(true);
  await until(() => world.heard().includes('【人工客服小李】我查一下'));
  expect((await li(at)).body.waitingSince).toBeUndefined();

  expect((await li(`${at}/close`, { outcome: 'arrived', note: '已到账' })).body.owner).toBe('closed');
  await until(() => world.heard().some((text) => text.includes('请为本次服务打分')));
  expect(world.heard().filter((text) => text.includes('我查一下'))).toHaveLength(1);
  expect((await world.talk.say('5 很快')).texts).toEqual(['谢谢您的评价，已经记录。']);
  const closed = (await world.machine(at)).body;
  expect(closed).toMatchObject({ owner: 'closed', rating: { score: 5, words: '很快' }, closing: { outcome: 'arrived', by: 'li' } });
  expect(closed.events.map(({ kind }: { kind: string }) => kind)).toEqual(['opened', 'accepted', 'message', 'reply', 'closed', 'rated']);

  expect((await world.talk.say('还是没到账')).texts.join()).toContain(`已为您重新打开案件${id}`);
  expect((await world.machine(at)).body).toMatchObject({ owner: 'queue', contacts: 1 });
});

test('of two agents one gets the case, the other learns who has it', async () => {
  const id = await world.handOver();
  const [li, zhou] = await Promise.all([world.signIn('li'), world.signIn('zhou')]);
  const answers = await Promise.all([li, zhou].map((who) => who(`/api/desk/cases/${id}/accept`, {})));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  const [won, lost] = [answers.find(({ status }) => status === 200), answers.find(({ status }) => status === 409)];
  expect(lost?.body).toEqual({ error: { code: 'WRONG_OWNER', owner: 'agent', agent: won?.body.agent } });
  await until(() => world.heard().length > 0);
  expect(world.heard().filter((text) => text.includes('已接入'))).toHaveLength(1);
});

test("a case passed on is the other one's, and goes back to the bot with what was found", async () => {
  const id = await world.handOver();
  const [li, zhou] = await Promise.all([world.signIn('li'), world.signIn('zhou')]);
  const at = `/api/desk/cases/${id}`;
  await li(`${at}/accept`, {});
  expect((await li(`${at}/transfer`, { agent: 'zhou', note: '请看回单' })).body.agent.id).toBe('zhou');
  expect((await li(`${at}/reply`, { text: '在吗' })).status).toBe(409);
  expect((await li(at)).status).toBe(403);
  expect((await zhou(`${at}/return`, { finding: '款项已于今天上午退回。' })).body.owner).toBe('bot');
  await until(() => world.heard().some((text) => text.includes('款项已于今天上午退回')));
  const first = await world.talk.say('好的，然后呢');
  expect(first.texts).toEqual(['人工客服查到的结果是：款项已于今天上午退回。您的问题解决了吗？']);
  expect(first.choices).toEqual(['已解决', '没解决，再找人工']);
  expect((await world.talk.say('没解决，再找人工')).texts.join()).toContain(`案件${id}已重新交给人工`);
  expect((await world.machine(at)).body.owner).toBe('queue');
});

test.each([
  ['no JSON', '{', 'BAD_JSON'],
  ['no text', { text: ' ' }, 'BAD_INPUT'],
  ['a field too many', { text: 'a', x: 1 }, 'BAD_INPUT'],
  ['too long', { text: 'a'.repeat(2001) }, 'BAD_INPUT'],
])('a reply with %s is refused with %s', async (_, body, code) => {
  const id = await world.handOver();
  const { status, body: answer } = await world.machine(`/api/desk/cases/${id}/reply`, body);
  expect([status, answer.error.code]).toEqual([400, code]);
});

test.each(['DZ20261120-ABCDE-17', 'DZ20261120-ABCDE-99', '..%2F..%2Fetc', 'x'])('there is no case %s', async (id) => {
  expect((await world.machine(`/api/desk/cases/${id}`)).status).toBe(404);
  expect((await world.machine(`/api/desk/cases/${id}/accept`, {})).status).toBe(404);
});

test('a note is for colleagues only and a secret in it is not kept', async () => {
  const id = await world.handOver();
  const before = world.heard().length;
  await world.machine(`/api/desk/cases/${id}/note`, { text: '卡号6222021234567890123核过' });
  const { text } = await world.machine(`/api/desk/cases/${id}`);
  expect(text).toContain('核过');
  expect(text).not.toContain('6222021234567890123');
  expect(world.heard()).toHaveLength(before);
});

test('rows are found by amount, last four digits, date and id; closed ones in their own list', async () => {
  await world.talk.say('我是商户，昨天下午三点信用卡刷了8600没到账，尾号1234');
  const id = await world.handOver();
  const find = async (q: string) => (await world.machine(`/api/desk/rows?q=${encodeURIComponent(q)}`)).body.total;
  expect(await Promise.all(['8600', '¥8,600.00', '1234', '11-19', id.slice(11, 16)].map(find))).toEqual([1, 1, 1, 1, 1]);
  expect(await Promise.all(['8601', '4321', '11-18', 'ZZZZZ'].map(find))).toEqual([0, 0, 0, 0]);
  await world.machine(`/api/desk/cases/${id}/close`, { outcome: 'solved', note: 'ok' });
  expect(await find('8600')).toBe(0);
  expect((await world.machine('/api/desk/rows?state=closed&q=8600')).body.rows[0]).toMatchObject({ id, owner: 'closed', amount: 860000 });
});

test('the stream tells what happens, and after sleep what was missed', async () => {
  const id = await world.handOver();
  const stop = new AbortController();
  const open = (cursor?: string) =>
    fetch(`${world.base}/api/desk/events`, {
      headers: { authorization: 'Bearer a-key-for-machines', ...(cursor ? { 'last-event-id': cursor } : {}) },
      signal: stop.signal,
    });
  const readUntil = async (response: Response, word: string) => {
    let text = '';
    const reader = response.body?.getReader();
    for (;;) {
      const { value, done } = (await reader?.read()) ?? { done: true };
      text += Buffer.from(value ?? []).toString();
      if (text.includes(word) || done) return text;
    }
  };
  const stream = await open();
  expect(stream.headers.get('content-type')).toContain('text/event-stream');
  await world.machine(`/api/desk/cases/${id}/note`, { text: '只给同事看' });
  const first = await readUntil(stream, '"kind":"note"');
  expect(first).not.toContain('只给同事看');
  const cursor = /id: (\S+)/.exec(first)?.[1];
  await world.machine(`/api/desk/cases/${id}/accept`, {});
  const later = await readUntil(await open(cursor), '"kind":"accepted"');
  expect(later).toContain(id);
  stop.abort();
});

test('pictures of the user are shown to who may see the case, as what they are and nothing that runs', async () => {
  const id = await world.handOver();
  const bytes = Buffer.from('89504e470d0a1a0a0000', 'hex');
  await createFiles(world.talk.store).save('emulator/talk', [{ contentType: 'image/png', bytes }]);
  const [file] = (await world.machine(`/api/desk/cases/${id}`)).body.files as readonly { id: string }[];
  const li = await world.signIn('li');
  const { status, headers } = await li(`/api/desk/cases/${id}/files/${file?.id}`);
  expect([status, headers.get('content-type'), headers.get('x-content-type-options'), headers.get('content-security-policy')]).toEqual([
    200,
    'image/png',
    'nosniff',
    'sandbox',
  ]);
  expect((await li(`/api/desk/cases/${id}/files/AAAAAAAAAAAAAAAAAAAAAA`)).status).toBe(404);
});

test('quick replies are shared by leads, kept by agents, and removed by who may', async () => {
  const [li, zhou, wang] = [await world.signIn('li'), await world.signIn('zhou'), await world.signIn('wang')];
  const own = (await li('/api/desk/replies', { title: '问候', text: '您好，我是{姓名}' })).body;
  const shared = (await wang('/api/desk/replies', { title: '稍等', text: '请稍等', shared: true })).body;
  const titles = async (who: Caller) => (await who('/api/desk/replies')).body.map(({ title }: { title: string }) => title);
  expect([await titles(li), await titles(zhou)]).toEqual([['稍等', '问候'], ['稍等']]);
  expect((await zhou('/api/desk/replies/remove', { id: own.id })).status).toBe(403);
  expect((await li('/api/desk/replies/remove', { id: shared.id })).status).toBe(403);
  expect((await li('/api/desk/replies/remove', { id: own.id })).status).toBe(200);
  expect(await titles(li)).toEqual(['稍等']);
});

test('figures count what happened, with the words for it; an agent with all he can have gets no more', async () => {
  await world.talk.say('我是商户，昨天下午三点信用卡刷了8600没到账，尾号1234');
  const id = await world.handOver();
  const li = await world.signIn('li');
  await li(`/api/desk/cases/${id}/accept`, {});
  await li(`/api/desk/cases/${id}/reply`, { text: '您好' });
  await li(`/api/desk/cases/${id}/close`, { outcome: 'solved', note: '好' });
  const stats = (await world.machine('/api/desk/stats')).body;
  expect(stats).toMatchObject({ escalated: 1, open: 0, byQueue: { 'Q-SETTLE': 1 }, firstReplyMs: { count: 1 }, handlingMs: { count: 1 } });
  expect(Object.keys(stats.byIssue).join()).not.toMatch(/^R\d/);
  for (let n = 0; n < 9; n += 1) await world.talk.say('转人工', { conversation: { id: `c${n}` } as never });
  const rows = (await world.machine('/api/desk/rows')).body.rows as readonly { id: string }[];
  const answers = [];
  for (const row of rows) answers.push((await li(`/api/desk/cases/${row.id}/accept`, {})).status);
  expect(answers).toEqual([...Array(8).fill(200), 409]);
});
