import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Activity } from 'botbuilder';
import { epochMs } from '../../domain/calendar';
import { type Store, StoreError } from '../../store/store';
import { type Channel, DeliveryError } from '../delivery';
import { createFiles } from '../files';
import { createApi } from './api';
import { type DirectReply, type DirectRequest, refuse } from './http';
import { createLimiter } from './limits';
import { CHANNEL_ID, createLog, keyOf, numberOf } from './log';
import { lineOf, SERVICE_URL } from './messages';
import { createStreams } from './streams';
import { createTokens, openKey } from './tokens';
import { azureSource, createWebToken, ownSource } from './web-token';

/** What the channel stands on. */
export interface DirectLineOptions {
  readonly store: Store;
  /** Runs the turn of an activity; resolves once committed. Throws StoreError when nothing could be kept. */
  readonly accept: (activity: Partial<Activity>) => Promise<unknown>;
  /** The activity without secrets, as it may be kept. */
  readonly mask: (activity: Partial<Activity>) => Promise<Partial<Activity>>;
  /** False when the user had everything about the conversation deleted in the turn just accepted. */
  readonly isRemembered: (activity: Partial<Activity>) => Promise<boolean>;
  /** The way to Azure's channel of the same name. */
  readonly elsewhere: Channel['deliver'];
  /** ISO +08:00. */
  readonly now: () => string;
  /** Told of what fails for no fault of the caller. */
  readonly report: (event: string, error: unknown) => void;
  /** The bot's name as users see it. */
  readonly botName: string;
  /** Opens `tokens/generate` to other servers; without it they get none. */
  readonly secret: string | undefined;
  /** Our page then talks to Azure's Direct Line with tokens that this server fetches. */
  readonly azure: { readonly secret: string; readonly url: string } | undefined;
  /** Sites whose pages may call this API from a browser. */
  readonly origins: readonly string[];
  /** Proxies in front of this server. */
  readonly proxyHops: number;
  readonly keepAliveMs?: number;
}

export type DirectLineRoutes = Readonly<
  Record<`${'GET' | 'POST' | 'OPTIONS'} /${string}`, (request: DirectRequest) => Promise<DirectReply>>
>;

/** Direct Line 3.0 served by this server: DirectLineJS and Web Chat work against it unmodified. */
export interface DirectLine {
  readonly channel: Channel;
  readonly routes: DirectLineRoutes;
  /** For the HTTP server's `upgrade`; false when the request is for somebody else. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Sockets held by this process. */
  sockets(): number;
  /** Closes the sockets; before the HTTP server is closed. */
  close(): Promise<void>;
}

const BOT_ID = 'daozhang';

/** Opens the channel; the first process on a store makes the key that signs tokens. */
export async function createDirectLine(options: DirectLineOptions): Promise<DirectLine> {
  const { store, report } = options;
  const clock = () => epochMs(options.now());
  const tokens = createTokens(await openKey(store), clock);
  // A clock that is never set back: it would lock everybody out for as long.
  const limiter = createLimiter(() => performance.now());
  const files = createFiles(store);
  const log = createLog(store, clock, (conversation) => streams.appended(conversation));
  const streams = createStreams({ store, log, tokens, report, ...(options.keepAliveMs && { keepAliveMs: options.keepAliveMs }) });
  const bot = { id: BOT_ID, name: options.botName };

  /** Runs the turn; afterwards nothing remains of what the user had deleted. */
  async function accept(activity: Partial<Activity>): Promise<void> {
    await options.accept(activity);
    const conversation = activity.conversation?.id;
    if (activity.type !== 'message' || conversation === undefined || (await options.isRemembered(activity))) return;
    await Promise.all([log.erase(conversation, numberOf(activity.id)), files.erase(keyOf(conversation))]);
  }

  const channel: Channel = {
    takesEvents: true,
    async deliver(activity) {
      if (activity.serviceUrl !== SERVICE_URL) return options.elsewhere(activity);
      const conversation = activity.conversation?.id ?? '';
      if (activity.type === 'trace') return {};
      const appended = await log.append(conversation, `bot/${activity.id ?? ''}`, lineOf(activity));
      if (!appended) throw new DeliveryError('direct line: the conversation is not known', 'gone');
      return { ...(appended.activity.id !== undefined && { id: appended.activity.id }) };
    },
  };

  const { secret, azure, origins, proxyHops, mask } = options;
  const api = createApi({ tokens, log, files, limiter, bot, accept, mask, secret, origins, report });
  const source = azure ? azureSource(azure) : ownSource(log, tokens);
  const webToken = createWebToken({ source, tokens, limiter, proxyHops });
  const guarded = async (request: DirectRequest) => {
    try {
      return await webToken(request);
    } catch (error) {
      report('web-token', error);
      return error instanceof StoreError ? refuse('ServiceError', 'Come again') : refuse('BotRejectedActivity', 'No token to be had');
    }
  };

  return {
    channel,
    routes: { ...api, 'POST /api/web/token': guarded },
    upgrade: streams.upgrade,
    sockets: streams.size,
    close: streams.close,
  };
}

export { CHANNEL_ID as DIRECT_LINE };
