import type { Activity } from 'botbuilder';
import { text } from '../../../locales';
import { type Change, type Store, StoreError } from '../../store/store';
import type { AccountKind } from './accounts';
import { type Answer, arrangePassive, arrangeSent, asked } from './arrange';
import { findGiven, givenChange, type PendingStore } from './pending';
import type { Desk, KeptFiles, Meter, Standing, Turns } from './ports';
import { createTask, type Limits, type Message, type Task } from './task';
import { partitionFor, type Users } from './users';

/**
 * The answer to a push. It is given passively when the turn ends in time, which costs nothing and shows at once; else the platform is told
 * `success` and the answer follows by the API; where the API is of no use the delivery is left to time out, and the next one joins the turn.
 */
export interface Answers {
  /** Never takes longer than the platform waits. Throws what a turn throws; an absent store is waited for, for a while. */
  answer(message: Message, delivery: Delivery): Promise<Passive>;
  /** Takes over what a dead process left. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

/** One delivery of a push. */
export interface Delivery {
  /** Ms since the delivery came in. */
  elapsed(): number;
  isOpen(): boolean;
  /** Resolves when the platform has hung up. */
  readonly closed: Promise<void>;
}

export type Passive =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'success' }
  /** The platform's own agents take over. */
  | { readonly kind: 'transfer' }
  /** Nobody is there to hear it. */
  | { readonly kind: 'none' };

export interface AnswerOptions {
  readonly store: Store;
  readonly pending: PendingStore;
  readonly turns: Turns;
  readonly desk: Desk;
  readonly users: Users;
  readonly files: Pick<KeptFiles, 'erase'>;
  readonly meter: Meter;
  readonly kind: AccountKind;
  /** Ms since 1970. */
  readonly now: () => number;
  /** The API takes messages, as far as is known. */
  readonly canSend: () => boolean;
  /** Shows the user that somebody is writing. Must not throw. */
  readonly typing: (openid: string) => void;
  /** Cases go to the platform's own agents. */
  readonly handsOver: boolean;
  /** A notice can be sent to those who agree. */
  readonly hasNotice: boolean;
  readonly limits?: Partial<Limits>;
}

/** The platform hangs up after 5 s. */
const LIMITS: Limits = { answerMs: 4500, keepMs: 200, typingMs: 2000, leaseMs: 15_000, graceMs: 7000 };
/** Deliveries of one message, as users count them. */
const DELIVERIES = 3;
const MAX_TRIES = 20;
const CLOSE_MS = 2000;

const SUCCESS: Passive = { kind: 'success' };

export function createAnswers(options: AnswerOptions): Answers {
  const { store, pending, turns, desk, users, meter, kind, canSend } = options;
  const limits = { ...LIMITS, ...options.limits };
  const tasks = new Map<string, Task>();
  const busy = new Set<Promise<void>>();
  let closed = false;

  function taskOf(message: Message, isKept: boolean): Task {
    const id = nameOf(message);
    const running = tasks.get(id);
    if (running) {
      meter.count('joined');
      return running;
    }
    const typing = () => {
      if (canSend()) options.typing(message.activity.conversation?.id ?? '');
    };
    const task = createTask({ message, isKept, turns, pending, limits, meter, typing, now: options.now, isOver: () => closed });
    tasks.set(id, task);
    const work = settle(task)
      .catch((error: unknown) => meter.error('wechat-answer', error))
      .finally(() => {
        tasks.delete(id);
        busy.delete(work);
      });
    busy.add(work);
    return task;
  }

  /** After the turn: what no delivery has taken goes out by the API, or waits in the outbox. */
  async function settle(task: Task): Promise<void> {
    try {
      await task.done;
      await task.idle();
      const left = await task.left();
      if (left && !left.promised && !closed) {
        await task.keep((before) => ({ ...before, isDone: true }));
        await task.grace(limits.graceMs);
      }
      if (left && (await task.left())) {
        meter.count('late');
        await give(task, 'sent');
      }
    } finally {
      task.stop();
    }
  }

  /** Decides what is said in the response and what otherwise, in the commit that takes the message off the pending ones. */
  async function give(task: Task, way: 'passive' | 'sent'): Promise<Passive> {
    const { message } = task;
    const { conversation, activity } = message;
    const result = await task.done;
    const isPassive = way === 'passive' && kind.passive === 'text';
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const isAgain = tries > 0 || (await task.mayBeKept()) || result.kind === 'duplicate' || message.isForMore === true;
      const [found, given, waiting, standing] = await Promise.all([
        isAgain ? pending.find(conversation, activity.id ?? '') : undefined,
        isAgain ? findGiven(store, conversation, activity.id ?? '') : undefined,
        isPassive ? turns.waiting(conversation) : { activities: [], taken: [] },
        desk.standing(conversation),
      ]);
      if (given) return given.isSent || given.text === '' ? SUCCESS : { kind: 'text', text: given.text };
      if (way === 'sent' && !found && kind.passive === 'text') return SUCCESS;
      const handsOver =
        way === 'passive' && options.handsOver && !message.isEvent && isOpen(standing) && (result.replies.length === 0 || canSend());
      const answer = await answerOf(task, standing, handsOver ? [] : waiting.activities);
      const arranged = isPassive && !handsOver ? arrangePassive(answer, canSend()) : { text: '', rest: arrangeSent(answer) };
      const changes: Change[] = [
        ...(found ? [found.taken] : []),
        ...(handsOver ? [] : waiting.taken),
        ...(standing.isRemembered ? [] : users.forget(conversation)),
      ];
      const isPlain = waiting.taken.length === 0 && arranged.rest.length === 0;
      if (!isPlain || message.isForMore) {
        changes.push(givenChange(conversation, activity.id ?? '', { text: arranged.text, isSent: !isPassive }));
      }
      if (!standing.isRemembered) await options.files.erase(conversation);
      if (!(await commit(conversation, arranged.rest, changes))) continue;
      if (answer.extra.length > 0)
        await users.change(conversation, (user) => ({ ...user, ...(standing.case && { asked: standing.case.id }) }));
      // What waited for the user to write goes out before it.
      if (!isPassive) await turns.hurry(conversation, asked);
      if (handsOver) return { kind: 'transfer' };
      if (arranged.text === '') return SUCCESS;
      meter.count('passive');
      return { kind: 'text', text: arranged.text };
    }
    throw new StoreError('an answer was refused again and again');
  }

  async function commit(conversation: string, rest: readonly Partial<Activity>[], changes: readonly Change[]): Promise<boolean> {
    if (rest.length > 0) return turns.enqueue(conversation, rest, changes);
    return changes.length === 0 || (await partitionFor(store, conversation).commit(...changes)) !== undefined;
  }

  async function answerOf({ message, done }: Task, standing: Standing, waiting: readonly Partial<Activity>[]): Promise<Answer> {
    const { replies } = await done;
    const { channelId = '', conversation, from, recipient, serviceUrl = '' } = message.activity;
    const prefix = replies[0]?.id ?? waiting.at(-1)?.id ?? `${message.activity.id}`;
    const address = {
      channelId,
      serviceUrl,
      ...(conversation && { conversation }),
      ...(recipient && { from: recipient }),
      ...(from && { recipient: from }),
    };
    return { waiting, replies, extra: await extraOf(message, standing), locale: standing.locale, address, prefix };
  }

  /** Whether the user wants a notice is asked once for each case. */
  async function extraOf({ conversation }: Message, { locale, case: opened }: Standing): Promise<readonly string[]> {
    if (!options.hasNotice || opened?.owner !== 'queue') return [];
    const { agreed, asked } = await users.read(conversation);
    return agreed || asked === opened.id ? [] : [text(locale, 'wechat.consentAsk')];
  }

  /** The turn takes longer than the platform waits. */
  async function later(task: Task, delivery: Delivery): Promise<Passive | 'over'> {
    const sends = canSend() || kind.passive === 'none';
    const kept = await task.keep((before) => {
      const deliveries = before.deliveries + 1;
      return { ...before, deliveries, promised: before.promised || sends || deliveries >= DELIVERIES };
    });
    if (kept && sends) return SUCCESS;
    meter.count('risked');
    if (kept && kept.deliveries >= DELIVERIES) {
      const { locale } = await desk.standing(task.message.conversation);
      return { kind: 'text', text: text(locale, 'wechat.waiting') };
    }
    meter.count('held');
    await Promise.race([task.done, delivery.closed]);
    return delivery.isOpen() ? 'over' : { kind: 'none' };
  }

  return {
    async answer(message, delivery) {
      const task = taskOf(message, false);
      const leave = task.enter();
      try {
        const isDone = await task.within(Math.max(limits.answerMs - delivery.elapsed(), 0));
        if (!isDone) {
          const passive = await later(task, delivery);
          if (passive !== 'over') return passive;
        }
        return await give(task, 'passive');
      } finally {
        leave();
      }
    },
    async sweep() {
      const due = await pending.due(options.now());
      for (const { conversation, activity } of due) {
        // Whoever waits for it here sees by itself that it is free.
        if (tasks.has(nameOf({ conversation, activity }))) continue;
        const taken = await pending.change(conversation, activity.id ?? '', (before) => ({
          ...before,
          dueAt: options.now() + limits.leaseMs,
        }));
        if (taken) taskOf({ conversation, activity: taken.activity }, true);
      }
    },
    async close() {
      closed = true;
      for (const task of tasks.values()) task.wake();
      // What is not done by then is pending in the store.
      await Promise.race([Promise.all(busy), new Promise((resolve) => setTimeout(resolve, CLOSE_MS).unref())]);
    },
  };
}

const nameOf = ({ conversation, activity }: Message): string => `${conversation}\n${activity.id}`;

function isOpen({ case: opened }: Standing): boolean {
  return opened?.owner === 'queue' || opened?.owner === 'agent';
}
