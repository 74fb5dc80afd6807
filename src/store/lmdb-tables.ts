import { type Database, open, type RootDatabase } from 'lmdb';
import { formatRow, parseRow, type Row, toEntry } from './entry';
import type { Entry, FrozenChange, Range } from './store';

type EntryKey = [partition: number, collection: string, id: string];

/** The tables of the embedded store. */
export interface Tables {
  readonly root: RootDatabase;
  /** key → row */
  readonly entries: Database<string, EntryKey>;
  /** [expiresAt, ...key]: exactly one for each entry that expires. */
  readonly expiries: Database<string, [number, ...EntryKey]>;
  /** partition → last version given. One counter for a partition: an entry made again never gets a version it had before. */
  readonly versions: Database<number, number>;
}

/** Sorts after every printable ASCII character. */
const AFTER_ALL = '\x7f';

/** Expired entries deleted in one transaction; keeps it short. */
export const SWEEP_CHUNK = 500;

/** Opens or makes the tables in an existing directory; only its owner may (a process that opens them twice stops for ever). */
export function openTables(directory: string): Tables {
  // Batches of an event turn reject, on a full disk, a promise that nobody holds: the process would end.
  const root = open({ path: directory, noSubdir: false, eventTurnBatching: false });
  return {
    root,
    entries: root.openDB({ name: 'entries', encoding: 'string' }),
    expiries: root.openDB({ name: 'expiries', encoding: 'string' }),
    versions: root.openDB({ name: 'versions', encoding: 'json' }),
  };
}

const isLive = (row: Row, now: number) => row.expiresAt === 0 || row.expiresAt > now;

/** The entry, absent from the millisecond of its expiry on. */
export function getEntry(tables: Tables, key: EntryKey, now: number): Entry | undefined {
  const row = liveRow(tables, key, now);
  return row && toEntry(key[2], row);
}

function liveRow(tables: Tables, key: EntryKey, now: number): Row | undefined {
  const row = parseRow(tables.entries.get(key));
  return row && isLive(row, now) ? row : undefined;
}

/** Live entries of a range, in its order. */
export function listEntries({ tables, partition, collection, range, now }: ListQuery): readonly Entry[] {
  const found: Entry[] = [];
  if (range.limit !== undefined && range.limit <= 0) return found;
  const low: EntryKey = [partition, collection, range.from ?? ''];
  const high: EntryKey = [partition, collection, range.to ?? AFTER_ALL];
  const bounds = range.reverse
    ? { start: high, end: low, reverse: true, exclusiveStart: true, inclusiveEnd: true }
    : { start: low, end: high };
  for (const { key, value } of tables.entries.getRange(bounds)) {
    const row = parseRow(value);
    if (row && isLive(row, now)) found.push(toEntry(key[2], row));
    if (found.length === range.limit) break;
  }
  return found;
}

interface ListQuery {
  readonly tables: Tables;
  readonly partition: number;
  readonly collection: string;
  readonly range: Range;
  readonly now: number;
}

/** Inside a write transaction: all changes and the new version, or undefined and no change. Expectations are about the state before the commit. */
export function applyChanges(tables: Tables, partition: number, changes: readonly FrozenChange[], now: number): number | undefined {
  for (const { collection, id, expect } of changes) {
    if (expect !== undefined && (liveRow(tables, [partition, collection, id], now)?.version ?? 0) !== expect) return undefined;
  }
  const version = (tables.versions.get(partition) ?? 0) + 1;
  tables.versions.putSync(partition, version);
  for (const change of changes) {
    if (change.kind === 'check') continue;
    const key: EntryKey = [partition, change.collection, change.id];
    const old = parseRow(tables.entries.get(key));
    if (old && old.expiresAt > 0) tables.expiries.removeSync([old.expiresAt, ...key]);
    if (change.kind === 'put') {
      const expiresAt = change.ttlMs === undefined ? 0 : now + change.ttlMs;
      tables.entries.putSync(key, formatRow({ version, expiresAt, json: change.json }));
      if (expiresAt > 0) tables.expiries.putSync([expiresAt, ...key], '');
    } else if (old) tables.entries.removeSync(key);
  }
  return version;
}

/** Inside a write transaction: deletes up to SWEEP_CHUNK expired entries, returns how many. */
export function sweepChunk(tables: Tables, now: number): number {
  const due = [...tables.expiries.getRange({ end: [now, PAST_PARTITIONS, '', ''], limit: SWEEP_CHUNK })];
  for (const { key } of due) {
    const [, ...entry] = key;
    tables.expiries.removeSync(key);
    tables.entries.removeSync(entry);
  }
  return due.length;
}
const PAST_PARTITIONS = Number.MAX_SAFE_INTEGER;
