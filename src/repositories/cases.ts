import { randomInt } from 'node:crypto';
import type { Case } from '../domain/case';
import { type Change, type Entry, PARTITIONS, type Partition, type Store } from '../store/store';
import { asJson, entryId } from './ids';

const COLLECTION = 'cases';
/** Open cases for the desk: P0 first, then the oldest. */
const QUEUE = 'queue';
/** conversation → id of its latest case */
const INDEX = 'case-of';

/** No 0/O, 1/I/L, 2/Z, 5/S, 8/B: an id is read out on the phone. */
const ALPHABET = '34679ACDEFGHJKMNPQRTUVWXY';
const FORM = /^DZ\d{8}-[A-Z0-9]{5}-(\d{2})$/;

/** A row of the desk's queue. */
export type QueueRow = Pick<
  Case,
  'id' | 'conversationId' | 'channel' | 'priority' | 'queue' | 'owner' | 'agent' | 'createdAt' | 'updatedAt' | 'replyBy'
>;

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

/** Keeps a new case and puts it into the queue. The id must be new. Returns false when it is taken: make another. */
export async function addCase(partition: Partition, created: Case): Promise<boolean> {
  const changes: Change[] = [
    { kind: 'put', collection: COLLECTION, id: created.id, value: asJson(created), expect: 0 },
    { kind: 'put', collection: INDEX, id: entryId(created.conversationId), value: created.id },
    ...queueChanges(undefined, created),
  ];
  return (await partition.commit(...changes)) !== undefined;
}

/**
 * The only way to change a case: `change` gets it as it is and returns it as it shall be, or undefined to leave it (not its owner any more).
 * Returns the changed case; undefined when `change` declined, there is no such case, or another writer was faster.
 */
export async function changeCase(partition: Partition, id: string, change: (before: Case) => Case | undefined): Promise<Case | undefined> {
  const entry = await partition.get(COLLECTION, id);
  const before = caseIn(entry);
  const after = before && change(before);
  if (!entry || !after) return undefined;
  const version = await partition.commit(
    { kind: 'put', collection: COLLECTION, id, value: asJson(after), expect: entry.version },
    ...queueChanges(before, after),
  );
  return version === undefined ? undefined : after;
}

/** Open cases of all partitions: by priority, then oldest first. */
export async function listQueue(store: Store, limit: number): Promise<readonly QueueRow[]> {
  return (await store.listAll(QUEUE, { limit })).map((entry) => entry.value as unknown as QueueRow);
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
  if (isOpen(after)) changes.push({ kind: 'put', collection: QUEUE, id: rowId(after), value: asJson(toRow(after)) });
  return changes;
}

function toRow({ id, conversationId, channel, priority, queue, owner, agent, createdAt, updatedAt, replyBy }: Case): QueueRow {
  return { id, conversationId, channel, priority, queue, owner, ...(agent && { agent }), createdAt, updatedAt, replyBy };
}
