import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Activity } from 'botbuilder';
import { createBot } from '../src/bot';
import { addMs } from '../src/domain/calendar';
import { filterOutbound } from '../src/domain/outbound';
import { maskSecrets } from '../src/domain/privacy';
import { loadProfiles } from '../src/domain/profile';
import type { Asking } from '../src/domain/slots';
import { openLmdbStore } from '../src/store/lmdb';
import type { Store } from '../src/store/store';
import { createTurns, type RunningTurns } from '../src/turn/turn';
import { createEmbeddedRecognizer } from '../src/understanding/embedded';

/** What the bot said to one message, and its trace. */
export interface Said {
  readonly texts: readonly string[];
  readonly choices: readonly string[];
  readonly trace: Record<string, unknown> | undefined;
  readonly activities: readonly Partial<Activity>[];
}

/** A bot in this process over an embedded store, for tests that talk to it. */
export interface Talk {
  readonly store: Store;
  readonly turns: RunningTurns;
  now: string;
  say(text: string, more?: Partial<Activity>): Promise<Said>;
  close(): Promise<void>;
}

export async function openTalk(options: {
  now: string;
  conversation?: string;
  channelId?: string;
  staffTenant?: string;
  deliver?: (activity: Partial<Activity>) => Promise<void>;
  /** Instead of an embedded one; closed with the rest. */
  store?: Store;
  outbox?: { readonly leaseMs: number };
  /** Instead of masking alone. */
  mask?: (words: string, asking?: Asking) => ReturnType<typeof maskSecrets> & { readonly contact?: string };
}): Promise<Talk> {
  const directory = mkdtempSync(join(tmpdir(), 'talk-'));
  const store = options.store ?? (await openLmdbStore({ directory }));
  const loaded = loadProfiles();
  if (loaded.kind === 'refused') throw new Error(loaded.faults.join('\n'));
  const { profiles } = loaded;
  const { contacts } = profiles;
  const bot = createBot({
    store,
    recognizer: createEmbeddedRecognizer(),
    profiles,
    ...(options.staffTenant ? { staff: { tenants: [options.staffTenant], allowed: [] } } : {}),
  });
  const talk: { now: string } = { now: options.now };
  const turns = createTurns({
    store,
    bot,
    now: () => talk.now,
    mask: options.mask ?? maskSecrets,
    filter: (text: string, own: readonly string[]) => filterOutbound(text, { contacts, allow: own }).text,
    isFragment: () => false,
    burstMs: 0,
    deliver: options.deliver ?? (async () => []),
    ...(options.outbox && { outbox: options.outbox }),
    apology: () => ({ type: 'message', text: 'apology' }),
    log: (event: unknown) => {
      if (process.env.TALK_LOG) console.error(event);
    },
  } as never);
  let count = 0;
  const self: Talk = {
    store,
    turns,
    get now() {
      return talk.now;
    },
    set now(value: string) {
      talk.now = value;
    },
    async say(text, more = {}) {
      const activity: Partial<Activity> = {
        type: 'message',
        id: `m${++count}`,
        text,
        channelId: options.channelId ?? 'emulator',
        serviceUrl: 'http://localhost:1',
        deliveryMode: 'expectReplies',
        from: { id: 'user', name: 'user' },
        recipient: { id: 'bot', name: 'bot' },
        conversation: { id: options.conversation ?? 'talk' } as Activity['conversation'],
        ...more,
      };
      const { replies } = await turns.accept(activity);
      talk.now = addMs(talk.now, 20_000);
      return readSaid(replies);
    },
    async close() {
      await turns.close();
      await store.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
  return self;
}

export function readSaid(activities: readonly Partial<Activity>[]): Said {
  const messages = activities.filter(({ type }) => type === 'message');
  const trace = activities.findLast(({ type, name }) => type === 'trace' && name === 'daozhang.turn');
  return {
    texts: messages.flatMap(({ text }) => text ?? []),
    choices: messages.flatMap(({ suggestedActions }) => suggestedActions?.actions.map(({ title }) => title) ?? []),
    trace: trace?.value,
    activities,
  };
}
