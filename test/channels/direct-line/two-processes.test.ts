import { createServer, request as httpRequest } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { openRedisStore, type RedisStore } from '../../../src/store/redis';
import { startRedis, type TestRedis } from '../../redis';
import { call, listenTo, openWorld, startChat, type World } from './world';

/** Two processes' worth of the channel on one Redis, and an address that sends every request to the other one in turn. */
let redis: TestRedis;
const stores: RedisStore[] = [];
const worlds: World[] = [];
let balancer: ReturnType<typeof createServer>;
let origin = '';
let turn = 0;

beforeAll(async () => {
  redis = await startRedis();
  for (const _ of [1, 2]) {
    const store = await openRedisStore({ url: redis.url });
    stores.push(store);
    worlds.push(await openWorld(store));
  }
  const next = () => new URL(worlds[turn++ % 2]?.origin ?? '');
  balancer = createServer((incoming, response) => {
    const { hostname, port } = next();
    const { method, url, headers } = incoming;
    const outgoing = httpRequest({ hostname, port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(outgoing);
  });
  balancer.on('upgrade', ({ url, rawHeaders }, socket) => {
    const { hostname, port } = next();
    const onward = connect(Number(port), hostname, () => {
      const lines = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1]}`] : []));
      onward.write(`GET ${url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      onward.pipe(socket).pipe(onward);
    });
    for (const one of [socket, onward]) one.on('error', () => one.destroy());
  });
  await new Promise<void>((resolve) => balancer.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(balancer.address() as AddressInfo).port}`;
});
afterAll(async () => {
  balancer.closeAllConnections();
  balancer.close();
  for (const world of worlds) await world.close();
  for (const store of stores) await store.close();
  await redis.stop();
});

test('a token of one process is good at the other', async () => {
  const chat = await startChat(worlds[0]?.origin ?? '');
  const { status } = await call(worlds[1]?.origin ?? '', `GET /conversations/${chat.id}`, { token: chat.token });
  expect(status).toBe(200);
});

test('a socket on one process shows what a turn on the other said, in milliseconds', async () => {
  const chat = await startChat(worlds[0]?.origin ?? '');
  const { streamUrl } = (await call(worlds[1]?.origin ?? '', `GET /conversations/${chat.id}`, { token: chat.token })).body;
  const listener = listenTo(streamUrl);
  await listener.texts(1);
  const started = Date.now();
  await chat.say('三');
  expect(await listener.texts(5)).toEqual(['您好', '三', '一', '二', '三']);
  expect(Date.now() - started).toBeLessThan(2000);
  listener.socket.close();
});

test('behind one address a client with two windows sees every line once and in the same order, whichever process takes it', async () => {
  const chat = await startChat(origin);
  const windows = await Promise.all(
    [1, 2].map(async () => listenTo((await call(origin, `GET /conversations/${chat.id}`, { token: chat.token })).body.streamUrl)),
  );
  await Promise.all(windows.map((one) => one.texts(1)));
  for (let at = 0; at < 6; at += 1) await chat.say(`第${at}句`);
  await Promise.all(windows.map((one) => one.until('收到：第5句')));
  const [first, second] = windows.map(({ frames }) => frames.flatMap(({ activities }) => activities.map(({ id }) => id)));
  expect(second).toEqual(first);
  expect(new Set(first).size).toBe(13);
  expect(worlds.map(({ heard }) => heard.some((line) => line.startsWith('message 第')))).toEqual([true, true]);
  for (const { socket } of windows) socket.close();
});

test('a message that is posted at both processes at once is one line and one turn', async () => {
  const chat = await startChat(origin);
  const body = { type: 'message', text: '一次', channelData: { clientActivityID: 'both' } };
  const answers = await Promise.all(
    worlds.map((world) => call(world.origin, `POST /conversations/${chat.id}/activities`, { token: chat.token, body })),
  );
  expect(answers[0]?.body).toEqual(answers[1]?.body);
  expect(await chat.texts(3)).toEqual(['您好', '一次', '收到：一次']);
});
