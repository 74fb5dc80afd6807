import type { Change, Entry, FrozenChange, Json, Range } from './store';

/** Ids and collection names: printable ASCII, so that every engine sorts them by byte; the length keeps an LMDB key under its 1,978 bytes. */
const NAME = /^[\x20-\x7e]{1,800}$/;

/** Throws RangeError for an id or collection name that is not 1–800 characters of printable ASCII. */
export function assertName(name: string): void {
  if (!NAME.test(name)) throw new RangeError(`store: not 1-800 printable ASCII characters: ${JSON.stringify(name.slice(0, 40))}`);
}

/**
 * Checks changes and turns their values into text at the moment of the call, so that what the caller does to an object later has no effect.
 * Throws RangeError for a bad name or lifetime, TypeError for a value that is not JSON.
 */
export function freeze(changes: readonly (Change | FrozenChange)[]): readonly FrozenChange[] {
  return changes.map((change) => {
    assertName(change.collection);
    assertName(change.id);
    if (change.kind !== 'put') return change;
    if (change.ttlMs !== undefined && !(Number.isSafeInteger(change.ttlMs) && change.ttlMs > 0))
      throw new RangeError('store: ttlMs is not a positive integer');
    if ('json' in change) return change;
    const { value, ...rest } = change;
    const json = JSON.stringify(value);
    if (json === undefined) throw new TypeError(`store: the value of ${change.collection} is not JSON`);
    return { ...rest, json };
  });
}

/** An entry at rest: `version expiresAt json`; expiresAt in ms since 1970, 0 for "stays". */
export interface Row {
  readonly version: number;
  readonly expiresAt: number;
  readonly json: string;
}

/** The text form of a row. */
export function formatRow(row: Row): string {
  return `${row.version} ${row.expiresAt} ${row.json}`;
}

/** Reads what formatRow wrote; undefined stays undefined. */
export function parseRow(text: string | undefined): Row | undefined {
  if (text === undefined) return undefined;
  const first = text.indexOf(' ');
  const second = text.indexOf(' ', first + 1);
  return { version: Number(text.slice(0, first)), expiresAt: Number(text.slice(first + 1, second)), json: text.slice(second + 1) };
}

/** A row as its reader sees it, a fresh value each time. */
export function toEntry(id: string, row: Row): Entry {
  const value: Json = JSON.parse(row.json);
  return { id, value, version: row.version };
}

/** Merges entries already sorted or not into one list in byte order (ties by partition), then applies `reverse` and `limit`. */
export function mergeSorted<E extends { readonly id: string; readonly partition?: number }>(
  lists: readonly (readonly E[])[],
  range: Range,
): readonly E[] {
  const sign = range.reverse ? -1 : 1;
  const order = (a: E, b: E) => {
    if (a.id === b.id) return (a.partition ?? 0) - (b.partition ?? 0);
    return a.id < b.id ? -1 : 1;
  };
  return lists
    .flat()
    .sort((a, b) => sign * order(a, b))
    .slice(0, range.limit);
}
