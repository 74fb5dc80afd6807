import { readConfig } from '../../src/config';
import { openProvider, type Provider, settingsFor } from './provider';
import { type DeskWorld, keyOf, openDeskWorld } from './world';

const ROLES = 'agent=Desk.Agent,lead=Desk.Lead,admin=Desk.Admin';
let provider: Provider;
let world: DeskWorld;
const LI = { email: 'Li@shop.example', email_verified: true, name: '李雷' };
const open = () => openDeskWorld({ env: settingsFor(provider, { DESK_OIDC_ROLES: ROLES }), more: { li: { account: 'li@shop.example' } } });
beforeAll(async () => {
  provider = await openProvider();
  world = await open();
});
beforeEach(() => {
  Object.assign(provider, { claims: LI, bent: {}, signsWithForeignKey: false, isUp: true });
});
// Whoever gets in begins a new count of failures.
afterEach(async () => {
  Object.assign(provider, { claims: LI, bent: {}, signsWithForeignKey: false, isUp: true });
  await signIn();
});
afterAll(async () => {
  await world.close();
  await provider.close();
});

const get = (url: string | URL, cookie = '') => fetch(url, { redirect: 'manual', headers: cookie === '' ? {} : { cookie } });
const cookieOf = (response: Response) => (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';

/** Out to the provider and back to our door, with the cookie of the way. */
async function goThere(base = world.base): Promise<{ back: URL; cookie: string }> {
  const out = await get(`${base}/api/desk/sign-in/oidc`);
  expect(out.status).toBe(302);
  return { back: provider.visit(out.headers.get('location') ?? ''), cookie: cookieOf(out) };
}
const signIn = async (base = world.base) => {
  const { back, cookie } = await goThere(base);
  return get(back, cookie);
};
// biome-ignore lint/suspicious/noExplicitAny: answers are looked at field by field
const me = async (cookie: string): Promise<any> => {
  const response = await get(`${world.base}/api/desk/me`, cookie);
  return response.status === 200 ? response.json() : response.status;
};

/** Refused without a session, a word of why, or anything of the provider's. */
async function expectRefused(response: Response, status = 400): Promise<void> {
  const page = await response.text();
  expect([response.status, response.headers.get('set-cookie')]).toEqual([status, null]);
  expect(page).toContain(status === 403 ? '没有坐席权限' : '登录没有成功');
  expect(page).not.toMatch(/shop\.example|李雷|JWT|OAUTH|invalid|127\.0\.0\.1/);
}

test('an account of the file comes in as that agent, by code with PKCE, state and nonce', async () => {
  const out = await get(`${world.base}/api/desk/sign-in/oidc`);
  const asked = Object.fromEntries(new URL(out.headers.get('location') ?? '').searchParams);
  expect(asked).toMatchObject({
    response_type: 'code',
    client_id: 'the-desk',
    code_challenge_method: 'S256',
    scope: 'openid profile email',
  });
  for (const name of ['state', 'nonce', 'code_challenge']) expect(asked[name]).toMatch(/^[\w-]{43}$/);
  expect(out.headers.get('set-cookie')).toMatch(
    /^daozhang-desk-oidc=[\w-]+; Path=\/api\/desk\/sign-in\/oidc; HttpOnly; SameSite=Lax; Max-Age=600$/,
  );
  expect(out.headers.get('set-cookie')).not.toContain(asked.nonce);
  const response = await get(provider.visit(out.headers.get('location') ?? ''), cookieOf(out));
  expect([response.status, response.headers.get('location')]).toEqual([302, '/desk']);
  expect(response.headers.get('set-cookie')).toMatch(/^daozhang-desk=[\w-]{43}\.[\w-]{43}; Path=\/api\/desk; HttpOnly; SameSite=Strict/);
  expect(await me(cookieOf(response))).toEqual({ id: 'li', name: '小李', role: 'agent' });
  const { last } = (await world.machine('/api/desk/audit')).body;
  expect(last[0]).toMatchObject({ actor: 'li', action: 'sign-in' });
});

test.each([
  [['Desk.Agent', 'Other'], 'agent'],
  [['Desk.Agent', 'Desk.Admin'], 'admin'],
  ['Desk.Lead', 'lead'],
])('who is not in the file comes in by the roles of the provider: %j is %s', async (roles, role) => {
  provider.claims = { name: '韩梅梅', sub: 'sub-2', roles };
  const cookie = cookieOf(await signIn());
  const known = await me(cookie);
  expect(known).toEqual({ id: expect.stringMatching(/^O-[A-Z]{6}$/), name: '韩梅梅', role });
  expect(await me(cookieOf(await signIn()))).toEqual(known);
  const others = (await world.machine('/api/desk/agents')).body;
  expect(others.find(({ id }: { id: string }) => id === known.id)).toMatchObject({ name: '韩梅梅', capacity: 8 });
});

test('she works like any other agent: a case is passed to her and answered', async () => {
  provider.claims = { name: '韩梅梅', sub: 'sub-2', roles: ['Desk.Agent'] };
  const cookie = cookieOf(await signIn());
  const { id: agent } = await me(cookie);
  const id = await world.handOver();
  const li = await world.signIn('li');
  await li(`/api/desk/cases/${id}/accept`, {});
  expect((await li(`/api/desk/cases/${id}/transfer`, { agent })).body).toMatchObject({ owner: 'agent', agent: { id: agent } });
  const reply = await fetch(`${world.base}/api/desk/cases/${id}/reply`, { method: 'POST', headers: { cookie }, body: '{"text":"您好"}' });
  expect(reply.status).toBe(200);
});

test.each([
  ['nobody here', { email: 'who@shop.example' }],
  ['a role that is none of ours', { roles: ['Finance'] }],
  ['an e-mail address that the provider has not verified', { email: 'li@shop.example', email_verified: false }],
  ['no claim at all', {}],
])('a proven stranger is told so and gets no session: %s', async (_, claims) => {
  provider.claims = claims;
  const noted = async () =>
    (await world.machine('/api/desk/audit')).body.last.filter(({ action }: { action: string }) => action === 'sign-in-failed').length;
  const before = await noted();
  await expectRefused(await signIn(), 403);
  expect(await noted()).toBe(before + 1);
});

const NOW = Math.floor(Date.now() / 1000);
test.each<[string, Provider['bent']]>([
  ['of another sign-in (nonce)', { claims: { nonce: 'x'.repeat(43) } }],
  ['without a nonce', { claims: { nonce: undefined } }],
  ['that is over', { claims: { iat: NOW - 7200, exp: NOW - 3600 } }],
  ['for another client', { claims: { aud: 'another-desk' } }],
  ['of another issuer', { claims: { iss: 'https://evil.example' } }],
  ['without a signature (alg none)', { header: { alg: 'none' } }],
  ['of an algorithm nobody agreed on', { header: { alg: 'HS256' } }],
  ['without a subject', { claims: { sub: undefined } }],
])('an id token %s opens nothing', async (_, bent) => {
  provider.bent = bent;
  await expectRefused(await signIn());
});

test('an id token signed by somebody else opens nothing', async () => {
  provider.signsWithForeignKey = true;
  await expectRefused(await signIn());
});

test('a wrong state, a foreign cookie and no cookie open nothing', async () => {
  const [one, other] = [await goThere(), await goThere()];
  const wrong = new URL(one.back);
  wrong.searchParams.set('state', 'x'.repeat(43));
  await expectRefused(await get(wrong, one.cookie));
  await expectRefused(await get(one.back, other.cookie));
  await expectRefused(await get(one.back));
  await expectRefused(await get(one.back, 'daozhang-desk-oidc=forged'));
  const changed = `${one.cookie.slice(0, -4)}${one.cookie.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`;
  await expectRefused(await get(one.back, changed));
  expect((await get(one.back, one.cookie)).status).toBe(302);
});

test('a code opens the desk once', async () => {
  const { back, cookie } = await goThere();
  expect((await get(back, cookie)).status).toBe(302);
  await expectRefused(await get(back, cookie));
  const { cookie: fresh, back: next } = await goThere();
  next.searchParams.set('code', back.searchParams.get('code') ?? '');
  await expectRefused(await get(next, fresh));
});

test('a person who says no there, and an answer with parts that are doubled or missing, end on the kind page', async () => {
  const answers = ['error=access_denied', '', 'code=one&code=another', 'code=one&iss=https%3A%2F%2Fevil.example'];
  for (const answer of answers) {
    const { back, cookie } = await goThere();
    back.search = `${answer}&state=${back.searchParams.get('state')}`;
    await expectRefused(await get(back, cookie));
  }
});

test('a session begins under a new id, whatever the browser sent, and sign-out ends it', async () => {
  const before = await world.signIn('zhou');
  const { back, cookie } = await goThere();
  const first = cookieOf(await get(back, cookie));
  const again = await goThere();
  const second = cookieOf(await get(again.back, `${again.cookie}; ${first}`));
  expect(second).not.toBe(first);
  expect([await me(first), (await before('/api/desk/me')).status]).toEqual([401, 200]);
  await fetch(`${world.base}/api/desk/sign-out`, { method: 'POST', headers: { cookie: second }, body: '{}' });
  expect(await me(second)).toBe(401);
});

test('after five failures nobody gets in from that address for a while', async () => {
  const other = await open();
  provider.bent = { claims: { nonce: 'x' } };
  for (let count = 0; count < 5; count += 1) await expectRefused(await signIn(other.base));
  provider.bent = {};
  await expectRefused(await signIn(other.base), 429);
  await other.close();
});

test('a provider that is away is said to be so, keys still open the desk, and once it is back it works', async () => {
  const other = await open();
  provider.isUp = false;
  const away = await get(`${other.base}/api/desk/sign-in/oidc`);
  expect([away.status, await away.text()]).toEqual([502, expect.stringContaining('登录服务暂时连不上')]);
  expect((await (await other.signIn('li'))('/api/desk/me')).status).toBe(200);
  provider.isUp = true;
  expect((await signIn(other.base)).status).toBe(302);
  await other.close();
});

test('the sign-in page offers what there is: keys, the provider, or both', async () => {
  const offered = async (at: DeskWorld) => /<meta name="sign-in" content="([^"]*)">/.exec(await (await get(`${at.base}/desk`)).text())?.[1];
  expect(await offered(world)).toBe('key oidc');
  const env = settingsFor(provider, { DESK_OIDC_ROLES: ROLES });
  const without = await openDeskWorld({ noAgents: true, env });
  expect([await offered(without), without.desk.link]).toEqual(['oidc', undefined]);
  const failed = await fetch(`${without.base}/api/desk/sign-in`, { method: 'POST', body: JSON.stringify({ id: 'li', key: keyOf('li') }) });
  expect(failed.status).toBe(403);
  await without.close();
  const plain = await openDeskWorld();
  expect([await offered(plain), (await get(`${plain.base}/api/desk/sign-in/oidc`)).status]).toEqual(['key', 401]);
  await plain.close();
});

test.each([
  [{ DESK_OIDC_ISSUER: 'http://login.example' }, 'DESK_OIDC_ISSUER: must be an https URL'],
  [{ DESK_OIDC_ISSUER: 'https://login.example', DESK_OIDC_ROLES: ROLES }, 'DESK_OIDC_CLIENT_ID: is needed'],
  [{ DESK_OIDC_ISSUER: 'https://login.example', DESK_OIDC_CLIENT_ID: 'x' }, 'DESK_OIDC_ROLES: or DESK_AGENTS'],
  [{ DESK_OIDC_ROLES: 'boss=Desk.Boss' }, 'DESK_OIDC_ROLES: must be such as'],
  [{ DESK_ASSIGN: 'random' }, 'DESK_ASSIGN: must be one of manual, auto'],
])('settings that cannot work stop the start: %j', (env, fault) => {
  const read = readConfig(env, '/');
  expect(read.kind === 'refused' && read.faults.join('\n')).toContain(fault);
});
