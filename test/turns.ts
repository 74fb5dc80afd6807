import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Activity, TurnContext } from 'botbuilder';
import { openLmdbStore } from '../src/store/lmdb';
import type { Json, Store } from '../src/store/store';
import { createTurns, type RunningTurns, type TurnOptions, turnOf } from '../src/turn';

/** A bot that writes down every line it hears, in the store, and says each back with its number; `!…` are things that go wrong. */
export async function noteBot(context: TurnContext): Promise<void> {
  const { partition } = turnOf(context);
  const id = notesId(context.activity);
  const notes = [...(((await partition.get('notes', id))?.value as string[] | undefined) ?? [])];
  for (const line of (context.activity.text ?? context.activity.name ?? context.activity.type).split('\n')) {
    if (line === '!throw') throw Object.assign(new Error(`cannot do ${line}`), { code: 'BOT_BROKEN' });
    notes.push(line);
    await context.sendActivity(`${notes.length} ${line}`);
  }
  await partition.commit({ kind: 'put', collection: 'notes', id, value: notes });
  if (context.activity.type === 'invoke')
    await context.sendActivity({ type: 'invokeResponse', value: { status: 200, body: { notes: notes.length } } });
}

const notesId = ({ conversation }: Partial<Activity>) => `notes-${encodeURIComponent(conversation?.id ?? '')}`;

/** What the note bot has written in a conversation. */
export async function notesOf(store: Store, conversation: string): Promise<readonly string[]> {
  const rows = await store.listAll('notes');
  return (rows.find(({ id }) => id === `notes-${encodeURIComponent(conversation)}`)?.value ?? []) as string[];
}

/** All entries of a collection in all partitions. */
export async function all(store: Store, collection: string): Promise<readonly Json[]> {
  return (await store.listAll(collection)).map(({ value }) => value);
}

/** A message of a user; `id` absent gives none. */
export function message(text: string, id?: string, more: Partial<Activity> = {}): Partial<Activity> {
  return {
    type: 'message',
    channelId: 'emulator',
    serviceUrl: 'http://127.0.0.1:9/',
    conversation: { id: 'c1', isGroup: false, conversationType: '', name: '' },
    from: { id: 'u1', name: 'U' },
    recipient: { id: 'b1', name: 'B' },
    text,
    ...(id !== undefined && { id }),
    ...more,
  };
}

/** An activity that wants its replies in the answer. */
export const expecting = { deliveryMode: 'expectReplies' } as const;

/** Turns over a store with everything else at its simplest. `sent` is what was delivered, `logged` what was logged. */
export function turnsOver(store: Store, options: Partial<TurnOptions> = {}): World {
  const sent: Partial<Activity>[] = [];
  const logged: Parameters<TurnOptions['log']>[0][] = [];
  const turns = createTurns({
    store,
    bot: { run: noteBot },
    now: () => new Date().toISOString(),
    mask: (text) => ({ text: text.replaceAll('4242424242424242', '****4242'), found: text.includes('4242424242424242') ? { pan: 1 } : {} }),
    filter: (text) => text.replaceAll('13800138000', '…'),
    isFragment: (text) => text.endsWith('…'),
    burstMs: 0,
    deliver: async (activity) => {
      sent.push(activity);
    },
    apology: () => ({ type: 'message', text: 'sorry' }),
    log: (entry) => logged.push(entry),
    lockMs: 600,
    pollMs: 5,
    ...options,
    outbox: { leaseMs: 600, backoffMs: 1, ...options.outbox },
  });
  return { turns, sent, logged };
}

export interface World {
  readonly turns: RunningTurns;
  readonly sent: readonly Partial<Activity>[];
  readonly logged: readonly Parameters<TurnOptions['log']>[0][];
}

/** An LMDB store in a folder of its own that is gone after `use`. */
export async function withLmdb(use: (store: Store, directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'daozhang-turn-'));
  const store = await openLmdbStore({ directory });
  try {
    await use(store, directory);
  } finally {
    await store.close();
    await rm(directory, { recursive: true, force: true });
  }
}

export const textsOf = (activities: readonly Partial<Activity>[]) => activities.map(({ text }) => text);
