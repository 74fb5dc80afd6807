import type { Activity, TurnContext } from 'botbuilder';
import { type ConversationRecord, findConversation } from '../repositories/conversations';
import { type Partition, partitionOf, type Store, StoreError } from '../store/store';
import { conversationKey, type Mask, maskActivity, seenId } from './incoming';
import { createLanes } from './lanes';
import type { Log } from './log';
import { createOutbox, type Outbox } from './outbox';
import type { Deliver } from './outbox-entry';
import type { OutboundFilter } from './outgoing';
import type { Bot } from './run-bot';
import { createSay, type Say } from './say';

/** What every part of the bot may use during a turn; found in `context.turnState` under TURN. */
export interface TurnServices {
  /** Reads go to the store, writes wait for the commit at the end of the turn. */
  readonly partition: Partition;
  /** ISO +08:00: the clock of this turn. */
  readonly now: string;
  /** Secrets masked in this turn's message: kind → how many. */
  readonly masked: Readonly<Record<string, number>>;
  /** Numbers of the user's own (参考号, 单号 …) that may be said back; the bot adds to it. */
  readonly own: Set<string>;
}

const TURN = Symbol('turn');

export function turnOf(context: TurnContext): TurnServices {
  const turn: TurnServices | undefined = context.turnState.get(TURN);
  if (!turn) throw new Error('no turn in this context: the bot was run outside turn.ts');
  return turn;
}

/** What became of an activity that a channel handed in. `replies` only for `expectReplies`; `invokeResponse` only for `invoke`. */
export interface Accepted {
  readonly kind: 'done' | 'duplicate' | 'joined';
  readonly replies: readonly Partial<Activity>[];
  readonly invokeResponse?: { readonly status: number; readonly body?: unknown };
}

export interface Turns {
  /**
   * Runs the turn of an authenticated, translated activity, or joins it to the next turn of its conversation; resolves once committed.
   * Throws StoreError when nothing could be kept.
   */
  accept(activity: Partial<Activity>, options?: { readonly now?: string }): Promise<Accepted>;
  /** Waits for running turns; accepts no more. */
  close(): Promise<void>;
}

/** What turns stand on. Times in ms. */
export interface TurnOptions {
  readonly store: Store;
  readonly bot: Bot;
  /** ISO +08:00. */
  readonly now: () => string;
  readonly mask: Mask;
  readonly filter: OutboundFilter;
  /** Carries neither intent, nor fact, nor an answer: may be the first part of a burst. */
  readonly isFragment: (text: string, record: ConversationRecord | undefined) => boolean;
  /** How long a fragment waits for its continuation; 0: not at all. */
  readonly burstMs: number;
  readonly deliver: Deliver;
  /** One text with the offer of a person, for a message on which the bot failed. */
  readonly apology: (locale: string) => Partial<Activity>;
  readonly log: Log;
  /** How long a process may hold a conversation without a sign of life; default 10,000. */
  readonly lockMs?: number;
  /** First pause before a conversation that another process has is looked at again; default 25, doubling up to 200. */
  readonly pollMs?: number;
  /** Longest run of the bot; default 15,000. */
  readonly limitMs?: number;
  /** See OutboxOptions. */
  readonly outbox?: { readonly leaseMs?: number; readonly expiryMs?: number; readonly backoffMs?: number };
}

/** The turns of this process. */
export interface RunningTurns extends Turns {
  readonly outbox: Outbox;
  readonly say: Say;
  /** The activity as it may be kept until its turn, masked by what is known of its conversation. Throws StoreError. */
  mask(activity: Partial<Activity>): Promise<Partial<Activity>>;
  /** Runs what waits in a conversation's inbox, unless another process is at it. Never throws: what fails stays for the next time. */
  drain(conversation: string): Promise<void>;
}

/** Makes the entrance of all channels: `accept` is the only way to the bot, the outbox the only way out. */
export function createTurns(options: TurnOptions): RunningTurns {
  const { store, mask, log, now, limitMs = 15_000, lockMs = 10_000, pollMs = 25 } = options;
  const outbox = createOutbox({ store, deliver: options.deliver, now, log, ...options.outbox });
  const rules = { filter: options.filter, mask };
  const parts = {
    ...{ outbox, now, log, limitMs, bot: options.bot, apology: options.apology, rules },
    services: (context: TurnContext, services: TurnServices) => context.turnState.set(TURN, services),
  };
  const lanes = createLanes({ store, parts, lockMs, pollMs, isFragment: options.isFragment, burstMs: options.burstMs });
  /** Activities that this process has not answered yet, by seen id. */
  const inFlight = new Map<string, Promise<Accepted>>();
  let closed = false;

  async function enter(activity: Partial<Activity>, seen: string | undefined, at: string | undefined): Promise<Accepted> {
    const { kind, result } = await lanes.enter({ activity, seen, now: at });
    const { replies = [], invokeAnswer } = result;
    return { kind, replies, ...(invokeAnswer && { invokeResponse: invokeAnswer }) };
  }

  return {
    outbox,
    say: createSay({ store, outbox, rules, now }),
    async accept(activity, { now: at } = {}) {
      if (closed) throw new StoreError('the process is ending');
      const seen = seenId(activity);
      const twin = seen === undefined ? undefined : inFlight.get(seen);
      if (twin) return { ...(await twin), kind: 'duplicate' };
      const answer = enter(activity, seen, at);
      if (seen === undefined) return answer;
      inFlight.set(seen, answer);
      try {
        return await answer;
      } finally {
        inFlight.delete(seen);
      }
    },
    async mask(activity) {
      const key = conversationKey(activity);
      const record = await findConversation(store.partition(partitionOf(key)), key);
      return maskActivity(activity, mask, record?.asking).activity;
    },
    drain: (conversation) => lanes.drain(conversation),
    async close() {
      closed = true;
      await lanes.close();
      await outbox.close();
    },
  };
}
