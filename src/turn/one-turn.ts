import type { Activity, TurnContext } from 'botbuilder';
import { epochMs } from '../domain/calendar';
import { conversationStateEntry, touchState } from '../repositories/bot-state';
import {
  type ConversationRecord,
  conversationEntry,
  conversationIn,
  findConversation,
  saveConversation,
} from '../repositories/conversations';
import { findFollowUp } from '../repositories/follow-ups';
import { asJson, childId, entryId, sortable } from '../repositories/ids';
import { passageChange } from '../repositories/transcripts';
import { type Change, type Entry, type Partition, partitionOf, type Store } from '../store/store';
import { doneChange, findMark, listInbox, type Mark, takeChange, type Waiting } from './inbox';
import { joinActivities, referenceOf } from './incoming';
import { type HeldLock, type LockPlace, takeLock } from './lock';
import type { Log } from './log';
import type { Outbox, OutboxView } from './outbox';
import { finishActivity, type InvokeAnswer, type OutboundRules } from './outgoing';
import { type Bot, type BotRun, type KnownEntry, runBot } from './run-bot';

/** Name of the event that starts the turn of a due follow-up; its activity id is the follow-up's. */
export const FOLLOW_UP = 'follow-up';

/** A conversation and where everything about it is. */
export interface Place {
  /** `channelId/conversation.id` */
  readonly key: string;
  readonly channelId: string;
  readonly conversationId: string;
  readonly partition: Partition;
}

/** What one round trip tells at the start of a turn. */
export interface Opening {
  /** Absent when another process has the conversation. */
  readonly token: number | undefined;
  /** Mark of the activity that was asked about. */
  readonly mark: Entry | undefined;
  readonly record: ConversationRecord | undefined;
  /** 0 when absent. */
  readonly recordVersion: number;
  readonly state: KnownEntry;
  readonly inbox: readonly Waiting[];
  readonly outbox: OutboxView;
}

/** An activity of a turn, masked: straight from its channel, or from the inbox. */
export interface Item {
  readonly activity: Partial<Activity>;
  readonly masked: Readonly<Record<string, number>>;
  readonly seen: string | undefined;
  /** Version of its mark; for an activity that was not in the inbox. */
  readonly markVersion?: number;
  readonly waiting?: Waiting;
  readonly now?: string;
}

/** What every turn needs. */
export interface TurnParts {
  readonly bot: Bot;
  readonly outbox: Outbox;
  readonly rules: OutboundRules;
  readonly apology: (locale: string) => Partial<Activity>;
  readonly services: (
    context: TurnContext,
    services: { partition: Partition; now: string; masked: Readonly<Record<string, number>>; own: Set<string> },
  ) => void;
  readonly now: () => string;
  readonly limitMs: number;
  readonly log: Log;
}

/** What became of an activity. */
export type ItemResult = Mark & { readonly state: 'done' };

/** Where a conversation (`channelId/conversation.id`) is. */
export function placeOf(store: Store, key: string): Place {
  const slash = key.indexOf('/');
  return { key, channelId: key.slice(0, slash), conversationId: key.slice(slash + 1), partition: store.partition(partitionOf(key)) };
}

/** The lock of a conversation's turns. */
export function turnLock({ key, partition }: Place, ttlMs: number): LockPlace {
  return { partition, collection: 'locks', id: entryId(key), ttlMs };
}

/** Takes the lock and reads what a turn needs, in one round trip: what is read after the lock was taken is the last word. */
export async function openTurn(
  place: Place,
  options: { readonly lockMs: number; readonly seen: string | undefined; readonly outbox: Outbox },
): Promise<Opening> {
  const { partition, key } = place;
  const recordAt = conversationEntry(key);
  const stateAt = conversationStateEntry(place.channelId, place.conversationId);
  const [token, mark, record, state, inbox, outbox] = await Promise.all([
    takeLock(turnLock(place, options.lockMs)),
    options.seen === undefined ? undefined : findMark(partition, options.seen),
    partition.get(recordAt.collection, recordAt.id),
    partition.get(stateAt.collection, stateAt.id),
    listInbox(partition, key),
    options.outbox.view(partition, key),
  ]);
  const read = { record: conversationIn(record), recordVersion: record?.version ?? 0, state: { ...stateAt, entry: state } };
  return { token, mark, ...read, inbox, outbox };
}

/** One turn of these items. */
export interface TurnTask {
  readonly place: Place;
  readonly opening: Opening;
  readonly items: readonly Item[];
  readonly lock: HeldLock;
}

/**
 * Runs the bot once for all items and commits everything at once. Returns what became of each item; undefined when the commit was refused: nothing
 * changed and nothing is said. Throws StoreError.
 */
export async function performTurn(parts: TurnParts, task: TurnTask): Promise<readonly ItemResult[] | undefined> {
  const { place, opening, items, lock } = task;
  const last = items.at(-1);
  if (!last) throw new TypeError('a turn of nothing');
  const started = performance.now();
  const now = last.now ?? parts.now();
  const activity = joinActivities(items.map((item) => item.activity));
  const masked = sum(items.map((item) => item.masked));
  const due = isFollowUp(activity) ? await takeFollowUp(place, activity, now) : { activity, changes: [] };
  const prefix = childId(place.key, sortable(lock.token));
  const record = recordOf(task, now);
  const run = due && (await runBot({ ...botTask(parts, task, { record, now, masked }), activity: due.activity, prefix }));

  const said = run?.sent ?? [];
  const inResponse = last.activity.deliveryMode === 'expectReplies';
  const outgoing = { conversation: place.key, activities: inResponse ? [] : said };
  const results = items.map((_, index) => resultOf(index === items.length - 1, inResponse ? said : [], run?.invokeAnswer));
  const changes = [
    ...(run ? await runChanges(run, task, now, said) : []),
    ...(due?.changes ?? []),
    ...items.flatMap((item, index) => itemChanges(item, results[index])),
    ...(outgoing.activities.length > 0 ? parts.outbox.changes(outgoing, opening.outbox) : []),
  ];
  const release = await lock.release();
  const version = run ? await run.partition.flush(...changes, release) : await place.partition.commit(...changes, release);
  if (version === undefined) return undefined;
  if (outgoing.activities.length > 0) parts.outbox.committed(outgoing, opening.outbox, version);
  parts.log({
    event: 'turn',
    conversation: entryId(place.key),
    channel: place.channelId,
    type: activity.type,
    messages: items.length,
    replies: said.length,
    masked: Object.values(masked).reduce((total, count) => total + count, 0),
    ms: Math.round(performance.now() - started),
  });
  return results;
}

function botTask(
  parts: TurnParts,
  { place, opening }: TurnTask,
  { record, now, masked }: { record: ConversationRecord; now: string; masked: Readonly<Record<string, number>> },
) {
  const own = new Set<string>();
  const recordAt = conversationEntry(place.key);
  return {
    bot: parts.bot,
    partition: place.partition,
    // A new record too: it is written at the end.
    known: [{ ...recordAt, entry: { id: recordAt.id, value: asJson(record), version: opening.recordVersion } }, opening.state],
    apology: () => parts.apology(record.locale),
    limitMs: parts.limitMs,
    log: parts.log,
    finish: (sent: Partial<Activity>) => ({ ...finishActivity(sent, parts.rules, own), timestamp: asDate(now) }),
    prepare: (context: TurnContext, partition: Partition) => parts.services(context, { partition, now, masked, own }),
  };
}

/**
 * The record of the conversation, with where answers go from now on. Chinese until the user writes otherwise: what a channel says of the locale is
 * where its window was made.
 */
function recordOf({ place, opening, items }: TurnTask, now: string): ConversationRecord {
  const last = items.at(-1)?.activity ?? {};
  const fresh = { id: place.key, channel: place.channelId, locale: 'zh-CN', misunderstood: 0, angryTurns: 0 };
  const record = opening.record ?? { ...fresh, reference: referenceOf(last), lastAt: now };
  const { activityId: _, ...reference } = isFollowUp(last) ? record.reference : referenceOf(last);
  return { ...record, reference };
}

/** What the turn itself adds to what the bot wrote. */
async function runChanges(
  { partition }: BotRun,
  { place, opening, items, lock }: TurnTask,
  now: string,
  said: readonly Partial<Activity>[],
): Promise<readonly Change[]> {
  const record = await findConversation(partition, place.key);
  // The bot deleted it: the user asked to be forgotten.
  if (!record) return [];
  const { collection, id } = conversationEntry(place.key);
  const isKept = partition.writes(collection, id) && record.lastAt === now;
  if (!isKept) await saveConversation(partition, { ...record, lastAt: now });
  const { state } = opening;
  const untouched = state.entry && !partition.writes(state.collection, state.id);
  const heard = items.map(({ activity }) => ({ ...activity, timestamp: asDate(now) }));
  const passage = passageChange({ conversation: place.key, order: lock.token, activities: [...heard, ...said] });
  return [...(untouched && state.entry ? [touchState(state.entry)] : []), ...(passage ? [passage] : [])];
}

function itemChanges({ seen, markVersion, waiting }: Item, result: ItemResult | undefined): readonly Change[] {
  if (seen === undefined || !result) return [];
  return waiting ? [takeChange(waiting), doneChange(seen, result)] : [doneChange(seen, result, markVersion ?? 0)];
}

function resultOf(isLast: boolean, replies: readonly Partial<Activity>[], invokeAnswer: InvokeAnswer | undefined): ItemResult {
  if (!isLast) return { state: 'done', joined: true };
  return { state: 'done', ...(replies.length > 0 && { replies }), ...(invokeAnswer && { invokeAnswer }) };
}

function isFollowUp(activity: Partial<Activity>): boolean {
  return activity.type === 'event' && activity.name === FOLLOW_UP;
}

/** The event with the kept value, and the changes that take the follow-up out; undefined when it was withdrawn, is another's or not due. */
async function takeFollowUp({ partition, key }: Place, activity: Partial<Activity>, now: string) {
  const found = activity.id === undefined ? undefined : await findFollowUp(partition, activity.id);
  if (!found || found.followUp.conversation !== key || epochMs(found.followUp.dueAt) > epochMs(now)) return undefined;
  const { kind, dueAt, value } = found.followUp;
  const { id: _, ...event } = activity;
  return { activity: { ...event, value: { kind, dueAt, value } }, changes: found.taken };
}

function sum(counts: readonly Readonly<Record<string, number>>[]): Readonly<Record<string, number>> {
  const total: Record<string, number> = {};
  for (const [kind, count] of counts.flatMap(Object.entries<number>)) total[kind] = (total[kind] ?? 0) + count;
  return total;
}

/** The SDK's type says Date; in JSON it is the ISO text of this turn's clock. */
function asDate(now: string): Date {
  return now as unknown as Date;
}
