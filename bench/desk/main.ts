import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp, openStore } from '../../src/app';
import { openDesk } from '../../src/assembly/desk';
import { createChannels } from '../../src/channels';
import { createCloud } from '../../src/channels/cloud/cloud';
import { createConnector } from '../../src/channels/connector';
import { readConfig } from '../../src/config';
import { type Case, newDraft } from '../../src/domain/case';
import { addCase, createCaseId } from '../../src/repositories/cases';
import { createServer, listen } from '../../src/server';
import { partitionOf, type Store } from '../../src/store/store';
import { createTelemetry } from '../../src/telemetry';
import { quantile } from '../figures';
import { run } from '../run';

/**
 * The desk under load, over real HTTP: npm run bench:desk -- [REDIS_URL]
 * 200 users are with agents, 20 desks listen. A user's message until its event is at the desks, and on through a reply until the line is back at
 * his channel. Then the list with 10,000 cases.
 */

const USERS = 200;
const DESKS = 20;
const ROUNDS = 400;
const AT_ONCE = 4;
const MANY = 10_000;
const KEY = 'a-key-for-the-bench';

const waiting = new Map<string, () => void>();
const arrived = (word: string) => new Promise<void>((resolve) => waiting.set(word, resolve));
const came = (text: string) => {
  for (const [word, resolve] of waiting) {
    if (!text.includes(word)) continue;
    waiting.delete(word);
    resolve();
  }
};
const channel = http.createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  came(Buffer.concat(chunks).toString());
  response.statusCode = 200;
  response.end('{"id":"x"}');
});

async function main(folder: string): Promise<void> {
  await new Promise<void>((resolve) => channel.listen(0, '127.0.0.1', resolve));
  const serviceUrl = `http://localhost:${(channel.address() as AddressInfo).port}`;
  const redis = process.argv[2];
  const read = readConfig({ DATA_DIR: 'data', BURST_MS: '0', DESK_KEY: KEY, ...(redis && { REDIS_URL: redis }) }, folder);
  if (read.kind === 'refused') throw new Error(read.faults.join('\n'));
  const { config } = read;
  const telemetry = createTelemetry({ level: 'error', destination: { write: () => undefined } });
  const store = await openStore(config.store);
  const connector = createConnector({ token: undefined, timeoutMs: 5000 });
  const app = createApp({ config, store, telemetry, channels: createChannels({ connector }) });
  const desk = await openDesk({ config, store, say: app.turns.say, log: telemetry.event });
  const accept: typeof app.turns.accept = async (activity) => {
    const accepted = await app.turns.accept(activity);
    desk.hurry();
    return accepted;
  };
  const receive = createCloud({ settings: config.botFramework, accept, report: telemetry.error });
  const server = createServer({ store, telemetry, routes: { ...desk.routes, 'POST /api/messages': receive } });
  const base = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}`;
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${KEY}` };
  const post = (at: string, body: object) =>
    fetch(base + at, {
      method: 'POST',
      headers: at.startsWith('/api/desk') ? headers : { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  let count = 0;
  const say = (user: number, text: string) =>
    post('/api/messages', {
      ...{ type: 'message', id: `m${count++}`, channelId: 'emulator', serviceUrl, text },
      ...{
        conversation: { id: `u${user}` },
        from: { id: 'u', name: 'U', role: 'user' },
        recipient: { id: 'bot', name: 'Bot', role: 'bot' },
      },
    });

  for (let user = 0; user < USERS; user += 1) await say(user, '转人工');
  const open = ((await (await fetch(`${base}/api/desk/rows?limit=500`, { headers })).json()) as { rows: { id: string }[] }).rows;
  for (const { id } of open) await post(`/api/desk/cases/${id}/accept`, {});

  const heard = new Map<string, () => void>();
  for (let n = 0; n < DESKS; n += 1) void listenTo(`${base}/api/desk/events`, (caseId) => heard.get(`${n}/${caseId}`)?.());
  await new Promise((resolve) => setTimeout(resolve, 500));

  const toDesk: number[] = [];
  const andBack: number[] = [];
  async function round(n: number): Promise<void> {
    const found = open[n % open.length];
    const { conversationId } = found ? await caseOf(store, found.id) : { conversationId: '' };
    if (!found) return;
    const started = performance.now();
    const event = new Promise<void>((resolve) => heard.set(`${n % DESKS}/${found.id}`, resolve));
    await Promise.all([say(Number(conversationId.slice(conversationId.indexOf('/') + 2)), `请问查到了吗 ${n}`), event]);
    toDesk.push(performance.now() - started);
    const back = arrived(`#${n}#`);
    await Promise.all([post(`/api/desk/cases/${found.id}/reply`, { text: `正在查 #${n}#` }), back]);
    andBack.push(performance.now() - started);
  }
  for (let n = 0; n < ROUNDS; n += AT_ONCE) await Promise.all(Array.from({ length: AT_ONCE }, (_, k) => round(n + k)));
  print(`user's message to the desk, ${open.length} open cases, ${DESKS} desks, ${AT_ONCE} at once`, toDesk);
  print('user → desk → reply → user', andBack);

  for (let n = open.length; n < MANY; n += 1) await addCase(store.partition(partitionOf(`emulator/x${n}`)), madeCase(n));
  const lists: number[] = [];
  for (let n = 0; n < 20; n += 1) {
    const started = performance.now();
    await (await fetch(`${base}/api/desk/rows`, { headers })).text();
    lists.push(performance.now() - started);
  }
  print(`list of ${MANY} open cases`, lists);
}

async function caseOf(store: Store, id: string): Promise<{ conversationId: string }> {
  const entry = await store.partition(Number(id.slice(-2))).get('cases', id);
  return entry?.value as unknown as { conversationId: string };
}

async function listenTo(url: string, tell: (caseId: string) => void): Promise<void> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${KEY}` } });
  let rest = '';
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    const blocks = (rest + Buffer.from(chunk).toString()).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = /^data: (.*)$/m.exec(block)?.[1];
      const news = data === undefined ? undefined : (JSON.parse(data) as { caseId: string; kind: string });
      if (news?.kind === 'message') tell(news.caseId);
    }
  }
}

function madeCase(n: number): Case {
  const at = '2026-11-20T10:00:00+08:00';
  const key = `emulator/x${n}`;
  return {
    ...{ id: createCaseId(at, partitionOf(key)), conversationId: key, channel: 'emulator', locale: 'zh-CN', createdAt: at, updatedAt: at },
    ...{
      priority: 'P2',
      queue: 'Q-SETTLE',
      owner: 'queue',
      draft: newDraft(at),
      diagnosis: { causes: [] },
      summary: '',
      missing: [],
      contacts: 0,
      replyBy: at,
    },
  };
}

function print(what: string, figures: readonly number[]): void {
  const at = (share: number) => quantile(figures, share).toFixed(1);
  console.log(`${what}: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms (${figures.length})`);
}

run(main);
