import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTokens, LIFETIME_S, openKey } from '../../../src/channels/direct-line/tokens';
import { ENGINES, type Engine } from './engines';
import { call, openWorld, type World } from './world';

let engine: Engine;
let world: World;
beforeAll(async () => {
  engine = await ENGINES.lmdb();
});
afterAll(() => engine.end());
beforeEach(async () => {
  world = await openWorld(engine.store);
});
afterEach(() => world.close());

const ask = (body: object = {}, headers = {}, at = world) => call(at.origin, 'POST /api/web/token', { body, headers });
const start = (token: string) => call(world.origin, 'POST /conversations', { token });

test('a new visitor gets a conversation, a token and what brings him back', async () => {
  const { status, body } = await ask();
  expect([status, body]).toEqual([
    200,
    { conversationId: expect.any(String), token: expect.any(String), expires_in: 1800, resume: expect.any(String) },
  ]);
  expect((await start(body.token)).status).toBe(201);
});

test('who comes back within 30 days finds his conversation, after a restart too', async () => {
  const first = (await ask()).body;
  await start(first.token);
  await world.close();
  world = await openWorld(engine.store);
  world.ahead = 29 * 86_400_000;
  const again = (await ask({ resume: first.resume })).body;
  expect(again.conversationId).toBe(first.conversationId);
  expect((await start(again.token)).status).toBe(200);
});

test('what is expired, forged, of another kind or of a conversation never started brings a new conversation', async () => {
  const first = (await ask()).body;
  const key = await openKey(engine.store);
  const issue = (use: 'api' | 'resume', ahead: number) =>
    createTokens(key, () => Date.now() + ahead).issue(use, { conversation: first.conversationId, user: 'dl_x' });
  await start(first.token);
  const bad = [`${first.resume}x`, issue('api', 0), issue('resume', -LIFETIME_S.resume * 1000), 'x'];
  for (const resume of bad) expect((await ask({ resume })).body.conversationId).not.toBe(first.conversationId);
  const unstarted = (await ask()).body;
  expect((await ask({ resume: unstarted.resume })).body.conversationId).not.toBe(unstarted.conversationId);
});

test.each([
  ['no JSON', { raw: '{', headers: { 'content-type': 'application/json' } }, 400],
  ['a resume that is no text', { body: { resume: 1 } }, 400],
  ['a form', { raw: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } }, 415],
])('%s is refused', async (_, options, status) => {
  expect((await call(world.origin, 'POST /api/web/token', options)).status).toBe(status);
});

test('an address that asks for conversation after conversation is slowed down, one that comes back is not', async () => {
  const first = (await ask()).body;
  await start(first.token);
  const answers = await Promise.all(Array.from({ length: 35 }, () => ask()));
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused).toHaveLength(6);
  expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await ask({ resume: first.resume })).status).toBe(200);
});

test('behind a proxy of ours each caller counts by his own address, which he cannot forge', async () => {
  const proxied = await openWorld(engine.store, { proxyHops: 1 });
  const from = (address: string) => ask({}, { 'x-forwarded-for': `9.9.9.9, ${address}` }, proxied);
  const answers = await Promise.all(Array.from({ length: 31 }, (_, at) => ask({}, { 'x-forwarded-for': `${at}.1.1.1, 8.8.8.8` }, proxied)));
  expect(answers.map(({ status }) => status).filter((status) => status === 429)).toHaveLength(1);
  expect((await from('7.7.7.7')).status).toBe(200);
  await proxied.close();
});

describe('with Azure Direct Line', () => {
  const SECRET = 'azure-secret';
  const seen: { method: string | undefined; url: string | undefined; auth: string | undefined; body: string }[] = [];
  let status = 200;
  const azure = createServer(async (request: IncomingMessage, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.push({ method: request.method, url: request.url, auth: request.headers.authorization, body });
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ conversationId: 'AzureConv1-f', token: `azure-token-${seen.length}`, expires_in: 3600 }));
  });
  let url = '';
  let page: World;
  beforeAll(async () => {
    await new Promise<void>((resolve) => azure.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(azure.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => azure.close(resolve)));
  beforeEach(async () => {
    status = 200;
    seen.length = 0;
    page = await openWorld(engine.store, { azure: { secret: SECRET, url } });
  });
  afterEach(() => page.close());

  test('the page gets a token of Azure and its address, never the secret', async () => {
    const { body } = await ask({}, {}, page);
    expect(body).toMatchObject({ conversationId: 'AzureConv1-f', token: 'azure-token-1', domain: `${url}/v3/directline` });
    expect(seen[0]).toMatchObject({ method: 'POST', url: '/v3/directline/tokens/generate', auth: `Bearer ${SECRET}` });
    expect(JSON.parse(seen[0]?.body ?? '').user.id).toMatch(/^dl_[\w-]{22}$/);
    expect(JSON.stringify(body)).not.toContain(SECRET);
  });

  test('a later visit gets a new token of the same conversation', async () => {
    const { resume } = (await ask({}, {}, page)).body;
    expect((await ask({ resume }, {}, page)).body).toMatchObject({ conversationId: 'AzureConv1-f', token: 'azure-token-2' });
    expect(seen[1]).toMatchObject({ method: 'GET', url: '/v3/directline/conversations/AzureConv1-f' });
  });

  test.each([500, 403])('when Azure answers %s there is no token, and the answer does not say why', async (code) => {
    status = code;
    const answer = await ask({}, {}, page);
    expect([answer.status, answer.body.error.code]).toEqual([502, 'BotRejectedActivity']);
    expect(page.reported[0]).toMatch(/^web-token AZURE_DIRECTLINE/);
  });
});
