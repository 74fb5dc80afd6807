import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Feed, openFeed } from '../../src/desk/feed';
import type { DeskRequest } from '../../src/desk/http';
import { streamReply } from '../../src/desk/stream';
import { addMs } from '../../src/domain/calendar';
import { type CaseEvent, eventChanges, newEvent } from '../../src/repositories/case-events';
import { openLmdbStore } from '../../src/store/lmdb';
import { type Store, StoreError } from '../../src/store/store';
import { until } from './world';

const START = '2026-11-20T10:00:00+08:00';
const directory = mkdtempSync(join(tmpdir(), 'desk-feed-'));
let real: Store;
let now: string;
let isAway: boolean;
let feed: Feed;
const heard: CaseEvent[] = [];
const listener = { tell: (event: CaseEvent) => void heard.push(event), end: () => undefined };

beforeAll(async () => {
  real = await openLmdbStore({ directory });
});
beforeEach(async () => {
  now = START;
  isAway = false;
  heard.length = 0;
  const store: Store = {
    ...real,
    listAll: async (...args) => {
      if (isAway) throw new StoreError('away');
      return real.listAll(...args);
    },
  };
  feed = await openFeed({ store, now: () => now });
});
afterEach(() => feed.close());
afterAll(async () => {
  await real.close();
  rmSync(directory, { recursive: true, force: true });
});

async function happen(count = 1): Promise<readonly CaseEvent[]> {
  const events = Array.from({ length: count }, () => newEvent({ caseId: 'DZ20261120-AB2CD-17', kind: 'message', at: now }));
  await real.partition(17).commit(...events.flatMap(eventChanges));
  return events;
}
const idsOf = (events: readonly CaseEvent[]) => events.map(({ id }) => id);

test('a process whose store was away for minutes tells of everything that others did meanwhile, once', async () => {
  await feed.listen(undefined, listener);
  isAway = true;
  now = addMs(now, 60_000);
  const missed = await happen();
  feed.hurry();
  now = addMs(now, 120_000);
  isAway = false;
  const [late] = await happen();
  feed.hurry();
  await until(() => heard.some(({ id }) => id === late?.id));
  feed.hurry();
  expect(idsOf(heard)).toEqual(idsOf([...missed, ...(late ? [late] : [])]));
});

test('a page that comes back after more events than are read at once gets them all', async () => {
  now = addMs(START, 600_000);
  const [first] = await happen();
  const missed = await happen(6000);
  now = addMs(now, 3_600_000);
  await feed.listen(first?.id, listener);
  expect(idsOf(heard)).toEqual(expect.arrayContaining(idsOf(missed.slice(-10))));
  expect(new Set(idsOf(heard)).size).toBe(heard.length);
});

test('what cannot be listened to is no stream: the caller is told, and nobody is left listening', async () => {
  const others: CaseEvent[] = [];
  await feed.listen(undefined, { ...listener, tell: (event) => void others.push(event) });
  const request = { headers: {}, url: `/api/desk/events?cursor=${Date.parse(START)}-1` } as DeskRequest;
  isAway = true;
  await expect(streamReply(request, feed, async () => true)).rejects.toThrow(StoreError);
  await expect(feed.listen(`${Date.parse(START)}-1`, listener)).rejects.toThrow(StoreError);
  isAway = false;
  const [event] = await happen();
  feed.hurry();
  await until(() => others.some(({ id }) => id === event?.id));
  expect(heard).toEqual([]);
});
