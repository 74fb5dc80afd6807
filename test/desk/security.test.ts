import http from 'node:http';
import { verifyAudit } from '../../src/repositories/audit';
import { type Caller, type DeskWorld, keyOf, openDeskWorld } from './world';

let world: DeskWorld;
beforeEach(async () => {
  world = await openDeskWorld();
});
afterEach(() => world.close());

const signInRaw = (body: object, more: Record<string, string> = {}) =>
  fetch(`${world.base}/api/desk/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...more },
    body: JSON.stringify(body),
  });
const cookieOf = (response: Response) => (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';

test('without a session every route answers 401 and nothing else', async () => {
  const id = await world.handOver();
  const guarded = world.routes.filter((route) => route.includes('/api/desk/') && !route.endsWith('/sign-in'));
  expect(guarded.length).toBeGreaterThan(18);
  for (const headers of [
    {},
    { authorization: 'Bearer nope' },
    { authorization: 'Bearer ' },
    { authorization: 'Basic YTpi' },
    { cookie: 'daozhang-desk=x.y' },
  ]) {
    for (const route of guarded) {
      const [method = '', path = ''] = route.split(' ');
      const url = world.base + path.replace(':id', id).replace(':file', 'a');
      const response = await fetch(url, { method, headers: headers as Record<string, string>, ...(method === 'POST' && { body: '{}' }) });
      expect([route, response.status, await response.text()]).toEqual([route, 401, '']);
    }
  }
});

test.each([
  '/api/desk/../desk/cases',
  '/api/desk//cases',
  '/api/desk/cases/',
  '/API/DESK/cases',
  '/api/desk/cases;x=1',
  '/api/desk/%63ases',
  '/api%2fdesk/cases',
])('no trick with the path opens anything: %s', async (path) => {
  await world.handOver();
  const status = await new Promise<number>((resolve, reject) => {
    const { port } = new URL(world.base);
    http.get({ host: '127.0.0.1', port, path }, (response) => resolve(response.resume().statusCode ?? 0)).on('error', reject);
  });
  expect([401, 404]).toContain(status);
});

test('the cookie is out of reach of scripts and other sites, and a forged, changed or ended one is nothing', async () => {
  const response = await signInRaw({ id: 'li', key: keyOf('li') });
  expect(response.headers.get('set-cookie')).toMatch(
    /^daozhang-desk=[\w-]{43}\.[\w-]{43}; Path=\/api\/desk; HttpOnly; SameSite=Strict; Max-Age=43200$/,
  );
  const cookie = cookieOf(response);
  const me = (value: string) => fetch(`${world.base}/api/desk/me`, { headers: { cookie: value } });
  expect((await me(cookie)).status).toBe(200);
  const [name = '', value = ''] = cookie.split('=');
  const forged = [`${name}=${'A'.repeat(43)}.${value.slice(44)}`, `${name}=${value.slice(0, -2)}AA`, `${name}=${value}x`, `${name}=`];
  for (const one of forged) expect((await me(one)).status).toBe(401);
  await fetch(`${world.base}/api/desk/sign-out`, { method: 'POST', headers: { cookie }, body: '{}' });
  expect((await me(cookie)).status).toBe(401);
});

test('a session begins under a new id, whatever the browser sent, and the old one ends', async () => {
  const first = cookieOf(await signInRaw({ id: 'li', key: keyOf('li') }));
  const second = cookieOf(await signInRaw({ id: 'zhou', key: keyOf('zhou') }, { cookie: first }));
  expect(second).not.toBe(first);
  const old = await fetch(`${world.base}/api/desk/me`, { headers: { cookie: first } });
  expect(old.status).toBe(401);
});

test('what another site makes a browser send changes nothing', async () => {
  const id = await world.handOver();
  const cookie = cookieOf(await signInRaw({ id: 'li', key: keyOf('li') }));
  for (const more of [
    { origin: 'https://evil.example' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'null' },
  ]) {
    const response = await fetch(`${world.base}/api/desk/cases/${id}/accept`, {
      method: 'POST',
      headers: { cookie, ...(more as object) },
      body: '{}',
    });
    expect([response.status, await response.json()]).toEqual([403, { error: { code: 'CROSS_SITE' } }]);
  }
  expect((await world.machine(`/api/desk/cases/${id}`)).body.owner).toBe('queue');
  expect((await signInRaw({ id: 'li', key: keyOf('li') }, { origin: 'https://evil.example' })).status).toBe(403);
});

test('after five wrong keys nobody gets in for a while, not even with the right one, and the answer is the same for no one', async () => {
  const wrong = await Promise.all([signInRaw({ id: 'li', key: 'x' }), signInRaw({ id: 'nobody', key: 'x' })]);
  expect(await Promise.all(wrong.map(async (one) => [one.status, await one.text()]))).toEqual(
    Array(2).fill([403, '{"error":{"code":"SIGN_IN_FAILED"}}']),
  );
  for (let count = 0; count < 3; count += 1) await signInRaw({ id: 'li', key: 'x' });
  const refused = await signInRaw({ id: 'li', key: keyOf('li') });
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(600);
});

test('an agent sees no case of another, no figures and no audit log; a lead no audit log', async () => {
  const id = await world.handOver();
  const [li, zhou, wang, root] = (await Promise.all(['li', 'zhou', 'wang', 'root'].map((who) => world.signIn(who)))) as [
    Caller,
    Caller,
    Caller,
    Caller,
  ];
  await li(`/api/desk/cases/${id}/accept`, {});
  const at = (path: string) => `/api/desk/cases/${id}${path}`;
  for (const path of ['', '/contact', '/files/x']) expect((await zhou(at(path))).status).toBe(403);
  for (const [path, body] of [
    ['/reply', { text: 'x' }],
    ['/note', { text: 'x' }],
    ['/transfer', { agent: 'zhou' }],
    ['/return', { finding: 'x' }],
    ['/close', { outcome: 'solved', note: 'x' }],
  ] as const)
    expect((await zhou(at(path), body)).body.error).toMatchObject({ code: 'WRONG_OWNER', owner: 'agent', agent: { id: 'li' } });
  expect((await zhou('/api/desk/rows')).body.total).toBe(0);
  expect((await zhou('/api/desk/cases')).body).toEqual([]);
  expect((await Promise.all([zhou, wang, root].map((who) => who('/api/desk/stats')))).map(({ status }) => status)).toEqual([403, 200, 200]);
  expect((await Promise.all([zhou, wang, root].map((who) => who('/api/desk/audit')))).map(({ status }) => status)).toEqual([403, 403, 200]);
  expect((await wang(at('/reply'), { text: 'x' })).status).toBe(409);
  expect((await wang(at('/transfer'), { agent: 'wang' })).status).toBe(200);
  expect((await zhou('/api/desk/replies', { title: 'a', text: 'b', shared: true })).status).toBe(403);
});

test('every reading and every action is in the audit log, which shows a changed, a missing and a cut entry', async () => {
  const id = await world.handOver();
  const li = await world.signIn('li');
  await li(`/api/desk/cases/${id}`);
  await li(`/api/desk/cases/${id}/accept`, {});
  await li(`/api/desk/cases/${id}/reply`, { text: '秘密的话' });
  const log = (await world.machine('/api/desk/audit')).body;
  expect(log).toMatchObject({ faults: [], entries: 4 });
  expect(log.last.map(({ actor, action }: { actor: string; action: string }) => `${actor} ${action}`).sort()).toEqual([
    'li accept',
    'li read',
    'li reply',
    'li sign-in',
  ]);
  expect(JSON.stringify(log)).not.toContain('秘密的话');

  const partition = world.talk.store.partition(Number(id.slice(-2)));
  const entries = await partition.list('audit');
  const [first, second, third] = entries as [(typeof entries)[number], (typeof entries)[number], (typeof entries)[number]];
  const faults = async () => (await world.machine('/api/desk/audit')).body.faults.map(({ why }: { why: string }) => why);
  const put = (entry: typeof first, value = entry.value) => partition.commit({ kind: 'put', collection: 'audit', id: entry.id, value });
  await put(second, { ...(second.value as object), actor: 'zhou' } as never);
  expect(await faults()).toEqual(['changed']);
  await put(second);
  await partition.commit({ kind: 'delete', collection: 'audit', id: first.id });
  expect(await faults()).toContain('missing');
  await put(first);
  await partition.commit({ kind: 'delete', collection: 'audit', id: third.id });
  expect(await faults()).toEqual(['cut']);
  await put(third);
  expect(await faults()).toEqual([]);
});

test('the chain is nothing without its key', async () => {
  await world.handOver();
  await world.machine('/api/desk/cases');
  const { faults } = await verifyAudit(world.talk.store, Buffer.alloc(32, 1));
  expect(faults.length).toBeGreaterThan(0);
});

test('without an agents file the link opens the desk once, as its administrator', async () => {
  await world.close();
  world = await openDeskWorld({ now: '2026-11-20T10:00:00+08:00', noAgents: true });
  const link = world.desk.link ?? '';
  expect((await signInRaw({ link: 'x'.repeat(32) })).status).toBe(403);
  const opened = await signInRaw({ link });
  expect([opened.status, await opened.json()]).toMatchObject([200, { id: 'admin', role: 'admin' }]);
  const me = await fetch(`${world.base}/api/desk/me`, { headers: { cookie: cookieOf(opened) } });
  expect(me.status).toBe(200);
  expect((await signInRaw({ link })).status).toBe(403);
  expect((await signInRaw({ id: 'admin', key: 'x' })).status).toBe(403);
});
