import type { AddressInfo } from 'node:net';
import type { Activity, TurnContext } from 'botbuilder';
import { WebSocket } from 'ws';
import { createDirectLine, type DirectLine, type DirectLineOptions } from '../../../src/channels/direct-line/direct-line';
import { findConversation } from '../../../src/repositories/conversations';
import { close, createServer, listen } from '../../../src/server';
import { partitionOf, type Store } from '../../../src/store/store';
import { createTelemetry } from '../../../src/telemetry';
import { conversationKey, maskActivity } from '../../../src/turn/incoming';
import type { RunningTurns, TurnOptions } from '../../../src/turn/turn';
import { turnsOver } from '../../turns';

// Other work on the machine must not fail a test.
jest.setTimeout(20_000);

export const BASE = '/api/direct-line/v3/directline';
export const SECRET = 'the-secret-of-other-servers';

/** A server with the channel and a small bot: one process of the product. */
export interface World {
  readonly origin: string;
  readonly directLine: DirectLine;
  readonly turns: RunningTurns;
  /** What the bot heard: `type text`. */
  readonly heard: readonly string[];
  readonly reported: readonly string[];
  /** Ms by which the clock is ahead. */
  ahead: number;
  close(): Promise<void>;
}

export interface WorldOptions extends Partial<DirectLineOptions> {
  readonly bot?: TurnOptions['bot'];
  readonly port?: number;
}

/** Greets; offers two choices to 「选」; says everything else back, and three lines to 「三」. */
export async function echoBot(context: TurnContext): Promise<void> {
  const { type, text = '', attachments = [], value } = context.activity;
  if (type === 'conversationUpdate') await context.sendActivity('您好');
  if (type !== 'message') return;
  if (text === '选') {
    const actions = ['没到账', '扣错了'].map((title) => ({ type: 'imBack', title, value: title }));
    await context.sendActivity({ type: 'message', text: '哪一种？', suggestedActions: { to: [], actions } });
    return;
  }
  if (text === '三') for (const line of ['一', '二', '三']) await context.sendActivity(line);
  else await context.sendActivity(`收到：${text || attachments.map(({ contentType }) => contentType).join() || JSON.stringify(value)}`);
}

export async function openWorld(store: Store, options: WorldOptions = {}): Promise<World> {
  const heard: string[] = [];
  const reported: string[] = [];
  const clock = { ahead: 0 };
  const now = () => new Date(Date.now() + clock.ahead).toISOString();
  const mask: TurnOptions['mask'] = (text) => ({
    text: text.replaceAll('4242424242424242', '****4242'),
    found: text.includes('4242424242424242') ? { pan: 1 } : {},
  });
  const run = options.bot?.run ?? echoBot;
  const { turns } = turnsOver(store, {
    mask,
    now,
    filter: (text) => text,
    isFragment: () => false,
    bot: {
      async run(context) {
        heard.push(`${context.activity.type} ${context.activity.text ?? context.activity.name ?? ''}`.trim());
        await run(context);
      },
    },
    deliver: (activity) => directLine.channel.deliver(activity),
  });
  const record = (activity: Partial<Activity>) => {
    const key = conversationKey(activity);
    return findConversation(store.partition(partitionOf(key)), key);
  };
  const directLine = await createDirectLine({
    store,
    accept: (activity) => turns.accept(activity),
    mask: async (activity) => maskActivity(activity, mask, (await record(activity))?.asking).activity,
    isRemembered: async (activity) => (await record(activity)) !== undefined,
    now,
    elsewhere: () => Promise.reject(new Error('not in this test')),
    report: (event, error) => reported.push(`${event} ${(error as { code?: string }).code ?? error}`),
    botName: '到账助手',
    secret: SECRET,
    azure: undefined,
    origins: ['https://shop.example'],
    proxyHops: 0,
    ...options,
  });
  const telemetry = createTelemetry({ level: 'silent' });
  const server = createServer({ store, telemetry, routes: directLine.routes });
  server.server.on('upgrade', (request, socket, head) => directLine.upgrade(request, socket, head));
  await listen(server, options.port ?? 0, '127.0.0.1');
  const { port } = server.server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    directLine,
    turns,
    heard,
    reported,
    get ahead() {
      return clock.ahead;
    },
    set ahead(ms) {
      clock.ahead = ms;
    },
    async close() {
      await directLine.close();
      await close(server, 500);
      await turns.close();
    },
  };
}

/** An answer with everything about it that counts. */
export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came
  readonly body: any;
  readonly headers: Headers;
}

export interface CallOptions {
  readonly token?: string;
  readonly body?: unknown;
  readonly raw?: string | Uint8Array | FormData;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Calls a path of the channel, `POST /conversations`. */
export async function call(origin: string, route: string, options: CallOptions = {}): Promise<Answer> {
  const [method = 'GET', path = ''] = route.split(' ');
  const { token, body, raw, headers } = options;
  const response = await fetch(origin + (path.startsWith('/api/') ? path : BASE + path), {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(raw !== undefined && { body: raw as NonNullable<RequestInit['body']> }),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  const isJson = response.headers.get('content-type')?.startsWith('application/json');
  return { status: response.status, body: isJson ? JSON.parse(bytes.toString()) : bytes, headers: response.headers };
}

/** A started conversation, greeted. */
export interface Chat {
  readonly id: string;
  readonly token: string;
  readonly streamUrl: string;
  say(text: string, more?: object): Promise<Answer>;
  /** Texts after a watermark, once there are `count`. */
  texts(count: number, watermark?: number): Promise<readonly string[]>;
  activities(count: number, watermark?: number): Promise<readonly Partial<Activity>[]>;
}

export async function startChat(origin: string): Promise<Chat> {
  const { token } = (await call(origin, 'POST /tokens/generate', { token: SECRET })).body;
  const { conversationId: id, streamUrl } = (await call(origin, 'POST /conversations', { token, body: {} })).body;
  const activities = async (count: number, watermark = 0) => {
    for (;;) {
      const { body } = await call(origin, `GET /conversations/${id}/activities?watermark=${watermark}`, { token });
      if (!body.activities) throw new Error(`no activities: ${JSON.stringify(body)}`);
      if (body.activities.length >= count) return body.activities as readonly Partial<Activity>[];
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  };
  await activities(1);
  return {
    id,
    token,
    streamUrl,
    activities,
    texts: async (count, watermark) => (await activities(count, watermark)).map(({ text }) => text ?? ''),
    say: (text, more) => call(origin, `POST /conversations/${id}/activities`, { token, body: { type: 'message', text, ...more } }),
  };
}

/** What arrives at a socket. */
export interface Listener {
  readonly socket: WebSocket;
  readonly frames: readonly { readonly activities: readonly Partial<Activity>[]; readonly watermark: string }[];
  /** Resolves with the texts once there are `count`. */
  texts(count: number): Promise<readonly string[]>;
  /** Resolves with the texts once this is among them. */
  until(text: string): Promise<readonly string[]>;
}

export function listenTo(url: string): Listener {
  const socket = new WebSocket(url);
  const frames: Listener['frames'][number][] = [];
  let news = () => {};
  socket.on('message', (data) => {
    frames.push(JSON.parse(String(data)));
    news();
  });
  const textsNow = () => frames.flatMap(({ activities }) => activities.map(({ text }) => text ?? ''));
  async function once(isSo: (texts: readonly string[]) => boolean): Promise<readonly string[]> {
    while (!isSo(textsNow())) {
      await new Promise<void>((resolve) => {
        news = resolve;
      });
    }
    return textsNow();
  }
  return {
    socket,
    frames,
    texts: (count) => once(({ length }) => length >= count),
    until: (text) => once((texts) => texts.includes(text)),
  };
}

/** The status with which an upgrade is refused. */
export function refusedWith(url: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url);
    socket.on('unexpected-response', (_, response) => {
      response.resume();
      resolve(response.statusCode);
    });
    socket.on('error', () => undefined);
    socket.on('open', () => resolve(101));
  });
}
