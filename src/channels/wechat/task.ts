import { setTimeout as delay } from 'node:timers/promises';
import type { Activity } from 'botbuilder';
import { StoreError } from '../../store/store';
import type { Pending, PendingStore } from './pending';
import type { Meter, Turns } from './ports';

/** A push that starts a turn. */
export interface Message {
  /** `channelId/openid` */
  readonly conversation: string;
  readonly activity: Partial<Activity>;
  /** Not written by the user, such as a tap on the account's menu: the platform's agents cannot be called in answer to it. */
  readonly isEvent?: boolean;
  /** No turn runs: the user asks for the rest of what was said. */
  readonly isForMore?: boolean;
}

/** In ms. */
export interface Limits {
  /** A passive reply leaves before this. */
  readonly answerMs: number;
  /** A turn that takes longer is kept in the store. */
  readonly keepMs: number;
  readonly typingMs: number;
  /** Sign of life of the process that has a pending message. */
  readonly leaseMs: number;
  /** How long after a turn the platform may still come again. */
  readonly graceMs: number;
}

/** What became of the turn of a message. */
type Result = Awaited<ReturnType<Turns['accept']>>;

/** One message in this process, from its first delivery until its answer is out. */
export interface Task {
  readonly message: Message;
  /** Resolves when the turn is committed. */
  readonly done: Promise<Result>;
  /** Whether the turn ends within that time. */
  within(ms: number): Promise<boolean>;
  /** A delivery waits here, until the function returned is called. */
  enter(): () => void;
  /** Resolves when no delivery waits here. */
  idle(): Promise<void>;
  /** Resolves after `ms`, or when a delivery has come and gone, or the process ends. */
  grace(ms: number): Promise<void>;
  wake(): void;
  /** Whether the message may be among the pending ones; resolves when no attempt to put it there is under way. */
  mayBeKept(): Promise<boolean>;
  /** Keeps it among the pending ones, changed; undefined when it could not be kept. */
  keep(change: (before: Pending) => Pending): Promise<Pending | undefined>;
  /** What is pending of it; undefined when somebody has answered, or it was never kept. */
  left(): Promise<Pending | undefined>;
  stop(): void;
}

export interface TaskOptions {
  readonly message: Message;
  /** It is among the pending ones already. */
  readonly isKept: boolean;
  readonly turns: Turns;
  readonly pending: PendingStore;
  readonly limits: Limits;
  readonly meter: Meter;
  readonly typing: () => void;
  readonly now: () => number;
  readonly isOver: () => boolean;
}

const FIRST_PAUSE_MS = 200;
const MAX_PAUSE_MS = 5000;
const LOOK_MS = 100;
/** While the store is away; the platform has long given up then, but the user still waits. */
const PATIENCE_MS = 10 * 60_000;

/** Starts the turn of a message. */
export function createTask(options: TaskOptions): Task {
  const { message, turns, pending, limits, meter, now, isOver } = options;
  const { conversation, activity } = message;
  const id = activity.id ?? '';
  let kept: Promise<boolean> | undefined = options.isKept ? Promise.resolve(true) : undefined;
  /** Also after a failure: the store may have taken it and died before saying so. */
  let isTried = options.isKept;
  let open = 0;
  let isDone = false;
  /** This process runs the turn. */
  let isOwner = false;
  const listeners = new Set<() => void>();
  const wake = () => {
    for (const listener of listeners) listener();
    listeners.clear();
  };

  /** While another process runs the turn its result cannot be asked for: asking would make it run once more. */
  async function untilFree(): Promise<void> {
    let found = options.isKept ? undefined : (await pending.find(conversation, id))?.pending;
    if (found) {
      kept = Promise.resolve(true);
      isTried = true;
    }
    while (found && !found.isDone && found.dueAt > now() && !isOver()) {
      await delay(LOOK_MS);
      found = (await pending.find(conversation, id))?.pending;
    }
    isOwner = true;
    if (found) await pending.change(conversation, id, (before) => ({ ...before, dueAt: now() + limits.leaseMs }));
  }

  async function run(): Promise<Result> {
    if (message.isForMore) return { kind: 'done', replies: [] };
    const deadline = Date.now() + PATIENCE_MS;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, MAX_PAUSE_MS)) {
      try {
        if (!isOwner) await untilFree();
        return await turns.accept({ ...activity, deliveryMode: 'expectReplies' });
      } catch (error) {
        if (!(error instanceof StoreError) || isOver() || Date.now() > deadline) throw error;
        meter.error('wechat-turn', error);
        await delay(pause);
      }
    }
  }

  const done = run().finally(() => {
    isDone = true;
    clearTimeout(keeper);
    clearTimeout(typist);
  });
  // Whoever awaits it hears of a failure; nobody may be.
  done.catch(() => undefined);

  async function add(): Promise<boolean> {
    const fresh = { conversation, promised: false, deliveries: 0, dueAt: now() + limits.leaseMs };
    await pending.add({ ...fresh, activity: await turns.mask(activity) });
    return true;
  }

  function ensureKept(): Promise<boolean> {
    isTried = true;
    kept ??= add().catch((error: unknown) => {
      meter.error('wechat-keep', error);
      kept = undefined;
      return false;
    });
    return kept;
  }

  const keeper = setTimeout(() => isOwner && void ensureKept(), limits.keepMs);
  const typist = setTimeout(options.typing, limits.typingMs);
  const renewal = setInterval(() => {
    if (!kept || !isOwner) return;
    pending
      .change(conversation, id, (before) => ({ ...before, dueAt: now() + limits.leaseMs }))
      .catch((error: unknown) => meter.error('wechat-keep', error));
  }, limits.leaseMs / 3);

  const waitFor = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      listeners.add(() => {
        clearTimeout(timer);
        resolve();
      });
    });

  return {
    message,
    done,
    async within(ms) {
      if (isDone) return true;
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<boolean>((resolve) => {
        timer = setTimeout(() => resolve(false), ms);
      });
      return Promise.race([done.then(() => true), late]).finally(() => clearTimeout(timer));
    },
    enter() {
      open += 1;
      return () => {
        open -= 1;
        if (open === 0) wake();
      };
    },
    async idle() {
      while (open > 0) await waitFor(limits.answerMs);
    },
    async grace(ms) {
      const until = Date.now() + ms;
      while (!isOver() && Date.now() < until && (open > 0 || (await pending.find(conversation, id)))) await waitFor(until - Date.now());
    },
    wake,
    async mayBeKept() {
      await kept;
      return isTried;
    },
    async keep(change) {
      if (!(await ensureKept())) return undefined;
      return pending.change(conversation, id, change).catch((error: unknown) => {
        meter.error('wechat-keep', error);
        return undefined;
      });
    },
    async left() {
      await kept;
      return isTried ? (await pending.find(conversation, id))?.pending : undefined;
    },
    stop() {
      clearInterval(renewal);
      clearTimeout(keeper);
      clearTimeout(typist);
    },
  };
}
