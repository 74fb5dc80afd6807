import { createHash } from 'node:crypto';
import { listQueue, type QueueRow } from '../repositories/cases';
import type { Store } from '../store/store';
import type { Actor } from './actions';
import { loadsOf } from './capacity';
import type { Act } from './desk';
import type { Feed } from './feed';
import type { Presence } from './presence';
import type { Colleague, Roster } from './roster';

/**
 * Gives waiting cases to agents: the most urgent first, each to whoever of its queue is online and has the fewest, never beyond his capacity.
 * Leads and administrators look on and take what they want, and so does who works on Teams alone, where nothing would call him.
 */

export interface AssignmentOptions {
  readonly store: Store;
  readonly act: Act;
  readonly roster: Roster;
  readonly present: () => Promise<readonly Presence[]>;
  /** Channels whose own people take over: their cases are not ours to give. */
  readonly elsewhere: readonly string[];
}

export interface Assignment {
  /** Looks soon: somebody came, or a place became free. */
  hurry(): void;
  close(): void;
}

const MOST = 20_000;
const CLOCK: Actor = { id: 'assignment', name: '', role: 'lead' };
const EVERY_MS = 5000;
const GATHER_MS = 500;
const LEASE = { collection: 'desk-assignment', id: 'lease' } as const;
/** Longer than a round takes; a process that died in one holds the others up no longer. */
const LEASE_MS = 10_000;
/** After these somebody may be wanted or free. */
const NEWS: ReadonlySet<string> = new Set(['opened', 'reopened', 'requeued', 'timed-out', 'transferred', 'returned', 'closed']);

/** Who gets a case; undefined when nobody can take it. Of equals the case's id decides, which is the same everywhere and fair in the long run. */
export function choose(
  { id, queue }: Pick<QueueRow, 'id' | 'queue'>,
  people: readonly Colleague[],
  loads: ReadonlyMap<string, number>,
): Colleague | undefined {
  const loadOf = (one: Colleague) => loads.get(one.id) ?? 0;
  const free = people.filter((one) => (one.queues?.includes(queue) ?? true) && loadOf(one) < one.capacity);
  const least = Math.min(...free.map(loadOf));
  const equals = free.filter((one) => loadOf(one) === least);
  return equals[createHash('sha256').update(id).digest().readUInt32BE() % Math.max(1, equals.length)];
}

/**
 * One round; false when another process is at it. One process at a time counts and gives, so nobody is given more than his capacity; that a case
 * has one owner is the commit's doing, as with an agent who accepts it in that moment.
 */
export async function assignWaiting({ store, act, roster, present, elsewhere }: AssignmentOptions): Promise<boolean> {
  const online = new Set((await present()).filter((one) => one.state === 'online' && !one.elsewhere).map(({ id }) => id));
  if (online.size === 0) return true;
  const place = store.partition(0);
  const lease = await place.commit({ kind: 'put', ...LEASE, value: 1, expect: 0, ttlMs: LEASE_MS });
  if (lease === undefined) return false;
  try {
    const [everybody, rows] = await Promise.all([roster.list(), listQueue(store, MOST)]);
    const people = everybody.filter(({ id, role }) => role === 'agent' && online.has(id));
    const loads = new Map(loadsOf(rows));
    const until = Date.now() + LEASE_MS / 2;
    for (const row of rows) {
      const isOurs = row.owner === 'queue' && !elsewhere.includes(row.channel);
      const to = isOurs ? choose(row, people, loads) : undefined;
      if (!to) continue;
      if (Date.now() > until) return false;
      const action = { kind: 'assign', to: { id: to.id, name: to.name } } as const;
      // One that fails holds up no other; it waits for the next round.
      const acted = await act({ caseId: row.id, actor: CLOCK, action }).catch(() => undefined);
      if (acted?.kind === 'done') loads.set(to.id, (loads.get(to.id) ?? 0) + 1);
    }
    return true;
  } finally {
    await place.commit({ kind: 'delete', ...LEASE, expect: lease });
  }
}

/** Looks when something happened, and every few seconds. A store that is away is looked at again by the next round. */
export async function watchWaiting(options: AssignmentOptions & { readonly feed: Feed }): Promise<Assignment> {
  let timer: NodeJS.Timeout | undefined;
  let running = false;
  let isClosed = false;

  function hurry(): void {
    if (isClosed) return;
    timer ??= setTimeout(round, GATHER_MS).unref();
  }

  async function round(): Promise<void> {
    timer = undefined;
    if (running) return hurry();
    running = true;
    const isDone = await assignWaiting(options).catch(() => true);
    running = false;
    if (!isDone) hurry();
  }

  const stop = await options.feed.listen(undefined, { tell: ({ kind }) => void (NEWS.has(kind) && hurry()), end: () => undefined });
  const every = setInterval(hurry, EVERY_MS).unref();
  return {
    hurry,
    close() {
      isClosed = true;
      clearTimeout(timer);
      clearInterval(every);
      stop();
    },
  };
}
