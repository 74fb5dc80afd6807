import { DefaultAzureCredential } from '@azure/identity';
import type { Activity } from 'botbuilder';
import { type Locale, localeOf, text } from '../locales';
import { createBot } from './bot';
import { DeliveryError, type FindChannel } from './channels';
import type { Config } from './config';
import { isoOf } from './domain/calendar';
import { filterOutbound } from './domain/outbound';
import { maskSecrets } from './domain/privacy';
import { entryId } from './repositories/ids';
import { createScheduler } from './scheduler';
import { createSeal, readOrMakeKey } from './seal';
import { openLmdbStore } from './store/lmdb';
import { openRedisStore } from './store/redis';
import type { Store } from './store/store';
import type { Telemetry } from './telemetry';
import type { FetchFile } from './turn/attachments';
import { DEAD_LETTERS, OUTBOX } from './turn/outbox-entry';
import { createTurns, type RunningTurns } from './turn/turn';
import { createCluRecognizer } from './understanding/clu';
import { createEmbeddedRecognizer } from './understanding/embedded';
import type { Recognizer } from './understanding/recognizer';

/** The bot with everything behind its channels. */
export interface App {
  readonly turns: RunningTurns;
  /** Finishes the running turns, then lets go of the store. */
  close(): Promise<void>;
}

export interface AppOptions {
  readonly config: Config;
  readonly store: Store;
  readonly telemetry: Telemetry;
  readonly channels: FindChannel;
  /** See BotOptions. */
  readonly fetchFile?: FetchFile;
}

const TICK_MS = 1000;
/** Enough to see that something is wrong; counting further costs more than it tells. */
const DEPTH_LIMIT = 1000;

/** The store the settings ask for. Throws StoreError, or DataDirInUseError when another process has the folder. */
export function openStore({ redisUrl, dataDir }: Config['store']): Promise<Store> {
  return redisUrl === undefined ? openLmdbStore({ directory: dataDir }) : openRedisStore({ url: redisUrl });
}

/** The turn failed: says so, and offers a person by one tap. */
function apologyIn(locale: Locale): Partial<Activity> {
  const person = text(locale, 'contact-agent.handoff.choices.yes');
  const actions = [{ type: 'imBack', title: person, value: person }];
  return { type: 'message', text: text(locale, 'talk.error'), suggestedActions: { to: [], actions } };
}

/** The embedded recognizer, with Azure CLU behind it where an operator has one. */
function withClu(embedded: Recognizer, { clu }: Config, telemetry: Telemetry): Recognizer {
  if (clu === undefined || clu.mode === 'never') return embedded;
  const { key, ...settings } = clu;
  const credential = key === undefined ? new DefaultAzureCredential() : { key };
  return createCluRecognizer({
    settings: { ...settings, credential },
    embedded,
    onOutcome: (outcome, ms) => telemetry.event({ event: 'clu', outcome, ms }),
  });
}

/** Puts the parts together; nothing is received yet. */
export function createApp({ config, store, telemetry, channels, fetchFile }: AppOptions): App {
  const { profiles, conversation } = config;
  const now = () => isoOf(Date.now());
  const seal = createSeal(config.store.dataKey ?? readOrMakeKey(config.store.dataDir));
  const embedded = createEmbeddedRecognizer();
  const recognizer = withClu(embedded, config, telemetry);
  const bot = createBot({
    ...{ store, recognizer, profiles, fetchFile },
    staff: config.teams.staff,
    observe: ({ record, understanding, asking, diagnosis, case: opened, questions }) => {
      const reached = diagnosis?.outcome !== undefined && diagnosis.outcome !== record.diagnosis?.outcome;
      telemetry.judged(entryId(record.id), {
        intent: understanding.intent,
        step: asking,
        caseId: opened?.id,
        ...(reached && { outcome: diagnosis.outcome, questions }),
      });
    },
  });
  const turns = createTurns({
    ...{ store, bot, now, burstMs: conversation.burstMs, log: telemetry.event },
    mask: (words, asking) => {
      if (seal.open(words) !== undefined) return { text: words, found: {}, contact: words };
      const masked = maskSecrets(words, asking);
      return masked.phone === undefined ? masked : { ...masked, contact: seal.seal(masked.phone) };
    },
    filter: (words, own) => filterOutbound(words, { contacts: profiles.contacts, allow: own }).text,
    isFragment: (words, record) =>
      embedded.isFragment(words.trim(), {
        locale: (record?.locale ?? 'zh-CN') as Locale,
        now: now(),
        ...(record?.asking && { expecting: record.asking }),
      }),
    deliver: async (activity) => {
      const channel = channels(activity.channelId ?? '');
      if (!channel) throw new DeliveryError('no channel leads there', 'refused');
      if (activity.type === 'event' && !channel.takesEvents) return;
      await channel.deliver(activity);
    },
    apology: (locale) => apologyIn(localeOf(locale)),
  });
  const scheduler = createScheduler({ store, turns, now, log: telemetry.event, everyMs: TICK_MS });
  telemetry.watchOutbox(async () => {
    const [waiting, dead] = await Promise.all([OUTBOX, DEAD_LETTERS].map((name) => store.listAll(name, { limit: DEPTH_LIMIT })));
    return { waiting: waiting?.length ?? 0, dead: dead?.length ?? 0 };
  });
  return {
    turns,
    async close() {
      await scheduler.close();
      await turns.close();
      await store.close();
    },
  };
}
