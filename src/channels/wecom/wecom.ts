import type { IncomingMessage } from 'node:http';
import { text } from '../../../locales';
import { epochMs } from '../../domain/calendar';
import type { Store } from '../../store/store';
import type { Channel } from '../delivery';
import { ACCOUNT_KINDS } from '../wechat/accounts';
import { type Capability, createApi } from '../wechat/api';
import { createDeliver } from '../wechat/deliver';
import { openPush, openSealedCheck, type Refusal } from '../wechat/envelope';
import { ApiError } from '../wechat/faults';
import { createHttp } from '../wechat/http';
import { fieldOf } from '../wechat/inbound';
import { createFetchMedia, createUpload, type FetchMedia } from '../wechat/media';
import { createNotices } from '../wechat/notices';
import type { Desk, Meter, Turns } from '../wechat/ports';
import { createReplays } from '../wechat/replays';
import { type PushReply, queryOf, readPush, TEXT_PLAIN } from '../wechat/request';
import { createSender, type Wire } from '../wechat/sender';
import { type Causes, createRefusals, type Status, statusOf } from '../wechat/status';
import { createTokens } from '../wechat/token';
import { createUsers, nameId } from '../wechat/users';
import { kfFaultOf } from './faults';
import { createHandler } from './handler';
import { KF_MEDIA_URL, partsOfConversation, WECOM } from './inbound';
import { createPuller, type Page } from './pull';
import { createReader } from './reader';
import { kfTokenFetcher } from './token';

/** A corporation's 微信客服. */
export interface KfAccount {
  readonly corpId: string;
  readonly secret: string;
  readonly token: string;
  readonly aesKey: string;
  readonly previousKey: string | undefined;
  /** https://qyapi.weixin.qq.com, or what stands in for it. */
  readonly apiBase: string;
  /** Cases go to the people in 企业微信. */
  readonly handsOver: boolean;
}

export interface WecomOptions {
  readonly account: KfAccount;
  readonly store: Store;
  readonly turns: Turns;
  readonly desk: Desk;
  readonly meter: Meter;
  /** ISO +08:00. */
  readonly now: () => string;
  /** How often is looked for what a bell or a dead process left, in ms; 0: never. */
  readonly sweepMs?: number;
  readonly apiTimeoutMs?: number;
  /** Waits before an API call is tried again; default: for that many ms. */
  readonly wait?: (ms: number) => Promise<unknown>;
}

export interface Wecom {
  readonly channel: Channel;
  readonly routes: Readonly<Record<'GET /api/wecom' | 'POST /api/wecom', (request: IncomingMessage) => Promise<PushReply>>>;
  readonly fetchMedia: FetchMedia;
  isMissing(capability: Capability): boolean;
  status(): Status;
  /** Asks for a token, so that wrong settings show at the start. Never throws. */
  check(): Promise<Status>;
  /** Fetches and handles what there is. Never throws. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

const API_TIMEOUT_MS = 8000;
const SWEEP_MS = 3000;
/** Messages of one page. */
const PAGE = 100;

const CAUSES: Causes = {
  40001: 'the secret is wrong',
  40013: 'the corp id is wrong',
  60020: 'the address of this server is not among the trusted addresses of the app',
};

/** 客服消息 of 微信客服: a name of ours makes sending the same twice harmless. */
const KF_SEND: Wire = {
  path: '/cgi-bin/kf/send_msg',
  body({ openid, name }, message) {
    const { openKfId, user } = partsOfConversation(openid);
    return { touser: user, open_kfid: openKfId, msgid: nameId(name), ...message };
  },
  entry: (id, label) => ({ type: 'click', click: { id, content: label } }),
};

/** The channel of 微信客服: a bell, what it makes us fetch, and the way out. */
export function createWecom(options: WecomOptions): Wecom {
  const { account, store, turns, desk, meter, now, wait } = options;
  const clock = () => epochMs(now());
  const kind = ACCOUNT_KINDS.kf;
  const credentials = { token: account.token, aesKey: account.aesKey, previousKey: account.previousKey, receiver: account.corpId };
  const http = createHttp({ base: account.apiBase, timeoutMs: options.apiTimeoutMs ?? API_TIMEOUT_MS });
  const tokens = createTokens({
    partition: store.partition(0),
    account: `${account.apiBase} ${account.corpId}`,
    fetch: kfTokenFetcher({ http, account, onCall: () => meter.count('token'), ...(wait && { wait }) }),
    now: clock,
    onRefused: ({ errcode, address }) => meter.event({ event: 'wecom-token', code: `WECOM_${errcode}`, address }),
  });
  const api = createApi({
    ...{ http, tokens, now: clock, faultOf: kfFaultOf, ...(wait && { wait }) },
    onError: ({ errcode }, path) => meter.event({ event: 'wecom-api', code: `WECOM_${errcode}`, path }),
  });
  const users = createUsers(store);
  const send = createSender({ api, users, kind, upload: createUpload(api, clock), wire: KF_SEND, now: clock });
  const notices = createNotices({ templates: { template: undefined, subscription: undefined, fields: {} }, api, users, meter, kind, now });
  const deliver = createDeliver({ store, api, send, users, desk, turns, notices, meter, now: clock });
  const handle = createHandler({ api, users, desk, turns, meter, kind, now, handsOver: account.handsOver });
  const placeText = (label: string) => text('zh-CN', 'wechat.place', { label });
  const puller = createPuller({ store, now: clock, read: createReader({ turns, placeText }), fetch: fetchPage });
  const replays = createReplays();
  const refusals = createRefusals(clock);
  const status = () => statusOf('WeCom', { tokens, api, refusals, causes: CAUSES });
  let round: Promise<void> | undefined;
  let again = false;
  let closed = false;

  async function fetchPage(openKfId: string, cursor: string, token: string): Promise<Page> {
    const body = { open_kfid: openKfId, limit: PAGE, ...(cursor && { cursor }), ...(token && { token }) };
    const answer = await api.call('agents', { method: 'POST', path: '/cgi-bin/kf/sync_msg', body });
    const json = answer.kind === 'json' ? answer.json : {};
    const messages: readonly unknown[] = Array.isArray(json.msg_list) ? json.msg_list : [];
    return { messages, cursor: String(json.next_cursor ?? ''), hasMore: Number(json.has_more) === 1 };
  }

  async function run(): Promise<void> {
    do {
      again = false;
      await puller.pull().catch((error: unknown) => {
        // The API has told of its own errors.
        if (!(error instanceof ApiError)) meter.error('wecom-pull', error);
      });
      const taken = await puller.take();
      await handle(taken, puller.done);
    } while (again && !closed);
  }

  /** One round at a time; a bell during a round makes one more. */
  async function sweep(): Promise<void> {
    if (closed) return;
    again = true;
    round ??= run()
      .catch((error: unknown) => meter.error('wecom-round', error))
      .finally(() => {
        round = undefined;
      });
    await round;
  }

  function refuse(code: Refusal): PushReply {
    refusals.add(code);
    meter.event({ event: 'wecom-refused', code });
    return { status: code === 'WECHAT_TOO_LARGE' ? 413 : code === 'WECHAT_XML' ? 400 : 401 };
  }

  async function receive(request: IncomingMessage): Promise<PushReply> {
    const query = queryOf(request);
    const body = await readPush(request);
    if (body === undefined) return refuse('WECHAT_TOO_LARGE');
    const push = openPush({ query, body }, credentials, clock());
    if (push.kind === 'refused') return refuse(push.code);
    if (replays.enter(query, body, clock()) === 'replay') return refuse('WECHAT_REPLAY');
    const openKfId = fieldOf(push.fields, 'OpenKfId');
    if (fieldOf(push.fields, 'Event') === 'kf_msg_or_event' && openKfId !== '') {
      await puller.ring(openKfId, fieldOf(push.fields, 'Token'));
      void sweep();
    }
    replays.answered(query);
    return { status: 200, text: 'success', headers: TEXT_PLAIN };
  }

  const { sweepMs = SWEEP_MS } = options;
  const timer = sweepMs > 0 ? setInterval(() => void sweep(), sweepMs).unref() : undefined;

  return {
    channel: { takesEvents: false, deliver },
    routes: {
      'GET /api/wecom': async (request) => {
        const checked = openSealedCheck(queryOf(request), credentials, clock());
        return checked.kind === 'refused' ? refuse(checked.code) : { status: 200, text: checked.text, headers: TEXT_PLAIN };
      },
      'POST /api/wecom': receive,
    },
    fetchMedia: createFetchMedia({ prefix: KF_MEDIA_URL, api, base: account.apiBase }),
    isMissing: (capability) => api.missing(capability) !== undefined,
    status,
    async check() {
      await tokens.current().catch((error: unknown) => meter.error('wecom-check', error));
      return status();
    },
    sweep,
    async close() {
      closed = true;
      clearInterval(timer);
      await round;
    },
  };
}

export { WECOM };
