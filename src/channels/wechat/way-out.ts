import { epochMs } from '../../domain/calendar';
import type { Store } from '../../store/store';
import type { Channel } from '../delivery';
import type { AccountKind } from './accounts';
import { type Api, type Capability, createApi } from './api';
import { createDeliver } from './deliver';
import { ApiError, type Fault } from './faults';
import { createHttp, type Http } from './http';
import { createFetchMedia, createUpload, type FetchMedia } from './media';
import { createNotices, type Notices, type NoticeTemplates } from './notices';
import type { Desk, KeptFiles, Meter, Turns } from './ports';
import { createSender, type Wire } from './sender';
import type { Status } from './status';
import { createTokens, type Fetched, type Tokens } from './token';
import { createUsers, type Users } from './users';

/** What a channel of WeChat is made with, beside its account. */
export interface ChannelOptions {
  readonly store: Store;
  readonly turns: Turns;
  readonly desk: Desk;
  readonly files: KeptFiles;
  readonly meter: Meter;
  /** ISO +08:00. */
  readonly now: () => string;
  /** How often is looked for what is left to do, by a dead process or a bell, in ms; 0: never. */
  readonly sweepMs?: number;
  readonly apiTimeoutMs?: number;
  /** Waits before an API call is tried again; default: for that many ms. */
  readonly wait?: (ms: number) => Promise<unknown>;
}

/** A channel of WeChat at work. */
export interface OpenChannel {
  readonly channel: Channel;
  readonly fetchMedia: FetchMedia;
  /** The platform refused it; see Capability. */
  isMissing(capability: Capability): boolean;
  status(): Status;
  /** Asks for a token, so that wrong settings show at the start. Never throws. */
  check(): Promise<Status>;
  /** Does what is left to do. Never throws. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

/** The API of an account and all that is sent by it. */
export interface WayOut {
  readonly api: Api;
  /** Undefined without a secret: nothing can be sent. */
  readonly tokens: Tokens | undefined;
  readonly users: Users;
  readonly notices: Notices;
  readonly deliver: Channel['deliver'];
  readonly fetchMedia: FetchMedia;
}

export interface WayOutOptions extends ChannelOptions {
  /** Of the channel, for the log. */
  readonly name: 'wechat' | 'wecom';
  /** Id of the account. */
  readonly id: string;
  readonly apiBase: string;
  readonly kind: AccountKind;
  readonly wire: Wire;
  /** How a new token is got; undefined without a secret. */
  readonly fetchToken: ((http: Http) => (force: boolean) => Promise<Fetched>) | undefined;
  readonly templates?: NoticeTemplates;
  /** What the platform's codes mean; default: those of 公众平台. */
  readonly faultOf?: (errcode: number) => Fault;
  /** See ApiOptions. */
  readonly restMs?: (error: ApiError) => number;
  /** How references to media of this channel begin. */
  readonly mediaPrefix: string;
}

const API_TIMEOUT_MS = 5000;
/** A message may take so many times longer than other calls: nobody waits for it but the user. */
const SEND_FACTOR = 4;
const NO_TEMPLATES: NoticeTemplates = { template: undefined, subscription: undefined, fields: {} };

export function createWayOut(options: WayOutOptions): WayOut {
  const { name, store, turns, desk, files, meter, now, kind, wire, apiBase, wait, templates = NO_TEMPLATES } = options;
  const clock = () => epochMs(now());
  const { apiTimeoutMs = API_TIMEOUT_MS } = options;
  const http = createHttp({ base: apiBase, timeoutMs: apiTimeoutMs });
  const tokens = options.fetchToken && accountTokens(options, options.fetchToken(http));
  const api = createApi({
    ...{ http, tokens: tokens ?? NO_TOKENS, now: clock, ...(wait && { wait }), ...(options.faultOf && { faultOf: options.faultOf }) },
    ...(options.restMs && { restMs: options.restMs }),
    onError: ({ code }, path) => meter.event({ event: `${name}-api`, code: code.replace('WECHAT', name.toUpperCase()), path }),
    // A message with a name of its own is shown once, however often it is sent.
    ...(!wire.isNamed && { onDoubt: () => meter.count('doubt') }),
  });
  const users = createUsers(store);
  const notices = createNotices({ templates, api, users, meter, kind, now });
  const upload = createUpload({ api, files, now: clock });
  const send = createSender({ api, users, kind, wire, upload, now: clock, sendMs: apiTimeoutMs * SEND_FACTOR });
  return {
    ...{ api, tokens, users, notices },
    deliver: createDeliver({ store, api, send, users, desk, turns, notices, meter, now: clock }),
    fetchMedia: createFetchMedia({ prefix: options.mediaPrefix, api, base: apiBase }),
  };
}

/** Every process of an account takes its token from one place. */
function accountTokens({ name, id, apiBase, store, meter, now }: WayOutOptions, fetch: (force: boolean) => Promise<Fetched>): Tokens {
  return createTokens({
    partition: store.partition(0),
    account: `${apiBase} ${id}`,
    fetch,
    now: () => epochMs(now()),
    onRefused: ({ errcode, address }) => meter.event({ event: `${name}-token`, code: `${name.toUpperCase()}_${errcode}`, address }),
  });
}

const NO_TOKENS: Tokens = {
  current: () => Promise.reject(new ApiError('configuration', 41004, 'no app secret is set')),
  renew: () => Promise.reject(new ApiError('configuration', 41004, 'no app secret is set')),
  refusal: () => undefined,
};
