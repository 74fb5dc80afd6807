import type { IncomingMessage } from 'node:http';
import { text } from '../../../locales';
import { epochMs } from '../../domain/calendar';
import type { Store } from '../../store/store';
import type { Channel } from '../delivery';
import { ACCOUNT_KINDS, type AccountName } from './accounts';
import { createAnswers, type Passive } from './answers';
import { type Capability, createApi, tokenFetcher } from './api';
import { createDeliver } from './deliver';
import { openCheck, openPush, type Push, type Refusal } from './envelope';
import { ApiError } from './faults';
import { createHttp } from './http';
import { type Inbound, MEDIA_URL, toInbound } from './inbound';
import { createFetchMedia, createUpload, type FetchMedia } from './media';
import { menuText } from './menu';
import { createNotices, type NoticeTemplates } from './notices';
import { createPending, findGiven } from './pending';
import type { Desk, Meter, Turns } from './ports';
import { createReactions } from './reactions';
import { createReplays } from './replays';
import { connectionOf, type PushReply, queryOf, readPush, TEXT_PLAIN } from './request';
import { CUSTOM_SEND, createSender } from './sender';
import { createRefusals, type Status, statusOf } from './status';
import type { Limits } from './task';
import { createTokens, type Tokens } from './token';
import { createUsers, grant, nameId } from './users';

/** One account of 公众平台. */
export interface WechatAccount {
  readonly appId: string;
  /** Without it nothing can be sent but passive replies. */
  readonly secret: string | undefined;
  readonly token: string;
  /** Absent in plain mode. */
  readonly aesKey: string | undefined;
  readonly previousKey: string | undefined;
  readonly kind: AccountName;
  /** https://api.weixin.qq.com, or what stands in for it. */
  readonly apiBase: string;
  /** Cases go to the platform's own agents. */
  readonly handsOver: boolean;
  readonly templates: NoticeTemplates;
}

export interface WechatOptions {
  readonly account: WechatAccount;
  readonly store: Store;
  readonly turns: Turns;
  readonly desk: Desk;
  readonly meter: Meter;
  /** ISO +08:00. */
  readonly now: () => string;
  readonly limits?: Partial<Limits>;
  /** How often is looked for what a dead process left, in ms; 0: never. */
  readonly sweepMs?: number;
  readonly apiTimeoutMs?: number;
  /** Waits before an API call is tried again; default: for that many ms. */
  readonly wait?: (ms: number) => Promise<unknown>;
}

export interface Wechat {
  readonly channel: Channel;
  readonly routes: Readonly<Record<'GET /api/wechat' | 'POST /api/wechat', (request: IncomingMessage) => Promise<PushReply>>>;
  readonly fetchMedia: FetchMedia;
  /** The platform refused it; see Capability. */
  isMissing(capability: Capability): boolean;
  status(): Status;
  /** Asks for a token, so that wrong settings show at the start. Never throws. */
  check(): Promise<Status>;
  /** Takes over what a dead process left. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

export const WECHAT = 'wechat';
const API_TIMEOUT_MS = 5000;
const SWEEP_MS = 3000;

/** The channel of one account: its callback, and the way out to its users. */
export function createWechat(options: WechatOptions): Wechat {
  const { account, store, turns, desk, meter, now, wait } = options;
  const clock = () => epochMs(now());
  const kind = ACCOUNT_KINDS[account.kind];
  const credentials = { token: account.token, aesKey: account.aesKey, previousKey: account.previousKey, receiver: account.appId };
  const http = createHttp({ base: account.apiBase, timeoutMs: options.apiTimeoutMs ?? API_TIMEOUT_MS });
  const tokens = account.secret === undefined ? undefined : createAccountTokens(options, http, account.secret);
  const api = createApi({
    ...{ http, tokens: tokens ?? NO_TOKENS, now: clock, onDoubt: () => meter.count('doubt'), ...(wait && { wait }) },
    onError: ({ code }, path) => meter.event({ event: 'wechat-api', code, path }),
  });
  const users = createUsers(store);
  const notices = createNotices({ templates: account.templates, api, users, meter, kind, now });
  const send = createSender({ api, users, kind, upload: createUpload(api, clock), wire: CUSTOM_SEND, now: clock });
  const canSend = () => tokens !== undefined && tokens.refusal() === undefined && api.missing('send') === undefined;
  const typing = (openid: string) => {
    const body = { touser: openid, command: 'Typing' };
    // Only a courtesy.
    api.call('typing', { method: 'POST', path: kind.typingPath, body }).catch(() => undefined);
  };
  const answers = createAnswers({
    ...{ store, turns, desk, users, meter, kind, canSend, typing, pending: createPending(store), now: clock },
    ...{ handsOver: account.handsOver, hasNotice: notices.isSetUp, ...(options.limits && { limits: options.limits }) },
  });
  const react = createReactions({
    users,
    desk,
    turns,
    kind,
    now,
    wasGiven: async (key, id) => (await findGiven(store, key, id)) !== undefined,
  });
  const replays = createReplays();
  const refusals = createRefusals(clock);
  const inboundOptions = { channelId: WECHAT, placeText: (label: string) => text('zh-CN', 'wechat.place', { label }), menuText };

  function refuse(code: Refusal): PushReply {
    refusals.add(code);
    meter.event({ event: 'wechat-refused', code });
    return { status: code === 'WECHAT_TOO_LARGE' ? 413 : code === 'WECHAT_XML' ? 400 : 401 };
  }

  async function isReplay(query: URLSearchParams, body: string): Promise<boolean> {
    if (replays.enter(query, body, clock()) === 'replay') return true;
    // Unencrypted, the proof does not cover the body: it is good for one body only, in all processes.
    return account.aesKey === undefined && !(await isFirstBody(store, query, body));
  }

  async function receive(request: IncomingMessage): Promise<PushReply> {
    const begun = performance.now();
    const query = queryOf(request);
    const body = await readPush(request);
    if (body === undefined) return refuse('WECHAT_TOO_LARGE');
    const push = openPush({ query, body }, credentials, clock());
    if (push.kind === 'refused') return refuse(push.code);
    if (await isReplay(query, body)) return refuse('WECHAT_REPLAY');
    const inbound = toInbound(push.fields, inboundOptions);
    if (!inbound) return refuse('WECHAT_XML');
    const connection = connectionOf(request);
    const passive = await handle(inbound, { ...connection, elapsed: () => performance.now() - begun });
    if (connection.isOpen()) replays.answered(query);
    return toReply(passive, { inbound, push, at: clock() });
  }

  async function handle(inbound: Inbound, delivery: Parameters<typeof answers.answer>[1]): Promise<Passive> {
    const { activity, opens, openid, kind: name } = inbound;
    if (!activity) {
      meter.event({ event: 'wechat-unknown', kind: name.slice(0, 60) });
      return { kind: 'success' };
    }
    const key = `${WECHAT}/${openid}`;
    const opened = opens && users.change(key, (user) => differing(user, grant(user, kind, opens, clock())));
    const reaction = await react(key, inbound.activity ?? {});
    const answer = reaction.kind === 'turn' ? answers.answer({ conversation: key, ...reaction }, delivery) : reaction.passive;
    const [passive] = await Promise.all([answer, opened]);
    return passive;
  }

  const sweep = () => answers.sweep().catch((error: unknown) => meter.error('wechat-sweep', error));
  const { sweepMs = SWEEP_MS } = options;
  const timer = sweepMs > 0 ? setInterval(() => void sweep(), sweepMs).unref() : undefined;
  const status = () => statusOf('WeChat', { tokens, api, refusals });

  return {
    channel: { takesEvents: false, deliver: createDeliver({ store, api, send, users, desk, turns, notices, meter, now: clock }) },
    routes: {
      'GET /api/wechat': async (request) => {
        const checked = openCheck(queryOf(request), credentials, clock());
        return checked.kind === 'refused' ? refuse(checked.code) : { status: 200, text: checked.text, headers: TEXT_PLAIN };
      },
      'POST /api/wechat': receive,
    },
    fetchMedia: createFetchMedia({ prefix: MEDIA_URL, api, base: account.apiBase }),
    isMissing: (capability) => api.missing(capability) !== undefined,
    status,
    async check() {
      await tokens?.current().catch((error: unknown) => meter.error('wechat-check', error));
      const path = '/cgi-bin/customservice/getonlinekflist';
      if (canSend() && account.handsOver) await api.call('agents', { method: 'GET', path }).catch(() => undefined);
      return status();
    },
    sweep,
    async close() {
      clearInterval(timer);
      await answers.close();
    },
  };
}

const NO_TOKENS: Tokens = {
  current: () => Promise.reject(new ApiError('configuration', 41004, 'no app secret is set')),
  renew: () => Promise.reject(new ApiError('configuration', 41004, 'no app secret is set')),
  refusal: () => undefined,
};

/** Every process of an account takes its token from one place. */
function createAccountTokens(
  { account, store, meter, now, wait }: WechatOptions,
  http: ReturnType<typeof createHttp>,
  secret: string,
): Tokens {
  const name = `${account.apiBase} ${account.appId}`;
  return createTokens({
    partition: store.partition(0),
    account: name,
    fetch: tokenFetcher({ http, appId: account.appId, secret, onCall: () => meter.count('token'), ...(wait && { wait }) }),
    now: () => epochMs(now()),
    onRefused: ({ errcode, address }) => meter.event({ event: 'wechat-token', code: `WECHAT_${errcode}`, address }),
  });
}

const differing = <T>(before: T, after: T): T | undefined => (after === before ? undefined : after);

const BODIES = 'wechat-bodies';

/** The body that a plain request's proof first came with, in any process. */
async function isFirstBody(store: Store, query: URLSearchParams, body: string): Promise<boolean> {
  const proof = nameId(...['timestamp', 'nonce', 'signature'].map((name) => query.get(name) ?? ''));
  const partition = store.partition(0);
  const value = nameId(body);
  const put = { kind: 'put', collection: BODIES, id: proof, value, expect: 0, ttlMs: 25 * 60_000 } as const;
  return (await partition.commit(put)) !== undefined || (await partition.get(BODIES, proof))?.value === value;
}

function toReply(passive: Passive, { inbound, push, at }: { inbound: Inbound; push: Push; at: number }): PushReply {
  if (passive.kind === 'none') return { status: 503 };
  if (passive.kind === 'success') return { status: 200, text: 'success', headers: TEXT_PLAIN };
  const head = { ToUserName: inbound.openid, FromUserName: inbound.account, CreateTime: Math.floor(at / 1000) };
  const body = passive.kind === 'text' ? { MsgType: 'text', Content: passive.text } : { MsgType: 'transfer_customer_service' };
  const { text: words, contentType } = push.wrap({ ...head, ...body }, at);
  return { status: 200, text: words, headers: { 'content-type': contentType } };
}
