import type { RootDatabase } from 'lmdb';

/** What waits for the next write transaction. */
export interface Queue {
  /** Runs an action in the next transaction; resolves with its result once that is on disk. */
  add<T>(action: () => T): Promise<T>;
  /** Everything that was added is committed or refused. */
  isEmpty(): boolean;
}

interface Job {
  /** Does the work and keeps the result; throws what the action throws. */
  run(): void;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * One transaction at a time, for all actions that came while the one before ran, in the order they were added: what parallel turns commit and
 * read costs one beginning, one commit and one flush. All of it or, when an action throws, nothing: then each action is tried alone, so that none
 * is refused for another's fault.
 */
export function createQueue(root: RootDatabase): Queue {
  let waiting: Job[] = [];
  let unsettled = 0;

  async function runTogether(): Promise<void> {
    let jobs: readonly Job[] = [];
    const take = () => {
      jobs = waiting;
      waiting = [];
      for (const job of jobs) job.run();
    };
    try {
      await root.childTransaction(take);
      await root.flushed;
      for (const job of jobs) job.resolve();
    } catch (error) {
      // Refused before its turn came: the database is closed.
      const refused = jobs.length > 0 ? jobs : waiting.splice(0);
      if (refused.length > 1) for (const job of refused) void runAlone(job);
      else for (const job of refused) job.reject(error);
    }
  }

  async function runAlone(job: Job): Promise<void> {
    try {
      await root.childTransaction(() => job.run());
      await root.flushed;
      job.resolve();
    } catch (error) {
      job.reject(error);
    }
  }

  return {
    add<T>(action: () => T): Promise<T> {
      unsettled += 1;
      return new Promise<T>((resolve, reject) => {
        let result: T;
        waiting.push({
          run() {
            result = action();
          },
          resolve() {
            unsettled -= 1;
            resolve(result);
          },
          reject(error) {
            unsettled -= 1;
            reject(error);
          },
        });
        if (waiting.length === 1) void runTogether();
      });
    },
    isEmpty: () => unsettled === 0,
  };
}
