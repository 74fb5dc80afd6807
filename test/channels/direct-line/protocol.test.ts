import { activityId } from '../../../src/channels/direct-line/log';
import { SERVICE_URL } from '../../../src/channels/direct-line/messages';
import { createTokens, LIFETIME_S, openKey, type TokenUse } from '../../../src/channels/direct-line/tokens';
import { createFiles } from '../../../src/channels/files';
import { entryId } from '../../../src/repositories/ids';
import { StoreError } from '../../../src/store/store';
import { ENGINES, type Engine } from './engines';
import { BASE, call, listenTo, openWorld, refusedWith, SECRET, startChat, type World } from './world';

/** Every answer compared with the Direct Line 3.0 reference, field by field, on both engines. */
describe.each(['lmdb', 'redis'] as const)('Direct Line on %s', (name) => {
  let engine: Engine;
  let world: World;
  beforeAll(async () => {
    engine = await ENGINES[name]();
    world = await openWorld(engine.store);
  });
  afterAll(async () => {
    await world.close();
    await engine.end();
  });
  const at = (route: string, options = {}) => call(world.origin, route, options);
  const failure = (code: string) => ({ error: { code, message: expect.any(String) } });
  const forge = async (use: TokenUse, conversation: string, ahead = 0) =>
    createTokens(await openKey(engine.store), () => Date.now() + ahead).issue(use, { conversation, user: 'dl_x' });

  describe('tokens', () => {
    test('generate answers the secret with a Conversation of its own user', async () => {
      const { status, body, headers } = await at('POST /tokens/generate', { token: SECRET, body: { user: { id: 'dl_merchant-0001' } } });
      expect([status, Object.keys(body).sort()]).toEqual([200, ['conversationId', 'expires_in', 'token']]);
      expect(body).toEqual({ conversationId: expect.stringMatching(/^[\w-]{32}$/), expires_in: 1800, token: expect.any(String) });
      expect(JSON.parse(Buffer.from(body.token.split('.')[1], 'base64url').toString())).toMatchObject({
        user: 'dl_merchant-0001',
        conv: body.conversationId,
      });
      expect(headers.get('cache-control')).toBe('no-store');
    });

    test('generate makes a user that cannot be guessed when none is named, body or no body', async () => {
      const users = await Promise.all(
        [{}, { body: {} }, { body: { user: {} } }].map((more) => at('POST /tokens/generate', { token: SECRET, ...more })),
      );
      for (const { body } of users) expect(Buffer.from(body.token.split('.')[1], 'base64url').toString()).toMatch(/"user":"dl_[\w-]{22}"/);
    });

    test.each([
      ['no secret', undefined, {}, 401, 'BadArgument'],
      ['a wrong secret', 'wrong', {}, 403, 'NotAllowed'],
      ['a user id without dl_', SECRET, { user: { id: 'merchant-0001' } }, 400, 'MalformedData'],
      ['a user id that is guessed', SECRET, { user: { id: 'dl_1' } }, 400, 'MalformedData'],
      ['a body that is no object', SECRET, 'x', 400, 'MalformedData'],
    ])('generate refuses %s', async (_, token, body, status, code) => {
      const answer = await at('POST /tokens/generate', { ...(token && { token }), body });
      expect([answer.status, answer.body]).toEqual([status, failure(code)]);
    });

    test('without a secret generate lets nobody in', async () => {
      const closed = await openWorld(engine.store, { secret: undefined });
      expect((await call(closed.origin, 'POST /tokens/generate', { token: 'undefined', body: {} })).status).toBe(403);
      await closed.close();
    });

    test('refresh answers with a token of the same conversation, without a body', async () => {
      const chat = await startChat(world.origin);
      const { status, body } = await at('POST /tokens/refresh', { token: chat.token });
      expect([status, body]).toEqual([200, { conversationId: chat.id, token: expect.any(String), expires_in: 1800 }]);
      expect((await at(`GET /conversations/${chat.id}`, { token: body.token })).status).toBe(200);
    });

    test.each([
      ['POST /tokens/refresh'],
      ['POST /conversations'],
      ['GET /conversations/ID'],
      ['GET /conversations/ID/activities'],
      ['POST /conversations/ID/activities'],
      ['POST /conversations/ID/upload'],
    ])('%s refuses a missing, expired, forged or misused token', async (route) => {
      const { id, token } = await startChat(world.origin);
      const path = route.replace('ID', id);
      const tampered = `${token.slice(0, -4)}AAAA`;
      const [header = '', payload = ''] = token.split('.');
      const unsigned = `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${payload}.`;
      const foreign = createTokens(Buffer.alloc(32), Date.now).issue('api', { conversation: id, user: 'dl_x' });
      expect(await at(path)).toMatchObject({ status: 401, body: failure('BadArgument') });
      expect(await at(path, { token: await forge('api', id, -LIFETIME_S.api * 1000) })).toMatchObject({
        status: 403,
        body: failure('TokenExpired'),
      });
      const bad = [tampered, unsigned, foreign, `${header}.${payload}`, 'x', SECRET, 'x'.repeat(5000)];
      for (const one of [...bad, await forge('stream', id), await forge('resume', id)]) {
        expect(await at(path, { token: one })).toMatchObject({ status: 403, body: failure('NotAllowed') });
      }
    });

    test('the token of another conversation reads and writes nothing', async () => {
      const [mine, theirs] = await Promise.all([startChat(world.origin), startChat(world.origin)]);
      for (const route of [
        `GET /conversations/${theirs.id}`,
        `GET /conversations/${theirs.id}/activities`,
        `POST /conversations/${theirs.id}/activities`,
        `POST /conversations/${theirs.id}/upload`,
      ]) {
        expect(await at(route, { token: mine.token })).toMatchObject({ status: 403, body: failure('NotAllowed') });
      }
      expect(await theirs.texts(1)).toEqual(['您好']);
    });
  });

  describe('conversations', () => {
    test('start answers 201 with a Conversation, again 200 with the same, and greets once', async () => {
      const { token } = (await at('POST /api/web/token', { body: {} })).body;
      const fields = {
        conversationId: expect.any(String),
        token: expect.any(String),
        expires_in: 1800,
        streamUrl: expect.stringMatching(
          /^ws:\/\/127\.0\.0\.1:\d+\/api\/direct-line\/v3\/directline\/conversations\/[\w-]+\/stream\?watermark=0&t=/,
        ),
      };
      const first = await at('POST /conversations', { token, body: { user: { id: 'forged' }, locale: 'zh-CN' } });
      expect([first.status, first.body]).toEqual([201, fields]);
      const listener = listenTo(first.body.streamUrl);
      await listener.texts(1);
      const again = await at('POST /conversations', { token });
      expect([again.status, again.body]).toEqual([200, { ...fields, conversationId: first.body.conversationId }]);
      const { body } = await at(`GET /conversations/${first.body.conversationId}/activities`, { token });
      expect(body.activities.map(({ text }: { text: string }) => text)).toEqual(['您好']);
      listener.socket.close();
    });

    test('reconnect answers with the watermark in the stream URL', async () => {
      const chat = await startChat(world.origin);
      const { status, body } = await at(`GET /conversations/${chat.id}?watermark=1`, { token: chat.token });
      expect([status, Object.keys(body).sort()]).toEqual([200, ['conversationId', 'expires_in', 'streamUrl', 'token']]);
      expect(new URL(body.streamUrl).searchParams.get('watermark')).toBe('1');
    });

    test('a conversation that was never started is not found', async () => {
      const { conversationId: id, token } = (await at('POST /tokens/generate', { token: SECRET, body: {} })).body;
      for (const route of [`GET /conversations/${id}`, `GET /conversations/${id}/activities`]) {
        expect(await at(route, { token })).toMatchObject({ status: 404, body: failure('NotFound') });
      }
      const sent = await at(`POST /conversations/${id}/activities`, { token, body: { type: 'message', text: '在' } });
      expect(sent).toMatchObject({ status: 404, body: failure('NotFound') });
    });

    test('behind a proxy the stream URL has the scheme and host of the client', async () => {
      const { token } = await startChat(world.origin);
      const urls = await Promise.all(
        [{ 'x-forwarded-proto': 'https' }, { origin: world.origin.replace('http:', 'https:') }, {}].map(async (headers) =>
          (await at('POST /conversations', { token, headers })).body.streamUrl.slice(0, 6),
        ),
      );
      expect(urls).toEqual(['wss://', 'wss://', 'ws://1']);
    });
  });

  describe('activities', () => {
    test('a message is answered with its id, echoed with its client id and answered by the bot', async () => {
      const chat = await startChat(world.origin);
      const more = { from: { id: 'dl_somebody-else', name: '王' }, locale: 'zh-CN', channelData: { clientActivityID: 'c-1', secret: 'x' } };
      const { status, body } = await chat.say('没到账', { ...more, serviceUrl: 'https://evil.example', recipient: { id: 'x' } });
      expect([status, body]).toEqual([200, { id: activityId(chat.id, 2) }]);
      const [greeting, echo, answer] = await chat.activities(3);
      const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      const bot = { id: 'daozhang', name: '到账助手', role: 'bot' };
      const common = { channelId: 'directline', conversation: { id: chat.id }, timestamp: time, type: 'message' };
      const user = { id: expect.stringMatching(/^dl_[\w-]{22}$/), name: '王', role: 'user' };
      expect(greeting).toEqual({
        ...common,
        id: activityId(chat.id, 1),
        from: bot,
        text: '您好',
        inputHint: 'acceptingInput',
        locale: undefined,
      });
      expect(echo).toEqual({
        ...common,
        id: body.id,
        from: user,
        text: '没到账',
        locale: 'zh-CN',
        channelData: { clientActivityID: 'c-1' },
      });
      expect(answer).toMatchObject({ ...common, id: activityId(chat.id, 3), from: bot, text: '收到：没到账', replyToId: body.id });
      for (const one of [greeting, echo, answer])
        expect(Object.keys(one ?? {})).not.toEqual(expect.arrayContaining(['serviceUrl', 'recipient']));
    });

    test('secrets are masked before they are kept or echoed', async () => {
      const chat = await startChat(world.origin);
      await chat.say('卡号4242424242424242');
      expect((await chat.texts(3))[1]).toBe('卡号****4242');
      expect(JSON.stringify(await engine.store.listAll('direct-line-log'))).not.toContain('4242424242424242');
    });

    test('the same message sent again is one line and one turn', async () => {
      const chat = await startChat(world.origin);
      const more = { channelData: { clientActivityID: 'twice' } };
      const [first, again] = [await chat.say('一次', more), await chat.say('一次', more)];
      expect(again.body).toEqual(first.body);
      expect(await chat.texts(3)).toEqual(['您好', '一次', '收到：一次']);
      expect(world.heard.filter((heard) => heard === 'message 一次')).toHaveLength(1);
    });

    test('an ActivitySet holds what follows the watermark; replayed it is the same, from the future it is empty', async () => {
      const chat = await startChat(world.origin);
      await chat.say('三');
      await chat.activities(5);
      const get = (watermark: string) => at(`GET /conversations/${chat.id}/activities?watermark=${watermark}`, { token: chat.token });
      const { status, body } = await get('2');
      expect([status, Object.keys(body).sort(), body.watermark]).toEqual([200, ['activities', 'watermark'], '5']);
      expect((await get('2')).body).toEqual(body);
      expect(body.activities.map(({ text }: { text: string }) => text)).toEqual(['一', '二', '三']);
      expect((await get('5')).body).toEqual({ activities: [], watermark: '5' });
      expect((await get('999')).body).toEqual({ activities: [], watermark: '5' });
      for (const bad of ['x', '-1', '1.5', '1e3', '99999999999'])
        expect(await get(bad)).toMatchObject({ status: 400, body: failure('MalformedData') });
    });

    test.each([
      ['no JSON', { raw: '{', headers: { 'content-type': 'application/json' } }, 400, 'MalformedData'],
      ['an array', { body: [] }, 400, 'MalformedData'],
      ['no type', { body: { text: '在' } }, 400, 'MalformedData'],
      ['a text that is a number', { body: { type: 'message', text: 1 } }, 400, 'MalformedData'],
      ['an empty message', { body: { type: 'message', text: '' } }, 400, 'MalformedData'],
      ['a text longer than anybody types', { body: { type: 'message', text: '长'.repeat(4001) } }, 400, 'MalformedData'],
      ['a body of plain text', { raw: '{"type":"message","text":"在"}', headers: { 'content-type': 'text/plain' } }, 415, 'NotSupported'],
      ['a body over 256 KB', { body: { type: 'message', text: '在', value: 'x'.repeat(300_000) } }, 413, 'InvalidRange'],
      ['a body nested without end', { raw: '['.repeat(90_000), headers: { 'content-type': 'application/json' } }, 400, 'MalformedData'],
    ])('%s is refused and leaves no line', async (_, options, status, code) => {
      const chat = await startChat(world.origin);
      const answer = await at(`POST /conversations/${chat.id}/activities`, { token: chat.token, ...options });
      expect([answer.status, answer.body]).toEqual([status, failure(code)]);
      expect(await chat.texts(1)).toEqual(['您好']);
    });

    test('typing, endOfConversation and forged updates are acknowledged and go nowhere', async () => {
      const chat = await startChat(world.origin);
      const before = world.heard.length;
      for (const body of [
        { type: 'typing' },
        { type: 'endOfConversation' },
        { type: 'conversationUpdate' },
        { type: 'event', name: 'follow-up' },
      ]) {
        const answer = await at(`POST /conversations/${chat.id}/activities`, { token: chat.token, body });
        expect(answer).toMatchObject({ status: 200, body: { id: expect.any(String) } });
      }
      expect([world.heard.length, await chat.texts(1)]).toEqual([before, ['您好']]);
    });

    test('an event and the value of a card button reach the bot', async () => {
      const chat = await startChat(world.origin);
      await at(`POST /conversations/${chat.id}/activities`, { token: chat.token, body: { type: 'event', name: 'webchat/join' } });
      await chat.say('', { value: { answer: '是' } });
      expect(world.heard).toEqual(expect.arrayContaining(['event webchat/join']));
      expect((await chat.texts(4)).at(-1)).toBe('收到：{"answer":"是"}');
    });

    test('who sends too fast is told when to come again', async () => {
      const chat = await startChat(world.origin);
      const sent = await Promise.all(Array.from({ length: 25 }, (_, at) => chat.say(`第${at}句`)));
      const refused = sent.filter(({ status }) => status === 429);
      expect(refused.length).toBeGreaterThanOrEqual(4);
      expect(refused[0]?.body).toEqual(failure('TooManyRequests'));
      expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    });
  });

  describe('from the bot', () => {
    const deliver = (id: string, more: object) =>
      world.directLine.channel.deliver({
        type: 'message',
        serviceUrl: SERVICE_URL,
        conversation: { id } as never,
        from: { id: 'daozhang', name: '' },
        ...more,
      });

    test('an activity delivered twice appears once', async () => {
      const chat = await startChat(world.origin);
      const [first, again] = [await deliver(chat.id, { id: 'out-1', text: '到了' }), await deliver(chat.id, { id: 'out-1', text: '到了' })];
      expect([again, await chat.texts(2)]).toEqual([first, ['您好', '到了']]);
    });

    test('a reply to something the client never saw loses its replyToId', async () => {
      const chat = await startChat(world.origin);
      await deliver(chat.id, { id: 'out-1', text: '跟进', replyToId: 'invented' });
      await deliver(chat.id, { id: 'out-2', text: '补充', replyToId: activityId(chat.id, 1) });
      expect((await chat.activities(3)).map(({ replyToId }) => replyToId)).toEqual([undefined, undefined, activityId(chat.id, 1)]);
    });

    test('a card comes at version 1.3 with Action.Submit', async () => {
      const chat = await startChat(world.origin);
      const actions = [{ type: 'Action.Execute', title: '确认', verb: 'confirm', data: { id: 'C-1' } }];
      const content = { type: 'AdaptiveCard', version: '1.5', body: [], actions };
      await deliver(chat.id, { id: 'out-1', attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }] });
      const [, card] = await chat.activities(2);
      expect(card?.attachments?.[0]?.content).toEqual({
        type: 'AdaptiveCard',
        version: '1.3',
        body: [],
        actions: [{ type: 'Action.Submit', title: '确认', data: { id: 'C-1', verb: 'confirm' } }],
      });
    });

    test('what is said outside a turn arrives at once, without replyToId', async () => {
      const chat = await startChat(world.origin);
      const listener = listenTo(chat.streamUrl);
      await listener.texts(1);
      expect(await world.turns.say(`directline/${chat.id}`, [{ text: '客服：您好' }])).toBe(true);
      expect(await listener.texts(2)).toEqual(['您好', '客服：您好']);
      expect(listener.frames[1]?.activities[0]).not.toHaveProperty('replyToId');
      listener.socket.close();
    });

    test("what belongs to Azure's channel of the same name goes there", async () => {
      const sent: unknown[] = [];
      const other = await openWorld(engine.store, { elsewhere: async (activity) => ({ id: String(sent.push(activity)) }) });
      const activity = {
        type: 'message',
        text: '在',
        serviceUrl: 'https://directline.botframework.com/',
        conversation: { id: 'a' } as never,
      };
      expect(await other.directLine.channel.deliver(activity)).toEqual({ id: '1' });
      expect(sent).toEqual([activity]);
      await other.close();
    });

    test('a conversation that is not known is gone for good', async () => {
      await expect(deliver('nobody', { id: 'out-1', text: '在' })).rejects.toMatchObject({ gone: true, retryable: false });
    });
  });

  describe('files', () => {
    const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
    const upload = (chat: { id: string; token: string }, parts: readonly [string, Blob, string?][]) => {
      const raw = new FormData();
      for (const [field, blob, fileName] of parts) raw.append(field, blob, fileName ?? 'blob');
      return at(`POST /conversations/${chat.id}/upload?userId=dl_other`, { token: chat.token, raw });
    };
    const activity = (more: object = {}): [string, Blob] => [
      'activity',
      new Blob([JSON.stringify({ type: 'message', from: { id: 'x' }, ...more })], { type: 'application/vnd.microsoft.activity' }),
    ];

    test('a picture with a Chinese name is kept by its content, reaches the bot and can be read by its link alone', async () => {
      const chat = await startChat(world.origin);
      const file = new Blob([PNG], { type: 'text/html' });
      const { status, body } = await upload(chat, [
        activity({ text: '小票', channelData: { clientActivityID: 'u-1' } }),
        ['file', file, '小票 照片.html'],
      ]);
      expect([status, body]).toEqual([200, { id: activityId(chat.id, 2) }]);
      const [, echo] = await chat.activities(3);
      expect(echo).toMatchObject({
        text: '小票',
        channelData: { clientActivityID: 'u-1' },
        attachments: [{ contentType: 'image/png', name: 'file.png' }],
      });
      const url = echo?.attachments?.[0]?.contentUrl ?? '';
      expect(url.startsWith(`${world.origin}${BASE}/conversations/${chat.id}/attachments/`)).toBe(true);
      const picture = await fetch(url);
      expect(Object.fromEntries(picture.headers)).toMatchObject({
        'content-type': 'image/png',
        'content-disposition': 'inline',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; sandbox",
      });
      expect(Buffer.from(await picture.arrayBuffer())).toEqual(PNG);
      expect((await fetch(`${url.slice(0, -22)}${'A'.repeat(22)}`)).status).toBe(404);
    });

    test('one file may come as the body; a PDF is offered for download', async () => {
      const chat = await startChat(world.origin);
      const raw = Buffer.from('%PDF-1.7 …');
      await at(`POST /conversations/${chat.id}/upload`, { token: chat.token, raw, headers: { 'content-type': 'application/pdf' } });
      const [, echo] = await chat.activities(3);
      const response = await fetch(echo?.attachments?.[0]?.contentUrl ?? '');
      expect(response.headers.get('content-disposition')).toMatch(/^attachment/);
    });

    test.each([
      ['HTML that calls itself a picture', [['file', new Blob(['<html><script>'], { type: 'image/png' }), 'a.png']], 415, 'NotSupported'],
      ['SVG', [['file', new Blob(['<svg xmlns="http://www.w3.org/2000/svg"/>'], { type: 'image/svg+xml' }), 'a.svg']], 415, 'NotSupported'],
      ['a file over 10 MB', [['file', new Blob([PNG, Buffer.alloc(10 * 1024 * 1024)]), 'a.png']], 413, 'InvalidRange'],
      ['a form over 20 MB', [['file', new Blob([PNG, Buffer.alloc(21 * 1024 * 1024)]), 'a.png']], 413, 'InvalidRange'],
      ['six files', Array.from({ length: 6 }, () => ['file', new Blob([PNG]), 'a.png']), 413, 'InvalidRange'],
      ['a form without a file', [['activity', new Blob(['{"type":"message"}'])]], 400, 'MalformedData'],
      [
        'an activity that is none',
        [
          ['activity', new Blob(['{"text":1}'])],
          ['file', new Blob([PNG]), 'a.png'],
        ],
        400,
        'MalformedData',
      ],
      [
        'an activity that is no JSON',
        [
          ['activity', new Blob(['{'])],
          ['file', new Blob([PNG]), 'a.png'],
        ],
        400,
        'MalformedData',
      ],
    ])('%s is refused and leaves no line', async (_, parts, status, code) => {
      const chat = await startChat(world.origin);
      const answer = await upload(chat, parts as [string, Blob, string?][]);
      expect([answer.status, answer.body]).toEqual([status, failure(code)]);
      expect(await chat.texts(1)).toEqual(['您好']);
    });

    test('a form cut short is refused', async () => {
      const chat = await startChat(world.origin);
      const headers = { 'content-type': 'multipart/form-data; boundary=b' };
      const raw = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\nx';
      const answer = await at(`POST /conversations/${chat.id}/upload`, { token: chat.token, raw, headers });
      expect([answer.status, answer.body]).toEqual([400, failure('MalformedData')]);
    });
  });

  describe('the stream', () => {
    test('replays what follows the watermark, then tells everything once and in order', async () => {
      const chat = await startChat(world.origin);
      await chat.say('三');
      await chat.activities(5);
      const { streamUrl } = (await at(`GET /conversations/${chat.id}?watermark=3`, { token: chat.token })).body;
      const listener = listenTo(streamUrl);
      expect(await listener.texts(2)).toEqual(['二', '三']);
      await Promise.all(['甲', '乙', '丙'].map((text) => chat.say(text)));
      await chat.say('完');
      const texts = await listener.until('收到：完');
      expect(texts.filter((text) => '甲乙丙完'.includes(text)).sort()).toEqual([...'甲乙丙完'].sort());
      const numbers = listener.frames.flatMap(({ activities }) => activities.map(({ id }) => Number(id?.split('|')[1])));
      expect(numbers).toEqual(texts.map((_, index) => index + 4));
      expect(listener.frames.at(-1)?.watermark).toBe(String(numbers.at(-1)));
      listener.socket.close();
    });

    test('pings of the client are taken without an answer, and every window of a conversation is told', async () => {
      const chat = await startChat(world.origin);
      const windows = [listenTo(chat.streamUrl), listenTo(chat.streamUrl)];
      await Promise.all(windows.map((one) => one.texts(1)));
      for (const { socket } of windows) socket.send('');
      await chat.say('在');
      expect(await Promise.all(windows.map((one) => one.texts(3)))).toEqual([1, 2].map(() => ['您好', '在', '收到：在']));
      for (const { socket } of windows) socket.close();
    });

    test('a hint that was lost is made good by the next look', async () => {
      const deaf = { ...engine.store, publish: async () => undefined, subscribe: async () => () => undefined };
      const other = await openWorld(deaf, { keepAliveMs: 30 });
      const chat = await startChat(world.origin);
      const { streamUrl } = (await call(other.origin, `GET /conversations/${chat.id}`, { token: chat.token })).body;
      const listener = listenTo(streamUrl);
      await listener.texts(1);
      await chat.say('在');
      expect(await listener.texts(3)).toEqual(['您好', '在', '收到：在']);
      await other.close();
    });

    test('a socket that answers no ping is ended', async () => {
      const other = await openWorld(engine.store, { keepAliveMs: 30 });
      const chat = await startChat(other.origin);
      const listener = listenTo(chat.streamUrl);
      await listener.texts(1);
      (listener.socket as unknown as { _socket: { pause(): void } })._socket.pause();
      while (other.directLine.sockets() > 0) await new Promise((resolve) => setTimeout(resolve, 10));
      expect(other.directLine.sockets()).toBe(0);
      listener.socket.terminate();
      await other.close();
    });

    test('is refused without a stream token of this conversation', async () => {
      const [chat, other] = await Promise.all([startChat(world.origin), startChat(world.origin)]);
      const url = (id: string, token: string) => `${world.origin.replace('http', 'ws')}${BASE}/conversations/${id}/stream?t=${token}`;
      const good = new URL(chat.streamUrl).searchParams.get('t') ?? '';
      expect(await refusedWith(url(other.id, good))).toBe(403);
      expect(await refusedWith(url(chat.id, ''))).toBe(403);
      expect(await refusedWith(url(chat.id, chat.token))).toBe(403);
      expect(await refusedWith(url(chat.id, await forge('stream', chat.id, -LIFETIME_S.stream * 1000)))).toBe(403);
      expect(await refusedWith(url('unknown', await forge('stream', 'unknown')))).toBe(404);
      expect(await refusedWith(`${url(chat.id, good)}&watermark=x`)).toBe(400);
    });

    test('a client that sends more than pings is cut off', async () => {
      const chat = await startChat(world.origin);
      const listener = listenTo(chat.streamUrl);
      await listener.texts(1);
      const closed = new Promise((resolve) => listener.socket.once('close', resolve));
      listener.socket.send('x'.repeat(5000));
      expect(await closed).toBe(1009);
    });
  });

  test('what the user had deleted is gone: lines and files', async () => {
    const gone = new Set<string>();
    const other = await openWorld(engine.store, { isRemembered: async ({ conversation }) => !gone.has(conversation?.id ?? '') });
    const chat = await startChat(other.origin);
    const raw = Buffer.from('%PDF-1.7');
    await call(other.origin, `POST /conversations/${chat.id}/upload`, {
      token: chat.token,
      raw,
      headers: { 'content-type': 'application/pdf' },
    });
    await chat.activities(3);
    gone.add(chat.id);
    await chat.say('删除我的信息');
    expect(await chat.texts(1)).toEqual(['收到：删除我的信息']);
    expect(await createFiles(engine.store).list(`directline/${chat.id}`)).toEqual([]);
    const name = entryId(`directline/${chat.id}`);
    expect((await engine.store.listAll('file-pieces')).filter(({ id }) => id.startsWith(name))).toEqual([]);
    await other.close();
  });

  test('when the store fails the client is told to come again, as the protocol words it', async () => {
    const broken = await openWorld(engine.store, { mask: () => Promise.reject(new StoreError('down')) });
    const chat = await startChat(broken.origin);
    expect(await chat.say('在')).toMatchObject({ status: 503, body: failure('ServiceError') });
    await broken.close();
  });

  test('an unexpected failure of a turn is 502, of this server 500; neither says why', async () => {
    const failing = await openWorld(engine.store, {
      accept: ({ type }) => (type === 'message' ? Promise.reject(new TypeError('card 6222')) : Promise.resolve()),
    });
    const { token } = (await call(failing.origin, 'POST /api/web/token', { body: {} })).body;
    const { conversationId } = (await call(failing.origin, 'POST /conversations', { token })).body;
    const sent = await call(failing.origin, `POST /conversations/${conversationId}/activities`, {
      token,
      body: { type: 'message', text: '在' },
    });
    expect(sent).toMatchObject({ status: 502, body: failure('BotRejectedActivity') });
    expect(JSON.stringify(sent.body)).not.toContain('6222');
    await failing.close();
  });

  test('only sites of the allow-list may call from a browser', async () => {
    const preflight = (origin: string) => at(`OPTIONS /conversations`, { headers: { origin, 'access-control-request-method': 'POST' } });
    const allowed = await preflight('https://shop.example');
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://shop.example');
    expect(allowed.headers.get('access-control-allow-headers')).toBe('authorization, content-type, x-ms-bot-agent, x-requested-with');
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
    const { token } = (await at('POST /tokens/generate', { token: SECRET, body: {} })).body;
    const real = await at('POST /conversations', { token, headers: { origin: 'https://shop.example' } });
    expect([real.status, real.headers.get('access-control-allow-origin')]).toEqual([201, 'https://shop.example']);
  });
});
