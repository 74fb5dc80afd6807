import { generateKeyPairSync } from 'node:crypto';
import http from 'node:http';
import os from 'node:os';
import type { Activity } from 'botbuilder';
import { completeSettings, createTokenSource, type RegistrationSettings } from '../../../src/channels/cloud/auth';
import { createCloud, type Outcome } from '../../../src/channels/cloud/cloud';
import { close, createServer, listen } from '../../../src/server';
import { type Store, StoreError } from '../../../src/store/store';
import { createTelemetry } from '../../../src/telemetry';
import { type Issuer, signToken, signWithSecret, startIssuer, unsigned } from '../open-id';

const APP_ID = '11111111-2222-3333-4444-555555555555';
const TENANT = '99999999-2222-3333-4444-555555555555';
const SERVICE = 'https://smba.example.com/cn/';

const closers: (() => unknown)[] = [];
afterAll(async () => {
  for (const stop of closers) await stop();
});

async function start(
  settings: RegistrationSettings & { ALLOW_ANONYMOUS?: boolean },
  outcome: (activity: Activity) => Outcome = () => ({ replies: [] }),
) {
  const accepted: Activity[] = [];
  const reported: unknown[] = [];
  const receive = createCloud({
    settings: { ALLOW_ANONYMOUS: false, ...settings },
    accept: async (activity) => {
      const answer = outcome(activity);
      accepted.push(activity);
      return answer;
    },
    report: (_, error) => reported.push(error),
  });
  const server = createServer({
    store: {} as Store,
    telemetry: createTelemetry({ level: 'silent' }),
    routes: { 'POST /api/messages': receive },
  });
  const port = await listen(server, 0, '0.0.0.0');
  closers.push(() => close(server, 50));
  const post = async (body: unknown, headers: Record<string, string> = {}, host = '127.0.0.1') => {
    const response = await fetch(`http://${host}:${port}/api/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
    });
    return { status: response.status, text: await response.text() };
  };
  return { accepted, reported, post, port };
}
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

const message = (more: Record<string, unknown> = {}) => ({
  type: 'message',
  id: 'm1',
  channelId: 'directline',
  serviceUrl: SERVICE,
  conversation: { id: 'c1' },
  from: { id: 'u1' },
  recipient: { id: 'bot' },
  text: '刷了卡钱没到账',
  ...more,
});
const fixture = {
  emulator: {
    type: 'message',
    id: '5f0',
    channelId: 'emulator',
    conversation: { id: '2a1c-77|livechat' },
    from: { id: 'r_1', name: 'User', role: 'user' },
    recipient: { id: '1', name: 'Bot', role: 'bot' },
    serviceUrl: 'http://localhost:50629',
    locale: 'zh-CN',
    localTimestamp: '2026-11-20T15:30:00+08:00',
    localTimezone: 'Asia/Shanghai',
    timestamp: '2026-11-20T07:30:00.000Z',
    textFormat: 'plain',
    text: '刷了卡钱没到账',
    channelData: { clientActivityID: '1', state: 'pending' },
    entities: [{ type: 'ClientCapabilities', requiresBotState: true, supportsListening: true, supportsTts: true }],
  },
  teams: {
    type: 'message',
    id: '1700000000000',
    channelId: 'msteams',
    serviceUrl: 'https://smba.trafficmanager.net/apac/',
    timestamp: '2026-11-20T07:30:00.000Z',
    from: { id: '29:1a', name: 'Wang', aadObjectId: TENANT },
    conversation: { conversationType: 'personal', tenantId: TENANT, id: 'a:1b' },
    recipient: { id: `28:${APP_ID}`, name: 'Daozhang' },
    locale: 'en-US',
    text: '刷了卡钱没到账',
    replyToId: null,
    attachments: [{ contentType: 'text/html', content: '<div>刷了卡钱没到账</div>' }],
    channelData: { tenant: { id: TENANT } },
  },
};

describe('without an app id', () => {
  let bot: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    bot = await start({});
  });
  beforeEach(() => bot.accepted.splice(0));

  test.each(Object.entries(fixture))('a message as %s sends it is taken whole', async (_, activity) => {
    expect(await bot.post(activity)).toEqual({ status: 200, text: '' });
    const { id, channelId, conversation, from, recipient, serviceUrl, text, channelData } = activity;
    expect(bot.accepted).toMatchObject([{ id, channelId, conversation, from, recipient, serviceUrl, text, channelData }]);
  });

  test('fields that are null count as absent', async () => {
    await bot.post(fixture.teams);
    expect(bot.accepted[0]).not.toHaveProperty('replyToId');
  });

  test('timestamps are dates, as the SDK has them', async () => {
    await bot.post(fixture.emulator);
    expect(bot.accepted[0]?.timestamp).toEqual(new Date('2026-11-20T07:30:00.000Z'));
  });

  test.each(['conversationUpdate', 'event', 'invoke', 'installationUpdate'])('%s is a turn', async (type) => {
    await bot.post(message({ type, membersAdded: [{ id: 'bot' }, { id: 'u1' }] }));
    expect(bot.accepted).toHaveLength(1);
  });

  test.each(['typing', 'ping', 'deleteUserData', 'contactRelationUpdate', 'messageReaction', 'endOfConversation', 'no-such-type'])(
    '%s gets 200 and nothing else',
    async (type) => {
      expect(await bot.post(message({ type, deliveryMode: 'expectReplies' }))).toEqual({ status: 200, text: '' });
      expect(bot.accepted).toHaveLength(0);
    },
  );

  test.each<[string, unknown]>([
    ['an empty object', {}],
    ['a list', [message()]],
    ['null', 'null'],
    ['a number', '1'],
    ['a string', '"message"'],
    ['nothing', ''],
    ['JSON cut short', '{"type":"message"'],
    ['no type', message({ type: undefined })],
    ['a numeric type', message({ type: 1 })],
    ['an empty type', message({ type: '' })],
    ['no channel', message({ channelId: undefined })],
    ['a numeric channel', message({ channelId: 7 })],
    ['no conversation', message({ conversation: undefined })],
    ['a conversation without id', message({ conversation: {} })],
    ['a conversation with a numeric id', message({ conversation: { id: 1 } })],
    ['a conversation with an endless id', message({ conversation: { id: 'x'.repeat(2000) } })],
    ['no sender', message({ from: undefined })],
    ['a sender without id', message({ from: { name: 'x' } })],
    ['no service', message({ serviceUrl: undefined })],
    ['a service that is no URL', message({ serviceUrl: 'localhost' })],
    ['a numeric text', message({ text: 1280 })],
    ['attachments that are no list', message({ attachments: { contentType: 'image/png' } })],
    ['attachments that are no objects', message({ attachments: ['image/png'] })],
    ['members that are no accounts', message({ type: 'conversationUpdate', membersAdded: [null] })],
    ['a numeric delivery mode', message({ deliveryMode: 1 })],
    ['nesting without end', `{"type":"message","value":${'['.repeat(50_000)}${']'.repeat(50_000)}}`],
  ])('400 without a word for %s', async (_, body) => {
    expect(await bot.post(body)).toEqual({ status: 400, text: '' });
    expect(bot.accepted).toHaveLength(0);
  });

  test('a body of 256 KiB is taken, a larger one gets 413, told or streamed', async () => {
    const empty = JSON.stringify(message({ text: '' })).length;
    const fits = JSON.stringify(message({ text: 'x'.repeat(256 * 1024 - empty) }));
    expect((await bot.post(fits)).status).toBe(200);
    expect(await bot.post(fits.replace('xx', 'xxx'))).toEqual({ status: 413, text: '' });
    expect(await streamed(bot.port, fits.replace('xx', 'xxx'))).toBe(413);
  });

  test.each([
    ['text/plain, which any page may send', { 'content-type': 'text/plain' }],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['a compressed body', { 'content-encoding': 'gzip' }],
  ])('415 for %s', async (_, headers: Record<string, string>) => {
    expect(await bot.post(message(), headers)).toEqual({ status: 415, text: '' });
  });

  test.each(['application/json; charset=utf-8', 'Application/JSON', 'application/vnd.microsoft.activity+json'])(
    '%s is JSON',
    async (type) => {
      expect((await bot.post(message(), { 'content-type': type })).status).toBe(200);
    },
  );

  test('a caller on another address of this machine is refused, whatever it says of itself', async () => {
    const outside = Object.values(os.networkInterfaces())
      .flat()
      .find((one) => one?.family === 'IPv4' && !one.internal)?.address;
    if (outside === undefined) return; // no network here
    expect(await bot.post(message(), {}, outside)).toEqual({ status: 401, text: '' });
    expect((await bot.post(message(), { 'x-forwarded-for': '127.0.0.1' }, outside)).status).toBe(401);
    const open = await start({ ALLOW_ANONYMOUS: true });
    expect((await open.post(message(), { 'x-forwarded-for': '8.8.8.8' }, outside)).status).toBe(200);
  });

  test.each([
    ['came through a proxy or a tunnel', { 'x-forwarded-for': '203.0.113.9' }],
    ['came from a page in a browser', { origin: 'https://evil.example.com' }],
  ])('a request that %s is refused', async (_, headers: Record<string, string>) => {
    expect(await bot.post(message(), headers)).toEqual({ status: 401, text: '' });
    expect(bot.accepted).toHaveLength(0);
  });

  test('a token is neither needed nor read', async () => {
    expect((await bot.post(message(), { authorization: 'Bearer nonsense' })).status).toBe(200);
  });
});

describe('answers', () => {
  test('the replies of expectReplies come in the answer', async () => {
    const bot = await start({}, () => ({ replies: [{ type: 'message', text: '预计明天到账' }] }));
    const { status, text } = await bot.post(message({ deliveryMode: 'expectReplies' }));
    expect([status, JSON.parse(text)]).toEqual([200, { activities: [{ type: 'message', text: '预计明天到账' }] }]);
    expect(await bot.post(message())).toEqual({ status: 200, text: '' });
  });

  test('an invoke gets its own status and body, 501 when nothing answered', async () => {
    const bot = await start({}, ({ name }) => ({
      replies: [],
      ...(name === 'known' ? { invokeResponse: { status: 202, body: { ok: true } } } : {}),
    }));
    const known = await bot.post(message({ type: 'invoke', name: 'known' }));
    expect([known.status, JSON.parse(known.text)]).toEqual([202, { ok: true }]);
    expect(await bot.post(message({ type: 'invoke', name: 'unknown' }))).toEqual({ status: 501, text: '' });
  });

  test('without a store the answer is 503, after any other failure 500, and neither says why', async () => {
    const fails = (error: Error) => () => {
      throw error;
    };
    for (const [error, status] of [
      [new StoreError('redis is down'), 503],
      [new TypeError('secret'), 500],
    ] as const) {
      const bot = await start({}, fails(error));
      expect(await bot.post(message({ deliveryMode: 'expectReplies' }))).toEqual({ status, text: '' });
      expect(bot.reported).toEqual([error]);
    }
  });
});

describe('with an app id', () => {
  let issuer: Issuer;
  let bot: Awaited<ReturnType<typeof start>>;
  const now = () => Math.floor(Date.now() / 1000);
  const channelClaims = (more: Record<string, unknown> = {}) => ({
    iss: 'https://api.botframework.com',
    aud: APP_ID,
    serviceurl: SERVICE,
    nbf: now() - 60,
    exp: now() + 3600,
    ...more,
  });
  const emulatorClaims = (more: Record<string, unknown> = {}) => ({
    iss: 'https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/',
    tid: 'd6d49420-f39b-4df7-a1dc-d59a935871db',
    aud: APP_ID,
    appid: APP_ID,
    ver: '1.0',
    nbf: now() - 60,
    exp: now() + 3600,
    ...more,
  });
  const sign = (claims: Record<string, unknown>, header = {}) => signToken({ claims, header, key: issuer.key });
  const registration = (metadataUrl: string): RegistrationSettings => ({
    MicrosoftAppType: 'SingleTenant',
    MicrosoftAppId: APP_ID,
    MicrosoftAppPassword: 'secret',
    MicrosoftAppTenantId: TENANT,
    ToBotFromChannelOpenIdMetadataUrl: metadataUrl,
    ToBotFromEmulatorOpenIdMetadataUrl: metadataUrl,
  });

  beforeAll(async () => {
    for (const method of ['error', 'warn'] as const) jest.spyOn(console, method).mockImplementation(() => undefined); // the SDK prints every refusal
    issuer = await startIssuer(['directline', 'msteams', 'emulator', 'AseChannel']);
    closers.push(issuer.close);
    bot = await start(registration(issuer.metadataUrl));
  });
  beforeEach(() => bot.accepted.splice(0));
  afterAll(() => jest.restoreAllMocks());

  test('a channel with a good token is let in', async () => {
    expect(await bot.post(message(), bearer(sign(channelClaims())))).toEqual({ status: 200, text: '' });
    expect(bot.accepted).toMatchObject([{ id: 'm1', callerId: 'urn:botframework:azure' }]);
  });

  test('a clock that is a little off is forgiven', async () => {
    expect((await bot.post(message(), bearer(sign(channelClaims({ nbf: now() + 120 }))))).status).toBe(200);
    expect((await bot.post(message(), bearer(sign(channelClaims({ exp: now() - 120 }))))).status).toBe(200);
  });

  test('the Emulator is let in with a token of the registration, from its own tenant too', async () => {
    expect((await bot.post(fixture.emulator, bearer(sign(emulatorClaims())))).status).toBe(200);
    const own = { iss: `https://login.microsoftonline.com/${TENANT}/v2.0`, tid: TENANT, ver: '2.0', appid: undefined, azp: APP_ID };
    expect((await bot.post(fixture.emulator, bearer(sign(emulatorClaims(own))))).status).toBe(200);
  });

  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const good = () => sign(channelClaims());
  test.each<[string, () => Record<string, string>, unknown?]>([
    ['no token', () => ({})],
    ['an empty header', () => ({ authorization: '' })],
    ['another scheme', () => ({ authorization: 'Basic dXNlcjpwYXNz' })],
    ['a scheme without a token', () => ({ authorization: 'Bearer' })],
    ['what is no token', () => bearer('garbage')],
    ['two tokens', () => bearer(`${good()} ${good()}`)],
    ['a forged signature under a known key', () => bearer(signToken({ claims: channelClaims(), key: other }))],
    ['an unknown key', () => bearer(sign(channelClaims(), { kid: 'other' }))],
    ['no key id', () => bearer(sign(channelClaims(), { kid: undefined }))],
    [
      'a payload changed after signing',
      () => bearer(good().replace(/\.[^.]+\./, `.${Buffer.from(JSON.stringify(channelClaims({ x: 1 }))).toString('base64url')}.`)),
    ],
    ['alg none', () => bearer(unsigned(channelClaims()))],
    ['alg none with a signature', () => bearer(unsigned(channelClaims(), good().split('.')[2]))],
    ['HS256 with the public key', () => bearer(signWithSecret(channelClaims(), issuer.publicPem))],
    ['not yet valid', () => bearer(sign(channelClaims({ nbf: now() + 3600 })))],
    ['expired', () => bearer(sign(channelClaims({ exp: now() - 3600 })))],
    ['no expiry', () => bearer(sign(channelClaims({ exp: undefined })))],
    ['another audience', () => bearer(sign(channelClaims({ aud: 'other' })))],
    ['no audience', () => bearer(sign(channelClaims({ aud: undefined })))],
    ['several audiences', () => bearer(sign(channelClaims({ aud: [APP_ID, 'other'] })))],
    ['another issuer', () => bearer(sign(channelClaims({ iss: 'https://issuer.example.com' })))],
    ['no issuer', () => bearer(sign(channelClaims({ iss: undefined })))],
    ['another service in the activity', () => bearer(good()), message({ serviceUrl: 'https://evil.example.com/' })],
    ['no service in the activity', () => bearer(good()), message({ serviceUrl: undefined })],
    ['an empty service in the activity', () => bearer(good()), message({ serviceUrl: '' })],
    ['no service in the token', () => bearer(sign(channelClaims({ serviceurl: undefined })))],
    ['no service in either', () => bearer(sign(channelClaims({ serviceurl: undefined }))), message({ serviceUrl: undefined })],
    ['a channel the key may not speak for', () => bearer(good()), message({ channelId: 'wechat' })],
    ['a bot of another registration', () => bearer(sign(emulatorClaims({ appid: 'other' }))), fixture.emulator],
    [
      'a token of ours meant for the channels',
      () => bearer(sign(emulatorClaims({ aud: 'https://api.botframework.com' }))),
      fixture.emulator,
    ],
    [
      'a tenant that is not ours',
      () => bearer(sign(emulatorClaims({ iss: 'https://sts.windows.net/evil/', tid: 'evil' }))),
      fixture.emulator,
    ],
    [
      'an Emulator that wants the replies elsewhere',
      () => bearer(sign(emulatorClaims())),
      { ...fixture.emulator, serviceUrl: 'http://10.0.0.7' },
    ],
    ['an Emulator without a service', () => bearer(sign(emulatorClaims())), { ...fixture.emulator, serviceUrl: undefined }],
    ['an Emulator that calls itself Teams', () => bearer(sign(emulatorClaims())), { ...fixture.teams, serviceUrl: 'http://localhost:1' }],
    ['an Ase channel', () => bearer(sign(emulatorClaims())), { ...fixture.emulator, channelId: 'AseChannel' }],
    ['a skill', () => bearer(sign(emulatorClaims({ appid: '22222222-2222-3333-4444-555555555555' }))), fixture.emulator],
    ['a typing activity without a token', () => ({}), message({ type: 'typing' })],
  ])('401 without a word for %s', async (_, headers, body = message()) => {
    expect(await bot.post(body, headers())).toEqual({ status: 401, text: '' });
    expect(bot.accepted).toHaveLength(0);
    expect(bot.reported.splice(0)).toMatchObject([{ code: 'CLOUD_UNAUTHORIZED' }]);
  });

  test('what is no activity gets 400 even with a good token', async () => {
    expect((await bot.post({}, bearer(good()))).status).toBe(400);
    expect((await bot.post(message({ type: 5 }), bearer(good()))).status).toBe(400);
  });

  test('keys that cannot be had let nobody in', async () => {
    const gone = await startIssuer();
    gone.close();
    const lost = await start(registration(gone.metadataUrl));
    expect(await lost.post(message(), bearer(good()))).toEqual({ status: 401, text: '' });
  });

  test('ALLOW_ANONYMOUS changes nothing once there is an app id', async () => {
    const open = await start({ ...registration(issuer.metadataUrl), ALLOW_ANONYMOUS: true });
    expect((await open.post(message())).status).toBe(401);
  });
});

describe('tokens for outgoing calls', () => {
  const factory = (asked: unknown[][], tokens: string[]) => ({
    createCredentials: async (...args: unknown[]) => {
      asked.push(args);
      return { getToken: async (renew: boolean) => `${tokens.shift()}-${renew}` } as never;
    },
  });

  test('they come from the credentials of the registration, one request for calls at the same time', async () => {
    const asked: unknown[][] = [];
    const source = createTokenSource(completeSettings({ MicrosoftAppId: APP_ID, MicrosoftAppPassword: 'x' }), factory(asked, ['a', 'b']));
    expect(await Promise.all([source?.({ renew: false }), source?.({ renew: false })])).toEqual(['a-false', 'a-false']);
    expect(await source?.({ renew: true })).toBe('b-true');
    expect(asked).toEqual([[APP_ID, 'https://api.botframework.com', 'https://login.microsoftonline.com/botframework.com', true]]);
  });

  test('without an app id there are none', () => {
    expect(createTokenSource(completeSettings({}))).toBeUndefined();
  });

  test.each([
    ['a secret', { MicrosoftAppType: 'MultiTenant', MicrosoftAppPassword: 'x' }],
    ['a tenant and a secret', { MicrosoftAppType: 'SingleTenant', MicrosoftAppPassword: 'x', MicrosoftAppTenantId: TENANT }],
    ['a managed identity', { MicrosoftAppType: 'UserAssignedMSI', MicrosoftAppTenantId: TENANT }],
  ])('the SDK accepts a registration with %s', (_, settings) => {
    expect(createTokenSource(completeSettings({ MicrosoftAppId: APP_ID, ...settings }))).toBeDefined();
  });
});

/** A body in chunks, its length untold. */
function streamed(port: number, body: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const call = http.request(
      { port, host: '127.0.0.1', path: '/api/messages', method: 'POST', headers: { 'content-type': 'application/json' } },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    );
    call.on('error', reject);
    call.write(body.slice(0, 1000));
    call.end(body.slice(1000));
  });
}
