import type { Activity } from 'botbuilder';
import type { ItemResult, Place } from './one-turn';
import { createSignal, type Signal } from './signal';

/** An activity as its channel handed it in. */
export interface Arrival {
  readonly activity: Partial<Activity>;
  readonly seen: string | undefined;
  readonly now: string | undefined;
}

/** What became of it. */
export interface Answer {
  readonly kind: 'done' | 'duplicate' | 'joined';
  readonly result: ItemResult;
}

/** An arrival whose caller waits. */
export interface Job extends Arrival {
  readonly arrivedAs: string;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/** A conversation that this process works on. */
export interface Lane {
  readonly place: Place;
  /** Came to a free conversation and is kept nowhere yet. */
  first: Job | undefined;
  /** Kept in the inbox, by seen id. */
  readonly waiting: Map<string, { readonly job: Job; readonly duplicate: boolean }>;
  /** On their way to the inbox. */
  entering: number;
  /** Resolves when the first job has its place: at work, or in the inbox. */
  admitted: Promise<unknown>;
  /** Somebody asked for the inbox to be emptied. */
  draining: boolean;
  running: boolean;
  /** Commits refused in a row. */
  refused: number;
  /** Something came in, or another process is done. */
  readonly news: Signal;
}

/** A conversation at rest. */
export function createLane(place: Place): Lane {
  return {
    ...{ place, first: undefined, waiting: new Map(), entering: 0, admitted: Promise.resolve() },
    draining: false,
    running: false,
    refused: 0,
    news: createSignal(),
  };
}

/** What a caller hears. */
export function toAnswer(result: ItemResult, duplicate: boolean): Answer {
  if (duplicate) return { kind: 'duplicate', result };
  return { kind: result.joined ? 'joined' : 'done', result };
}
