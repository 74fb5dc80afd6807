import type { IncomingMessage } from 'node:http';
import { text } from '../../../locales';
import { epochMs } from '../../domain/calendar';
import { ACCOUNT_KINDS } from '../wechat/accounts';
import { createDoor, SUCCESS_REPLY } from '../wechat/door';
import type { Push } from '../wechat/envelope';
import { ApiError } from '../wechat/faults';
import { fieldOf } from '../wechat/inbound';
import type { PushReply } from '../wechat/request';
import type { Wire } from '../wechat/sender';
import { type Causes, statusOf } from '../wechat/status';
import { nameId } from '../wechat/users';
import { type ChannelOptions, createWayOut, type OpenChannel } from '../wechat/way-out';
import { kfFaultOf } from './faults';
import { createHandler } from './handler';
import { KF_MEDIA_URL, partsOfConversation, WECOM } from './inbound';
import { createPuller, type Page } from './pull';
import { createReader } from './reader';
import { createSessions } from './session';
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

export interface WecomOptions extends ChannelOptions {
  readonly account: KfAccount;
}

export interface Wecom extends OpenChannel {
  readonly routes: Readonly<Record<'GET /api/wecom' | 'POST /api/wecom', (request: IncomingMessage) => Promise<PushReply>>>;
}

const SWEEP_MS = 3000;
const REST_MS = 60_000;
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
  isNamed: true,
};

/** The channel of 微信客服: a bell, what it makes us fetch, and the way out. */
export function createWecom(options: WecomOptions): Wecom {
  const { account, store, turns, desk, meter, now, wait } = options;
  const clock = () => epochMs(now());
  const kind = ACCOUNT_KINDS.kf;
  const credentials = { token: account.token, aesKey: account.aesKey, previousKey: account.previousKey, receiver: account.corpId };
  const door = createDoor({ name: WECOM, credentials, isCheckSealed: true, store, meter, now: clock });
  const { api, tokens, users, deliver, fetchMedia } = createWayOut({
    ...options,
    ...{ name: WECOM, id: account.corpId, apiBase: account.apiBase, kind, wire: KF_SEND, faultOf: kfFaultOf, mediaPrefix: KF_MEDIA_URL },
    // Whatever is wrong, messages must be fetched again as soon as somebody has mended it.
    restMs: () => REST_MS,
    fetchToken: (http) => kfTokenFetcher({ http, account, onCall: () => meter.count('token'), ...(wait && { wait }) }),
  });
  const sessions = createSessions({ api, users, desk, turns, now, files: options.files, handsOver: account.handsOver });
  const handle = createHandler({ sessions, users, desk, turns, meter, kind, now });
  const placeText = (label: string) => text('zh-CN', 'wechat.place', { label });
  const puller = createPuller({ store, now: clock, read: createReader({ turns, placeText }), fetch: fetchPage });
  const status = () => statusOf('WeCom', { tokens, api, refusals: door.refusals, causes: CAUSES });
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

  async function receive({ fields }: Push): Promise<PushReply> {
    const openKfId = fieldOf(fields, 'OpenKfId');
    if (fieldOf(fields, 'Event') === 'kf_msg_or_event' && openKfId !== '') {
      await puller.ring(openKfId, fieldOf(fields, 'Token'));
      void sweep();
    }
    return SUCCESS_REPLY;
  }

  const { sweepMs = SWEEP_MS } = options;
  const timer = sweepMs > 0 ? setInterval(() => void sweep(), sweepMs).unref() : undefined;

  return {
    channel: { takesEvents: false, deliver },
    routes: {
      'GET /api/wecom': door.check,
      'POST /api/wecom': (request) => door.receive(request, receive),
    },
    fetchMedia,
    isMissing: (capability) => api.missing(capability) !== undefined,
    status,
    async check() {
      await tokens?.current().catch((error: unknown) => meter.error('wecom-check', error));
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
