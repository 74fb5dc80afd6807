import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Activity, TurnContext } from 'botbuilder';
import { openLmdbStore } from '../src/store/lmdb';
import { openRedisStore } from '../src/store/redis';
import type { Json, Partition, Store } from '../src/store/store';
import { createTurns, type RunningTurns, type TurnOptions, turnOf } from '../src/turn/turn';
import { startRedis, type TestRedis } from './redis';

/** A bot that writes every line it hears into the store and says each back with its number. */
export async function noteBot(context: TurnContext): Promise<void> {
  const { partition } = turnOf(context);
  const { activity } = context;
  const notes = [...(await readNotes(partition, activity))];
  for (const line of (activity.text ?? activity.name ?? activity.type).split('\n')) {
    notes.push(line);
    await context.sendActivity(`${notes.length} ${line}`);
  }
  await partition.commit({ kind: 'put', collection: 'notes', id: notesId(activity), value: notes });
  if (activity.type === 'invoke')
    await context.sendActivity({ type: 'invokeResponse', value: { status: 200, body: { notes: notes.length } } });
}

async function readNotes(partition: Partition, activity: Partial<Activity>): Promise<readonly string[]> {
  return ((await partition.get('notes', notesId(activity)))?.value ?? []) as string[];
}

const notesId = ({ conversation }: Partial<Activity>) => encodeURIComponent(conversation?.id ?? '');

/** What the note bot has written, in `c1` or another conversation. */
export async function notesOf(store: Store, conversation = 'c1'): Promise<readonly string[]> {
  const rows = await store.listAll('notes');
  return (rows.find(({ id }) => id === conversation)?.value ?? []) as string[];
}

/** Values of a collection in all partitions. */
export async function all(store: Store, collection: string): Promise<readonly Json[]> {
  return (await store.listAll(collection)).map(({ value }) => value);
}

/** A message of the user of `c1`. */
export function message(text: string, id?: string, more: Partial<Activity> = {}): Partial<Activity> {
  return {
    type: 'message',
    channelId: 'directline',
    serviceUrl: 'http://127.0.0.1:9/',
    conversation: { id: 'c1', isGroup: false, conversationType: '', name: '' },
    from: { id: 'u1', name: 'U' },
    recipient: { id: 'b1', name: 'B' },
    text,
    ...(id !== undefined && { id }),
    ...more,
  };
}

/** Key of the conversation of `message`. */
export const C1 = 'directline/c1';

/** For an activity whose replies come in the answer. */
export const expecting = { deliveryMode: 'expectReplies' } as const;

/** Turns of one process with everything around them at its simplest. */
export interface World {
  readonly turns: RunningTurns;
  /** Delivered. */
  readonly sent: Partial<Activity>[];
  readonly logged: Parameters<TurnOptions['log']>[0][];
}

/** Lifetimes of locks for tests in which a process dies. */
export const SHORT_LIVED = { lockMs: 600, outbox: { leaseMs: 600 } } as const;

/** Card 4242424242424242 is a secret, 13800138000 may not be said, a text that ends in … is a fragment. */
export function turnsOver(store: Store, options: Partial<TurnOptions> = {}): World {
  const sent: Partial<Activity>[] = [];
  const logged: Parameters<TurnOptions['log']>[0][] = [];
  const turns = createTurns({
    store,
    bot: { run: noteBot },
    now: () => new Date().toISOString(),
    mask: (text) => ({ text: text.replaceAll('4242424242424242', '****4242'), found: text.includes('4242424242424242') ? { pan: 1 } : {} }),
    filter: (text) => text.replaceAll('13800138000', '[hidden]'),
    isFragment: (text) => text.endsWith('…'),
    burstMs: 0,
    deliver: async (activity) => {
      sent.push(activity);
    },
    apology: () => ({ type: 'message', text: 'sorry' }),
    log: (entry) => logged.push(entry),
    pollMs: 5,
    ...options,
    outbox: { backoffMs: 1, ...options.outbox },
  });
  return { turns, sent, logged };
}

/** A real engine that can give several stores on the same data, as several processes would have them. */
export interface Engine {
  readonly name: string;
  /** On data of its own. */
  open(): Promise<{ readonly stores: readonly [Store, Store]; close(): Promise<void> }>;
}

/** The embedded store: one process, so both stores are the same. */
const lmdb: Engine = {
  name: 'LMDB',
  async open() {
    const directory = await mkdtemp(join(tmpdir(), 'daozhang-turn-'));
    const store = await openLmdbStore({ directory });
    return {
      stores: [store, store],
      async close() {
        await store.close();
        await rm(directory, { recursive: true, force: true });
      },
    };
  },
};

let server: Promise<TestRedis> | undefined;

/** One server for a test file; each `open` has keys of its own. */
export const redis: Engine = {
  name: 'Redis',
  async open() {
    server ??= startRedis();
    const { url } = await server;
    const options = { url, prefix: `turn-${randomUUID()}` };
    const stores = [await openRedisStore(options), await openRedisStore(options)] as const;
    return {
      stores,
      async close() {
        await Promise.all(stores.map((store) => store.close()));
      },
    };
  },
};

export const engines: readonly Engine[] = [lmdb, redis];

/** Stops what `redis` started; for afterAll. */
export async function stopEngines(): Promise<void> {
  await (await server)?.stop();
  server = undefined;
}

/** Runs a test on each engine with two stores on the same data. */
export function onEachEngine(name: string, run: (stores: readonly [Store, Store]) => Promise<void>): void {
  test.each(engines)(`$name: ${name}`, async (engine) => {
    const { stores, close } = await engine.open();
    try {
      await run(stores);
    } finally {
      await close();
    }
  });
}

export const textsOf = (activities: readonly Partial<Activity>[]) => activities.map(({ text }) => text);

/** Waits for something that happens without being asked; jest's own limit ends it. */
export async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await isSo())) await delay(2);
}

/** A promise and what resolves it. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
