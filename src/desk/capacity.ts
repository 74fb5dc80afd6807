import { listQueue } from '../repositories/cases';
import type { Store } from '../store/store';
import type { Actor } from './actions';
import type { Agent } from './agents';

const MAX_ROWS = 20_000;

/** Whether somebody has as many cases as the agents file lets him have at once; who is not in it has no limit. */
export async function isFull(store: Store, agents: readonly Agent[], { id }: Actor): Promise<boolean> {
  const capacity = agents.find((one) => one.id === id)?.capacity;
  if (capacity === undefined) return false;
  return (await listQueue(store, MAX_ROWS)).filter(({ owner, agent }) => owner === 'agent' && agent?.id === id).length >= capacity;
}
