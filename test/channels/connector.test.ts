import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Activity } from 'botbuilder';
import { createChannels } from '../../src/channels';
import { createConnector, type TokenSource } from '../../src/channels/connector';
import { DeliveryError } from '../../src/channels/delivery';

interface Received {
  readonly url: string;
  readonly authorization: string | undefined;
  readonly body: unknown;
}

/** A channel's service that answers as told, last answer for ever. */
async function startService(...answers: ((response: http.ServerResponse, socket: http.IncomingMessage['socket']) => void)[]) {
  const received: Received[] = [];
  const connections = new Set<unknown>();
  const server = http.createServer((request, response) => {
    connections.add(request.socket);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({
        url: request.url ?? '',
        authorization: request.headers.authorization,
        body: JSON.parse(Buffer.concat(chunks).toString('utf8')),
      });
      const answer = answers[Math.min(received.length, answers.length) - 1];
      if (answer) answer(response, request.socket);
      else response.end(`{"id":"sent-${received.length}"}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url, received, connections, close };
}
const status =
  (code: number, headers: Record<string, string> = {}) =>
  (response: http.ServerResponse) => {
    response.writeHead(code, headers); // returns nothing once restify has patched it
    response.end();
  };

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});
async function service(...answers: Parameters<typeof startService>) {
  const started = await startService(...answers);
  closers.push(started.close);
  return started;
}
function connector(token?: TokenSource, timeoutMs = 2000) {
  const created = createConnector({ token, timeoutMs });
  closers.push(created.close);
  return created;
}
const activity = (serviceUrl: string, more: Partial<Activity> = {}): Partial<Activity> => ({
  type: 'message',
  text: '预计 11-18 18:00 前到账',
  serviceUrl,
  conversation: { id: 'a|livechat', isGroup: false, conversationType: '', name: '' },
  ...more,
});
async function fault(sending: Promise<unknown>): Promise<DeliveryError> {
  const error = await sending.then(() => undefined).catch((caught: unknown) => caught);
  if (!(error instanceof DeliveryError)) throw new Error(`no DeliveryError but ${String(error)}`);
  return error;
}

test('a reply is posted to its conversation and its activity, both escaped, with or without a trailing slash', async () => {
  const { url, received } = await service();
  const { deliver } = connector();
  expect(await deliver(activity(url, { replyToId: 'r/1' }))).toEqual({ id: 'sent-1' });
  await deliver(activity(`${url}/_connector/`));
  expect(received.map((one) => one.url)).toEqual([
    '/v3/conversations/a%7Clivechat/activities/r%2F1',
    '/_connector/v3/conversations/a%7Clivechat/activities',
  ]);
  expect(received[0]?.body).toMatchObject({ text: '预计 11-18 18:00 前到账', replyToId: 'r/1' });
});

test('connections are kept', async () => {
  const { url, connections } = await service();
  const { deliver } = connector();
  for (let sent = 0; sent < 5; sent++) await deliver(activity(url));
  expect(connections.size).toBe(1);
});

test('a kept connection that the service has closed is replaced without a failure', async () => {
  const ok = status(200);
  const { url, received } = await service(ok, (_, socket) => socket.resetAndDestroy(), ok);
  const { deliver } = connector();
  await deliver(activity(url));
  await deliver(activity(url));
  expect(received).toHaveLength(3);
});

test('an answer without a body or an id is a delivery', async () => {
  const { url } = await service(status(202));
  expect(await connector().deliver(activity(url))).toEqual({});
});

test.each([
  [429, 'DELIVERY_RETRY', 2000],
  [500, 'DELIVERY_RETRY', undefined],
  [502, 'DELIVERY_RETRY', undefined],
  [412, 'DELIVERY_RETRY', undefined],
  [403, 'DELIVERY_GONE', undefined],
  [404, 'DELIVERY_GONE', undefined],
  [400, 'DELIVERY_REFUSED', undefined],
  [413, 'DELIVERY_REFUSED', undefined],
])('status %d is "%s"', async (code, kind, retryAfterMs) => {
  const { url } = await service(status(code, code === 429 ? { 'retry-after': '2' } : {}));
  const error = await fault(connector().deliver(activity(url)));
  expect(error).toMatchObject({ code: kind, retryAfterMs, retryable: kind === 'DELIVERY_RETRY', gone: kind === 'DELIVERY_GONE' });
});

test('Retry-After may be a date', async () => {
  const { url } = await service(status(503, { 'retry-after': new Date(Date.now() + 60_000).toUTCString() }));
  const { retryAfterMs } = await fault(connector().deliver(activity(url)));
  expect(retryAfterMs).toBeGreaterThan(50_000);
  expect(retryAfterMs).toBeLessThanOrEqual(60_000);
});

test('a broken connection, a refused one and a silent service can be tried again later', async () => {
  const broken = await service((_, socket) => socket.resetAndDestroy());
  expect((await fault(connector().deliver(activity(broken.url)))).code).toBe('DELIVERY_RETRY');
  const silent = await service(() => undefined);
  expect((await fault(connector(undefined, 30).deliver(activity(silent.url)))).code).toBe('DELIVERY_RETRY');
  silent.close();
  expect((await fault(connector().deliver(activity(silent.url)))).code).toBe('DELIVERY_RETRY');
});

test('a refused token is renewed once', async () => {
  const renewals: boolean[] = [];
  const token: TokenSource = async ({ renew }) => {
    renewals.push(renew);
    return renew ? 'new' : 'old';
  };
  const { url, received } = await service(status(401), status(200), status(401));
  const { deliver } = connector(token);
  await deliver(activity(url));
  expect(received.map((one) => one.authorization)).toEqual(['Bearer old', 'Bearer new']);
  expect((await fault(deliver(activity(url)))).code).toBe('DELIVERY_RETRY');
  expect(renewals).toEqual([false, true, false, true]);
});

test('without a token service there is no call, and it can be tried again later', async () => {
  const { url, received } = await service();
  const token: TokenSource = () => Promise.reject(new Error('secret detail'));
  const error = await fault(connector(token).deliver(activity(url)));
  expect(error.code).toBe('DELIVERY_RETRY');
  expect(error.message).not.toContain('secret detail');
  expect(received).toHaveLength(0);
});

test('without an app id no token is sent', async () => {
  const { url, received } = await service();
  await connector().deliver(activity(url));
  expect(received[0]?.authorization).toBeUndefined();
});

const called: TokenSource = () => Promise.reject(new Error('asked for a token'));
test.each([
  ['another machine, without an app id', undefined, 'https://smba.example.com'],
  ['a private address, without an app id', undefined, 'http://169.254.169.254'],
  ['a name that only looks local', undefined, 'http://localhost.example.com'],
  ['a user name that looks like a host', undefined, 'http://127.0.0.1@example.com'],
  ['a token in the clear', called, 'http://smba.example.com'],
  ['a file', called, 'file:///etc/passwd'],
  ['no URL', called, 'smba.example.com'],
  ['nothing', called, ''],
])('never called: %s', async (_, token, serviceUrl) => {
  expect((await fault(connector(token).deliver(activity(serviceUrl)))).code).toBe('DELIVERY_REFUSED');
});

test('loopback in every spelling of an address is this machine', async () => {
  const { url, received } = await service();
  const port = new URL(url).port;
  await connector().deliver(activity(`http://localhost:${port}`));
  await connector().deliver(activity(`http://2130706433:${port}`));
  expect(received).toHaveLength(2);
});

test('emulator, directline and webchat take events from the bot; Teams does not', () => {
  const channels = createChannels({ connector: connector() });
  const takes = ['emulator', 'directline', 'webchat', 'msteams', 'constructor'].map((id) => channels(id)?.takesEvents);
  expect(takes).toEqual([true, true, true, false, false]);
});

test('a channel with a way of its own is used instead of the connector', async () => {
  const sent: Partial<Activity>[] = [];
  const own = { terminal: { takesEvents: false, deliver: async (one: Partial<Activity>) => ({ id: String(sent.push(one)) }) } };
  const channels = createChannels({ connector: connector(), own });
  expect(await channels('terminal')?.deliver(activity(''))).toEqual({ id: '1' });
});
