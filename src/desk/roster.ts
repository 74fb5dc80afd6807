import { asJson } from '../repositories/ids';
import type { Store } from '../store/store';
import type { Agent } from './agents';
import { SESSION_MS } from './sessions';

/** One of the desk: what others may know of him. */
export type Colleague = Pick<Agent, 'id' | 'name' | 'role' | 'queues' | 'capacity'>;

/** Everybody of the desk: the people of the file, and those an identity provider vouches for as long as their session lasts. */
export interface Roster {
  list(): Promise<readonly Colleague[]>;
  find(id: string): Promise<Colleague | undefined>;
  /** Takes in somebody who is not in the file. */
  join(person: Colleague): Promise<void>;
}

const COLLECTION = 'desk-people';

/** `takesIn`: people who are not in the file may come; otherwise those who came before are out at once. */
export function createRoster(store: Store, agents: readonly Agent[], takesIn: boolean): Roster {
  const partition = store.partition(0);
  const own: readonly Colleague[] = agents.map(({ id, name, role, queues, capacity }) => ({
    id,
    name,
    role,
    ...(queues && { queues }),
    capacity,
  }));
  return {
    async list() {
      const joined = takesIn ? await partition.list(COLLECTION) : [];
      return [...own, ...joined.map(({ value }) => value as unknown as Colleague)];
    },
    async find(id) {
      const found = own.find((one) => one.id === id);
      if (found || !takesIn) return found;
      return (await partition.get(COLLECTION, id))?.value as unknown as Colleague | undefined;
    },
    async join(person) {
      await partition.commit({ kind: 'put', collection: COLLECTION, id: person.id, value: asJson(person), ttlMs: SESSION_MS });
    },
  };
}
