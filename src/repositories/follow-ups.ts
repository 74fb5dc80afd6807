import { epochMs } from '../domain/calendar';
import type { Change, Entry, Json, Partition, Store } from '../store/store';
import { asJson, childId, childRange, entryId } from './ids';
import type { Reference } from './transcripts';

/** A promise to come back to somebody: what to ask again, and when. */
export interface FollowUp {
  readonly id: string;
  /** Conversation key. */
  readonly conversation: string;
  readonly reference: Reference;
  /** ISO +08:00 to the second. */
  readonly dueAt: string;
  /** What it is about, such as `recheck`; a conversation has one of a kind at a time of day. */
  readonly kind: string;
  readonly value?: Json;
}

const COLLECTION = 'follow-ups';
/** conversation → its follow-ups */
const INDEX = 'follow-ups-of';

/** Plans a follow-up; the same kind for the same time replaces. Returns it with its id, which starts with the time so that due ones come first. */
export async function addFollowUp(partition: Partition, planned: Omit<FollowUp, 'id'>): Promise<FollowUp> {
  await partition.commit(...followUpChanges(planned));
  return withId(planned);
}

/** The changes that plan one, for a commit that carries other things too. */
export function followUpChanges(planned: Omit<FollowUp, 'id'>): readonly Change[] {
  epochMs(planned.dueAt);
  const followUp = withId(planned);
  return [
    { kind: 'put', collection: COLLECTION, id: followUp.id, value: asJson(followUp) },
    { kind: 'put', collection: INDEX, id: childId(followUp.conversation, followUp.id), value: { kind: followUp.kind } },
  ];
}

function withId(planned: Omit<FollowUp, 'id'>): FollowUp {
  return { ...planned, id: `${planned.dueAt}~${entryId(`${planned.conversation}/${planned.kind}`)}` };
}

/** Follow-ups of a conversation that still wait, earliest first. */
export async function listFollowUps(partition: Partition, conversation: string): Promise<readonly FollowUp[]> {
  const index = await partition.list(INDEX, childRange(conversation));
  const entries = await Promise.all(index.map(({ id }) => partition.get(COLLECTION, id.slice(id.indexOf(':') + 1))));
  return entries.flatMap((entry) => followUpIn(entry) ?? []);
}

/** Withdraws the follow-ups of a conversation (all, or one kind); returns how many there were. */
export async function cancelFollowUps(partition: Partition, conversation: string, kind?: string): Promise<number> {
  const waiting = (await listFollowUps(partition, conversation)).filter((followUp) => kind === undefined || followUp.kind === kind);
  if (waiting.length > 0) await partition.commit(...waiting.flatMap(deletion));
  return waiting.length;
}

/** Follow-ups due at `now` (ISO +08:00) in all partitions, earliest first. */
export async function dueFollowUps(store: Store, now: string, limit: number): Promise<readonly FollowUp[]> {
  // `~` sorts after the time alone, so one due exactly now is included.
  const entries = await store.listAll(COLLECTION, { to: `${now}~~`, limit });
  return entries.flatMap((entry) => followUpIn(entry) ?? []);
}

/** One follow-up by id with the changes that take it out; undefined when it was withdrawn or done. */
export async function findFollowUp(
  partition: Partition,
  id: string,
): Promise<{ followUp: FollowUp; taken: readonly Change[] } | undefined> {
  const entry = await partition.get(COLLECTION, id);
  const followUp = followUpIn(entry);
  if (!entry || !followUp) return undefined;
  const [first, ...rest] = deletion(followUp);
  return { followUp, taken: [{ ...first, expect: entry.version }, ...rest] };
}

function followUpIn(entry: Entry | undefined): FollowUp | undefined {
  return entry?.value as unknown as FollowUp | undefined;
}

function deletion(followUp: FollowUp): [Change & { kind: 'delete' }, Change] {
  return [
    { kind: 'delete', collection: COLLECTION, id: followUp.id },
    { kind: 'delete', collection: INDEX, id: childId(followUp.conversation, followUp.id) },
  ];
}
