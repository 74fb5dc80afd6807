import { type Activity, TurnContext } from 'botbuilder';
import { type Entry, type Partition, StoreError } from '../store/store';
import { createTurnPartition, type TurnPartition } from '../store/turn';
import { codeOf, type Log } from './log';
import { type InvokeAnswer, TurnAdapter } from './outgoing';

/** The bot as the turn sees it; the SDK's ActivityHandler has this method. */
export interface Bot {
  run(context: TurnContext): Promise<void>;
}

/** What a run of the bot wants committed. */
export interface BotRun {
  readonly partition: TurnPartition;
  readonly sent: readonly Partial<Activity>[];
  readonly invokeAnswer?: InvokeAnswer;
}

/** One run of the bot. */
export interface BotTask {
  readonly bot: Bot;
  readonly activity: Partial<Activity>;
  readonly partition: Partition;
  /** Entries read already, absent ones too; not to be changed. */
  readonly known: readonly KnownEntry[];
  /** First part of the ids of what is sent. */
  readonly prefix: string;
  /** Called on everything sent: the last step before the commit. */
  readonly finish: (activity: Partial<Activity>) => Partial<Activity>;
  /** Called on the context and the partition before the bot, and before the apology. */
  readonly prepare: (context: TurnContext, partition: Partition) => void;
  /** One text and the offer of a person, when the bot fails on a message. */
  readonly apology: () => Partial<Activity>;
  readonly limitMs: number;
  readonly log: Log;
}

/** An entry and where it was read. */
export interface KnownEntry {
  readonly collection: string;
  readonly id: string;
  readonly entry: Entry | undefined;
}

/**
 * Runs the bot on a partition that keeps its writes. When it throws, or takes longer than `limitMs`, nothing of it remains but an apology.
 * Throws StoreError when the store failed under it: then the turn is to run again.
 */
export async function runBot(task: BotTask): Promise<BotRun> {
  try {
    return await attempt(task, (context) => within(task.limitMs, task.bot.run(context)));
  } catch (error) {
    const broken = storeErrorIn(error);
    if (broken) throw broken;
    task.log({ event: 'turn-failed', code: codeOf(error), type: task.activity.type });
    return apologise(task);
  }
}

async function apologise(task: BotTask): Promise<BotRun> {
  const { type } = task.activity;
  const run = await attempt(task, async (context) => {
    if (type === 'message') await context.sendActivity(task.apology());
  }).catch((error: unknown) => {
    if (storeErrorIn(error)) throw error;
    // Rather silence than a conversation that stands still.
    task.log({ event: 'apology-failed', code: codeOf(error) });
    return attempt(task, async () => undefined);
  });
  return type === 'invoke' ? { ...run, invokeAnswer: { status: 500 } } : run;
}

async function attempt(task: BotTask, work: (context: TurnContext) => Promise<void>): Promise<BotRun> {
  const partition = createTurnPartition(withKnown(task.partition, task.known));
  const adapter = new TurnAdapter(task.prefix);
  // Replies always wait in the adapter; how they leave is not the bot's business.
  const { deliveryMode: _, ...activity }: Partial<Activity> = JSON.parse(JSON.stringify(task.activity));
  const context = new TurnContext(adapter, activity);
  try {
    task.prepare(context, partition);
    await work(context);
  } finally {
    adapter.end();
  }
  return { partition, sent: adapter.sent.map(task.finish), ...(adapter.invokeAnswer && { invokeAnswer: adapter.invokeAnswer }) };
}

/** Serves entries read already from memory. */
function withKnown(partition: Partition, known: readonly KnownEntry[]): Partition {
  return {
    ...partition,
    async get(collection, id) {
      const found = known.find((one) => one.collection === collection && one.id === id);
      return found ? found.entry : partition.get(collection, id);
    },
  };
}

async function within(limitMs: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error('the bot took too long'), { code: 'TURN_TOO_LONG' })), limitMs).unref();
  });
  try {
    await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** Dialogs wrap what is thrown in them. */
function storeErrorIn(error: unknown): StoreError | undefined {
  let inner: unknown = error;
  for (let depth = 0; depth < 5 && typeof inner === 'object' && inner !== null; depth += 1) {
    if (inner instanceof StoreError) return inner;
    const { error: wrapped, cause } = inner as { readonly error?: unknown; readonly cause?: unknown };
    inner = wrapped ?? cause;
  }
  return undefined;
}
