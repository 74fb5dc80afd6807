import type { Store } from '../../src/store/store';

/** A store that one conversation uses, and everything else that it awaits. */
export interface Freezing {
  readonly store: Store;
  /** How many points it has passed. */
  steps(): number;
  /** Resolves when the caller is dead. */
  readonly death: Promise<void>;
  /** Counts something else that is awaited, such as a delivery. */
  step<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * Every await has two points: before it is asked for, and before its answer is heard. At `point` the caller dies: nothing that it asks for from then
 * on happens, and it hears no answer any more. With many of these one killed process has died at every point.
 */
export function freezeAt(store: Store, point: number): Freezing {
  let passed = 0;
  const never = new Promise<never>(() => {});
  let die = () => {};
  const death = new Promise<void>((resolve) => {
    die = resolve;
  });
  const isDead = () => {
    passed += 1;
    if (passed >= point) die();
    return passed >= point;
  };
  async function step<T>(work: () => Promise<T>): Promise<T> {
    if (isDead()) return never;
    const answer = await work();
    return isDead() ? never : answer;
  }
  return {
    ...{ step, death },
    steps: () => passed,
    store: {
      ...store,
      partition(number) {
        const partition = store.partition(number);
        return {
          number,
          get: (collection, id) => step(() => partition.get(collection, id)),
          list: (collection, range) => step(() => partition.list(collection, range)),
          commit: (...changes) => step(() => partition.commit(...changes)),
        };
      },
    },
  };
}
