import type { Activity } from 'botbuilder';
import type { Locale } from '../../../locales';
import type { Case } from '../../domain/case';
import type { OwnerEvent } from '../../domain/owner';
import type { Change } from '../../store/store';

/** What the WeChat channels need of the rest of the product; src/assembly/wechat.ts has it. */

/** Entries of a conversation's outbox that nobody is delivering at the moment. */
export interface Waiting {
  /** Oldest first. */
  readonly activities: readonly Partial<Activity>[];
  /** Changes that take them out; the commit is refused when one was delivered or taken in the meantime. */
  readonly taken: readonly Change[];
}

export interface Turns {
  /** Runs a turn; resolves once committed. Throws StoreError. */
  accept(
    activity: Partial<Activity>,
  ): Promise<{ readonly kind: 'done' | 'duplicate' | 'joined'; readonly replies: readonly Partial<Activity>[] }>;
  /** The activity without secrets, as it may be kept. */
  mask(activity: Partial<Activity>): Promise<Partial<Activity>>;
  /** What waits to be sent in a conversation (`channelId/conversation.id`). */
  waiting(conversation: string): Promise<Waiting>;
  /** What waits in a conversation behind an entry, or without an id all of it, oldest first. */
  behind(conversation: string, id: string): Promise<readonly Partial<Activity>[]>;
  /** Tries at once, changed, what waits in a conversation after a failed attempt: its user has written. Throws StoreError. */
  hurry(conversation: string, change: (activity: Partial<Activity>) => Partial<Activity>): Promise<void>;
  /** Says something outside a turn; false when the conversation is not known. Throws StoreError. */
  say(conversation: string, activities: readonly Partial<Activity>[]): Promise<boolean>;
  /** Keeps what is to be sent, with other changes, in one commit; delivers in the background. False when an expectation failed. */
  enqueue(conversation: string, activities: readonly Partial<Activity>[], also: readonly Change[]): Promise<boolean>;
}

/** Files of conversations that are kept with us; `conversation` is `channelId/conversation.id`. */
export interface KeptFiles {
  /** What is behind an address of ours; undefined for other addresses, and when it is gone. */
  read(conversation: string, contentUrl: string): Promise<Buffer | undefined>;
  /** Forgets them (删除我的信息). */
  erase(conversation: string): Promise<void>;
}

/** Where a conversation stands. */
export interface Standing {
  readonly locale: Locale;
  /** Its latest case. */
  readonly case?: Case;
  /** False when the user had everything deleted. */
  readonly isRemembered: boolean;
}

export interface Desk {
  standing(conversation: string): Promise<Standing>;
  /** Moves the case of a conversation; false when it has none or the event does not fit. */
  move(conversation: string, event: OwnerEvent): Promise<boolean>;
  /** Tells whoever works on the case, if there is one. */
  note(conversation: string, sentence: (locale: Locale) => string): Promise<void>;
}

/** Told of what happens; codes and counts, never texts. */
export interface Meter {
  event(entry: { readonly event: string; readonly [field: string]: string | number | boolean | undefined }): void;
  error(event: string, error: unknown): void;
  count(name: Counted): void;
}
export type Counted = 'passive' | 'late' | 'held' | 'risked' | 'joined' | 'kept' | 'doubt' | 'token' | 'notice';
