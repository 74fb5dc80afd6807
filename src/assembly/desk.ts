import { randomBytes } from 'node:crypto';
import { formatInstant, formatValue } from '../../dialogs/format';
import { flattenDraft } from '../../dialogs/trace';
import { isTextKey, localeOf, text } from '../../locales';
import { DIRECT_LINE } from '../channels/direct-line/direct-line';
import { createFiles, typeOf } from '../channels/direct-line/files';
import { addressOf, originOf } from '../channels/direct-line/http';
import { partitionOfConversation } from '../channels/direct-line/log';
import { BASE } from '../channels/direct-line/sending';
import type { Config } from '../config';
import { createDeskApi } from '../desk/api';
import { createAttempts } from '../desk/attempts';
import { type Act, createDesk, type DeskOptions } from '../desk/desk';
import { createDoor } from '../desk/door';
import { openFeed, TOPIC } from '../desk/feed';
import type { DeskRequest } from '../desk/http';
import { createPresence } from '../desk/presence';
import { createQuickReplies } from '../desk/quick-replies';
import { createSessions } from '../desk/sessions';
import { watchTimeouts } from '../desk/timeouts';
import type { Slot, ViewOptions } from '../desk/view';
import { createWebhook } from '../desk/webhook';
import { isoOf, isWorkday } from '../domain/calendar';
import type { Case, CaseDraft } from '../domain/case';
import { maskSecrets } from '../domain/privacy';
import { profileOf } from '../domain/profile';
import type { SlotName } from '../domain/slots';
import { replyBy } from '../domain/triage';
import { createSeal, readOrMakeKey } from '../seal';
import type { Reply } from '../server';
import type { Store } from '../store/store';
import type { Log } from '../turn/log';
import { createDeskPage } from './desk-page';
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
  const feed = await openFeed({ store, now });
  const link = desk.agents.length === 0 ? randomBytes(24).toString('base64url') : undefined;
  const door = createDoor({
    ...{ store, key, now, link, agents: desk.agents, bearer: desk.key },
    sessions: createSessions(store, key),
    attempts: createAttempts(store, Date.now),
    administrator: { id: 'admin', name: text('zh-CN', 'desk.page.administrator'), role: 'admin' },
    addressOf: (request) => addressOf(request, web.proxyHops),
    isSecure: (request) => originOf(request)?.startsWith('https:') === true,
  });
  const announce = () => void store.publish(TOPIC, '').catch(() => undefined);
  let news: NodeJS.Timeout | undefined;
  const act = createDesk({
    ...{ store, say, now, key, announce },
    mask: (words) => maskSecrets(words).text,
    replyBy: (of) => {
      const at = replyBy(of.priority, now(), profileFor(of), profiles.calendar);
      return { at, said: formatInstant(localeOf(of.locale), at) };
    },
  });
  const profileFor = ({ draft }: Case) => profileOf(profiles, draft.facts.acquirerName?.value);
  const view: ViewOptions = {
    ...{ store, now, slots, flatten: flattenDraft },
    causes: (found) => causesOf(found, profileFor(found).cutoff),
    isRest: (date) => !isWorkday(date, profiles.calendar),
    cutoff: profileOf(profiles, undefined).cutoff,
    files: (conversation) => listFiles(store, conversation),
  };
  const presence = createPresence(store);
  const stopTimeouts = watchTimeouts({ store, act, now, present: presence.list });
  const webhook = desk.webhook && createWebhook({ ...desk.webhook, store, now, log });
  const files = createFiles(store);
  const routes = createDeskApi({
    ...view,
    ...{ act, door, feed, key, agents: desk.agents },
    presence,
    quickReplies: createQuickReplies(store),
    nameOf,
    open: (sealed) => seal.open(sealed),
    async keepFile(key, bytes) {
      const contentType = typeOf(bytes);
      if (!key.startsWith(`${DIRECT_LINE}/`) || contentType === undefined) return undefined;
      const conversation = webConversation(key);
      const [id] = await files.save(conversation, [{ contentType, bytes }]);
      return id === undefined || id.length < 2
        ? undefined
        : { contentType, contentUrl: `${BASE}/conversations/${conversation}/attachments/${id}` };
    },
    file: (conversation, id) => files.read(webConversation(conversation), id),
  });
  return {
    routes: { ...routes, ...createDeskPage(builtPages()) },
    link,
    act,
    hurry() {
      news ??= setTimeout(() => {
        news = undefined;
        announce();
      }, NEWS_MS).unref();
    },
    async close() {
      clearTimeout(news);
      stopTimeouts();
      webhook?.close();
      feed.close();
    },
  };
}

const webConversation = (key: string): string => key.slice(key.indexOf('/') + 1);

/** Files of the web page's conversations; other channels keep theirs. */
async function listFiles(store: Store, key: string): Promise<readonly { readonly id: string; readonly contentType: string }[]> {
  const conversation = webConversation(key);
  const heads = await partitionOfConversation(store, conversation).list('direct-line-files', {
    from: `${conversation}:`,
    to: `${conversation};`,
  });
  return heads.map(({ id, value }) => ({
    id: id.slice(conversation.length + 1),
    contentType: (value as { contentType: string }).contentType,
  }));
}

/** The desk reads Chinese whatever the user's language. */
function slots({ facts }: CaseDraft): readonly Slot[] {
  return Object.entries(facts).map(([slot, { value, source, approx, at }]) => {
    const label = `slot.${slot}`;
    const shown = value === 'unknown' ? text('zh-CN', 'desk.page.unknown') : formatValue('zh-CN', slot as SlotName, value);
    return { slot, label: isTextKey(label) ? text('zh-CN', label) : slot, value: shown, source, at, ...(approx && { approx }) };
  });
}

function nameOf(kind: 'issue' | 'step', id: string): string {
  if (kind === 'issue') return formatValue('zh-CN', 'issueType', id);
  const key = `slot.${id}`;
  return isTextKey(key) ? text('zh-CN', key) : id;
}

function causesOf({ diagnosis }: Case, cutoff: string): ReturnType<ViewOptions['causes']> {
  return diagnosis.causes.map(({ id, likelihood }) => {
    const key = `cause.${id}`;
    return { id, likelihood, words: isTextKey(key) ? text('zh-CN', key, { cutoff }) : id };
  });
}
