import { randomBytes } from 'node:crypto';
import { formatInstant } from '../../dialogs/format';
import { flattenDraft } from '../../dialogs/trace';
import { localeOf, text } from '../../locales';
import { DIRECT_LINE } from '../channels/direct-line/direct-line';
import { addressOf, originOf } from '../channels/direct-line/http';
import { BASE } from '../channels/direct-line/sending';
import { createFiles, fileAddress, typeOf } from '../channels/files';
import { PICTURE_TYPES } from '../channels/wechat/media';
import { WECHAT } from '../channels/wechat/wechat';
import { WECOM } from '../channels/wecom/inbound';
import type { Config } from '../config';
import { createDeskApi } from '../desk/api';
import { watchWaiting } from '../desk/assignment';
import { createAttempts } from '../desk/attempts';
import { type Act, createDesk, type DeskOptions } from '../desk/desk';
import { createDoor } from '../desk/door';
import { openFeed, TOPIC } from '../desk/feed';
import type { DeskRequest } from '../desk/http';
import { createOidc } from '../desk/oidc';
import { createOidcDoor } from '../desk/oidc-door';
import { createPresence } from '../desk/presence';
import { createQuickReplies } from '../desk/quick-replies';
import { createRoster } from '../desk/roster';
import { createSessions } from '../desk/sessions';
import { watchTimeouts } from '../desk/timeouts';
import type { ViewOptions } from '../desk/view';
import { createWebhook } from '../desk/webhook';
import { isoOf, isWorkday } from '../domain/calendar';
import type { Case } from '../domain/case';
import { maskSecrets } from '../domain/privacy';
import { profileOf } from '../domain/profile';
import { replyBy } from '../domain/triage';
import { createAudit } from '../repositories/audit';
import { createSeal, readOrMakeKey } from '../seal';
import type { Reply } from '../server';
import type { DeskConfig } from '../settings/desk';
import type { Store } from '../store/store';
import { codeOf, type Log } from '../turn/log';
import { createDeskPage } from './desk-page';
import { causesOf, nameOf, slotsOf } from './desk-words';
import { builtPages } from './web';

/** The desk with everything behind it. */
export interface OpenDesk {
  readonly routes: Readonly<Record<`${'GET' | 'POST'} /${string}`, (request: DeskRequest) => Promise<Reply>>>;
  /** Opens the desk once; undefined when there is an agents file. */
  readonly link: string | undefined;
  readonly act: Act;
  /** Something may have happened: pages of every process look. */
  hurry(): void;
  close(): Promise<void>;
}

export interface OpenDeskOptions {
  readonly config: Config;
  readonly store: Store;
  readonly say: DeskOptions['say'];
  readonly log: Log;
  /** ISO +08:00; the clock of this machine when absent. */
  readonly now?: () => string;
}

/** News of turns are sent at most so often, since every turn may be some; what an agent does is told at once. */
const NEWS_MS = 100;

/** Puts the desk's parts together. */
export async function openDesk({ config, store, say, log, now = () => isoOf(Date.now()) }: OpenDeskOptions): Promise<OpenDesk> {
  const { desk, profiles, web } = config;
  const key = config.store.dataKey ?? readOrMakeKey(config.store.dataDir);
  const seal = createSeal(key);
  const audit = createAudit(store, key);
  const feed = await openFeed({ store, now });
  const link = desk.agents.length === 0 && !desk.oidc ? randomBytes(24).toString('base64url') : undefined;
  const roster = createRoster(store, desk.agents, desk.oidc !== undefined && desk.oidc.roles.length > 0);
  const ways = {
    ...{ audit, now, roster, agents: desk.agents },
    attempts: createAttempts(store, Date.now),
    addressOf: (request: DeskRequest) => addressOf(request, web.proxyHops),
    isSecure: (request: DeskRequest) => originOf(request)?.startsWith('https:') === true,
  };
  const door = createDoor({
    ...{ ...ways, bearer: desk.key, sessions: createSessions(store, key) },
    first:
      link === undefined
        ? undefined
        : { link, administrator: { id: 'admin', name: text('zh-CN', 'desk.page.administrator'), role: 'admin' } },
  });
  const report = (event: string, error: unknown) => log({ event, code: codeOf(error) });
  const oidc =
    desk.oidc &&
    createOidcDoor({ ...ways, store, oidc: createOidc(desk.oidc), settings: desk.oidc, enter: door.enter, seal, originOf, report });
  const announce = () => void store.publish(TOPIC, '').catch(() => undefined);
  let news: NodeJS.Timeout | undefined;
  let more = false;
  /** The first at once, those of the moments after it together. */
  function tell(): void {
    more = news !== undefined;
    if (more) return;
    announce();
    news = setTimeout(() => {
      news = undefined;
      if (more) tell();
    }, NEWS_MS).unref();
  }
  const act = createDesk({
    ...{ store, say, now, key, announce },
    mask: (words) => maskSecrets(words).text,
    replyBy: (of) => {
      const at = replyBy(of.priority, now(), profileFor(of), profiles.calendar);
      return { at, said: formatInstant(localeOf(of.locale), at) };
    },
  });
  const profileFor = ({ draft }: Case) => profileOf(profiles, draft.facts.acquirerName?.value);
  const files = createFiles(store);
  const view: ViewOptions = {
    ...{ store, now, slots: slotsOf, flatten: flattenDraft },
    causes: (found) => causesOf(found, profileFor(found).cutoff),
    isRest: (date) => !isWorkday(date, profiles.calendar),
    cutoff: profileOf(profiles, undefined).cutoff,
    files: files.list,
  };
  const presence = createPresence(store);
  const present = presence.list;
  const stopTimeouts = watchTimeouts({ store, act, now, present });
  const elsewhere = [...(config.wechat?.handsOver ? [WECHAT] : []), ...(config.wecom?.handsOver ? [WECOM] : [])];
  const assignment = desk.assigns ? await watchWaiting({ store, act, roster, present, feed, elsewhere }) : undefined;
  const webhook = desk.webhook && createWebhook({ ...desk.webhook, store, now, log });
  const routes = createDeskApi({
    ...view,
    ...{ act, door, oidc, feed, audit, key, roster, presence },
    arrived: () => assignment?.hurry(),
    quickReplies: createQuickReplies(store),
    nameOf,
    open: (sealed) => seal.open(sealed),
    async keepFile(key, bytes) {
      const contentType = typeOf(bytes);
      if (contentType === undefined || !takesFile(key, contentType)) return undefined;
      const saved = await files.save(key, [{ contentType, bytes }]);
      if (saved === 'too many') return undefined;
      const [id = ''] = saved;
      const isWeb = channelOf(key) === DIRECT_LINE;
      const contentUrl = isWeb ? `${BASE}/conversations/${key.slice(DIRECT_LINE.length + 1)}/attachments/${id}` : fileAddress(id);
      return { contentType, contentUrl };
    },
    file: files.read,
  });
  return {
    routes: { ...routes, ...createDeskPage(builtPages(), waysIn(desk)) },
    link,
    act,
    hurry: tell,
    async close() {
      clearTimeout(news);
      stopTimeouts();
      assignment?.close();
      webhook?.close();
      feed.close();
    },
  };
}

/** What the sign-in page offers. */
function waysIn({ agents, oidc }: DeskConfig): readonly ('key' | 'oidc')[] {
  const byKey = !oidc || agents.some(({ key }) => key !== undefined);
  return [...(byKey ? (['key'] as const) : []), ...(oidc ? (['oidc'] as const) : [])];
}

const channelOf = (conversation: string): string => conversation.slice(0, conversation.indexOf('/'));

/** What an agent may send to users of a channel. */
function takesFile(conversation: string, contentType: string): boolean {
  const channel = channelOf(conversation);
  return channel === DIRECT_LINE || ((channel === WECHAT || channel === WECOM) && PICTURE_TYPES.includes(contentType));
}
