import { listQueue, type QueueRow } from '../repositories/cases';
import type { Store } from '../store/store';

const MAX_ROWS = 20_000;

/** How many cases each agent has. */
export function loadsOf(rows: readonly QueueRow[]): ReadonlyMap<string, number> {
  const loads = new Map<string, number>();
  for (const { owner, agent } of rows) if (owner === 'agent' && agent) loads.set(agent.id, (loads.get(agent.id) ?? 0) + 1);
  return loads;
}

/** As loadsOf, now. */
export async function readLoads(store: Store): Promise<ReadonlyMap<string, number>> {
  return loadsOf(await listQueue(store, MAX_ROWS));
}

/** Whether somebody of the desk has as many cases as he may have at once; who is not of it (a machine) has no limit. */
export async function isFull(store: Store, somebody: { readonly id: string; readonly capacity: number } | undefined): Promise<boolean> {
  return somebody !== undefined && ((await readLoads(store)).get(somebody.id) ?? 0) >= somebody.capacity;
}
