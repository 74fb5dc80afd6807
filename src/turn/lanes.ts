import { randomBytes, randomUUID } from 'node:crypto';
import { type ConversationRecord, findConversation } from '../repositories/conversations';
import { entryId } from '../repositories/ids';
import { type Store, StoreError } from '../store/store';
import { gatherBurst, nextItems } from './burst';
import { arrivalId, findMark, keepChanges, listInbox, markIn, type Waiting } from './inbox';
import { conversationKey, maskActivity } from './incoming';
import { type Answer, type Arrival, createLane, type Job, type Lane, toAnswer } from './lane';
import { type HeldLock, keepLock } from './lock';
import { codeOf } from './log';
import { type Item, type ItemResult, type Opening, openTurn, performTurn, placeOf, type TurnParts, turnLock } from './one-turn';

/**
 * One turn at a time in each conversation, over all processes. An activity that finds its conversation free runs at once; one that does not waits in
 * the conversation's inbox, in the store, until whoever has the conversation takes it, or the process that put it there does.
 */

/** What lanes stand on. Times in ms; see TurnOptions. */
export interface LaneOptions {
  readonly store: Store;
  readonly parts: TurnParts;
  readonly lockMs: number;
  readonly pollMs: number;
  readonly burstMs: number;
  readonly isFragment: (text: string, record: ConversationRecord | undefined) => boolean;
}

/** The conversations that this process works on. */
export interface Lanes {
  enter(arrival: Arrival): Promise<Answer>;
  drain(conversation: string): Promise<void>;
  /** Resolves when nothing runs any more. What other processes have stays in the inbox, its callers get StoreError. */
  close(): Promise<void>;
}

/** Hint for other processes: this conversation (entry id) committed a turn. */
const TOPIC = 'turns';
/** A turn refused so often is not raced but wrong. */
const MAX_REFUSED = 8;
const MAX_POLL_MS = 200;

/** Part of createTurns. */
export function createLanes(options: LaneOptions): Lanes {
  const { store, parts, lockMs, pollMs, burstMs } = options;
  const processId = randomBytes(4).toString('hex');
  const lanes = new Map<string, Lane>();
  const busy = new Set<Promise<void>>();
  let hints: Promise<() => void> | undefined;
  let closed = false;

  function laneOf(key: string): Lane {
    const id = entryId(key);
    const lane = lanes.get(id) ?? createLane(placeOf(store, key));
    lanes.set(id, lane);
    return lane;
  }

  function track(work: Promise<void>): Promise<void> {
    const tracked = work.finally(() => busy.delete(tracked));
    busy.add(tracked);
    return tracked;
  }

  /** Puts a job into the inbox, masked by what is known of the conversation. */
  async function keep(lane: Lane, job: Job, known?: ConversationRecord): Promise<void> {
    try {
      const { key, partition } = lane.place;
      const record = known ?? (await findConversation(partition, key));
      const seen = job.seen ?? entryId(randomUUID());
      const masked = maskActivity(job.activity, parts.rules.mask, record?.asking);
      const changes = keepChanges(key, job.arrivedAs, { ...masked, seen, by: processId, ...(job.now !== undefined && { now: job.now }) });
      const version = await partition.commit(...changes);
      lane.waiting.set(seen, { job, duplicate: version === undefined });
    } catch (error) {
      job.reject(error);
    }
  }

  async function keepBehind(lane: Lane, job: Job): Promise<void> {
    lane.entering += 1;
    // Not before the one that came first has its place.
    await lane.admitted;
    await keep(lane, job);
    lane.entering -= 1;
    lane.news.raise();
    if (!lane.running) await run(lane);
  }

  /** Works on a conversation until nobody here waits for it. */
  async function run(lane: Lane): Promise<void> {
    lane.running = true;
    try {
      for (let idle = 0; lane.first || lane.waiting.size > 0 || lane.draining; ) {
        const worked = await step(lane);
        idle = worked ? 0 : idle + 1;
        if (worked) continue;
        await settle(lane);
        if (!lane.first && lane.waiting.size === 0) continue;
        if (closed) throw new StoreError('the process is ending');
        await lane.news.wait(Math.min(pollMs * 2 ** Math.min(idle - 1, 8), Math.max(pollMs, MAX_POLL_MS)));
      }
    } catch (error) {
      fail(lane, error);
    } finally {
      lane.running = false;
      if (lane.entering === 0) lanes.delete(entryId(lane.place.key));
    }
  }

  function fail(lane: Lane, error: unknown): void {
    if (lane.draining) parts.log({ event: 'drain-failed', conversation: entryId(lane.place.key), code: codeOf(error) });
    lane.first?.reject(error);
    for (const { job } of lane.waiting.values()) job.reject(error);
    lane.first = undefined;
    lane.waiting.clear();
    lane.draining = false;
  }

  /** One try for one turn; false when there was nothing to do, another process has the conversation, or the commit was refused. */
  async function step(lane: Lane): Promise<boolean> {
    const opened = open(lane);
    lane.admitted = opened.catch(() => undefined);
    const { opening, queued } = await opened;
    if (opening.token === undefined) {
      lane.draining = false;
      listen();
      return false;
    }
    const lock = keepLock(turnLock(lane.place, lockMs), opening.token);
    try {
      const items = lane.first ? [direct(lane.first, opening)] : nextItems(queued);
      const done = items.length > 0 && (await turn(lane, opening, items, lock));
      if (!done) await lane.place.partition.commit(await lock.release());
      if (items.length === 0) lane.draining = false;
      return done;
    } catch (error) {
      // A commit of unknown fate must not come later than this; when the store is away the lock expires.
      lock
        .release()
        .then((release) => lane.place.partition.commit(release))
        .catch(() => undefined);
      throw error;
    } finally {
      lock.stop();
    }
  }

  async function open(lane: Lane): Promise<{ readonly opening: Opening; readonly queued: readonly Waiting[] }> {
    const opening = await openTurn(lane.place, { lockMs, seen: lane.first?.seen, outbox: parts.outbox });
    return { opening, queued: await admit(lane, opening) };
  }

  /** Hears when other processes are done; without that it looks again now and then. */
  function listen(): void {
    hints ??= store
      .subscribe(TOPIC, (id) => lanes.get(id)?.news.raise())
      .catch(() => {
        hints = undefined;
        return () => undefined;
      });
  }

  /** Lets the first job stay first only when the conversation is free and empty and the job is new. Returns what the inbox holds then. */
  async function admit(lane: Lane, opening: Opening): Promise<readonly Waiting[]> {
    const job = lane.first;
    const mark = markIn(opening.mark);
    const isFree = opening.token !== undefined && opening.inbox.length === 0;
    if (!job || (isFree && !mark)) return opening.inbox;
    lane.first = undefined;
    if (mark?.state === 'done') job.resolve({ kind: 'duplicate', result: mark });
    else await keep(lane, job, opening.record);
    return opening.token === undefined ? [] : listInbox(lane.place.partition, lane.place.key);
  }

  async function turn(lane: Lane, opening: Opening, first: readonly Item[], lock: HeldLock): Promise<boolean> {
    const isFragment = (text: string) => options.isFragment(text, opening.record);
    const items = await gatherBurst({ place: lane.place, news: lane.news, items: first, burstMs, isFragment, isOver: () => closed });
    const results = await performTurn(parts, { place: lane.place, opening, items, lock });
    if (!results) {
      lane.refused += 1;
      if (lane.refused > MAX_REFUSED) throw new StoreError('the turn was refused again and again');
      return false;
    }
    lane.refused = 0;
    items.forEach((item, index) => {
      const result = results[index];
      if (result) answer(lane, item, result);
    });
    const others = [...opening.inbox, ...items.flatMap(({ waiting }) => waiting ?? [])].some(({ by }) => by !== processId);
    // Only a hint: whoever misses it looks again soon.
    if (others) store.publish(TOPIC, entryId(lane.place.key)).catch(() => undefined);
    return true;
  }

  function answer(lane: Lane, { waiting, seen }: Item, result: ItemResult): void {
    if (!waiting) {
      lane.first?.resolve(toAnswer(result, false));
      lane.first = undefined;
      return;
    }
    const found = lane.waiting.get(waiting.seen);
    found?.job.resolve(toAnswer(result, found.duplicate));
    if (seen !== undefined) lane.waiting.delete(seen);
  }

  /** Answers the jobs that another process has run. */
  async function settle(lane: Lane): Promise<void> {
    const waiting = [...lane.waiting];
    const marks = await Promise.all(waiting.map(([seen]) => findMark(lane.place.partition, seen)));
    waiting.forEach(([seen, { job, duplicate }], index) => {
      const mark = markIn(marks[index]);
      if (mark?.state === 'waiting') return;
      lane.waiting.delete(seen);
      if (mark) job.resolve(toAnswer(mark, duplicate));
      else job.reject(new StoreError('a kept activity is gone'));
    });
  }

  function direct({ activity, seen, now }: Job, { record, mark }: Opening): Item {
    const { mask } = parts.rules;
    return { ...maskActivity(activity, mask, record?.asking), seen, markVersion: mark?.version ?? 0, ...(now !== undefined && { now }) };
  }

  return {
    async enter(arrival) {
      const lane = laneOf(conversationKey(arrival.activity));
      return new Promise((resolve, reject) => {
        const job: Job = { ...arrival, arrivedAs: arrivalId(processId), resolve, reject };
        const isBusy = lane.running || lane.entering > 0;
        if (!isBusy) lane.first = job;
        void track(isBusy ? keepBehind(lane, job) : run(lane));
      });
    },
    async drain(conversation) {
      const lane = laneOf(conversation);
      lane.draining = true;
      if (!lane.running) await track(run(lane));
    },
    async close() {
      closed = true;
      for (const lane of lanes.values()) lane.news.raise();
      while (busy.size > 0) await Promise.all(busy);
      (await hints)?.();
    },
  };
}
