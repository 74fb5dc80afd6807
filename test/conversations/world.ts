import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Activity } from 'botbuilder';
import type { Session } from '../../dialogs/services';
import { localeOf, text } from '../../locales';
import { createBot } from '../../src/bot';
import { addMs, epochMs } from '../../src/domain/calendar';
import type { Case, CaseDraft, Diagnosis } from '../../src/domain/case';
import { filterOutbound } from '../../src/domain/outbound';
import { type Masked, maskSecrets } from '../../src/domain/privacy';
import { loadProfiles } from '../../src/domain/profile';
import type { Asking } from '../../src/domain/slots';
import { createScheduler } from '../../src/scheduler';
import { openLmdbStore } from '../../src/store/lmdb';
import type { Store } from '../../src/store/store';
import { createTelemetry, type Telemetry } from '../../src/telemetry';
import { conversationKey } from '../../src/turn/incoming';
import { createTurns, type RunningTurns } from '../../src/turn/turn';
import { createEmbeddedRecognizer } from '../../src/understanding/embedded';

/** What the bot knew at the end of a turn. */
export interface Seen {
  readonly asking: Asking | undefined;
  readonly draft: CaseDraft;
  readonly diagnosis: Diagnosis | undefined;
  readonly case: Case | undefined;
}

/** The whole bot on a store, with a clock that the scripts set and everything it says or logs kept. */
export interface World {
  readonly store: Store;
  readonly turns: RunningTurns;
  readonly telemetry: Telemetry;
  /** ISO +08:00; also the store's clock, so that state expires by it. */
  clock: string;
  readonly logs: readonly string[];
  /** Folder of the embedded store; undefined on Redis. */
  readonly directory: string | undefined;
  /** What the bot knew after the last turn of a conversation. */
  seen(conversation: string): Seen | undefined;
  /** What was delivered outside of responses since the last call. */
  delivered(conversation: string): Promise<readonly Partial<Activity>[]>;
  /** What is due is done. */
  tick(): Promise<void>;
  /** Lets everything under way end. */
  close(): Promise<void>;
  /** Deletes the folder. */
  remove(): Promise<void>;
}

/** Whose employees are staff on Teams. */
export const STAFF_TENANT = '99999999-2222-3333-4444-555555555555';
/** Real time in which the parts of a burst have to arrive. */
const BURST_MS = 40;
/** Nothing expired is swept away in a run, so that every byte that was ever kept can be searched. */
const NEVER_MS = 2 ** 31 - 1;
/** Every commit waits for the disk; a folder in memory, where the system has one, makes hundreds of conversations quick. */
const FOLDER = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

export interface WorldOptions {
  /** Opens another store than the embedded one. */
  readonly open?: () => Promise<Store>;
  /** Another mask than the product's, to show that the tests notice. */
  readonly mask?: (words: string, asking?: Asking) => Masked;
}

/** Puts the bot together as the product does, but for its clock and its way out. */
export async function openWorld({ open, mask = maskSecrets }: WorldOptions = {}): Promise<World> {
  const directory = open ? undefined : await mkdtemp(join(FOLDER, 'daozhang-talks-'));
  const time = { now: '2026-03-04T10:00:00+08:00' };
  const now = () => time.now;
  const store = directory
    ? await openLmdbStore({ directory, now: () => epochMs(time.now), sweepMs: NEVER_MS })
    : await (open as () => Promise<Store>)();
  const loaded = loadProfiles();
  if (loaded.kind === 'refused') throw new Error(loaded.faults.join('\n'));
  const { profiles } = loaded;
  const recognizer = createEmbeddedRecognizer();
  const logs: string[] = [];
  const telemetry = createTelemetry({ level: 'debug', destination: { write: (line: string) => logs.push(line) } as never });
  const known = new Map<string, Seen>();
  const sent = new Map<string, Partial<Activity>[]>();
  const observe = ({ record, asking, draft, diagnosis, case: opened }: Session) =>
    void known.set(record.id, { asking, draft, diagnosis, case: opened });
  const turns = createTurns({
    store,
    bot: createBot({ store, recognizer, profiles, staff: { tenants: [STAFF_TENANT], allowed: [] }, observe }),
    now,
    mask,
    burstMs: BURST_MS,
    log: telemetry.event,
    filter: (words, own) => filterOutbound(words, { contacts: profiles.contacts, allow: own }).text,
    isFragment: (words, record) =>
      recognizer.isFragment(words, { locale: 'zh-CN', now: now(), ...(record?.asking && { expecting: record.asking }) }),
    deliver: async (activity) => {
      const key = conversationKey(activity);
      sent.set(key, [...(sent.get(key) ?? []), activity]);
    },
    apology: (locale) => ({ type: 'message', text: text(localeOf(locale), 'talk.error') }),
  });
  const scheduler = createScheduler({ store, turns, now, log: telemetry.event, everyMs: 0 });
  return {
    ...{ store, turns, telemetry, logs, directory, tick: scheduler.tick },
    get clock() {
      return time.now;
    },
    set clock(value) {
      time.now = value;
    },
    seen: (conversation) => known.get(conversation),
    async delivered(conversation) {
      await turns.outbox.deliverWaiting(conversation);
      const activities = sent.get(conversation) ?? [];
      sent.delete(conversation);
      return activities;
    },
    async close() {
      await scheduler.close();
      await turns.close();
      await store.close();
    },
    async remove() {
      if (directory) await rm(directory, { recursive: true, force: true });
    },
  };
}

/** How long a person reads and types. */
export const PAUSE_MS = 20_000;

/** Moves the clock of a world on. */
export function advance(world: World, ms: number): void {
  world.clock = addMs(world.clock, ms);
}
