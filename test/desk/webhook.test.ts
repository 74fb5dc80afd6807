import { createHmac } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { createWebhook } from '../../src/desk/webhook';
import { addMs } from '../../src/domain/calendar';
import { openTalk, type Talk } from '../talk';

const SECRET = 'a-secret-of-two-sides';
interface Call {
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}
const calls: Call[] = [];
let status = 200;
const receiver = http.createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  calls.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
  response.statusCode = status;
  response.end();
});
let talk: Talk;
beforeAll(() => new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve)));
afterAll(() => void receiver.close());
beforeEach(async () => {
  calls.splice(0);
  status = 200;
  talk = await openTalk({ now: '2026-11-20T10:00:00+08:00' });
});
afterEach(() => talk.close());

const open = () =>
  createWebhook({
    ...{ store: talk.store, secret: SECRET, everyMs: 0, log: () => undefined, now: () => talk.now },
    url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`,
  });

test('a handoff is told once, signed, with what another desk needs and no phone', async () => {
  await talk.say('转人工，电话13912345678');
  const webhook = open();
  await webhook.run();
  await webhook.run();
  await open().run();
  expect(calls).toHaveLength(1);
  const [{ headers, body }] = calls as [Call];
  const [, at, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['x-daozhang-signature'])) ?? [];
  expect(signature).toBe(createHmac('sha256', SECRET).update(`${at}.${body}`).digest('hex'));
  expect(JSON.parse(body)).toMatchObject({
    type: 'handoff.initiate',
    reopened: false,
    id: headers['idempotency-key'],
    case: { queue: 'Q-SETTLE' },
  });
  expect(body).not.toContain('13912345678');
});

test('a refused call is tried again later and later, with the same idempotency key, until it is taken', async () => {
  await talk.say('转人工');
  const webhook = open();
  status = 503;
  await webhook.run();
  await webhook.run();
  expect(calls).toHaveLength(1);
  talk.now = addMs(talk.now, 2000);
  await webhook.run();
  talk.now = addMs(talk.now, 2000);
  await webhook.run();
  expect(calls).toHaveLength(2);
  status = 200;
  talk.now = addMs(talk.now, 2000);
  await webhook.run();
  talk.now = addMs(talk.now, 3_600_000);
  await webhook.run();
  expect(calls).toHaveLength(3);
  expect(new Set(calls.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
});

test('two processes tell one handoff once', async () => {
  await talk.say('转人工');
  await Promise.all([open().run(), open().run(), open().run()]);
  expect(calls).toHaveLength(1);
});
