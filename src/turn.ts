import type { Activity, TurnContext } from 'botbuilder';
import type { Partition } from './store/store';

/** What every part of the bot may use during a turn; found in `context.turnState` under TURN. */
export interface TurnServices {
  /** Reads go to the store, writes wait for the commit at the end of the turn. */
  readonly partition: Partition;
  /** ISO +08:00: the clock of this turn. */
  readonly now: string;
  /** Secrets masked in this turn's message: kind → how many. */
  readonly masked: Readonly<Record<string, number>>;
}

export const TURN = Symbol('turn');

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
