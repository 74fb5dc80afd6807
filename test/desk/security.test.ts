import { readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { createAttempts } from '../../src/desk/attempts';
import { type Caller, type DeskWorld, keyOf, openDeskWorld } from './world';

const file = JSON.parse(readFileSync(path.join(__dirname, '../../docs/desk-openapi.json'), 'utf8'));
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

/** Every operation of the OpenAPI file, which test/desk/openapi.test.ts holds to what is served. */
const operations = Object.entries(
  file.paths as Record<string, Record<string, { readonly security?: object; readonly description?: string }>>,
)
  .flatMap(([path, methods]) => Object.entries(methods).map(([method, about]) => ({ path, method: method.toUpperCase(), ...about })))
  .map(({ path, method, security, description = '' }) => ({ path, method, isOpen: security !== undefined, roles: description }));
const behind = operations.filter(({ isOpen }) => !isOpen);

async function ask({ path, method }: { readonly path: string; readonly method: string }, id: string, headers: Record<string, string>) {
  const url = world.base + path.replace('{id}', id).replace('{file}', 'a');
  return fetch(url, { method, headers, ...(method === 'POST' && { body: '{}' }) });
}

test('without a session every route answers 401 and nothing else', async () => {
  const id = await world.handOver();
  expect(behind.length).toBeGreaterThan(20);
  const elses = Buffer.alloc(32, 1).toString('base64url');
  for (const headers of [
    {},
    { authorization: 'Bearer nope' },
    { authorization: 'Bearer ' },
    { authorization: 'Basic YTpi' },
    { cookie: 'daozhang-desk=x.y' },
    { cookie: `daozhang-desk=${elses}.${elses}` },
    { cookie: 'daozhang-desk=undefined', 'x-forwarded-for': '127.0.0.1', 'x-forwarded-user': 'root' },
  ] as Record<string, string>[]) {
    for (const operation of behind) {
      const response = await ask(operation, id, headers);
      const told = [...response.headers.keys()].filter((name) => name === 'set-cookie' || name === 'location');
      expect([operation.path, response.status, await response.text(), told]).toEqual([operation.path, 401, '', []]);
    }
  }
});

test('a wrong role is 403 wherever a role is asked for', async () => {
  const id = await world.handOver();
  const guarded = behind.filter(({ roles }) => roles !== '');
  expect(guarded.map(({ path }) => path)).toEqual(['/api/desk/cases/{id}/assign', '/api/desk/stats', '/api/desk/audit']);
  for (const [who, refused] of [
    ['li', guarded],
    ['wang', guarded.filter(({ roles }) => !roles.includes('lead'))],
  ] as const) {
    const cookie = cookieOf(await signInRaw({ id: who, key: keyOf(who) }));
    for (const operation of refused) {
      const response = await ask(operation, id, { cookie });
      expect([who, operation.path, response.status, await response.text()]).toEqual([
        who,
        operation.path,
        403,
        '{"error":{"code":"FORBIDDEN"}}',
      ]);
    }
  }
});

const TRICKS = [
  '/api/desk/../desk/cases',
  '/api/desk//cases',
  '//api/desk/cases',
  '/api/desk/cases/',
  '/API/DESK/cases',
  '/api/desk/cases;x=1',
  '/api/desk/cases%00',
  '/api/desk/%63ases',
  '/api/desk/sign-in/../cases',
  '/api/desk/sign-in/%2e%2e/cases',
  '/api/desk/sign-in%2f..%2fcases',
  '/assets/../api/desk/cases',
  '/assets/..%2f..%2fsrc%2findex.ts',
  '/desk/../api/desk/cases',
  '/api%2fdesk/cases',
  'http://127.0.0.1/api/desk/cases',
];

test('no trick with the path opens anything', async () => {
  await world.handOver();
  for (const path of TRICKS) {
    const { status, body } = await raw(path);
    expect([path, [400, 401, 404].includes(status), body.includes('DZ2026')]).toEqual([path, true, false]);
  }
});

test('whoever is signed in gets no further by tricks with ids', async () => {
  const id = await world.handOver();
  const cookie = cookieOf(await signInRaw({ id: 'root', key: keyOf('root') }));
  const ids = [
    '..',
    '%2e%2e',
    '..%2fme',
    '%00',
    `${id}%00`,
    `${id}%2f`,
    `${id}~`,
    `${id}~~`,
    '__proto__',
    'constructor',
    'DZ20261120-AAAAA-99',
    '%',
  ];
  for (const one of ids)
    for (const path of [`/api/desk/cases/${one}`, `/api/desk/cases/${one}/contact`, `/api/desk/cases/${id}/files/${one}`]) {
      const { status, body } = await raw(path, { cookie });
      expect([path, [400, 404].includes(status), body.includes(id)]).toEqual([path, true, false]);
    }
});

async function raw(path: string, headers: Record<string, string> = {}): Promise<{ status: number; body: string }> {
  const { port } = new URL(world.base);
  return new Promise((resolve, reject) => {
    http
      .get({ host: '127.0.0.1', port, path, headers }, async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk as Buffer);
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
      })
      .on('error', reject);
  });
}

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
  for (const operation of operations.filter(({ method }) => method === 'POST'))
    expect([operation.path, (await ask(operation, id, { cookie, origin: 'https://evil.example' })).status]).toEqual([operation.path, 403]);
  expect((await fetch(`${world.base}/api/desk/me`, { headers: { cookie } })).status).toBe(200);
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

test('guesses at once, for many names, or under forged addresses are no more than five', async () => {
  const guesses = Array.from({ length: 25 }, (_, n) =>
    signInRaw({ id: n % 2 ? 'zhou' : `nobody-${n}`, key: 'x' }, { 'x-forwarded-for': `10.0.0.${n}` }),
  );
  const statuses = (await Promise.all(guesses)).map(({ status }) => status);
  expect(statuses.filter((status) => status !== 429).length).toBeLessThanOrEqual(5);
  // Another process on the same store counts on.
  const attempts = createAttempts(world.talk.store, Date.now);
  expect(await attempts.take('address/127.0.0.1')).toBeGreaterThan(600_000);
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
