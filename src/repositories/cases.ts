import { randomInt } from 'node:crypto';
import { epochMs } from '../domain/calendar';
import type { Case } from '../domain/case';
import { valueIn } from '../domain/draft';
import { type Change, type Entry, PARTITIONS, type Partition, type Store } from '../store/store';
import { eventChanges, newEvent } from './case-events';
import { asJson, entryId } from './ids';

const COLLECTION = 'cases';
/** Open cases for the desk: P0 first, then the oldest. */
const QUEUE = 'queue';
/** The same rows of cases that are closed or back with the bot, oldest first. */
const SHELF = 'closed-cases';
/** conversation → id of its latest case */
const INDEX = 'case-of';

/** No 0/O, 1/I/L, 2/Z, 5/S, 8/B: an id is read out on the phone. */
const ALPHABET = '34679ACDEFGHJKMNPQRTUVWXY';
const FORM = /^DZ\d{8}-[A-Z0-9]{5}-(\d{2})$/;

/** A row of the desk's lists: what its page shows and searches without reading the case. */
export interface QueueRow
  extends Pick<
    Case,
    | 'id'
    | 'conversationId'
    | 'channel'
    | 'priority'
    | 'queue'
    | 'owner'
    | 'agent'
    | 'createdAt'
    | 'updatedAt'
    | 'replyBy'
    | 'waitingSince'
    | 'acceptedAt'
    | 'repliedAt'
  > {
  /** Fen. */
  readonly amount?: number;
  readonly issue?: string;
  /** The likeliest cause. */
  readonly cause?: string;
  readonly cardLast4?: string;
  /** Last four digits of the user's phone. */
  readonly phoneTail?: string;
  /** YYYY-MM-DD */
  readonly txTime?: string;
  readonly score?: number;
  /** ISO +08:00 and how it ended. */
  readonly closedAt?: string;
  readonly ended?: string;
}

/** `DZyyyymmdd-nnnnn-pp`: date of `now` (ISO +08:00), five characters that nobody can guess, the partition. */
export function createCaseId(now: string, partition: number): string {
  const secret = Array.from({ length: 5 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return `DZ${now.slice(0, 10).replaceAll('-', '')}-${secret}-${String(partition).padStart(2, '0')}`;
}

/** Partition of a case id; undefined when it is no case id. */
export function partitionOfCase(id: string): number | undefined {
  const number = Number(FORM.exec(id)?.[1] ?? Number.NaN);
  return number < PARTITIONS ? number : undefined;
}

/** A case by its id, wherever it is; undefined when there is none. */
export async function findCase(store: Store, id: string): Promise<Case | undefined> {
  const number = partitionOfCase(id);
  return number === undefined ? undefined : caseIn(await store.partition(number).get(COLLECTION, id));
}

/** The latest case of a conversation, closed or not; undefined when it never had one. */
export async function caseOf(partition: Partition, conversation: string): Promise<Case | undefined> {
  const index = await partition.get(INDEX, entryId(conversation));
  return index ? caseIn(await partition.get(COLLECTION, index.value as string)) : undefined;
}

/** As caseOf, for a turn: its commit is refused, and the turn runs again, when the case was changed in the meantime (an agent took it). */
export async function holdCase(partition: Partition, conversation: string): Promise<Case | undefined> {
  const index = await partition.get(INDEX, entryId(conversation));
  const entry = index && (await partition.get(COLLECTION, index.value as string));
  if (!entry) return undefined;
  await partition.commit({ kind: 'check', collection: COLLECTION, id: entry.id, expect: entry.version });
  return caseIn(entry);
}

/** Keeps a new case and puts it into the queue. The id must be new. Returns false when it is taken: make another. */
export async function addCase(partition: Partition, created: Case): Promise<boolean> {
  const changes: Change[] = [
    { kind: 'put', collection: COLLECTION, id: created.id, value: asJson(created), expect: 0 },
    { kind: 'put', collection: INDEX, id: entryId(created.conversationId), value: created.id },
    ...queueChanges(undefined, created),
    ...eventChanges(newEvent({ caseId: created.id, kind: 'opened', at: created.createdAt })),
  ];
  return (await partition.commit(...changes)) !== undefined;
}

/**
 * The only way to change a case: `change` gets it as it is and returns it as it shall be, or undefined to leave it (not its owner any more).
 * Returns the changed case; undefined when `change` declined, there is no such case, or another writer was faster.
 */
export async function changeCase(partition: Partition, id: string, change: (before: Case) => Case | undefined): Promise<Case | undefined> {
  const read = await readCase(partition, id);
  const after = read && change(read.case);
  if (!read || !after) return undefined;
  const version = await partition.commit(...caseChanges(read, after));
  return version === undefined ? undefined : after;
}

/** A case as it was read. */
export interface ReadCase {
  readonly case: Case;
  readonly version: number;
}

/** A case and its version, for a commit that carries other things too; undefined when there is none. */
export async function readCase(partition: Partition, id: string): Promise<ReadCase | undefined> {
  const entry = await partition.get(COLLECTION, id);
  const found = caseIn(entry);
  return entry && found ? { case: found, version: entry.version } : undefined;
}

/** The changes that make a case `after`; the commit is refused when it is not any more as it was read. */
export function caseChanges({ case: before, version }: ReadCase, after: Case): readonly Change[] {
  return [{ kind: 'put', collection: COLLECTION, id: after.id, value: asJson(after), expect: version }, ...queueChanges(before, after)];
}

/** Open cases of all partitions: by priority, then oldest first. */
export async function listQueue(store: Store, limit: number): Promise<readonly QueueRow[]> {
  return (await store.listAll(QUEUE, { limit })).map((entry) => entry.value as unknown as QueueRow);
}

/** Cases that are closed or back with the bot: the newest first. */
export async function listShelf(store: Store, limit: number): Promise<readonly QueueRow[]> {
  return (await store.listAll(SHELF, { limit, reverse: true })).map((entry) => entry.value as unknown as QueueRow);
}

/** How many wait before a case in its queue, and how long it took lately until somebody came. */
export interface Outlook {
  readonly ahead: number;
  /** Half of the last cases of the queue were taken within so many minutes; absent when too few were. */
  readonly minutes?: number;
}

const LATELY = 200;
const ENOUGH = 5;
const MINUTE_MS = 60_000;

/** What may honestly be said to who joins the queue now. */
export async function outlookOf(store: Store, joining: Case): Promise<Outlook> {
  const [open, shelf] = await Promise.all([listQueue(store, LATELY), listShelf(store, LATELY)]);
  const same = open.filter((row) => row.queue === joining.queue && row.id !== joining.id);
  const before = same.filter(
    (row) => row.owner === 'queue' && `${row.priority}~${row.createdAt}` <= `${joining.priority}~${joining.createdAt}`,
  );
  const waits = [...same, ...shelf.filter((row) => row.queue === joining.queue)]
    .flatMap((row) => (row.acceptedAt === undefined ? [] : [epochMs(row.acceptedAt) - epochMs(row.createdAt)]))
    .sort((a, b) => a - b);
  const median = waits[Math.floor(waits.length / 2)];
  const isKnown = waits.length >= ENOUGH && median !== undefined;
  return { ahead: before.length, ...(isKnown && { minutes: Math.max(1, Math.ceil(median / MINUTE_MS)) }) };
}

function caseIn(entry: Entry | undefined): Case | undefined {
  return entry?.value as unknown as Case | undefined;
}

function isOpen(row: Case): boolean {
  return row.owner === 'queue' || row.owner === 'agent';
}

function rowId({ priority, createdAt, id }: Case): string {
  return `${priority}~${createdAt}~${id}`;
}

function queueChanges(before: Case | undefined, after: Case): readonly Change[] {
  const changes: Change[] = [];
  const moved = before && isOpen(before) && (!isOpen(after) || rowId(before) !== rowId(after));
  if (moved) changes.push({ kind: 'delete', collection: QUEUE, id: rowId(before) });
  if (isOpen(after) && before && !isOpen(before)) changes.push({ kind: 'delete', collection: SHELF, id: shelfId(after) });
  const [collection, id] = isOpen(after) ? [QUEUE, rowId(after)] : [SHELF, shelfId(after)];
  changes.push({ kind: 'put', collection, id, value: asJson(toRow(after)) });
  return changes;
}

function shelfId({ createdAt, id }: Case): string {
  return `${createdAt}~${id}`;
}

function toRow(of: Case): QueueRow {
  const { id, conversationId, channel, priority, queue, owner, createdAt, updatedAt, replyBy, draft, rating, closing } = of;
  const { agent, waitingSince, acceptedAt, repliedAt } = of;
  const [cause] = of.diagnosis.causes;
  const [amount, issue, cardLast4, txTime] = [
    valueIn(draft, 'amount'),
    valueIn(draft, 'issueType'),
    valueIn(draft, 'cardLast4'),
    valueIn(draft, 'txTime'),
  ];
  const phoneTail = valueIn(draft, 'contactPhone')?.match(/\d{4}$/)?.[0];
  return {
    ...{ id, conversationId, channel, priority, queue, owner, createdAt, updatedAt, replyBy },
    ...(agent && { agent }),
    ...(waitingSince && { waitingSince }),
    ...(acceptedAt && { acceptedAt }),
    ...(repliedAt && { repliedAt }),
    ...(closing && { closedAt: closing.at, ended: closing.outcome }),
    ...(amount !== undefined && { amount }),
    ...(issue && { issue }),
    ...(cause && { cause: cause.id }),
    ...(cardLast4 && { cardLast4 }),
    ...(phoneTail && { phoneTail }),
    ...(txTime && { txTime: txTime.date }),
    ...(rating && { score: rating.score }),
  };
}
