import { provideBrowser } from './xhr';

provideBrowser();

import { type Activity, ConnectionStatus, DirectLine } from 'botframework-directlinejs';
import { SERVICE_URL } from '../../../src/channels/direct-line/messages';
import { ENGINES, type Engine } from './engines';
import { BASE, call, openWorld, SECRET, type World } from './world';

/** The unmodified DirectLineJS in Node, by socket and by polling. */
let engine: Engine;
let world: World;
const open: { client: DirectLine; leave(): void }[] = [];
beforeAll(async () => {
  engine = await ENGINES.lmdb();
  world = await openWorld(engine.store);
});
afterEach(() => {
  for (const { client, leave } of open.splice(0)) {
    leave();
    client.end();
  }
});
afterAll(async () => {
  await world.close();
  await engine.end();
});

interface Options {
  readonly token?: string;
  readonly conversationId?: string;
  readonly watermark?: string;
  readonly webSocket?: boolean;
  readonly origin?: string;
}

const tokenOf = async () =>
  (await call(world.origin, 'POST /tokens/generate', { token: SECRET })).body as { token: string; conversationId: string };

/** A client that listens. `random` below zero takes the pause of 3 to 15 s before a reconnection away. */
async function connect(options: Options = {}) {
  const { origin = world.origin, ...rest } = options;
  const token = options.token ?? (await tokenOf()).token;
  const more = { pollingInterval: 200, timeout: 300, random: () => -0.249 };
  const client = new DirectLine({ domain: origin + BASE, token, ...more, ...rest } as ConstructorParameters<typeof DirectLine>[0]);
  const received: Activity[] = [];
  const states: string[] = [];
  let news = () => {};
  const failures: unknown[] = [];
  const status = client.connectionStatus$.subscribe((state) => {
    states.push(ConnectionStatus[state] ?? '');
    news();
  });
  const activities = client.activity$.subscribe(
    (activity) => {
      received.push(activity);
      news();
    },
    (error) => failures.push(error),
  );
  open.push({
    client,
    leave() {
      activities.unsubscribe();
      status.unsubscribe();
    },
  });
  const texts = () => received.map((activity) => ('text' in activity && activity.text) || activity.type);
  async function until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      await new Promise<void>((resolve) => {
        news = resolve;
      });
    }
  }
  return {
    client,
    states,
    received,
    failures,
    texts,
    until,
    heard: async (text: string) => until(() => texts().includes(text)),
    state: async (name: string) => until(() => states.includes(name)),
    send: (activity: object) => client.postActivity({ from: { id: 'me' }, ...activity } as Activity).toPromise() as Promise<string>,
  };
}

const withoutIds = (id: string) => /^[\w-]{32}\|\d{7}$/.test(id);

test.each([true, false])('greeting, echo and answer arrive once and in order (socket: %s)', async (webSocket) => {
  const client = await connect({ webSocket });
  await client.heard('您好');
  const id = await client.send({ type: 'message', text: '没到账', channelData: { clientActivityID: 'c-1' } });
  expect(withoutIds(id)).toBe(true);
  await client.heard('收到：没到账');
  expect(client.texts()).toEqual(['您好', '没到账', '收到：没到账']);
  expect(client.received[1]).toMatchObject({ id, from: { id: expect.stringMatching(/^dl_/) }, channelData: { clientActivityID: 'c-1' } });
  expect(client.states).toEqual(['Uninitialized', 'Connecting', 'Online']);
});

test('the user id of the token cannot be replaced', async () => {
  const client = await connect();
  const warned = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  client.client.setUserId('dl_somebody');
  expect(warned).toHaveBeenCalledWith(expect.stringContaining('already set in token'));
  warned.mockRestore();
});

test('choices come as suggested actions, and the answer to one is echoed as the post back it is', async () => {
  const client = await connect();
  await client.heard('您好');
  await client.send({ type: 'message', text: '选' });
  await client.heard('哪一种？');
  expect(client.received.at(-1)).toMatchObject({
    suggestedActions: { actions: [{ type: 'imBack', title: '没到账', value: '没到账' }, {}] },
  });
  await client.send({ type: 'message', text: '没到账', channelData: { postBack: true, clientActivityID: 'p' } });
  await client.heard('收到：没到账');
  expect(client.received.at(-2)).toMatchObject({ channelData: { postBack: true, clientActivityID: 'p' } });
});

test('pictures are uploaded with their message', async () => {
  const client = await connect();
  await client.heard('您好');
  const picture = `data:image/png;base64,${Buffer.from('89504e470d0a1a0a', 'hex').toString('base64')}`;
  const attachments = ['小票.png', '小票.png'].map((name) => ({ contentType: 'image/png', contentUrl: picture, name }));
  const id = await client.send({ type: 'message', text: '', attachments, channelData: { clientActivityID: 'u' } });
  await client.heard('收到：image/png,image/png');
  const echo = client.received.find((activity) => activity.id === id);
  expect(echo).toMatchObject({
    channelData: { clientActivityID: 'u' },
    attachments: [{ contentType: 'image/png' }, { contentType: 'image/png' }],
  });
});

test('after the server has dropped the socket nothing is skipped and nothing doubled', async () => {
  const other = await openWorld(engine.store);
  const client = await connect({ origin: other.origin });
  await client.heard('您好');
  const port = Number(new URL(other.origin).port);
  await other.close();
  const again = await openWorld(engine.store, { port });
  await again.directLine.channel.deliver({
    type: 'message',
    serviceUrl: SERVICE_URL,
    id: 'b-1',
    text: '离线时说的',
    conversation: { id: client.received[0]?.id?.split('|')[0] } as never,
  });
  await client.heard('离线时说的');
  await client.send({ type: 'message', text: '还在' });
  await client.heard('收到：还在');
  expect(client.texts()).toEqual(['您好', '离线时说的', '还在', '收到：还在']);
  await again.close();
});

test('a page that is loaded again gets its history, from the watermark it asks for', async () => {
  const { token, conversationId } = await tokenOf();
  const first = await connect({ token });
  await first.heard('您好');
  await first.send({ type: 'message', text: '三' });
  await first.heard('三');
  await first.until(() => first.texts().length === 5);
  const [whole, part] = [
    await connect({ token, conversationId, watermark: '0' }),
    await connect({ token, conversationId, watermark: '3' }),
  ];
  await whole.until(() => whole.texts().length === 5);
  await part.until(() => part.texts().length === 2);
  expect([whole.texts(), part.texts()]).toEqual([
    ['您好', '三', '一', '二', '三'],
    ['二', '三'],
  ]);
});

test('an expired token is seen as such; with a new one the same client goes on', async () => {
  const other = await openWorld(engine.store);
  const first = (await call(other.origin, 'POST /api/web/token', { body: {} })).body;
  const client = await connect({ token: first.token, origin: other.origin });
  await client.heard('您好');
  other.ahead = 31 * 60_000;
  expect(await client.send({ type: 'message', text: '过期' })).toBe('retry');
  await client.state('ExpiredToken');
  const { token, conversationId } = (await call(other.origin, 'POST /api/web/token', { body: { resume: first.resume } })).body;
  expect(conversationId).toBe(first.conversationId);
  const { streamUrl } = (await call(other.origin, `GET /conversations/${conversationId}`, { token })).body;
  client.client.reconnect({ conversationId, token, streamUrl });
  await client.send({ type: 'message', text: '又来了' });
  await client.heard('收到：又来了');
  // DirectLineJS opens one more socket with each change of its status, so a line comes more than once; ids tell them apart.
  const lines = new Map(client.received.map((activity) => [activity.id, 'text' in activity && activity.text]));
  expect([...lines.values()]).toEqual(['您好', '又来了', '收到：又来了']);
  await other.close();
});

test('a conversation that is not known ends the client', async () => {
  const { token, conversationId } = await tokenOf();
  const client = await connect({ token, conversationId, webSocket: false });
  await client.state('FailedToConnect');
  expect(client.failures).toHaveLength(1);
});

test('what cannot be taken is an error, not a retry', async () => {
  const client = await connect();
  await client.heard('您好');
  await expect(client.send({ type: 'message', text: '长'.repeat(4001) })).rejects.toMatchObject({ status: 400 });
});

test('when the turn fails the client is told to retry', async () => {
  const other = await openWorld(engine.store, {
    accept: ({ type }) => (type === 'message' ? Promise.reject(new Error('x')) : Promise.resolve()),
  });
  const client = await connect({ origin: other.origin });
  await client.state('Online');
  expect(await client.send({ type: 'message', text: '在' })).toBe('retry');
  await other.close();
});
