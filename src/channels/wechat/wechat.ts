import type { IncomingMessage } from 'node:http';
import { text } from '../../../locales';
import { epochMs } from '../../domain/calendar';
import { ACCOUNT_KINDS, type AccountName } from './accounts';
import { createAnswers, type Delivery, type Passive } from './answers';
import { tokenFetcher } from './api';
import { createDoor, SUCCESS_REPLY } from './door';
import type { Push } from './envelope';
import { type Inbound, MEDIA_URL, toInbound } from './inbound';
import { menuText } from './menu';
import type { NoticeTemplates } from './notices';
import { createPending } from './pending';
import { createReactions } from './reactions';
import type { PushReply } from './request';
import { CUSTOM_SEND } from './sender';
import { statusOf } from './status';
import type { Limits } from './task';
import { grant } from './users';
import { type ChannelOptions, createWayOut, type OpenChannel, type WayOutOptions } from './way-out';

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

export interface WechatOptions extends ChannelOptions {
  readonly account: WechatAccount;
  readonly limits?: Partial<Limits>;
}

export interface Wechat extends OpenChannel {
  readonly routes: Readonly<Record<'GET /api/wechat' | 'POST /api/wechat', (request: IncomingMessage) => Promise<PushReply>>>;
}

export const WECHAT = 'wechat';
const SWEEP_MS = 3000;

/** The channel of one account: its callback, and the way out to its users. */
export function createWechat(options: WechatOptions): Wechat {
  const { account, store, turns, desk, meter, now } = options;
  const clock = () => epochMs(now());
  const kind = ACCOUNT_KINDS[account.kind];
  const { aesKey, previousKey, token } = account;
  const credentials = { token, aesKey, previousKey, receiver: account.appId };
  const door = createDoor({ name: WECHAT, credentials, isCheckSealed: false, store, meter, now: clock });
  const { api, tokens, users, notices, deliver, fetchMedia } = createWayOut({
    ...options,
    ...{ name: WECHAT, id: account.appId, apiBase: account.apiBase, kind, wire: CUSTOM_SEND, templates: account.templates },
    ...{ mediaPrefix: MEDIA_URL, fetchToken: fetchTokenOf(options) },
  });
  const canSend = () => tokens !== undefined && (tokens.refusal() ?? api.refusal()) === undefined && api.missing('send') === undefined;
  const typing = (openid: string) => {
    const body = { touser: openid, command: 'Typing' };
    // Only a courtesy.
    api.call('typing', { method: 'POST', path: kind.typingPath, body }).catch(() => undefined);
  };
  const answers = createAnswers({
    ...{ store, turns, desk, users, meter, kind, canSend, typing, files: options.files, pending: createPending(store), now: clock },
    ...{ handsOver: account.handsOver, hasNotice: notices.isSetUp, ...(options.limits && { limits: options.limits }) },
  });
  const react = createReactions({ store, users, desk, turns, kind, now });
  const inboundOptions = { channelId: WECHAT, placeText: (label: string) => text('zh-CN', 'wechat.place', { label }), menuText };

  async function handle(inbound: Inbound, delivery: Delivery): Promise<Passive> {
    const { activity, opens, openid, kind: name } = inbound;
    if (!activity) {
      meter.event({ event: 'wechat-unknown', kind: name.slice(0, 60) });
      return { kind: 'success' };
    }
    const key = `${WECHAT}/${openid}`;
    // Our count is a guess that the platform corrects; no answer waits for it in vain.
    const opened = opens && users.change(key, (user) => differing(user, grant(user, kind, opens, clock())));
    const counted = opened?.catch((error: unknown) => meter.error('wechat-count', error));
    const reaction = await react(key, activity);
    const answer =
      reaction.kind === 'turn'
        ? answers.answer({ conversation: key, isEvent: name.startsWith('event/'), ...reaction }, delivery)
        : reaction.passive;
    const [passive] = await Promise.all([answer, counted]);
    return passive;
  }

  const sweep = () => answers.sweep().catch((error: unknown) => meter.error('wechat-sweep', error));
  const { sweepMs = SWEEP_MS } = options;
  const timer = sweepMs > 0 ? setInterval(() => void sweep(), sweepMs).unref() : undefined;
  const status = () => statusOf('WeChat', { tokens, api, refusals: door.refusals });

  return {
    channel: { takesEvents: false, deliver },
    routes: {
      'GET /api/wechat': door.check,
      'POST /api/wechat': (request) =>
        door.receive(request, async (push, delivery) => {
          const inbound = toInbound(push.fields, inboundOptions);
          return inbound ? toReply(await handle(inbound, delivery), { inbound, push, at: clock() }) : 'WECHAT_XML';
        }),
    },
    fetchMedia,
    isMissing: (capability) => api.missing(capability) !== undefined,
    status,
    async check() {
      await tokens?.current().catch((error: unknown) => meter.error('wechat-check', error));
      // Harmless, and refused to who may not send messages of 客服 either.
      const path = '/cgi-bin/customservice/getonlinekflist';
      if (canSend()) await api.call('agents', { method: 'GET', path }).catch((error: unknown) => meter.error('wechat-check', error));
      return status();
    },
    sweep,
    async close() {
      clearInterval(timer);
      await answers.close();
    },
  };
}

function fetchTokenOf({ account: { secret, appId }, meter, wait }: WechatOptions): WayOutOptions['fetchToken'] {
  if (secret === undefined) return undefined;
  return (http) => tokenFetcher({ http, appId, secret, onCall: () => meter.count('token'), ...(wait && { wait }) });
}

const differing = <T>(before: T, after: T): T | undefined => (after === before ? undefined : after);

function toReply(passive: Passive, { inbound, push, at }: { inbound: Inbound; push: Push; at: number }): PushReply {
  if (passive.kind === 'none') return { status: 503 };
  if (passive.kind === 'success') return SUCCESS_REPLY;
  const head = { ToUserName: inbound.openid, FromUserName: inbound.account, CreateTime: Math.floor(at / 1000) };
  const body = passive.kind === 'text' ? { MsgType: 'text', Content: passive.text } : { MsgType: 'transfer_customer_service' };
  const { text: words, contentType } = push.wrap({ ...head, ...body }, at);
  return { status: 200, text: words, headers: { 'content-type': contentType } };
}
