import { addMs, compare } from '../domain/calendar';
import { listQueue } from '../repositories/cases';
import type { Store } from '../store/store';
import type { Actor } from './actions';
import type { Act } from './desk';
import type { Presence } from './presence';

/** A user who waits so long for an agent who is not there gets another one. */
const PATIENCE_MS = 10 * 60_000;
const EVERY_MS = 30_000;
const MOST = 20_000;
const CLOCK: Actor = { id: 'clock', name: '', role: 'lead' };

export interface TimeoutOptions {
  readonly store: Store;
  readonly act: Act;
  readonly present: () => Promise<readonly Presence[]>;
  /** ISO +08:00. */
  readonly now: () => string;
}

/** Puts back into the queue what nobody answers: the user's message is ten minutes old and the agent's page closed or 离线. Returns the cases' ids. */
export async function takeBack({ store, act, present, now }: TimeoutOptions): Promise<readonly string[]> {
  const since = addMs(now(), -PATIENCE_MS);
  const rows = await listQueue(store, MOST);
  const late = rows.filter(
    ({ owner, waitingSince }) => owner === 'agent' && waitingSince !== undefined && compare(waitingSince, since) <= 0,
  );
  if (late.length === 0) return [];
  const there = new Set((await present()).filter(({ state }) => state !== 'away').map(({ id }) => id));
  const left = late.filter(({ agent }) => agent !== undefined && !there.has(agent.id));
  const acted = await Promise.all(left.map(({ id }) => act({ caseId: id, actor: CLOCK, action: { kind: 'timeout' } })));
  return left.filter((_, index) => acted[index]?.kind === 'done').map(({ id }) => id);
}

/** Looks every half minute. A store that is away is looked at again by the next. */
export function watchTimeouts(options: TimeoutOptions): () => void {
  const timer = setInterval(() => void takeBack(options).catch(() => undefined), EVERY_MS).unref();
  return () => clearInterval(timer);
}
