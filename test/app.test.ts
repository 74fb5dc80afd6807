import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { Activity } from 'botbuilder';
import { type App, createApp, openStore } from '../src/app';
import { createChannels } from '../src/channels';
import { createCloud } from '../src/channels/cloud/cloud';
import { type Connector, createConnector } from '../src/channels/connector';
import { type Config, readConfig } from '../src/config';
import { close, createServer, listen } from '../src/server';
import { createTelemetry, type Telemetry } from '../src/telemetry';

/** The whole bot behind HTTP, and a service that takes what it sends, as the Emulator's server or Teams does. */
interface Sent {
  readonly url: string;
  readonly activity: Partial<Activity>;
}
const folder = mkdtempSync(path.join(os.tmpdir(), 'app-'));
const sent: Sent[] = [];
let refuse: ((activity: Partial<Activity>) => number | undefined) | undefined;
const service = http.createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const activity = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  const status = refuse?.(activity) ?? 200;
  if (status === 200) sent.push({ url: request.url ?? '', activity });
  response.statusCode = status; // restify patches writeHead, which then returns nothing
  response.end('{"id":"x"}');
});
let base: string;
let serviceUrl: string;
let app: App;
let connector: Connector;
let telemetry: Telemetry;
let stop: () => Promise<void>;
const lines: string[] = [];

beforeAll(async () => {
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  serviceUrl = `http://localhost:${(service.address() as AddressInfo).port}`;
  const result = readConfig({ DATA_DIR: 'data', BURST_MS: '0' }, folder);
  const config = (result as { config: Config }).config;
  telemetry = createTelemetry({ level: 'info', destination: { write: (line: string) => void lines.push(line) } });
  const store = await openStore(config.store);
  connector = createConnector({ token: undefined, timeoutMs: 2000 });
  app = createApp({ config, store, telemetry, channels: createChannels({ connector }) });
  const receive = createCloud({ settings: config.botFramework, accept: (activity) => app.turns.accept(activity), report: telemetry.error });
  const server = createServer({ store, telemetry, routes: { 'POST /api/messages': receive } });
  base = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}`;
  stop = () => close(server, 100);
});
afterAll(async () => {
  await stop();
  await app.close();
  connector.close();
  service.close();
  service.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  sent.splice(0);
  refuse = undefined;
});

let count = 0;
const activity = (channelId: string, conversation: string, more: Record<string, unknown>) => ({
  ...{ type: 'message', id: `a${count++}`, channelId, serviceUrl, conversation: { id: conversation } },
  ...{ from: { id: 'u', name: 'User', role: 'user' }, recipient: { id: 'bot', name: 'Bot', role: 'bot' }, ...more },
});
const post = async (body: unknown) => {
  const response = await fetch(`${base}/api/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
};
async function until(enough: () => boolean): Promise<void> {
  const end = Date.now() + 3000;
  while (!enough() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 5));
}
const ofType = (type: string) => sent.filter(({ activity: one }) => one.type === type);

test('in the Emulator one greeting and every reply are posted back in order, each turn with its trace', async () => {
  const id = '2a1c-77|livechat';
  const members = [{ id: 'bot' }, { id: 'u' }];
  expect(await post(activity('emulator', id, { type: 'conversationUpdate', membersAdded: members }))).toEqual({ status: 200, text: '' });
  await until(() => ofType('trace').length === 1);
  const greeting = ofType('message').length;
  expect(greeting).toBeGreaterThan(0);

  const said = activity('emulator', id, { text: '刷了卡钱没到账' });
  expect(await post(said)).toEqual({ status: 200, text: '' });
  await until(() => ofType('trace').length === 2);
  expect(sent.at(-1)).toMatchObject({
    url: `/v3/conversations/2a1c-77%7Clivechat/activities/${said.id}`,
    activity: { type: 'trace', name: 'daozhang.turn', value: { asking: expect.any(String), draft: expect.any(Object), case: null } },
  });
  expect(sent[greeting + 1]?.activity).toMatchObject({
    type: 'message',
    conversation: { id },
    recipient: { id: 'u' },
    from: { id: 'bot' },
  });
});

test.each(['typing', 'ping', 'deleteUserData', 'contactRelationUpdate'])('%s is acknowledged and nothing is said', async (type) => {
  expect(await post(activity('emulator', 'quiet|livechat', { type }))).toEqual({ status: 200, text: '' });
  expect(sent).toHaveLength(0);
});

test('the handoff event goes to the Emulator, not to Teams, where the user still hears of the case', async () => {
  const events = async (channelId: string) => {
    sent.splice(0);
    await post(activity(channelId, `handoff-${channelId}`, { text: '我是商户，昨天刷信用卡1280元没到账，转人工' }));
    // The trace leaves last: what is looked at next must not be taken for the other channel's.
    const isComplete = () => channelId === 'msteams' || (ofType('event').length > 0 && ofType('trace').length > 0);
    await until(() => sent.some(({ activity: one }) => /DZ\d{8}/.test(one.text ?? '')) && isComplete());
    return {
      events: ofType('event').map(({ activity: one }) => one.name),
      told: sent.some(({ activity: one }) => /DZ\d{8}/.test(one.text ?? '')),
    };
  };
  expect(await events('emulator')).toEqual({ events: ['handoff.initiate'], told: true });
  expect(await events('msteams')).toEqual({ events: [], told: true });
  expect(ofType('trace')).toHaveLength(0);
});

test('Teams sends en-US to everyone; a Chinese user is answered in Chinese', async () => {
  await post(activity('msteams', 'teams-1', { locale: 'en-US', text: '刷了卡钱没到账', channelData: { tenant: { id: 't' } } }));
  await until(() => sent.length > 0);
  expect(sent[0]?.activity.text).toMatch(/\p{Script=Han}/u);
});

test('a service that refuses an activity does not hold the turn, and what is refused for good is counted', async () => {
  refuse = () => 400;
  expect((await post(activity('emulator', 'refused|livechat', { text: '刷了卡钱没到账' }))).status).toBe(200);
  await until(() => lines.some((line) => line.includes('DELIVERY_REFUSED')));
  await until(() => lines.some((line) => line.includes('dead-letter')));
  const { text } = await telemetry.metrics();
  expect(text).toMatch(/daozhang_errors_total\{code="DELIVERY_REFUSED"\} [1-9]/);
});

test('no log line holds a word of what was said', () => {
  expect(lines.length).toBeGreaterThan(5);
  expect(lines.join('')).not.toMatch(/\p{Script=Han}/u);
  expect(lines.join('')).not.toContain('1280');
});
