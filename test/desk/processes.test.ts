import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashKey } from '../../src/desk/agents';
import { call } from '../channels/direct-line/world';
import { startRedis, type TestRedis } from '../redis';
import { until } from '../turns';
import { openServer, type ServerProcess } from '../web/server';
import { listenTo, type Stream } from './listening';

/** Two of the product's own processes on one Redis, agents on both. */

jest.setTimeout(60_000);

const ROUNDS = 10;
const KEY = 'a-key-for-machines';
const folder = mkdtempSync(join(tmpdir(), 'desk-processes-'));
let redis: TestRedis;
let servers: readonly [ServerProcess, ServerProcess];
let streams: readonly Stream[];

beforeAll(async () => {
  redis = await startRedis();
  const people = [
    ['li', '小李'],
    ['zhou', '小周'],
  ] as const;
  const agents = await Promise.all(people.map(async ([id, name]) => ({ id, name, role: 'agent', key: await hashKey(`key-of-${id}`) })));
  writeFileSync(join(folder, 'agents.json'), JSON.stringify({ agents }));
  const env = {
    ...{ REDIS_URL: redis.url, DATA_KEY: randomBytes(32).toString('base64'), DESK_KEY: KEY },
    DESK_AGENTS: join(folder, 'agents.json'),
  };
  servers = await Promise.all([openServer({ env }), openServer({ env })]);
  streams = servers.map(({ origin }) => listenTo(origin, { authorization: `Bearer ${KEY}` }));
  await until(() => streams.every(({ isOpen }) => isOpen()));
});
afterAll(async () => {
  for (const stream of streams ?? []) stream.close();
  await Promise.all((servers ?? []).map((server) => server.end()));
  await redis?.stop();
  rmSync(folder, { recursive: true, force: true });
});

type Answer = { readonly status: number; readonly body: { readonly repeated?: boolean; readonly error?: { readonly owner: string } } };
type Who = (server: number, path: string, body?: object) => Promise<Answer>;

async function request(server: number, path: string, headers: Record<string, string>, body?: object) {
  const response = await fetch(`${servers[server]?.origin}/api/desk/${path}`, {
    headers: { 'content-type': 'application/json', ...headers },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
}

async function signIn(id: string): Promise<Who> {
  const { headers } = await request(0, 'sign-in', {}, { id, key: `key-of-${id}` });
  const cookie = (headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  return (server, path, body) => request(server, path, { cookie }, body);
}
const machine = (path: string) => request(0, path, { authorization: `Bearer ${KEY}` });

/** A user of the web page of one process, who waits for a person. */
async function handOver(server: number) {
  const { origin = '' } = servers[server] ?? {};
  const { token, conversationId } = (await call(origin, 'POST /api/web/token', { body: {} })).body;
  await call(origin, 'POST /conversations', { token, body: {} });
  const at = `/conversations/${conversationId}/activities`;
  const say = (text: string) => call(origin, `POST ${at}`, { token, body: { type: 'message', text, from: { id: 'u' } } });
  const lines = async (): Promise<readonly string[]> =>
    (await call(origin, `GET ${at}`, { token })).body.activities.flatMap(({ text }: { text?: string }) => text ?? []);
  await say('转人工');
  let id = '';
  await until(async () => {
    id = /DZ\d{8}-\w{5}-\d{2}/.exec((await lines()).join(' '))?.[0] ?? '';
    return id !== '';
  });
  return { id, say, lines };
}

const statuses = (answers: readonly Answer[]) => answers.map(({ status }) => status).sort();

test('agents of two processes race for accept, reply, transfer and close: one wins, the user hears each thing once, and both desks hear of all', async () => {
  const [li, zhou] = await Promise.all([signIn('li'), signIn('zhou')]);
  for (let round = 0; round < ROUNDS; round += 1) {
    const here = round % 2;
    const there = 1 - here;
    const user = await handOver(there);
    const at = (action: string) => `cases/${user.id}/${action}`;

    const accepted = await Promise.all([li(here, at('accept'), {}), zhou(there, at('accept'), {})]);
    expect(statuses(accepted)).toEqual([200, 409]);
    const isLis = accepted[0].status === 200;
    const [winner, loser, other] = isLis ? [li, zhou, 'zhou'] : [zhou, li, 'li'];

    // The page got no answer and sends again, to another process; the user writes at the same time, the other agent tries as well.
    const line = { text: `第${round}句`, once: `reply-of-${round}` };
    const [first, second, refused] = await Promise.all([
      winner(here, at('reply'), line),
      winner(there, at('reply'), line),
      loser(there, at('reply'), { text: '不该说的话' }),
      user.say(`在吗${round}`),
    ]);
    expect([first, second].map(({ body }) => body.repeated).sort()).toEqual([false, true]);
    expect(refused.status).toBe(409);

    const moved = await Promise.all([
      winner(here, at('transfer'), { agent: other }),
      winner(there, at('close'), { outcome: 'solved', note: '好' }),
    ]);
    expect(statuses(moved)).toEqual([200, 409]);
    const isClosed = moved[1].status === 200;
    const closed = await Promise.all([0, 1].map((server) => loser(server, at('close'), { outcome: 'solved', note: '好' })));
    expect(statuses(closed)).toEqual(isClosed ? [409, 409] : [200, 409]);

    const kinds = ['opened', 'accepted', 'message', 'reply', ...(isClosed ? [] : ['transferred']), 'closed'];
    const { events, owner } = (await machine(`cases/${user.id}`)).body as {
      events: readonly { id: string; kind: string }[];
      owner: string;
    };
    expect([owner, events.map(({ kind }) => kind).sort()]).toEqual(['closed', kinds.sort()]);
    await until(async () => (await user.lines()).some((text) => text.includes('打分')));
    const lines = await user.lines();
    const count = (part: string) => lines.filter((text) => text.includes(part)).length;
    expect(['已接入', `第${round}句`, `在吗${round}`, '转接', '打分', '不该说'].map(count)).toEqual([1, 1, 1, isClosed ? 0 : 1, 1, 0]);

    const ids = events.map(({ id }) => id).sort();
    await until(() => streams.every((stream) => stream.eventsOf(user.id).length >= ids.length));
    for (const stream of streams) expect([...stream.eventsOf(user.id)].sort()).toEqual(ids);
  }
  expect((await machine('audit')).body).toMatchObject({ faults: [] });
});

test('a process that is stopped ends its streams at once, and a page that goes on with the other one misses nothing', async () => {
  const li = await signIn('li');
  const user = await handOver(0);
  const [stream] = streams;
  await until(() => stream?.eventsOf(user.id).length === 1);
  const started = Date.now();
  await servers[0].stop();
  expect(Date.now() - started).toBeLessThan(2500);
  await li(1, `cases/${user.id}/accept`, {});
  await servers[0].start();
  await until(() => stream?.eventsOf(user.id).length === 2);
});
