import type { IncomingMessage } from 'node:http';
import { Counter, Gauge } from 'prom-client';
import type { Channel } from '../channels';
import { CAPABILITIES, type Capability } from '../channels/wechat/api';
import type { Counted, Meter, Turns } from '../channels/wechat/ports';
import type { PushReply } from '../channels/wechat/request';
import type { Status } from '../channels/wechat/status';
import { createWechat, WECHAT } from '../channels/wechat/wechat';
import { WECOM } from '../channels/wecom/inbound';
import { createWecom } from '../channels/wecom/wecom';
import type { Config } from '../config';
import { isoOf } from '../domain/calendar';
import type { Store } from '../store/store';
import type { Telemetry } from '../telemetry';
import type { FetchFile } from '../turn/attachments';
import { enqueue, hurry, listBehind, listWaiting } from '../turn/outbox-take';
import type { RunningTurns } from '../turn/turn';
import { createWechatDesk } from './wechat-desk';
import { keepingFetch, keptFilesOf } from './wechat-files';

/** The WeChat channels that are set up, with what they need of the rest. */
export interface WechatChannels {
  readonly own: Readonly<Record<string, Channel>>;
  readonly routes: Readonly<Record<`${'GET' | 'POST'} /${string}`, (request: IncomingMessage) => Promise<PushReply>>>;
  /** The content of a file of an incoming message, which is kept; undefined for files of other channels. */
  readonly fetchFile: FetchFile;
  status(): Status;
  /** Asks the platform whether the settings are right; never throws. */
  check(): Promise<Status>;
  close(): Promise<void>;
}

export interface WechatChannelsOptions {
  readonly config: Pick<Config, 'wechat' | 'wecom'>;
  readonly store: Store;
  readonly telemetry: Telemetry;
  /** The turns of this process; there once the channels are in use. */
  readonly turns: () => RunningTurns;
  /** As `turns().accept`, with what follows a turn. */
  readonly accept: RunningTurns['accept'];
}

/** A message under way is waited for so long, so that what waits behind it can go along. */
const WAIT_MS = 300;

/** Opens them; without settings there are none. */
export function openWechatChannels(options: WechatChannelsOptions): WechatChannels {
  const { config, store, telemetry } = options;
  const now = () => isoOf(Date.now());
  const common = {
    ...{ store, now, turns: turnsFor(options), desk: createWechatDesk(store, now), files: keptFilesOf(store) },
    meter: meterOf(telemetry),
  };
  const wechat = config.wechat && createWechat({ ...common, account: config.wechat });
  const wecom = config.wecom && createWecom({ ...common, account: config.wecom });
  const open = [...(wechat ? [wechat] : []), ...(wecom ? [wecom] : [])];
  watchCapabilities(telemetry, { ...(wechat && { wechat }), ...(wecom && { wecom }) });
  const joined = (statuses: readonly Status[]): Status => ({
    isReady: statuses.every(({ isReady }) => isReady),
    lines: statuses.flatMap(({ lines }) => lines),
  });
  return {
    own: { ...(wechat && { [WECHAT]: wechat.channel }), ...(wecom && { [WECOM]: wecom.channel }) },
    routes: { ...wechat?.routes, ...wecom?.routes },
    fetchFile: keepingFetch(store, async (contentUrl) => (await wechat?.fetchMedia(contentUrl)) ?? wecom?.fetchMedia(contentUrl)),
    status: () => joined(open.map((channel) => channel.status())),
    check: async () => joined(await Promise.all(open.map((channel) => channel.check()))),
    async close() {
      await Promise.all(open.map((channel) => channel.close()));
    },
  };
}

/** The turns as the channels know them. */
export function turnsFor({ store, turns, accept }: Pick<WechatChannelsOptions, 'store' | 'turns' | 'accept'>): Turns {
  return {
    accept,
    mask: (activity) => turns().mask(activity),
    waiting: (conversation) => listWaiting(store, conversation, WAIT_MS),
    behind: (conversation, id) => listBehind(store, conversation, id),
    hurry: (conversation, change) => hurry({ store, outbox: turns().outbox }, conversation, change),
    say: (conversation, activities) => turns().say(conversation, activities),
    enqueue: (conversation, activities, also) => enqueue({ store, outbox: turns().outbox }, { conversation, activities }, also),
  };
}

function meterOf({ event, error, registry }: Telemetry): Meter {
  const counter = new Counter<'what'>({
    ...{ name: 'daozhang_wechat_total', labelNames: ['what'], registers: [registry] },
    help: 'Passive replies, late ones, deliveries left to time out (held), fault notices risked, and so on',
  });
  return { event, error: (name, cause) => error(name, cause), count: (what: Counted) => counter.inc({ what }) };
}

interface Watched {
  isMissing(capability: Capability): boolean;
}

function watchCapabilities({ registry }: Telemetry, channels: Readonly<Record<string, Watched>>): void {
  new Gauge({
    ...{ name: 'daozhang_wechat_capability', labelNames: ['channel', 'capability'], registers: [registry] },
    help: '1: may be used; 0: the platform refused it',
    collect() {
      for (const [channel, { isMissing }] of Object.entries(channels)) {
        for (const capability of CAPABILITIES) this.set({ channel, capability }, isMissing(capability) ? 0 : 1);
      }
    },
  });
}
