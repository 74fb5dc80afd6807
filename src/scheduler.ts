import { type Activity, TurnContext } from 'botbuilder';
import { epochMs } from './domain/calendar';
import { dueFollowUps, type FollowUp } from './repositories/follow-ups';
import type { Store } from './store/store';
import { INBOX_COLLECTION, type Waiting } from './turn/inbox';
import { conversationKey } from './turn/incoming';
import { codeOf, type Log } from './turn/log';
import { FOLLOW_UP } from './turn/one-turn';
import type { RunningTurns } from './turn/turn';

/** What the scheduler stands on. */
export interface SchedulerOptions {
  readonly store: Store;
  readonly turns: RunningTurns;
  /** ISO +08:00. */
  readonly now: () => string;
  readonly log: Log;
  /** Pause between two ticks in ms; 0: only when `tick` is called. */
  readonly everyMs: number;
}

/** Does what no request does: follow-ups that are due, replies that could not be delivered, and what a dead process left behind. */
export interface Scheduler {
  /** One round; a round under way is shared. Never throws: what fails is there in the next. */
  tick(): Promise<void>;
  /** Waits for the round under way. */
  close(): Promise<void>;
}

/** Looked at in one round; the next goes on where this one stopped. */
const PAGE = 200;

/** Starts the scheduler. Any number of processes may run one on the same store: each due entry is handled once. */
export function createScheduler({ store, turns, now, log, everyMs }: SchedulerOptions): Scheduler {
  let round: Promise<void> | undefined;
  let closed = false;
  const pages = { deliveries: '', inbox: '' };

  async function runFollowUps(): Promise<void> {
    const due = await dueFollowUps(store, now(), PAGE);
    await Promise.all(
      due.map((followUp) =>
        turns.accept(toEvent(followUp)).catch((error: unknown) => log({ event: 'follow-up-failed', code: codeOf(error) })),
      ),
    );
  }

  async function deliverDue(): Promise<void> {
    const marks = await turns.outbox.listMarks({ from: pages.deliveries, limit: PAGE });
    pages.deliveries = nextPage(marks);
    const due = marks.filter(({ dueAt }) => dueAt <= epochMs(now()));
    await Promise.all(due.map(({ conversation }) => turns.outbox.deliverWaiting(conversation)));
  }

  async function drainInboxes(): Promise<void> {
    const waiting = await store.listAll(INBOX_COLLECTION, { from: pages.inbox, limit: PAGE });
    pages.inbox = nextPage(waiting);
    const conversations = new Set(waiting.map(({ value }) => conversationKey((value as unknown as Waiting).activity)));
    await Promise.all([...conversations].map((conversation) => turns.drain(conversation)));
  }

  async function run(): Promise<void> {
    const results = await Promise.allSettled([runFollowUps(), deliverDue(), drainInboxes()]);
    for (const result of results) if (result.status === 'rejected') log({ event: 'scheduler-failed', code: codeOf(result.reason) });
  }

  async function tick(): Promise<void> {
    if (closed) return;
    round ??= run().finally(() => {
      round = undefined;
    });
    await round;
  }

  const timer = everyMs > 0 ? setInterval(() => void tick(), everyMs).unref() : undefined;
  return {
    tick,
    async close() {
      closed = true;
      clearInterval(timer);
      await round;
    },
  };
}

/** The event that starts the turn of a follow-up; the turn reads the rest from the store. */
function toEvent({ id, reference }: FollowUp): Partial<Activity> {
  return TurnContext.applyConversationReference({ type: 'event', name: FOLLOW_UP }, { ...reference, activityId: id }, true);
}

/** Where to go on: just after the last of a full page, else from the beginning. */
function nextPage(entries: readonly { readonly id: string }[]): string {
  const last = entries.at(-1);
  return last && entries.length === PAGE ? `${last.id} ` : '';
}
