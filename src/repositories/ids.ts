import { createHash } from 'node:crypto';
import type { Json, Range } from '../store/store';

/** Ids of the names met last, the oldest first: a turn names its conversation some twenty times. */
const known = new Map<string, string>();
const MOST_KNOWN = 5000;

/** Entry id of anything with a name from outside (conversation key, activity id): 22 characters of base64url, the same in every process. */
export function entryId(name: string): string {
  const before = known.get(name);
  if (before !== undefined) return before;
  const id = createHash('sha256').update(name).digest('base64url').slice(0, 22);
  const [oldest] = known.size < MOST_KNOWN ? [] : known.keys();
  if (oldest !== undefined) known.delete(oldest);
  known.set(name, id);
  return id;
}

/** Id of an entry that belongs to a conversation; entries of one conversation sort by `rest`. */
export function childId(conversationKey: string, rest: string): string {
  return `${entryId(conversationKey)}:${rest}`;
}

/** All entries of one conversation in a collection of child ids. `;` is the byte after `:`. */
export function childRange(conversationKey: string): Range {
  const id = entryId(conversationKey);
  return { from: `${id}:`, to: `${id};` };
}

/** A version as text that sorts by number. */
export function sortable(version: number): string {
  return String(version).padStart(16, '0');
}

/** Our own plain data as JSON; interfaces have no index signature, so the compiler must be told. */
export function asJson(value: object): Json {
  return value as unknown as Json;
}
